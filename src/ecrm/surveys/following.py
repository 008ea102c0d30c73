"""How what surveys keep follows customers: merged or parted, exported, erased."""

from __future__ import annotations

from ecrm.hookspecs import Follower
from ecrm.surveys.tables.invitation import SURVEY_INVITATION
from ecrm.surveys.tables.partial import SURVEY_PARTIAL

__all__ = ["survey_followers"]


def survey_followers() -> tuple[Follower, ...]:
    """Give how invitations, and answers that are not finished, follow customers."""
    return (
        Follower.by_profile(SURVEY_INVITATION.name),
        Follower.by_profile(SURVEY_PARTIAL.name, customer=None),
    )
