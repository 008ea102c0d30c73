"""What another system says somebody asked for, as a request keeps it until it is fulfilled."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import attrs

from ecrm.values.who import Who

__all__ = ["UNKNOWN", "Asking"]

# Whose a request is that a source told of: it names them in its evidence, and they may not be known yet.
UNKNOWN = UUID(int=0)
_NAMES = ("user_id", "email", "phone", "card", "handle", "anonymous_id")


@attrs.frozen(repr=False)
class Asking:
    """Hold whom a request is about.

    Args:
        source: Which source told of it.
        who: Whom; None is everybody of the shop.
        orders: The ids of their orders at the source.
        reference: What the other system calls it.

    >>> Asking.read(Asking("shopify", Who(user_id=7), ("1001",)).written()).orders
    ('1001',)
    """

    source: str
    who: Who | None = None
    orders: tuple[str, ...] = ()
    reference: str = ""

    def written(self) -> str:
        """Write it as the evidence of a request."""
        named = None if self.who is None else {**self.who.given, "source": self.who.source or self.source}
        told = {"source": self.source, "who": named, "orders": list(self.orders), "reference": self.reference}
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def read(cls, evidence: str) -> Asking | None:
        """Read the evidence of a request; None where somebody noted it in words.

        >>> Asking.read("mail 7") is None
        True
        """
        try:
            told: dict[str, Any] = json.loads(evidence)
            named = told["who"]
            return cls(
                told["source"], None if named is None else Who(**named), tuple(told["orders"]), told["reference"]
            )
        except (ValueError, KeyError, TypeError):
            return None

    def ways(self) -> list[Who]:
        """Give the person by each identity alone, the account last."""
        if self.who is None:
            return []
        given = self.who.given
        named = sorted(given, key=_NAMES.index, reverse=True)
        return [Who(**{name: given[name]}, source=self.who.source) for name in named]

    def __repr__(self) -> str:
        return f"<Asking by {self.source}>"
