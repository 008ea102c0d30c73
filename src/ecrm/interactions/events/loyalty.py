"""Points, tiers, coupons given out, referrals and draws.

Coupons entered at the checkout are in `checkout`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Label
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = [
    "CouponIssued",
    "CouponRedeemed",
    "CouponReserved",
    "DrawEntered",
    "DrawEvent",
    "DrawWon",
    "IssuedCouponEvent",
    "PointsEarned",
    "PointsEvent",
    "PointsExpired",
    "PointsRedeemed",
    "PointsReversed",
    "ReferralConverted",
    "TierChanged",
]


@kind
class PointsEvent(Event):
    """Be about points of one lot."""

    points: Decimal | int
    lot_id: Id | None = None
    order_id: Id | None = None
    expires_at: datetime | None = None
    reason: Label | None = None


@kind
class PointsEarned(PointsEvent):
    """Say that the customer earned points."""

    NAME: ClassVar[str] = "Points Earned"


@kind
class PointsRedeemed(PointsEvent):
    """Say that the customer used points."""

    NAME: ClassVar[str] = "Points Redeemed"


@kind
class PointsExpired(PointsEvent):
    """Say that points are no longer good."""

    NAME: ClassVar[str] = "Points Expired"


@kind
class PointsReversed(PointsEvent):
    """Say that points were taken back."""

    NAME: ClassVar[str] = "Points Reversed"


@kind
class TierChanged(Event):
    """Say that the customer is in another tier."""

    NAME: ClassVar[str] = "Tier Changed"
    WIRE: ClassVar[Mapping[str, str]] = {"from_tier": "from", "to_tier": "to"}

    from_tier: Label | None = None
    to_tier: Label | None = None
    reason: Label | None = None
    expires_at: datetime | None = None


@kind
class IssuedCouponEvent(Event):
    """Be about one coupon given to the customer."""

    coupon_id: Id
    coupon_name: Label | None = None
    campaign_id: Id | None = None
    order_id: Id | None = None
    discount: Money | None = None
    expires_at: datetime | None = None


@kind
class CouponIssued(IssuedCouponEvent):
    """Say that the customer was given a coupon."""

    NAME: ClassVar[str] = "Coupon Issued"


@kind
class CouponReserved(IssuedCouponEvent):
    """Say that a coupon is held for an order."""

    NAME: ClassVar[str] = "Coupon Reserved"


@kind
class CouponRedeemed(IssuedCouponEvent):
    """Say that a coupon was used."""

    NAME: ClassVar[str] = "Coupon Redeemed"


@kind
class ReferralConverted(Event):
    """Say that somebody the customer brought has bought."""

    NAME: ClassVar[str] = "Referral Converted"

    referral_id: Id | None = None
    referrer_id: Id | None = None
    referred_id: Id | None = None
    order_id: Id | None = None


@kind
class DrawEvent(Event):
    """Be about one draw; the commitment to its seed lets anybody check it."""

    draw_id: Id
    entry_id: Id | None = None
    seed_commitment: Label | None = None


@kind
class DrawEntered(DrawEvent):
    """Say that the customer takes part in a draw."""

    NAME: ClassVar[str] = "Draw Entered"


@kind
class DrawWon(DrawEvent):
    """Say that the customer won a draw."""

    NAME: ClassVar[str] = "Draw Won"

    prize: Label | None = None
    seed: Label | None = None
