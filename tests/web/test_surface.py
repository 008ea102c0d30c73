"""Whatever is sent to what a host mounts, as its OpenAPI document says or not: there is an answer, and no failure."""

from __future__ import annotations

import base64

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from ecrm import CRM
from ecrm.adapters.segment import Collector
from ecrm.http import Request
from ecrm.web import Site
from ecrm.web.openapi import describe

KEY = "the write key of the shop"
# It looks at no more than asked for: the document has many operations.
LOOK = settings(
    max_examples=8, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    """What a host mounts, as a WSGI program, and the document of it."""
    file = tmp_path_factory.mktemp("surface") / "crm.db"
    with CRM(f"sqlite:///{file}", secrets={"segment.write_key": KEY}) as crm:
        mounts = {"v1": Collector(crm)}
        site = Site(crm, {word: mounted.answer for word, mounted in mounts.items()})

        def program(environ, start):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            headers = {"content-type": environ.get("CONTENT_TYPE", "")}
            headers |= {
                name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")
            }
            answer = site.answer(Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], body, headers))
            start(f"{answer.status} -", list(answer.headers.items()))
            return [answer.body]

        yield program, schemathesis.openapi.from_dict(describe(crm, mounts))
        # What was kept came with the key, and is nothing the worker stumbles over.
        done = crm.work()
        assert done.translated
        assert not done.failed + done.rejected


def send(surface, operation, mode, **headers):
    program, _ = surface
    seen = set()

    @LOOK
    @given(operation.as_strategy(generation_mode=mode))
    def is_answered(case):
        answer = case.call(app=program, base_url="http://shop.example", headers=headers)
        assert answer.status_code < 500
        seen.add(answer.status_code)

    is_answered()
    return seen


def operations_of(surface, part):
    found = [one.ok() for one in surface[1].get_all_operations()]
    return [one for one in found if part in one.path]


@pytest.mark.parametrize("part", ["/webhooks/", "{token}"])
def test_what_is_sent_as_the_document_says_is_answered(surface, part):
    operations = operations_of(surface, part)
    assert len(operations) >= 6
    for operation in operations:
        assert 200 not in send(surface, operation, GenerationMode.POSITIVE)


def test_a_call_as_the_document_says_is_kept_with_the_key_alone(surface):
    basic = f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}"
    for operation in operations_of(surface, "/v1/"):
        assert send(surface, operation, GenerationMode.POSITIVE) <= {400, 401, 413}
        assert send(surface, operation, GenerationMode.POSITIVE, authorization=basic) <= {200, 400}
        assert send(surface, operation, GenerationMode.NEGATIVE, authorization=basic) <= {200, 400, 413}
