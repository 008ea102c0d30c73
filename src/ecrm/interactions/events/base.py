"""The event every kind is one of: its envelope and its way onto the wire.

The kinds are in the files beside this one, by theme; reading them back is in `ecrm.interactions.wire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from ecrm.interactions.events.declared import Origin, Surroundings
from ecrm.interactions.events.rules import Direction, Moment, Word
from ecrm.interactions.events.shape import Shaped, dump_own, kind
from ecrm.interactions.events.translating import Mapped, declared_mapping, translate
from ecrm.values.who import Actor, Who

__all__ = ["Event"]


@kind
class Event(Shaped):
    """Be something that happened, with the envelope every kind has.

    A kind is a subclass declared with `@events.kind`, with its wire name in `NAME`, the fields that
    tell one from another in `KEY`, wire names that differ from the field's in `WIRE`, and its own
    fields as annotations. Annotations are `Id`, `Text`, `str`, `int`, `bool`, `Decimal`,
    `Decimal | int`, `Money`, `date`, `datetime` (with its zone), `Texts`, `Traits`,
    `tuple[Product, ...]` and each of them `| None`.

    Args:
        customer: Who it is about.
        at: When it happened; None is now. A time without a zone is read, or refused, by the shop.
        channel: Where it happened: web, store, phone, ...
        direction: "in" from the customer, "out" to them.
        source: What tells of it: shopify, pos, ...; None is the shop itself.
        source_id: The id the source gave it; the same one is recorded once.
        actor: Who did it.
        location_id: The shop floor, branch or warehouse.
        campaign: Where the customer came from: utm_source, referrer, ...
        context: Whatever else the source knows: device, page, ...
        live: Whether it happened now, and not long ago as in an import.

    Raises:
        InvalidError: A field holds what it must not; `fields` says which.
    """

    NAME: ClassVar[str] = ""
    KEY: ClassVar[tuple[str, ...]] = ()
    WIRE: ClassVar[Mapping[str, str]] = {}
    ENVELOPE: ClassVar[frozenset[str]] = frozenset(
        {
            "customer",
            "at",
            "channel",
            "direction",
            "source",
            "source_id",
            "actor",
            "location_id",
            "campaign",
            "context",
            "live",
        }
    )

    customer: Who | None = None
    at: Moment | None = None
    channel: Word | None = None
    direction: Direction | None = None
    source: Word | None = None
    source_id: Word | None = None
    actor: Actor | None = None
    location_id: Word | None = None
    campaign: Origin | None = None
    context: Surroundings | None = None
    live: bool = True

    @classmethod
    def of(cls, source: Any, mapping: Mapped | None = None, **fields: Any) -> Self:
        """Make the event of an object of the shop's own, by the mapping that its class declares as `ecrm`.

        Args:
            source: The shop's order, product, user.
            mapping: Where each field is found in it: a path of attributes, or a function of it; None takes
                what its class declares under the event's wire name.
            fields: What the object does not know, as `channel`; they win.

        Raises:
            SetupError: There is no mapping, or it names what is not there.
            InvalidError: A field holds what it must not; `fields` says which.

        >>> from ecrm import events
        >>> class Order:
        ...     number, total, currency, buyer = 1001, "149.90", "TRY", "ayse@example.com"
        ...     ecrm = {"Order Completed": {
        ...         "order_id": "number", "total": "total", "currency": "currency", "customer": {"email": "buyer"},
        ...     }}
        >>> events.OrderCompleted.of(Order(), channel="web").total
        Money('149.90', 'TRY')
        """
        found = translate(cls, source, declared_mapping(cls, source) if mapping is None else mapping)
        return cls(**{**found, **fields})

    @property
    def event_name(self) -> str:
        """Give the wire name."""
        return self.NAME

    def natural_key(self) -> str | None:
        r"""Give what tells this event from others of its kind; None when it takes a `source_id`.

        Times in it are UTC; in a key of several parts a ":" inside a part is written as "\\:".
        """
        values = self.__dict__
        parts = [values[name] for name in self.KEY]
        if not parts or None in parts:
            return None
        if len(parts) == 1:
            return _key_part(parts[0])
        escaped = [_key_part(part).replace("\\", "\\\\").replace(":", "\\:") for part in parts[:-1]]
        return ":".join([*escaped, _key_part(parts[-1])])

    def properties(self) -> dict[str, Any]:
        """Write the own fields as JSON can hold them, without those that are not given."""
        return dump_own(self)

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self.event_name!r}, natural_key={self.natural_key()!r})"


def _key_part(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
