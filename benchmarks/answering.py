"""Answering a survey through HTTP: the page's POST beside a view that reads the form and inserts the answer.

The baseline checks the HMAC of a token in the path, reads one form field, and writes two rows in one transaction: the
answer, and that the token was used, under a unique key. It knows no customer, keeps no timeline, and answers a fixed
page. Both answer Flask's own test client, so that no server is measured. The survey has one question, NPS, so that the
first POST answers it; each client answers other invitations. What is told first is absolute: how long the slowest
hundredth of answers waits while 8 clients send at once, without a pause.
"""

from __future__ import annotations

import hashlib
import hmac
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from flask import Flask, Response, request
from harness import ROUNDS, Figure, compare, folder, postgresql
from webhooks import durable

from ecrm import CRM, Who
from ecrm.adapters.flask.mounting import blueprint_of
from ecrm.surveys import Nps, Survey
from ecrm.web import Site

SECRET, ANSWERS, CLIENTS = b"the key of a shop", 200, 8
FORM = {"shown": "score", "a.score": "9"}
PAGE = "<!doctype html><title>Thank you</title><h1>Thank you</h1>" + "<p>We read every answer.</p>" * 20


def bare(engine: sa.Engine) -> Flask:
    """A view that verifies and inserts."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE answer (token TEXT, score INTEGER, at REAL)")
        connection.exec_driver_sql("CREATE TABLE used (token TEXT PRIMARY KEY)")
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    app = Flask("bare")

    @app.post("/survey/<token>")
    def answer(token: str) -> Response:
        said, _, signature = token.partition(".")
        if not hmac.compare_digest(hmac.new(SECRET, said.encode(), hashlib.sha256).hexdigest(), signature):
            return Response("", 410)
        score = int(request.form["a.score"])
        with engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO used VALUES ({mark})", (said,))
            connection.exec_driver_sql(
                f"INSERT INTO answer VALUES ({mark}, {mark}, {mark})", (said, score, time.time())
            )
        return Response(PAGE)

    return app


def ours(crm: CRM) -> Flask:
    """A shop with ecrm in it."""
    app = Flask("ours")
    app.register_blueprint(blueprint_of(Site(crm), "/ecrm"))
    return app


def opened(url: str) -> CRM:
    """A CRM with a survey that is live."""
    crm = CRM(url)
    crm.upgrade()
    crm.messages.configure(public_url="https://shop.example/ecrm", caps=[], quiet_hours=None)
    crm.surveys.write(Survey("nps", "Your opinion", [Nps("score", "Would you recommend us?", is_required=True)]))
    crm.surveys.publish("nps")
    crm.surveys.start("nps")
    return crm


def invited(crm: CRM, name: str, number: int) -> list[str]:
    """Paths of invitations that nobody answered."""
    paths = []
    for k in range(number):
        who = Who(email=f"{name}-{k}@example.org")
        crm.customers.upsert(who)
        paths.append("/ecrm/survey/" + crm.surveys.url_of(crm.surveys.invite(who, "nps")).rpartition("/")[2])
    return paths


def signed(name: str, number: int) -> list[str]:
    """Paths for the bare view."""
    said = [f"{name}-{k}" for k in range(number)]
    return [f"/survey/{one}.{hmac.new(SECRET, one.encode(), hashlib.sha256).hexdigest()}" for one in said]


def answer_all(app: Flask, paths: list[str], waits_ms: list[float]) -> None:
    """Answer one after the other."""
    client = app.test_client()
    for path in paths:
        start = time.perf_counter()
        answer = client.post(path, data=FORM)
        waits_ms.append((time.perf_counter() - start) * 1e3)
        assert (answer.status_code, b"Thank you" in answer.data) == (200, True), answer.data[-900:]


def side(app: Flask, paths_of: Callable[[str, int], list[str]]) -> Callable[[int], float]:
    """Answer a round of invitations; give the µs of each, without making them."""

    def answer(number: int) -> float:
        paths, waits_ms = paths_of(f"one{number}", ANSWERS), list[float]()
        answer_all(app, paths, waits_ms)
        return statistics.fmean(waits_ms) * 1e3

    return answer


def slowest_ms(app: Flask, paths_of: Callable[[str, int], list[str]], number: int) -> float:
    """How long the slowest hundredth of answers waits, in ms, while 8 clients answer at once."""
    paths = [paths_of(f"many{number}-{client}", ANSWERS) for client in range(CLIENTS)]
    waits_ms: list[float] = []
    threads = [threading.Thread(target=answer_all, args=(app, one, waits_ms)) for one in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits_ms) == CLIENTS * ANSWERS
    return statistics.quantiles(waits_ms, n=100)[98]


def print_slowest(rounds: int = ROUNDS) -> None:
    """Print it of both, on SQLite: the median of the rounds, and all of them."""
    with folder() as place, opened(f"sqlite:///{place}/crm.db") as crm:
        engine = sa.create_engine(f"sqlite:///{place}/bare.db", connect_args={"timeout": 30})
        durable(engine)
        mine, theirs, apps = [], [], (ours(crm), bare(engine))
        for number in range(rounds):
            mine.append(slowest_ms(apps[0], lambda name, n: invited(crm, name, n), number))
            theirs.append(slowest_ms(apps[1], signed, number))
        engine.dispose()
    print(
        f"p99 of {CLIENTS} clients on SQLite: {statistics.median(mine):.1f} ms ({min(mine):.1f}-{max(mine):.1f}), "
        f"bare {statistics.median(theirs):.1f} ms ({min(theirs):.1f}-{max(theirs):.1f}), {rounds} rounds",
        flush=True,
    )


def throughput(url: str, database: str, setup: Callable[[sa.Engine], None]) -> Figure:
    """Measure both, one client, each with its own file or tables."""
    with opened(url) as crm:
        engine = sa.create_engine(url.replace("crm.db", "bare.db").replace("postgresql:", "postgresql+psycopg:"))
        setup(engine)
        sides = side(ours(crm), lambda name, n: invited(crm, name, n)), side(bare(engine), signed)
        figure = compare("answering a survey against verify and insert", database, float("inf"), sides, "in Flask")
        engine.dispose()
    return figure


def measure() -> Iterator[Figure]:
    """Give the figures of answering."""
    with folder() as place:
        yield throughput(f"sqlite:///{place}/crm.db", "SQLite, FULL", durable)
    with postgresql() as url:
        yield throughput(url, "PostgreSQL", lambda _: None)


if __name__ == "__main__":
    print_slowest()
    if "slowest" not in sys.argv:
        list(measure())
