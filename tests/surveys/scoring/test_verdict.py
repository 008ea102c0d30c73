"""The plain sentence on whether a score predicts anything here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import Estimate, share, verdict_of

parts = st.integers(0, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("best", "worst", "word", "said"),
    [
        ((96, 200), (31, 100), "predicts", "the score predicts something here."),
        ((31, 100), (96, 200), "reversed", "the score points the wrong way here."),
        ((9_000, 30_000), (9_050, 30_000), "nothing", "the score predicts next to nothing here."),
        ((9_000, 30_000), (8_000, 30_000), "nothing", "the score predicts next to nothing here."),
        ((12, 30), (8, 25), "unclear", "it may be much or nothing, and more answers will tell."),
        ((3, 5), (0, 0), "too_few", "to say whether the score predicts."),
    ],
)
def test_the_verdict_follows_from_the_difference(best, worst, word, said):
    verdict = verdict_of("nps", share(*best), share(*worst), 90)
    assert verdict.word == word
    assert verdict.sentence.endswith(said)
    assert "promoters" in verdict.sentence
    assert verdict.horizon_days == 90


def test_each_scale_has_its_own_words():
    assert "of the satisfied and" in verdict_of("csat", share(5, 50), share(6, 50), 30).sentence
    assert "of those who found it hard" in verdict_of("ces", share(5, 50), share(6, 50), 30).sentence
    with pytest.raises(InvalidError):
        verdict_of("stars", share(5, 50), share(6, 50), 30)


def test_a_share_without_an_interval_is_too_few():
    assert verdict_of("nps", Estimate(0.5, None, 1), share(6, 50), 30).word == "too_few"


@given(parts, parts)
def test_turning_the_groups_turns_the_verdict(one, other):
    turned = {"predicts": "reversed", "reversed": "predicts"}
    forth, back = (verdict_of("nps", share(*a), share(*b), 30).word for a, b in ((one, other), (other, one)))
    assert back == turned.get(forth, forth)
