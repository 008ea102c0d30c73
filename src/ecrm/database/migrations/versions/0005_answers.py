"""What results of surveys are read by: how far each invitation was answered, and the answers on the log by time."""

import sqlalchemy as sa
from alembic import op

from ecrm.database.types import Key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("ecrm_survey_invitation", sa.Column("reached", Key(), nullable=True))
    is_answer = sa.text("kind = 'Survey Answered'")
    op.create_index(
        "ecrm_interaction_survey_ix", "ecrm_interaction", ["shop", "at"], unique=False,
        sqlite_where=is_answer, postgresql_where=is_answer,
    )  # fmt: skip
