"""Canaries: values nobody else has, put into every declared field, and the forms in which they are sought.

`Vault` is a plugin with a table, a fact, an event kind, a reaction, a timer that works and one that fails.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import urllib.parse
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ecrm import CRM, Actor, Money, Who, events
from ecrm.effects import Keep, Note, SetTimer, Suggest, Tag
from ecrm.hookspecs import Fact, Follower, Id, Key, Reaction, Tables, Timer, hookimpl
from ecrm.interactions.events.shape import shape_of
from ecrm.messages import Content, Transactional
from ecrm.values.personal import personal

NAME = "Zqxcanary Ünlüşahin"
EMAIL = "zqx-canary@example.com"
PHONE = "+905329876543"
ACCOUNT, CARD, HANDLE, VISITOR = "zqxaccount77", "zqxcard77", "@zqxhandle", "zqxvisitor77"
WORD = "zqxword77"
AYSE = Who(
    email=EMAIL, phone=PHONE, user_id=ACCOUNT, card=CARD, handle=HANDLE, anonymous_id=VISITOR, source="web"
)  # fmt: skip
VALUES = (EMAIL, PHONE, PHONE[1:], "05329876543", ACCOUNT, CARD, HANDLE, VISITOR, WORD, NAME)
CANARIES = ("zqx", "9876543", "Ünlüşahin", "77zqx")
AT = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)

_HELD = sa.MetaData()
VAULT = sa.Table(
    "ecrm_vault_secret",
    _HELD,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("said", sa.Text, info=personal("content", "keep what was said")),
)


@events.kind
class VaultOpened(events.Event):
    """Say that a vault was opened."""

    NAME = "Vault Opened"

    said: events.Prose | None = None


def _told(interaction, ask):
    said = interaction.properties.get("said", "")
    yield Keep("vault.word", said)


def _acts(interaction, ask):
    said = interaction.properties.get("said", "")
    yield SetTimer("vault_late", key=said, at=interaction.at + dt.timedelta(days=9_000), details={"said": said})
    yield SetTimer("vault_now", key=said, at=interaction.at, details={"said": said})
    yield Tag(said)
    yield Note(f"note {said}")
    yield Suggest(Who(email="other@example.org"), because=f"because {said}")


def _fails(due, ask):
    raise ValueError(due.details["said"])


class Vault:
    """The plugin."""

    name = "vault"

    @hookimpl
    def register_tables(self):
        return [Tables(_HELD)]

    @hookimpl
    def register_followers(self):
        return [Follower(VAULT.name, lambda *_: None)]

    @hookimpl
    def register_event_kinds(self):
        return [VaultOpened]

    @hookimpl
    def register_facts(self):
        newest = Fact("vault.last", "text", "word", "The newest word.", "last", [VaultOpened.NAME], field="said")
        days = Fact("vault.days", "integer", "days", "Days with a word.", "days", [VaultOpened.NAME])
        return [Fact("vault.word", "text", "word", "The word.", "kept"), newest, days]

    @hookimpl
    def register_reactions(self):
        kinds = [VaultOpened.NAME]
        return [Reaction("vault_keep", _told, kinds=kinds, keeps=["vault.word"]), Reaction("vault", _acts, kinds=kinds)]

    @hookimpl
    def register_timers(self):
        return [Timer("vault_late", lambda *_: ()), Timer("vault_now", _fails)]


_HELD_BY_RULE: dict[str, Any] = {
    "text": f"Text {WORD}",
    "id": WORD,
    # The shop's own vocabulary: a purpose, a template, a priority. The audit tells of purposes.
    "word": "own",
    "currency": "TRY",
    "direction": "in",
    "whole": 1,
    "seconds": 1,
    "boolean": True,
    "decimal": Decimal(1),
    "quantity": 1,
    "money": Money("10.00", "TRY"),
    "time": AT,
    "day": dt.date(1990, 1, 1),
    "texts": (f"Text {WORD}",),
    "open": {WORD: {"inner": [WORD]}},
}


def full(kind: type[Any], place: int, **envelope: Any) -> Any:
    """Make an event, or a value inside one, with something of the person in every field that can hold it."""
    given = {part.name: _value(kind, part, place) for part in shape_of(kind).parts if part.is_own or not envelope}
    return kind(**given, **envelope)


def _value(kind: type[Any], part: Any, place: int) -> Any:
    if part.rule.item is not None:
        return (full(part.rule.item, place),)
    if part.rule.name == "id":
        return f"{WORD}-{place}"
    return _HELD_BY_RULE[part.rule.name]


def every_event(way: str) -> Iterator[Any]:
    """Give one of every kind, all of the person, as told one way."""
    for place, kind in enumerate([*events.CORE, VaultOpened]):
        if kind is not events.InteractionVoided:
            yield full(
                kind, place, customer=AYSE, at=AT, channel="web", source=f"till-{way}", source_id=f"{WORD}-{place}",
                actor=Actor.staff("ali"), campaign={"utm": WORD}, context={"ip": WORD, "userAgent": f"Text {WORD}"},
            )  # fmt: skip
    yield events.Custom(f"Own {way}", {"said": [WORD]}, customer=AYSE, at=AT, source_id=f"{WORD}-own-{way}")


def live(crm: CRM) -> None:
    """Let the person live: every kind by every way, merged, parted, waiting, rejected, parked, in a plugin's table."""
    crm.customers.declare("mood", "text")
    crm.customers.upsert("other@example.org", language="tr")
    for event in every_event("record"):
        crm.record(event)
    crm.record_many(every_event("many"))
    for event in every_event("emit"):
        crm.emit(event)
    crm.work()
    crm.record(VaultOpened(said=WORD, customer=AYSE))
    crm.customers.upsert(AYSE, name=NAME, birthday="1990-01-01", mood=WORD)
    crm.customers.tag(AYSE, WORD)
    crm.customers.note(AYSE, f"Text {WORD}")
    wrong = crm.record(VaultOpened(said=WORD, customer=AYSE, source_id=f"{WORD}-wrong"))
    crm.void(wrong, because=f"Text {WORD}")
    _join(crm)
    crm.consent.grant(AYSE, "marketing", "email", method=f"form {WORD}", evidence={"ip": WORD})
    note = Content(text=f"Text {WORD}")
    crm.messages.send(Transactional(to=AYSE, purpose="order_updates", reason=f"Text {WORD}", content=note))
    crm.work()
    customer = crm.customers.find(AYSE)
    with crm.database.write() as transaction:
        transaction.core(VAULT.insert().values(shop=crm.shop.key, customer_id=customer.id, said=WORD))
    crm.emit(events.StoreVisited(text=WORD, customer=AYSE, at=dt.datetime(2026, 1, 1)))  # noqa: DTZ001 - rejected
    crm.work()
    crm.emit(events.StoreVisited(text=WORD, customer=Who(phone="0532 987 65 43"), source_id="waiting"))
    crm.privacy.open_request("access", AYSE, evidence=f"mail {WORD}")


