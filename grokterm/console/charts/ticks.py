"""What ticks say: `0.6` and not `0.6000000001`, decades on a log axis. Where they are, `analysis` knows."""

import math
from dataclasses import dataclass
from itertools import pairwise

from grokterm import analysis


@dataclass(frozen=True)
class Tick:
    """A tick: where it is on the drawn axis (a logarithm on a log axis) and its label."""

    at: float
    label: str


def linear_ticks(low: float, high: float, most: int, whole: bool = False) -> tuple[Tick, ...]:
    """At most `most` ticks at round numbers inside [low, high], only at whole ones where `whole`."""
    values = analysis.linear_ticks(low, high, most, whole)
    return tuple(Tick(value, label) for value, label in zip(values, number_labels(values), strict=True))


def log_ticks(low: float, high: float, most: int, whole: bool = False) -> tuple[Tick, ...]:
    """Ticks for an axis that shows log10 of the data between `low` and `high` (both logarithms): decades, where it
    spans some, else finer; only whole numbers where `whole`."""
    if not (math.isfinite(high - low) and -300 < low <= high < 300):
        return ()
    values = analysis.log_ticks(10.0**low, 10.0**high, most, whole)
    exponents = [math.log10(value) for value in values]
    if all(_leading(value) for value in values):
        return tuple(Tick(at, _log_label(value)) for at, value in zip(exponents, values, strict=True))
    return tuple(Tick(at, label) for at, label in zip(exponents, number_labels(values), strict=True))


def time_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """At most `most` ticks for an axis of seconds: whole seconds, minutes, hours or days apart."""
    return tuple(Tick(value, time_label(value)) for value in analysis.time_ticks(low, high, most))


def log_time_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Ticks for an axis that shows log10 of seconds between `low` and `high` (both logarithms)."""
    values = analysis.log_time_ticks(10.0**low, 10.0**high, most)
    return tuple(Tick(math.log10(value), time_label(value)) for value in values)


def time_label(seconds: float) -> str:
    """`0.5s`, `40s`, `1m30`, `2h`, `1h30`, `3d`: as short as it can be said without loss."""
    if abs(seconds) < 60:
        return f"{seconds:.4g}s" if seconds else "0"
    for size, part, unit, digits in ((60, 1, "m", 2), (3600, 60, "h", 2), (86400, 3600, "d", 0)):
        if abs(seconds) < size * (60 if size < 3600 else 24 if size < 86400 else math.inf):
            whole, rest = divmod(round(seconds / part), size // part)
            return f"{whole}{unit}" + (f"{rest:0{digits}d}" if rest and digits else f"{rest}h" if rest else "")
    raise AssertionError(f"{seconds} is not a time")


def decade_label(exponent: int) -> str:
    """`0.01`, `1`, `10k` near one, `1e-6` and `1e12` far from it."""
    if -3 <= exponent < 0:
        return f"{10.0**exponent:.{-exponent}f}"
    if 0 <= exponent <= 8:
        return _grouped(10.0**exponent)
    return f"1e{exponent}"


def _log_label(value: float) -> str:
    """As the decade below it, with its own first digit: `0.02`, `5k`, `2e-6`."""
    digit, exponent = _leading(value)
    return decade_label(exponent).replace("1", str(digit), 1)


def _leading(value: float) -> tuple[int, int] | None:
    """The first digit, 1, 2 or 5, and its power of ten; None for a number that has more to it."""
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = value / 10.0**exponent
    digit = round(mantissa)
    return (digit, exponent) if digit in (1, 2, 5) and abs(mantissa - digit) < 1e-9 else None


def number_labels(values: tuple[float, ...]) -> list[str]:
    """Labels with the decimals that tell them apart and no more; thousands as `k`, millions as `M`."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest == 0:
        return ["0" for _ in values]
    step = min((abs(b - a) for a, b in pairwise(values)), default=largest)
    if largest < 1e-3 or largest >= 1e9:
        return ["0" if value == 0 else _scientific(value, step) for value in values]
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if largest >= size and step >= size / 10:
            decimals = _decimals([value / size for value in values])
            return ["0" if value == 0 else f"{value / size:.{decimals}f}{unit}" for value in values]
    decimals = _decimals(list(values))
    return ["0" if value == 0 else f"{value:.{decimals}f}" for value in values]


def _grouped(value: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.0f}{unit}"
    return f"{value:.0f}"


def _scientific(value: float, step: float) -> str:
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    decimals = max(0, exponent - math.floor(math.log10(step) + 1e-9))
    return f"{value / 10.0**exponent:.{min(decimals, 9)}f}e{exponent}"


def _decimals(values: list[float]) -> int:
    """How many decimals write every value without loss, up to a millionth of the largest."""
    slack = max(abs(value) for value in values) * 1e-6
    return next((d for d in range(12) if all(abs(round(v, d) - v) <= slack for v in values)), 12)
