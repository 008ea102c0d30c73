"""Whatever is sent to what a host mounts, as its OpenAPI document says or not: there is an answer, and no failure."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from ecrm import CRM
from ecrm.http import Request
from ecrm.web import Site
from ecrm.web.openapi import describe

# It looks at no more than asked for: the document has many operations.
LOOK = settings(
    max_examples=15, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    """What a host mounts, as a WSGI program, and the document of it."""
    file = tmp_path_factory.mktemp("surface") / "crm.db"
    with CRM(f"sqlite:///{file}") as crm:
        site = Site(crm)

        def program(environ, start):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
            answer = site.answer(Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], body, headers))
            start(f"{answer.status} -", list(answer.headers.items()))
            return [answer.body]

        yield program, schemathesis.openapi.from_dict(describe(crm))
        assert crm.inbox.counts() == {"waiting": 0, "done": 0, "rejected": 0}


def send(surface, operation, mode):
    program, _ = surface

    @LOOK
    @given(operation.as_strategy(generation_mode=mode))
    def is_answered(case):
        assert case.call(app=program, base_url="http://shop.example").status_code < 500

    is_answered()


def test_what_the_document_says_is_answered(surface):
    operations = [one.ok() for one in surface[1].get_all_operations()]
    assert len(operations) > 8
    for operation in operations:
        send(surface, operation, GenerationMode.POSITIVE)
