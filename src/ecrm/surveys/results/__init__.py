"""Results of surveys: counted from the answers on the log when they are asked for, and frozen."""

from ecrm.surveys.results.invited import Invited, Stop
from ecrm.surveys.results.question import (
    Bin,
    ChoiceResult,
    DateResult,
    MatrixResult,
    NumberResult,
    QuestionResult,
    RankingResult,
    ScaleResult,
    ValueResult,
)
from ecrm.surveys.results.results import Results
from ecrm.surveys.results.verbatim import Verbatim

__all__ = [
    "Bin",
    "ChoiceResult",
    "DateResult",
    "Invited",
    "MatrixResult",
    "NumberResult",
    "QuestionResult",
    "RankingResult",
    "Results",
    "ScaleResult",
    "Stop",
    "ValueResult",
    "Verbatim",
]
