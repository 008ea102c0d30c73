"""Everything that is kept is declared: personal, and what for, or not."""

from __future__ import annotations

from typing import Annotated

import pytest
import sqlalchemy as sa

from ecrm import CRM, events
from ecrm.consent.projecting import consent_followers
from ecrm.database.metadata import METADATA
from ecrm.hookspecs import Id, Key
from ecrm.interactions.events import Kinds
from ecrm.messages.projecting import message_followers
from ecrm.privacy.declared import Declared, columns, envelope, fields, undeclared
from ecrm.privacy.registering import all_tables
from ecrm.privacy.tables.held import HELD
from ecrm.surveys.following import survey_followers
from ecrm.values.personal import IMPERSONAL, Personal, impersonal, personal

# These hold nobody's rows; each says why.
OF_NOBODY = {
    "ecrm_shop": "what a shop has set",
    "ecrm_option": "what a shop has set",
    "ecrm_key": "keys",
    "ecrm_source": "how far a source was pulled",
    "ecrm_reaction": "how far a reaction has read",
    "ecrm_cursor": "how far an inbox was read",
    "ecrm_attribute": "which attributes there are",
    "ecrm_tombstone": "marks that nobody reads",
    "ecrm_erased": "totals of nobody",
    "ecrm_audit": "ids alone; it is evidence and stays",
    "ecrm_inbox": "raw bodies: erased by what they say",
    "ecrm_purpose": "what a shop does, and why",
    "ecrm_consent_text": "what everybody reads",
    "ecrm_survey": "what everybody is asked",
    "ecrm_survey_run": "how a survey is asked",
    "ecrm_template": "what is said to everybody",
    "ecrm_line": "how a channel does",
    "ecrm_deployment": "where the database is",
    "ecrm_privacy_request": "ids, and evidence that is blanked",
}
CONTENT = Personal("content", "answer the customer")


def test_every_field_of_every_event_and_every_column_of_every_table_is_declared(sqlite_url):
    with CRM(sqlite_url) as crm:
        assert undeclared(crm.kinds, all_tables(crm._core.privacy)) == []


def test_every_table_of_the_core_is_erased_from_or_holds_nobody():
    held = {one.table.name for one in HELD}
    held |= {follower.table for follower in (*consent_followers(), *message_followers(), *survey_followers())}
    assert set(METADATA.tables) - held - set(OF_NOBODY) == set(), "add it to HELD, or give it a Follower"
    assert held & set(OF_NOBODY) == set()


def test_every_column_with_an_id_of_somebody_is_looked_at_when_they_are_erased():
    named = {(one.table.name, name) for one in HELD for name in one.names}
    people = {"customer_id", "profile_id"}
    ids = {(one.table.name, column.name) for one in HELD for column in one.table.columns if column.name in people}
    assert ids <= named


@events.kind
class Wrapped(events.Event):
    """Say that a gift was wrapped."""

    NAME = "Gift Wrapped"

    paper: events.Label | None = None
    wish: events.Prose | None = None
    own: Annotated[events.Text, CONTENT] | None = None
    silent: events.Text | None = None
    texts: events.Texts = ()
    when: events.Birthday | None = None
    pieces: int = 1
    products: tuple[events.Product, ...] = ()


def test_words_that_say_nothing_of_themselves_are_found():
    assert undeclared([Wrapped], []) == ["Gift Wrapped.silent", "Gift Wrapped.texts"]


def test_what_a_field_declares_is_read_by_its_name_on_the_wire():
    told = {one.where: one.personal for one in fields([Wrapped])}
    assert told["Gift Wrapped.paper"] is None
    assert told["Gift Wrapped.own"] == CONTENT
    assert told["Gift Wrapped.pieces"].category == "activity"
    assert told["Gift Wrapped.products.sku"].category == "activity"
    assert told["Gift Wrapped.products.name"] is None
    assert "Gift Wrapped.silent" not in told


def test_an_annotation_with_a_declaration_is_checked_as_without():
    with pytest.raises(ValueError, match="own"):
        Wrapped(own=5)
    again = events.from_wire(events.to_wire(Wrapped(own="a", wish="b")), Kinds.core().with_kinds([Wrapped]))
    assert (again.own, again.wish) == ("a", "b")


def test_columns_that_can_hold_words_must_say_so():
    table = sa.Table(
        "ecrm_acme_note", sa.MetaData(),
        sa.Column("shop", Key, primary_key=True), sa.Column("customer_id", Id, primary_key=True),
        sa.Column("said", sa.Text), sa.Column("colour", Key, info=impersonal()), sa.Column("count", sa.Integer),
        sa.Column("mood", sa.Text, info=personal("profile", "know the customer")),
    )  # fmt: skip
    assert undeclared([], [table]) == ["ecrm_acme_note.said"]
    mood = Personal("profile", "know the customer")
    assert list(columns([table])) == [Declared("ecrm_acme_note.colour", None), Declared("ecrm_acme_note.mood", mood)]
    assert IMPERSONAL.__class__() == IMPERSONAL


def test_the_envelope_says_whom_it_names_and_where_it_came_from():
    told = {one.where: one.personal for one in envelope()}
    assert told["customer.phone"].mask == "phone"
    assert (told["actor.id"].category, told["context"].category) == ("staff", "device")
    assert told["customer.source"] is None
