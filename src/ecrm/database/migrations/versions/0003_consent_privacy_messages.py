"""What consent, privacy and messages keep: the ledger, the audit, requests, marks of who was erased, messages."""

import sqlalchemy as sa
from alembic import op

from ecrm.database.types import Day, Id, Instant, Json, Key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_audit()
    _make_consent()
    _make_consent_text()
    _make_consent_void()
    _make_deployment()
    _make_erased()
    _make_key()
    _make_line()
    _make_message()
    _make_message_receipt()
    _make_privacy_request()
    _make_purpose()
    _make_suppression()
    _make_template()
    _make_tombstone()


def _make_audit() -> None:
    op.create_table(
        "ecrm_audit",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("action", Key(), nullable=False),
        sa.Column("subject_id", Id(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "number", name="ecrm_audit_pk"),
    )
    op.create_index("ecrm_audit_subject_ix", "ecrm_audit", ["shop", "subject_id", "number"], unique=False)


def _make_consent() -> None:
    op.create_table(
        "ecrm_consent",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("purpose", Key(), nullable=False),
        sa.Column("channel", Key(), nullable=True),
        sa.Column("status", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("covers", Json(), nullable=False),
        sa.Column("text_version", Key(), nullable=True),
        sa.Column("text_hash", Key(), nullable=True),
        sa.Column("source", Key(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("evidence", Json(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "profile_id", "id", name="ecrm_consent_pk"),
    )


def _make_consent_text() -> None:
    op.create_table(
        "ecrm_consent_text",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("purpose", Key(), nullable=False),
        sa.Column("version", Key(), nullable=False),
        sa.Column("language", Key(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "purpose", "version", "language", name="ecrm_consent_text_pk"),
    )


def _make_consent_void() -> None:
    op.create_table(
        "ecrm_consent_void",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("entry_id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "profile_id", "entry_id", name="ecrm_consent_void_pk"),
    )


def _make_deployment() -> None:
    op.create_table(
        "ecrm_deployment",
        sa.Column("name", Key(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("adopted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="ecrm_deployment_pk"),
    )


def _make_erased() -> None:
    op.create_table(
        "ecrm_erased",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("currency", Key(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "day", "currency", name="ecrm_erased_pk"),
    )


def _make_key() -> None:
    op.create_table(
        "ecrm_key",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("use", Key(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "use", name="ecrm_key_pk"),
    )


def _make_line() -> None:
    op.create_table(
        "ecrm_line",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("channel", Key(), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rests_until", Instant(), nullable=True),
        sa.Column("free_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "channel", name="ecrm_line_pk"),
    )


def _make_message() -> None:
    op.create_table(
        "ecrm_message",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("purpose", Key(), nullable=False),
        sa.Column("is_commercial", sa.Boolean(), nullable=False),
        sa.Column("wanted", Key(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("channel", Key(), nullable=True),
        sa.Column("address_kind", Key(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("authorised_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("provider_id", Key(), nullable=True),
        sa.Column("trail", Json(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "id", name="ecrm_message_pk"),
    )
    op.create_index("ecrm_message_customer_ix", "ecrm_message", ["shop", "customer_id", "authorised_at"], unique=False)
    op.create_index(
        "ecrm_message_due_ix",
        "ecrm_message",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ecrm_message_leased_ix",
        "ecrm_message",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index("ecrm_message_profile_ix", "ecrm_message", ["shop", "profile_id"], unique=False)
    op.create_index(
        "ecrm_message_provider_ix",
        "ecrm_message",
        ["shop", "provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )


def _make_message_receipt() -> None:
    op.create_table(
        "ecrm_message_receipt",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("message_id", Id(), nullable=False),
        sa.Column("interaction_id", Id(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("status", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("is_weak", sa.Boolean(), nullable=False),
        sa.Column("reason", Key(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "message_id", "interaction_id", name="ecrm_message_receipt_pk"),
    )
    op.create_index("ecrm_message_receipt_profile_ix", "ecrm_message_receipt", ["shop", "profile_id"], unique=False)


def _make_privacy_request() -> None:
    op.create_table(
        "ecrm_privacy_request",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("law", Key(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "id", name="ecrm_privacy_request_pk"),
    )
    op.create_index("ecrm_privacy_request_due_ix", "ecrm_privacy_request", ["shop", "state", "due_at"], unique=False)


def _make_purpose() -> None:
    op.create_table(
        "ecrm_purpose",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("declared", Json(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "name", name="ecrm_purpose_pk"),
    )


def _make_suppression() -> None:
    op.create_table(
        "ecrm_suppression",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("value", Key(), nullable=False),
        sa.Column("reason", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "value", name="ecrm_suppression_pk"),
    )


def _make_template() -> None:
    op.create_table(
        "ecrm_template",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("channel", Key(), nullable=False),
        sa.Column("language", Key(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "name", "channel", "language", "version", name="ecrm_template_pk"),
    )


def _make_tombstone() -> None:
    op.create_table(
        "ecrm_tombstone",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("hmac", Key(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "hmac", name="ecrm_tombstone_pk"),
    )
