"""The first tables; a new database gets them whole, so that this revision only marks the beginning."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do nothing: no database was ever made without the tables of this revision."""
