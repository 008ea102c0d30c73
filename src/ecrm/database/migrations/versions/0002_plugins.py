"""What plugins need: reactions and timers, sources, facts by the day, and what shops set for them."""

import sqlalchemy as sa
from alembic import op

from ecrm.database.types import Day, Id, Instant, Json, Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let an inbox row say what translating it needs."""
    op.add_column("ecrm_inbox", sa.Column("context", Json(), nullable=True))
    _make_effect()
    _make_fact_day()
    _make_option()
    _make_parked()
    _make_reaction()
    _make_source()
    _make_stale()
    _make_suggestion()
    _make_timer()


def _make_effect() -> None:
    op.create_table(
        "ecrm_effect",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("reaction", Key(), nullable=False),
        sa.Column("cause_id", Id(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("kind", Key(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "reaction", "cause_id", "name", name="ecrm_effect_pk"),
    )
    op.create_index("ecrm_effect_profile_ix", "ecrm_effect", ["shop", "profile_id"], unique=False)


def _make_fact_day() -> None:
    op.create_table(
        "ecrm_fact_day",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("fact", Key(), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", "fact", "day", name="ecrm_fact_day_pk"),
    )


def _make_option() -> None:
    op.create_table(
        "ecrm_option",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("plugin", Key(), nullable=False),
        sa.Column("name", Key(), nullable=False),
        sa.Column("value", Json(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "plugin", "name", name="ecrm_option_pk"),
    )


def _make_parked() -> None:
    op.create_table(
        "ecrm_parked",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("shop", Key(), nullable=False),
        sa.Column("reaction", Key(), nullable=False),
        sa.Column("cause_id", Id(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("due", Json(), nullable=True),
        sa.Column("state", Key(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="ecrm_parked_pk"),
        sqlite_autoincrement=True,
    )
    op.create_index("ecrm_parked_cause_uq", "ecrm_parked", ["shop", "reaction", "cause_id"], unique=True)
    op.create_index("ecrm_parked_next_ix", "ecrm_parked", ["state", "next_try_at"], unique=False)
    op.create_index("ecrm_parked_profile_ix", "ecrm_parked", ["shop", "profile_id"], unique=False)


def _make_reaction() -> None:
    op.create_table(
        "ecrm_reaction",
        sa.Column("name", Key(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("was_left", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("trying", sa.BigInteger(), nullable=True),
        sa.Column("trials", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rest_until", Instant(), nullable=True),
        sa.Column("stumbles", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="ecrm_reaction_pk"),
    )


def _make_source() -> None:
    op.create_table(
        "ecrm_source",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("source", Key(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("pulled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("shop", "source", name="ecrm_source_pk"),
    )


def _make_stale() -> None:
    op.create_table(
        "ecrm_stale",
        sa.Column("reaction", Key(), nullable=False),
        sa.Column("shop", Key(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("mark", Id(), nullable=False),
        sa.PrimaryKeyConstraint("reaction", "shop", "customer_id", name="ecrm_stale_pk"),
    )


def _make_suggestion() -> None:
    op.create_table(
        "ecrm_suggestion",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("a", Id(), nullable=False),
        sa.Column("b", Id(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "a", "b", name="ecrm_suggestion_pk"),
    )


def _make_timer() -> None:
    op.create_table(
        "ecrm_timer",
        sa.Column("shop", Key(), nullable=False),
        sa.Column("timer", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("profile_id", Id(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("decided_by", Id(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("fired_at", Instant(), nullable=True),
        sa.Column("trials", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "timer", "key", name="ecrm_timer_pk"),
    )
    op.create_index(
        "ecrm_timer_due_ix",
        "ecrm_timer",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL AND fired_at IS NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL AND fired_at IS NULL"),
    )
    op.create_index("ecrm_timer_profile_ix", "ecrm_timer", ["shop", "profile_id"], unique=False)
