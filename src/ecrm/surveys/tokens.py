"""Tokens of surveys: one for each invitation, and one for a link that is for everybody.

A token says which survey, which version, whom and until when, signed with the shop's key; of an invitation's the
database holds the hash alone. A reminder leads to the same token, which is made again. A stamp goes with an opened
invitation and says when that was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs

from ecrm.consent.links import Links, claimed_by
from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.interactions.recording import Kit

__all__ = ["LinkToken", "Ticket", "Token", "Tokens", "hash_of", "tokens_in"]

_PARTS_OF_LINK = 4
_PERSONAL, _LINK, _STAMP = "survey", "survey-link", "survey-stamp"
# Who comes back to a page after a day did not take a day to answer.
_SITTING = dt.timedelta(days=1)
_GONE = "this link is not valid any more: ask the shop for a new one"


@attrs.frozen(repr=False)
class Token:
    """Be what a token of an invitation says.

    Args:
        shop: Whose.
        invitation_id: Which invitation.
        profile_id: Whom it was sent to; None where it came of a link for everybody.
        survey: The key of the survey.
        version: Which version.
        until: Until when it can be answered.
        location_id: Where its link hangs.
    """

    shop: str
    invitation_id: UUID
    profile_id: UUID | None
    survey: str
    version: int
    until: dt.datetime
    location_id: str | None = None


@attrs.frozen(repr=False)
class LinkToken:
    """Be what a link for everybody says.

    Args:
        shop: Whose.
        survey: The key of the survey.
        until: Until when it works.
        location_id: Where it hangs, as a store.
    """

    shop: str
    survey: str
    until: dt.datetime
    location_id: str | None = None


@attrs.frozen(repr=False)
class Ticket:
    """Be a token whose signature was checked, so that one request need not check it again.

    Args:
        text: The token.
        says: What it says.
    """

    text: str
    says: Token | LinkToken

    def __repr__(self) -> str:
        return "<Ticket>"

    @property
    def shop(self) -> str:
        """Give the shop whose key signed it."""
        return self.says.shop

    @property
    def is_link(self) -> bool:
        """Tell whether it is that of a link for everybody."""
        return isinstance(self.says, LinkToken)


def hash_of(token: str) -> bytes:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def tokens_in(where: Transaction | Database, kit: Kit) -> Tokens:
    """Give what makes and reads tokens, with the keys of shops read once.

    Args:
        where: An open transaction, or the database for one of its own.
        kit: The keys, and the time.
    """
    known: dict[str, tuple[bytes, ...]] = {}

    def keys_of(shop: str) -> tuple[bytes, ...]:
        if shop not in known:
            known[shop] = kit.keys.active(where, shop, "links")
        return known[shop]

    def held_of(shop: str) -> tuple[bytes, ...]:
        found = known.get(shop) or kit.keys.held(where, shop, "links")
        if found:
            known[shop] = found
        return found

    return Tokens(keys_of, kit.now, held_of)


class Tokens:
    """Make and read tokens.

    Args:
        keys_of: Gives the keys of a shop, the newest first.
        now: Gives the time.
        held_of: Gives the keys there are of a shop that a token names, and makes none; `keys_of` where it is None.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> tokens = Tokens(lambda shop: (b"correct horse battery staple 1234",), lambda: at)
    >>> token = tokens.make_link(LinkToken("main", "nps", at + dt.timedelta(days=1), "kadikoy"))
    >>> tokens.read(token).says.location_id
    'kadikoy'
    """

    def __init__(
        self,
        keys_of: Callable[[str], tuple[bytes, ...]],
        now: Callable[[], dt.datetime],
        held_of: Callable[[str], tuple[bytes, ...]] | None = None,
    ) -> None:
        self._keys_of = keys_of
        self._now = now
        self._links = Links(keys_of, now, held_of)

    def __repr__(self) -> str:
        return "<Tokens>"

    def make(self, token: Token) -> str:
        """Make the token of an invitation: the same each time, while the shop's key is."""
        return self._signed(self._links, token)

    def again(self, token: Token, held: bytes | None) -> str:
        """Make the token whose hash is held; where the key it was signed with is gone, a new one.

        Args:
            token: What it says.
            held: The hash.
        """
        for key in self._keys_of(token.shop):
            made = self._signed(Links(_only(key), self._now), token)
            if hash_of(made) == held:
                return made
        return self.make(token)

    def read(self, text: str) -> Ticket:
        """Read a token that came back: that of an invitation may have expired.

        Raises:
            InvalidError: It is forged, of another use, or of a link that expired.
        """
        claimed = claimed_by(text)
        # What it claims to be decides how it is checked; a claim that is not true does not pass.
        is_link = len(claimed) == _PARTS_OF_LINK
        said = self._checked(text, _LINK if is_link else _PERSONAL, claimed)
        return Ticket(text, self._link(*said) if is_link else _token(*said))

    def make_link(self, link: LinkToken) -> str:
        """Make the token of a link for everybody."""
        said = [link.shop, link.survey, int(link.until.timestamp()), link.location_id]
        made: str = self._links.signer(link.shop, _LINK).dumps(said)
        return made

    def make_stamp(self, token: Token) -> str:
        """Make the stamp of an invitation that is opened now."""
        said = [token.shop, token.invitation_id.hex, int(self._now().timestamp())]
        made: str = self._links.signer(token.shop, _STAMP).dumps(said)
        return made

    def seconds_since(self, stamp: str | None, token: Token) -> int | None:
        """Give how many whole seconds ago an invitation was opened.

        Args:
            stamp: As it came back with the answer.
            token: Of the invitation.

        Returns:
            At least 0; None where the stamp is forged, of another invitation, or older than a day.
        """
        try:
            shop, id_, opened_at = self._checked(stamp, _STAMP, claimed_by(stamp))
        except InvalidError:
            return None
        seconds = int(self._now().timestamp()) - opened_at
        is_of_it = (shop, id_) == (token.shop, token.invitation_id.hex)
        return seconds if is_of_it and 0 <= seconds <= _SITTING.total_seconds() else None

    def _signed(self, links: Links, token: Token) -> str:
        profile = None if token.profile_id is None else token.profile_id.hex
        said = [
            token.shop, token.invitation_id.hex, profile, token.survey, token.version, int(token.until.timestamp()),
        ]  # fmt: skip
        if token.location_id is not None:
            said.append(token.location_id)
        made: str = links.signer(token.shop, _PERSONAL).dumps(said)
        return made

    def _checked(self, text: str | None, use: str, claimed: list[Any]) -> list[Any]:
        from itsdangerous import BadData

        # Which key it is to be signed with, it says itself; nothing of it is believed before that is checked.
        try:
            said: list[Any] = self._links.reader(claimed[0] if claimed else None, use).loads(text)
        except BadData as error:
            raise InvalidError.of("link", _GONE) from error
        return said

    def _link(self, shop: str, survey: str, until: int, location_id: str | None) -> LinkToken:
        ends = dt.datetime.fromtimestamp(until, dt.UTC)
        if ends <= self._now():
            raise InvalidError.of("link", _GONE)
        return LinkToken(shop, survey, ends, location_id)


def _token(
    shop: str, id_: str, profile: str | None, survey: str, version: int, until: int, location_id: str | None = None
) -> Token:
    profile_id = None if profile is None else UUID(hex=profile)
    return Token(
        shop, UUID(hex=id_), profile_id, survey, version, dt.datetime.fromtimestamp(until, dt.UTC), location_id
    )


def _only(key: bytes) -> Callable[[str], tuple[bytes, ...]]:
    return lambda _: (key,)
