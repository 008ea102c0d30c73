"""Surveys that are ready to ask, in Turkish and English. A shop takes one as it is, or changes it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from ecrm.errors import NotFoundError
from ecrm.surveys.library.market import market
from ecrm.surveys.library.reasons import churn, return_reason
from ecrm.surveys.library.scores import ces, csat, nps, review
from ecrm.surveys.model.survey import Survey

__all__ = ["READY", "ready"]

READY: Mapping[str, Callable[[], Survey]] = MappingProxyType(
    {
        "nps": nps,
        "csat": csat,
        "ces": ces,
        "return_reason": return_reason,
        "review": review,
        "churn": churn,
        "market": market,
    }
)


def ready(key: str, **changes: Any) -> Survey:
    """Give a survey that is ready to ask.

    Args:
        key: nps (after delivery), csat (after a case), ces (after checkout), return_reason, review (of a
            product), churn (why they left) or market (five minutes).
        **changes: What is to be different, as `Survey` takes it: `default_language`, `title`, `questions`, …

    Raises:
        NotFoundError: There is none of that name.

    >>> ready("nps", default_language="tr")["score"].low.said("tr")
    'Hiç olası değil'
    """
    if key not in READY:
        near = difflib.get_close_matches(str(key), READY, 1)
        said = f"did you mean {near[0]}?" if near else f"there are {', '.join(READY)}"
        raise NotFoundError(f"there is no ready survey of that name: {said}")
    survey = READY[key]()
    return attrs.evolve(survey, **changes) if changes else survey
