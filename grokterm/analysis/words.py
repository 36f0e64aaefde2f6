"""Statistics as text: the one way in which tables, screens and sentences write a p, a ratio and an interval."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grokterm.analysis.bootstrap import Ratio
from grokterm.analysis.survival import Median
from grokterm.record import Past

MISSING = "–"


def over_time(fields: Mapping[str, Any], past: Sequence[Past]) -> dict[str, Any]:
    """The fields of an arm, those that a fork has changed as a text: `1.0, from step 500 3.0`."""
    told = dict(fields)
    for name in dict.fromkeys(name for part in past for name in part.values):
        parts = [part for part in past if name in part.values]
        values = [*(part.values[name] for part in parts), fields.get(name)]
        words = [MISSING if value is None else str(value) for value in values]
        later = (f"from step {part.until} {word}" for part, word in zip(parts, words[1:], strict=True))
        told[name] = ", ".join((words[0], *later))
    return told


def p_value(p: float) -> str:
    """A p in two digits: `0.029`, `< 0.001`; a dash where there is none."""
    return MISSING if math.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.2g}"


def p_words(p: float) -> str:
    """The same in a sentence: `p = 0.029`, `p < 0.001`."""
    value = p_value(p)
    return "p not computable" if value == MISSING else f"p {value}" if value.startswith("<") else f"p = {value}"


def factor(value: float) -> str:
    """A ratio of times in two digits or all whole ones: `0.41`, `2.8`, `26`; a dash where there is none."""
    if math.isnan(value):
        return MISSING
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def speed_up(ratio: Ratio | None) -> str:
    """`2.8`, or `≥ 2.8` where only a bound is known; `1` for the arm that the others are measured against."""
    if ratio is None:
        return "1"
    if ratio.value > 0 or math.isnan(ratio.at_least):
        return factor(ratio.value)
    return f"≥ {factor(ratio.at_least)}"


def step_count(value: float) -> str:
    """A step, exact and grouped: `25,000`; a dash where it isn't reached."""
    return f"{value:,.0f}" if math.isfinite(value) else MISSING


def median_words(median: Median, lost: bool = False) -> str:
    """A median with its interval: `825 (775 to ∞)`; `not reached`, with a lower end where one is known.

    Args:
        lost: part of the record is, so that it isn't known whether it was reached.
    """
    if lost and not math.isfinite(median.value):
        return "not known"
    value = step_count(median.value) if math.isfinite(median.value) else "not reached"
    return value + _span(median.low, median.high, step_count)


def speed_up_words(ratio: Ratio | None) -> str:
    """A speed-up with its interval: `2.8 (1.9 to ∞)`."""
    return speed_up(ratio) + ("" if ratio is None else _span(ratio.low, ratio.high, factor))


def _span(low: float, high: float, show: Callable[[float], str]) -> str:
    if math.isnan(low) and math.isnan(high):
        return ""
    return f" ({show(low) if low == low else '0'} to {show(high) if high == high else '∞'})"


def interval_words(low: float, high: float, show: Callable[[float], str]) -> str:
    """A 95 % interval in a sentence: open ends are said to be open."""
    if math.isnan(low) and math.isnan(high):
        return "no 95 % interval"
    if math.isnan(high):
        return f"95 % from {show(low)}, open above"
    return f"95 % up to {show(high)}" if math.isnan(low) else f"95 % {show(low)} to {show(high)}"


def listed(things: Sequence[object]) -> str:
    """a, b and c."""
    words = [str(thing) for thing in things]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
