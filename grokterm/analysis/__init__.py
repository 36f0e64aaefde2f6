"""Numbers out of records: curves, milestones, survival statistics, comparison. numpy and scipy only.

scipy is loaded by the functions that need it, so that a console can import this package at its start.
"""

from grokterm.analysis.axes import axis_values, log_time_ticks, time_ticks
from grokterm.analysis.bootstrap import Ratio, median_ratio
from grokterm.analysis.cache import SAME_TICK, Known, SummaryCache, settled
from grokterm.analysis.comparing import arms_of, compare, differing_fields, unreadable
from grokterm.analysis.comparison import ArmRow, Comparison, Pair
from grokterm.analysis.curves import Band, Curve, band
from grokterm.analysis.damage import damage
from grokterm.analysis.feed import CurveFeed
from grokterm.analysis.guesses import costs_words, guesses
from grokterm.analysis.reduce import ColumnBounds, Columns, column_bounds, linear_ticks, log_ticks, reduce_columns
from grokterm.analysis.results import RunResult, first_times, grok_times, run_results
from grokterm.analysis.smooth import smoothed
from grokterm.analysis.summary import ArmProgress, Summary, summarise
from grokterm.analysis.survival import (
    LogRank,
    Median,
    Sample,
    SurvivalCurve,
    holm,
    kaplan_meier_median,
    logrank,
    median_time,
    sample,
    survival_curve,
)
from grokterm.analysis.tables import long_table
from grokterm.analysis.words import over_time

__all__ = [
    "SAME_TICK",
    "ArmProgress",
    "ArmRow",
    "Band",
    "ColumnBounds",
    "Columns",
    "Comparison",
    "Curve",
    "CurveFeed",
    "Known",
    "LogRank",
    "Median",
    "Pair",
    "Ratio",
    "RunResult",
    "Sample",
    "Summary",
    "SummaryCache",
    "SurvivalCurve",
    "arms_of",
    "axis_values",
    "band",
    "column_bounds",
    "compare",
    "costs_words",
    "damage",
    "differing_fields",
    "first_times",
    "grok_times",
    "guesses",
    "holm",
    "kaplan_meier_median",
    "linear_ticks",
    "log_ticks",
    "log_time_ticks",
    "logrank",
    "long_table",
    "median_ratio",
    "median_time",
    "over_time",
    "reduce_columns",
    "run_results",
    "sample",
    "settled",
    "smoothed",
    "summarise",
    "survival_curve",
    "time_ticks",
    "unreadable",
]
