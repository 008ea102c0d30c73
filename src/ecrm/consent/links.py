"""Signed links: what a customer is given to refuse, choose or confirm by, without signing in.

A link is for one use, one customer of one shop, and expires. What it leads to is in `ecrm.web`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.errors import InvalidError
from ecrm.shops.model import check_shop

__all__ = ["Link", "Links", "claimed_by"]

Use = Literal["confirm", "preferences", "unsubscribe"]
_LONGEST = 2_000
_GONE = "this link is not valid any more: ask the shop for a new one"


@attrs.frozen(kw_only=True, repr=False)
class Link:
    """Be what a link says.

    Args:
        use: `unsubscribe`, `preferences` or `confirm`.
        shop: Whose customer.
        who: A profile of the customer.
        purpose: What for; None is every one.
        channel: By which channel; None is every one.
        message_id: The message it stood in, as evidence.
        text_version: Which text is confirmed.
    """

    use: Use
    shop: str
    who: UUID
    purpose: str | None = None
    channel: str | None = None
    message_id: str | None = None
    text_version: str | None = None

    def __repr__(self) -> str:
        return f"<Link {self.use}>"


class Links:
    """Make and read links.

    Args:
        keys_of: Gives the keys of a shop, the newest first.
        now: Gives the time.
        held_of: Gives the keys there are of a shop that a token names, and makes none; `keys_of` where it is None.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> links = Links(lambda shop: (b"correct horse battery staple 1234",), lambda: at)
    >>> token = links.make(Link(use="unsubscribe", shop="main", who=UUID(int=7)), days=365)
    >>> links.read(token, "unsubscribe").who.int
    7
    """

    def __init__(
        self,
        keys_of: Callable[[str], tuple[bytes, ...]],
        now: Callable[[], dt.datetime],
        held_of: Callable[[str], tuple[bytes, ...]] | None = None,
    ) -> None:
        self._keys_of = keys_of
        self._now = now
        self._held_of = held_of or keys_of

    def __repr__(self) -> str:
        return "<Links>"

    def for_batch(self) -> Links:
        """Give the same, which reads the keys of each shop once: for what is made in one go."""
        known: dict[str, tuple[bytes, ...]] = {}

        def keys_of(shop: str) -> tuple[bytes, ...]:
            if shop not in known:
                known[shop] = self._keys_of(shop)
            return known[shop]

        return Links(keys_of, self._now, self._held_of)

    def make(self, link: Link, *, days: int) -> str:
        """Make the token of a link.

        Args:
            link: What it says.
            days: For how many days it is valid.
        """
        until = int((self._now() + dt.timedelta(days=days)).timestamp())
        said = [link.shop, link.who.hex, until, link.purpose, link.channel, link.message_id, link.text_version]
        while said[-1] is None:
            said.pop()
        token: str = self.signer(link.shop, link.use).dumps(said)
        return token

    def read(self, token: str, use: Use) -> Link:
        """Read a token that came back.

        Raises:
            InvalidError: It is forged, of another use, or expired.
        """
        from itsdangerous import BadData

        claimed = claimed_by(token)
        # Which key it is to be signed with, it says itself; nothing of it is believed before that is checked.
        try:
            said = self.reader(claimed[0] if claimed else None, use).loads(token)
        except BadData as error:
            raise InvalidError.of("link", _GONE) from error
        return self._link(said, use)

    def _link(self, said: list[Any], use: Use) -> Link:
        shop, who, until, *more = said
        if until < self._now().timestamp():
            raise InvalidError.of("link", _GONE)
        purpose, channel, message_id, text_version = (*more, None, None, None, None)[:4]
        return Link(
            use=use, shop=shop, who=UUID(hex=who), purpose=purpose, channel=channel, message_id=message_id,
            text_version=text_version,
        )  # fmt: skip

    def signer(self, shop: str, use: str) -> Any:
        """Give what signs for a use, with every active key of a shop.

        Args:
            shop: Its key.
            use: What is signed; nothing signed for one use is taken for another.
        """
        return _serializer(self._keys_of(shop), use)

    def reader(self, shop: Any, use: str) -> Any:
        """Give what reads what was signed for a use, by a shop that a token names itself; nothing is made for it.

        Args:
            shop: As the token says it.
            use: What was signed.

        Raises:
            InvalidError: There is no such shop, or it never signed anything.
        """
        keys = self._held_of(check_shop(shop))
        if not keys:
            raise InvalidError.of("link", _GONE)
        return _serializer(keys, use)


def claimed_by(token: Any) -> list[Any]:
    """Give what a token says, its signature not checked; nothing where it says nothing.

    >>> claimed_by("forged")
    []
    """
    from itsdangerous import BadData, URLSafeSerializer

    if not isinstance(token, str) or len(token) > _LONGEST or not token.isascii():
        return []
    try:
        claimed = URLSafeSerializer("").load_payload(token.rpartition(".")[0].encode())
    except BadData:
        return []
    return claimed if isinstance(claimed, list) else []


def _serializer(keys: tuple[bytes, ...], use: str) -> Any:
    import hashlib

    from itsdangerous import URLSafeSerializer

    settings = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer([*reversed(keys)], salt=f"ecrm.{use}", signer_kwargs=settings)