def _join(crm: CRM) -> None:
    for number in (1, 2):
        other = crm.customers.upsert(Who(card=f"555000{number}"), language="tr")
        merge = crm.customers.merge(AYSE, other.id, because=f"Text {WORD}")
        if number == 1:
            crm.customers.unmerge(merge.id)


def forms() -> dict[str, bytes]:
    """Give what is sought, by what it is: plain in any case, and encoded as somebody might have kept it."""
    found = {f"plain {canary}": canary.lower().encode() for canary in CANARIES}
    for value in VALUES:
        raw = value.encode()
        for name, text in (("as it is", raw), ("lower", value.lower().encode())):
            found[f"hex {name} {value}"] = text.hex().encode()
            found[f"url {name} {value}"] = urllib.parse.quote(text, safe="").encode()
            for start in range(3):
                found[f"base64 {name} {start} {value}"] = _inner_base64(text, start)
            for hashed in ("md5", "sha1", "sha256"):
                digest = hashlib.new(hashed, text).digest()
                found[f"{hashed} {name} {value}"] = digest.hex().encode()
                found[f"{hashed} {name} {value}, raw"] = digest
        found[f"json {value}"] = json.dumps(value).strip('"').encode()
    return found


def _inner_base64(text: bytes, start: int) -> bytes:
    # Wherever it begins in what was encoded, the letters in its middle are the same.
    encoded = base64.b64encode(b"\0" * start + text + b"\0" * 3)
    return encoded[4 if start else 0 : (start + len(text)) // 3 * 4]


def dump(crm: CRM) -> dict[str, bytes]:
    """Give everything there is, by where: every table, and the bytes of a SQLite file and what lies beside it."""
    with crm.database.read() as transaction:
        names = sorted(sa.inspect(transaction.connection).get_table_names())
        found = {name: _text(transaction.run(f'SELECT * FROM "{name}"').fetchall()) for name in names}  # noqa: S608
    if crm.database.path is not None:
        for file in Path(crm.database.path).parent.glob(Path(crm.database.path).name + "*"):
            found[file.name] = file.read_bytes()
    return found


def sought(crm: CRM) -> set[str]:
    """Give where something of the person is left, and in which form."""
    wanted = forms()
    found = set()
    for where, content in dump(crm).items():
        folded = content.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")
        found |= {f"{where}: {name}" for name, form in wanted.items() if form in content or form in folded}
    return found


def _text(rows: list[Any]) -> bytes:
    return b"\n".join(_bytes(value) for row in rows for value in row)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "replace")
