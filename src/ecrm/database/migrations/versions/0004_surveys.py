"""What surveys keep: versions, what runs, invitations, answers that are not finished; and what is known by them."""

import sqlalchemy as sa
from alembic import op

from ecrm.database.types import Id, Instant, Json, Key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the columns of facts."""
    _make_survey()
    _make_invitation()
    _make_partial()
    _make_run()
    _add_facts()


def _make_survey() -> None:
    op.create_table(
        "ecrm_survey",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "key", "version", name="ecrm_survey_pk"),
    )


def _make_invitation() -> None:
    table = "ecrm_survey_invitation"
    op.create_table(
        table,
        sa.Column("shop", Key(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("profile_id", Id(), nullable=True),
        sa.Column("customer_id", Id(), nullable=True),
        sa.Column("survey", Key(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("run", Key(), nullable=True),
        sa.Column("cause", Id(), nullable=False),
        sa.Column("order_id", Key(), nullable=True),
        sa.Column("location_id", Key(), nullable=True),
        sa.Column("state", Key(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("viewed_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("reminders", sa.BigInteger(), nullable=False),
        sa.Column("message_id", Id(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "id", name="ecrm_survey_invitation_pk"),
    )
    op.create_index(f"{table}_cause_uq", table, ["shop", "cause"], unique=True)
    op.create_index(f"{table}_customer_ix", table, ["shop", "customer_id", "asked_at"], unique=False)
    op.create_index(f"{table}_profile_ix", table, ["shop", "profile_id"], unique=False)
    op.create_index(f"{table}_run_ix", table, ["shop", "survey", "state"], unique=False)
    is_due, is_asked = sa.text("due_at IS NOT NULL"), sa.text("state = 'asked'")
    op.create_index(
        f"{table}_due_ix", table, ["due_at", "id"], unique=False, sqlite_where=is_due, postgresql_where=is_due
    )
    op.create_index(
        f"{table}_asked_ix", table, ["message_id"], unique=False, sqlite_where=is_asked, postgresql_where=is_asked
    )


def _make_partial() -> None:
    op.create_table(
        "ecrm_survey_partial",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("invitation_id", Id(), nullable=False),
        sa.Column("profile_id", Id(), nullable=True),
        sa.Column("answers", Json(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "invitation_id", name="ecrm_survey_partial_pk"),
    )
    op.create_index("ecrm_survey_partial_profile_ix", "ecrm_survey_partial", ["shop", "profile_id"], unique=False)


def _make_run() -> None:
    op.create_table(
        "ecrm_survey_run",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("survey", Key(), nullable=False),
        sa.Column("state", Key(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("plan", Json(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("page_after", Id(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "name", name="ecrm_survey_run_pk"),
    )


def _add_facts() -> None:
    table = "ecrm_fact"
    for name in ("surveys_sent_count", "surveys_answered_count"):
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column("surveys_last_answered_at", Instant(), nullable=True))
    for name in ("nps_last_score", "csat_last_score", "ces_last_score"):
        op.add_column(table, sa.Column(name, sa.Float(), nullable=True))
        op.add_column(table, sa.Column(f"{name}_at", Instant(), nullable=True))
        op.add_column(table, sa.Column(f"{name}_key", Key(), nullable=True))
