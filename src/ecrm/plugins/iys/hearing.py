"""From what the log says of consent to words about addresses, as İYS keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ecrm.effects import Interaction
from ecrm.errors import NotFoundError
from ecrm.plugins.iys.model import APPROVED, REFUSED, Word, is_turkish, source_of, type_of

if TYPE_CHECKING:
    from ecrm.crm import CRM

__all__ = ["KINDS", "Heard", "heard_in"]

_GRANTED, _WITHDRAWN, _UNSUBSCRIBED = "Consent Granted", "Consent Withdrawn", "Unsubscribed"
KINDS = (_GRANTED, _WITHDRAWN, _UNSUBSCRIBED)
_PURPOSE = "marketing"
_CONFIRMED = "double_opt_in"
_SOURCE = "iys"
_ADDRESS_OF = {"ARAMA": "phone", "EPOSTA": "email", "MESAJ": "phone"}


class Heard(NamedTuple):
    """Be a word, and whether İYS itself told it."""

    is_theirs: bool
    word: Word


def heard_in(crm: CRM, interactions: Iterable[Interaction], default_source: str) -> list[Heard]:
    """Give the words in some interactions that İYS keeps: live ones, about marketing.

    Args:
        crm: The CRM's view on the shop.
        interactions: In the order of the log.
        default_source: İYS's source of a way to speak that has none of its own.
    """
    marketing = crm.consent.purposes()[_PURPOSE]
    heard: list[Heard] = []
    for one in interactions:
        method = one.properties.get("method")
        is_theirs = one.source == _SOURCE
        waits = marketing.needs_confirmation and method != _CONFIRMED and not is_theirs
        if one.is_live and not (one.kind == _GRANTED and waits):
            source = source_of(method, default_source)
            heard += [Heard(is_theirs, word) for word in _words(crm, one, source)]
    return heard


def _words(crm: CRM, one: Interaction, source: str) -> Iterator[Word]:
    if one.kind != _UNSUBSCRIBED and one.properties.get("purpose") != _PURPOSE:
        return
    channel = one.properties.get("channel") if one.kind != _UNSUBSCRIBED else one.channel or "email"
    types = sorted(_ADDRESS_OF) if channel is None else [type_of(channel)]
    status = APPROVED if one.kind == _GRANTED else REFUSED
    for type_ in types:
        if type_ is not None:
            for recipient in _recipients(crm, one, type_, is_for_all=status == REFUSED):
                yield Word(recipient, type_, status, one.at, source, one.profile_id)


def _recipients(crm: CRM, one: Interaction, type_: str, *, is_for_all: bool) -> Sequence[str]:
    try:
        known = [found for found in crm.customers.identities(one.profile_id) if found.kind == _ADDRESS_OF[type_]]
    except NotFoundError:
        # Erased since.
        return []
    # The address they spoke by; where they named none, a refusal is of all they have, and an approval of the newest.
    own = [found for found in known if found.profile_id == one.profile_id]
    chosen = own or (known if is_for_all else sorted(known, key=lambda found: found.last_at)[-1:])
    return [found.value for found in chosen if is_turkish(found.value, type_)]
