"""The worker's duties as Celery's tasks: nothing is lost with a task, a broker or a worker that is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import uuid

import pytest
from celery import Celery

from ecrm import CRM, Money, Who, events
from ecrm.adapters.celery import TASKS, Prompter, attach, beat_schedule
from ecrm.errors import SetupError, UnavailableError

AYSE = Who(email="ayse@example.com")
PROGRAM = textwrap.dedent(
    """
    import os
    from celery import Celery
    from ecrm import CRM
    from ecrm.adapters.celery import attach

    app = Celery("shop", broker=os.environ["SHOP_BROKER"])
    app.conf.update(task_default_queue=os.environ["SHOP_QUEUE"], broker_connection_retry_on_startup=True)
    app.conf.worker_prefetch_multiplier = 1
    attach(app, lambda: CRM(os.environ["SHOP_DATABASE"], plugins=[]), every_s=1.0)
    """
)


def order(number):
    return events.OrderCompleted(order_id=number, total=Money("10.00", "TRY"), customer=AYSE)


def make_app():
    app = Celery(f"shop-{uuid.uuid4().hex}", broker="memory://", set_as_current=False)
    app.conf.update(task_always_eager=False)
    return app


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def broker():
    if answers(6379):
        return "redis://127.0.0.1:6379/9"
    return "amqp://guest:guest@127.0.0.1:5672//" if answers(5672) else None


class Sent:
    """An app's way to its broker, which keeps what it was given, or fails."""

    def __init__(self, error=None):
        self.tasks = []
        self._error = error

    def send_task(self, name, **_):
        if self._error is not None:
            raise self._error
        self.tasks.append(name)


def test_the_tasks_do_what_a_worker_does(crm):
    app = make_app()
    attach(app, crm)
    for number in range(3):
        crm.emit(order(number))
    assert app.tasks["ecrm.receive"].apply().get()["received"] == 3
    assert crm.facts(AYSE)["orders.count"] == 3
    for name in TASKS:
        assert app.tasks[name].apply().get()["received"] == 0


def test_every_duty_of_a_worker_is_one_of_a_task(crm):
    shared = [duty for duties, _ in TASKS.values() for duty in duties]
    assert sorted(shared) == sorted([*crm._duties(), "tidy"])


def test_the_schedule_names_every_task_and_drops_what_comes_too_late():
    schedule = beat_schedule(2.0)
    assert schedule.keys() == TASKS.keys()
    assert schedule["ecrm.receive"] == {
        "task": "ecrm.receive", "schedule": 2.0, "options": {"expires": 2.0, "ignore_result": True},
    }  # fmt: skip


def test_a_schedule_of_the_shops_own_stays(crm):
    app = make_app()
    app.conf.beat_schedule = {"own": {"task": "own", "schedule": 1.0}}
    attach(app, crm)
    assert app.conf.beat_schedule.keys() == {"own", *TASKS}


def test_an_app_without_a_crm_says_what_to_do():
    with pytest.raises(SetupError, match="attach"):
        make_app().tasks["ecrm.receive"].apply(throw=True)


def test_one_prompt_stands_for_all_that_was_committed_before_it_runs():
    now_s, sent = 100.0, Sent()
    prompt = Prompter(sent, 0.5, lambda: now_s)
    assert [prompt(), prompt(), prompt("ecrm.react")] == [True, False, True]
    now_s = 100.6
    assert prompt()
    assert sent.tasks == ["ecrm.receive", "ecrm.react", "ecrm.receive"]


def test_a_broker_that_is_away_hurts_nobody(caplog):
    assert Prompter(Sent(ConnectionError("redis://:secret@host")))() is False
    assert "secret" not in caplog.text


def test_a_database_that_is_away_puts_a_task_off(crm, monkeypatch):
    app = make_app()
    attach(app, crm)
    crm.emit(order(1))

    def away(*_):
        raise UnavailableError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(crm), "work_on", away)
        assert app.tasks["ecrm.receive"].apply().get()["received"] == 0
    assert app.tasks["ecrm.receive"].apply().get()["received"] == 1


def test_without_celery_the_adapter_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['celery'] = None\n"
        "from ecrm.errors import SetupError\n"
        "try:\n    import ecrm.adapters.celery\n"
        "except SetupError as error:\n    print(error)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert 'pip install "ecrm[celery]"' in told.stdout


@contextlib.contextmanager
def working(directory, name, environment, *more):
    """Start a worker of Celery in a process group of its own, and end it."""
    arguments = [
        sys.executable, "-m", "celery", "-A", "shop_tasks", "worker", "-n", f"{name}@%h", "-l", "INFO", "-P", "solo",
        "--without-gossip", "--without-mingle", *more,
    ]  # fmt: skip
    with (
        open(directory / f"{name}.log", "w") as log,  # noqa: PTH123 - shared with the worker
        subprocess.Popen(
            arguments, cwd=directory, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as worker,
    ):
        try:
            yield worker
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(timeout=10)


def wait_until(holds, directory, wait_s=60):
    end = time.monotonic() + wait_s
    while time.monotonic() < end and not holds():
        time.sleep(0.1)
    assert holds(), "\n".join(log.read_text()[-2_000:] for log in directory.glob("*.log"))


def forget(app, queue):
    """Leave no queue in the broker."""
    if broker().startswith("redis"):
        import redis

        with redis.Redis.from_url(broker()) as server:
            server.delete(*server.keys(f"*{queue}*"))
    else:
        with app.connection_for_write() as connection:
            connection.default_channel.queue_delete(queue)
    app.close()


@pytest.mark.skipif(broker() is None, reason="no Redis and no RabbitMQ answer on this machine")
def test_workers_share_the_load_and_one_that_is_killed_loses_nothing(postgresql_url, tmp_path):
    (tmp_path / "shop_tasks.py").write_text(PROGRAM)
    queue = f"ecrm-{uuid.uuid4().hex}"
    environment = os.environ | {"SHOP_BROKER": broker(), "SHOP_QUEUE": queue, "SHOP_DATABASE": postgresql_url}
    app = Celery("shop", broker=broker(), set_as_current=False)
    app.conf.task_default_queue = queue
    log = {name: tmp_path / f"{name}.log" for name in ("one", "two")}
    with (
        CRM(postgresql_url, plugins=[]) as crm,
        working(tmp_path, "one", environment) as first,
        working(tmp_path, "two", environment, "-B", "-s", str(tmp_path / "beat")),
    ):
        wait_until(lambda: all("ready." in one.read_text() for one in log.values()), tmp_path)
        for number in range(600):
            crm.emit(order(number))
            if number % 20 == 0:
                app.send_task("ecrm.receive")
            if number == 400:
                wait_until(lambda: all("ecrm.receive" in one.read_text() for one in log.values()), tmp_path)
                os.killpg(first.pid, signal.SIGKILL)
        # What is left comes by the schedule alone: a prompt may be lost with the worker that took it.
        wait_until(lambda: crm.facts(AYSE).get("orders.count") == 600, tmp_path)
        assert first.wait(timeout=10) == -signal.SIGKILL
        assert crm.inbox.rejected() == []
    forget(app, queue)
