"""What the codes of mail servers say: why something came back, and whether for good."""

from __future__ import annotations

import re

import attrs

__all__ = ["MailStatus"]

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<!\d)([45]\d\d)(?!\d)")
_BY_DETAIL = {
    (1, 7): "account", (1, 8): "account", (2, 2): "limit", (2, 3): "content", (3, 4): "content", (4, 7): "expired",
    (5, 3): "limit", (7, 8): "account",
}  # fmt: skip
_BY_SUBJECT = {1: "address", 2: "address", 6: "content", 7: "blocked"}
_BY_REPLY = {
    421: "limit", 450: "limit", 451: "other", 452: "limit", 535: "account", 530: "account", 550: "address",
    551: "address", 552: "limit", 553: "address", 554: "blocked",
}  # fmt: skip
_PERMANENT = 5


@attrs.frozen
class MailStatus:
    """Be what a mail server says became of a message.

    Args:
        kind: 2 is taken, 4 is not now, 5 is never.
        reason: Why not: as of a Receipt.

    Source: RFC 3463 for enhanced codes, RFC 5321 section 4.2 for the others.

    >>> MailStatus.of(550, "5.7.1 Rejected as spam")
    MailStatus(kind=5, reason='blocked')
    """

    kind: int
    reason: str

    @classmethod
    def of(cls, code: int, said: str) -> MailStatus:
        """Read a reply.

        Args:
            code: Of three digits; 0 where the status alone is known.
            said: The text, which may begin with an enhanced code.

        >>> MailStatus.of(0, "4.2.2")
        MailStatus(kind=4, reason='limit')
        """
        found = _ENHANCED.search(said)
        kind = code // 100 if code else int(found[1]) if found else 0
        if found is None:
            return cls(kind, _BY_REPLY.get(code, "other"))
        subject, detail = int(found[2]), int(found[3])
        reason = _BY_DETAIL.get((subject, detail)) or _BY_SUBJECT.get(subject, "other")
        return cls(kind, reason)

    @classmethod
    def told(cls, status: str, diagnostic: str) -> MailStatus:
        """Read what a report says of a recipient: its status, and where that says little, the reply it quotes.

        >>> MailStatus.told("5.0.0", "smtp; 550 no such user")
        MailStatus(kind=5, reason='address')
        """
        read = cls.of(0, status)
        if read.reason != "other":
            return read
        reply = _REPLY.search(diagnostic)
        quoted = cls.of(int(reply[1]) if reply else 0, diagnostic)
        return cls(read.kind or quoted.kind, quoted.reason)

    @property
    def is_hard(self) -> bool:
        """Tell whether the address is not to be used again.

        >>> MailStatus.of(550, "5.1.1 no such user").is_hard, MailStatus.of(552, "5.2.2 full").is_hard
        (True, False)
        """
        return self.kind == _PERMANENT and self.reason == "address"
