"""The kinds of the core."""

from ecrm.surveys.model.kinds import KINDS


def test_the_kinds_are_those_the_documents_promise():
    assert list(KINDS) == [
        "nps", "csat", "ces", "single", "multiple", "ranking", "matrix", "yes_no", "short_text", "long_text", "number",
        "date", "email", "phone", "consent", "message",
    ]  # fmt: skip
    assert all(word == kind.KIND for word, kind in KINDS.items())
