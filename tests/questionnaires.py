"""Surveys as Hypothesis makes them: any kind of question, conditions on what comes before, several languages."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from ecrm.hookspecs import QuestionKind
from ecrm.surveys import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Ces,
    Choice,
    Consent,
    Contains,
    Csat,
    Date,
    Email,
    Ending,
    Equals,
    IsAnswered,
    LongText,
    Matrix,
    Message,
    Multiple,
    Not,
    Nps,
    Number,
    OneOf,
    Phone,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
    Survey,
    Wording,
    YesNo,
)

COLOUR = QuestionKind("colour", "A colour.", check=lambda answer, _: str(answer).lower())
SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1, max_size=20).filter(
    str.strip
)
WORDINGS = st.one_of(SAID, st.fixed_dictionaries({"tr": SAID}, optional={"en": SAID, "de-AT": SAID})).map(Wording)
KEYS = st.sampled_from([f"choice_{letter}" for letter in "abcdef"])
CHOICES = st.lists(
    st.builds(Choice, KEYS, WORDINGS, st.booleans()), min_size=2, max_size=5, unique_by=lambda one: one.key
)
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9), st.decimals(-1000, 1000, places=3), st.floats(-1e6, 1e6).map(lambda n: round(n, 4))
)
BLOCKS = ("", "", "one", "two")
FACTS = st.dictionaries(
    st.sampled_from(["orders.count", "customer.name", "orders.last_at"]),
    st.one_of(st.integers(0, 9), st.text(max_size=5), st.datetimes(timezones=st.just(dt.UTC)), st.none()),
)
# What may come from outside as an answer: right for some kind of question, nearly so, or garbage.
ANSWERS = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.floats(), st.text(max_size=30), KEYS,
        st.sampled_from(["7", "yes", "on", "2026-11-24", "ayse@example.com", "+905321112233"]),
        st.sampled_from(["a\0b", "\ud800", "x" * 30_000]),
        st.integers(10**40, 10**41), st.binary(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.lists(KEYS, max_size=6),
        st.dictionaries(st.one_of(KEYS, st.just("other"), st.text(max_size=3)), st.one_of(KEYS, inner), max_size=4),
    ),
    max_leaves=6,
)  # fmt: skip


def conditions(draw, before):
    """Draw a condition on facts, and on answers that can be given to questions that come before."""
    leaves = [
        AtLeast("fact.orders.count", draw(NUMBERS)),
        AtMost("fact.orders.last_at", dt.date(2026, 11, 24)),
        Contains("fact.customer.name", "a"),
        OneOf("fact.customer.name", ["a", "b", 3, True]),
    ]
    for question in before:
        if not question.takes_answer:
            continue
        place = f"answer.{question.key}"
        leaves.append(IsAnswered(place))
        if isinstance(question, Nps | Csat | Ces):
            leaves.append(AtMost(place, draw(st.sampled_from(list(question.steps)))))
        elif isinstance(question, Single):
            leaves.append(Equals(place, question.choices[0].key))
        elif isinstance(question, Multiple | Ranking):
            leaves.append(Contains(place, question.choices[0].key))
        elif isinstance(question, Matrix):
            leaves.append(Equals(f"{place}.{question.rows[0].key}", question.choices[0].key))
    some = draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=3))
    made = draw(st.sampled_from([All, AnyOf]))(some) if len(some) > 1 else some[0]
    return Not(made) if draw(st.booleans()) else made


@st.composite
def questions(draw, key, before, block=""):
    """Make a question of any kind."""
    choices = draw(CHOICES)
    common = {
        "about": draw(st.none() | WORDINGS),
        "when": conditions(draw, before) if draw(st.booleans()) else None,
        "block": block,
    }
    required = {**common, "is_required": draw(st.booleans())}
    chosen = {**required, "choices": choices, "is_shuffled": draw(st.booleans())}
    asks = draw(WORDINGS)
    kinds = [
        lambda: Nps(key, asks, **required, low=draw(st.none() | WORDINGS)),
        lambda: Csat(key, asks, **required, style=draw(st.sampled_from(["faces", "stars", "numbers"]))),
        lambda: Ces(key, asks, **required),
        lambda: Single(key, asks, **chosen, has_other=draw(st.booleans())),
        lambda: Multiple(key, asks, **chosen, has_other=draw(st.booleans()), most=draw(st.sampled_from([None, 2]))),
        lambda: Ranking(key, asks, **chosen),
        lambda: Matrix(key, asks, **chosen, rows=draw(CHOICES)),
        lambda: YesNo(key, asks, **required),
        lambda: ShortText(key, asks, **required, longest=draw(st.integers(1, 500))),
        lambda: LongText(key, asks, **required),
        lambda: Number(key, asks, **required, least=draw(st.none() | NUMBERS), is_whole=draw(st.booleans())),
        lambda: Date(key, asks, **required, earliest=draw(st.none() | st.dates())),
        lambda: Email(key, asks, **required),
        lambda: Phone(key, asks, **required, country=draw(st.sampled_from([None, "TR"]))),
        lambda: Consent(key, asks, **common, purpose="marketing", channel=draw(st.sampled_from([None, "email"]))),
        lambda: Message(key, asks, **common),
        lambda: PluginQuestion(key, asks, **required, of=COLOUR),
    ]
    return draw(st.sampled_from(kinds))()


@st.composite
def surveys(draw):
    """Make a survey that can be asked."""
    made = [draw(questions("question_0", []).filter(lambda question: question.takes_answer))]
    blocks = draw(st.lists(st.sampled_from(["", "one", "two"]), max_size=5)) if draw(st.booleans()) else [""] * 3
    for index, block in enumerate(sorted(blocks), 1):
        before = [question for question in made if not block or question.block != block]
        made.append(draw(questions(f"question_{index}", before, block)))
    endings = []
    if draw(st.booleans()):
        endings.append(Ending("some", draw(WORDINGS), draw(st.none() | WORDINGS), when=conditions(draw, made)))
        endings.append(Ending("rest", draw(WORDINGS), link="https://example.com/", link_says=draw(WORDINGS)))
    return Survey(
        draw(st.sampled_from(["nps", "market"])), draw(WORDINGS), made, endings, default_language="tr",
        version=draw(st.integers(1, 9)),
    )  # fmt: skip
