"""What answers say, and how sure that is: pure functions over counts and rows, frozen results.

Nothing here asks a database or a clock. Each estimate comes with its interval, and says so where there is too little.
"""

from __future__ import annotations

from ecrm.surveys.scoring.band import SCALES, ScoreScale, band_of, scale_of
from ecrm.surveys.scoring.comparison import difference, difference_of_estimates, difference_of_means, is_clear
from ecrm.surveys.scoring.counts import Bar, Counts, Moments, distribution
from ecrm.surveys.scoring.driver import Driver, key_drivers, pairs_of, rank_correlation
from ecrm.surveys.scoring.followed import ASKED, NOT_ASKED, Followed, Happening
from ecrm.surveys.scoring.followup import Outcome, SaidVersusDid, said_versus_did
from ecrm.surveys.scoring.interval import LEVEL, Estimate, Interval
from ecrm.surveys.scoring.mean import mean_of_amounts, mean_on_scale
from ecrm.surveys.scoring.netpromoter import NpsScore, nps, nps_difference, nps_of_bands
from ecrm.surveys.scoring.period import PERIODS, Point, period_of, scored, trend
from ecrm.surveys.scoring.proportion import share
from ecrm.surveys.scoring.rating import Rating, ces, csat
from ecrm.surveys.scoring.survival import Curve, Step, kaplan_meier
from ecrm.surveys.scoring.verdict import Verdict, verdict_of

__all__ = [
    "ASKED",
    "LEVEL",
    "NOT_ASKED",
    "PERIODS",
    "SCALES",
    "Bar",
    "Counts",
    "Curve",
    "Driver",
    "Estimate",
    "Followed",
    "Happening",
    "Interval",
    "Moments",
    "NpsScore",
    "Outcome",
    "Point",
    "Rating",
    "SaidVersusDid",
    "ScoreScale",
    "Step",
    "Verdict",
    "band_of",
    "ces",
    "csat",
    "difference",
    "difference_of_estimates",
    "difference_of_means",
    "distribution",
    "is_clear",
    "kaplan_meier",
    "key_drivers",
    "mean_of_amounts",
    "mean_on_scale",
    "nps",
    "nps_difference",
    "nps_of_bands",
    "pairs_of",
    "period_of",
    "rank_correlation",
    "said_versus_did",
    "scale_of",
    "scored",
    "share",
    "trend",
    "verdict_of",
]
