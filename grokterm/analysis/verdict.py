"""A comparison in sentences. They say no more than the numbers do: what is not shown is called not shown."""

import math
from collections.abc import Callable, Sequence

from grokterm.analysis.bootstrap import Ratio
from grokterm.analysis.comparison import LEVEL, ArmRow, Contender, Pair, find_pair
from grokterm.spec import RunSpec

DECAY = "optimizer.weight_decay"


def verdict(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """One sentence for each arm but the first, or for the only one.

    "groks sooner" needs p (the larger of the log-rank p and its permutation form) at or below 0.05 after
    Holm's correction. Without the correction it is said of "these seeds" only. An arm that is as soon as a
    control is not credited with what sets it apart from that control.
    """
    if len(rows) == 1:
        return (_alone(rows[0]),)
    return tuple(_sentence(contenders, rows, tuple(pairs), i) for i in range(1, len(rows)))


def _alone(row: ArmRow) -> str:
    median = row.t_grok
    when = "has not reached its median t_grok" if math.isnan(median.value) else f"groks at {median.value:g}"
    interval = _interval(median.low, median.high, "{:g}".format)
    return f"{row.label} {when} ({interval}; {row.n_grokked} of {row.n} grokked)"


def _sentence(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: tuple[Pair, ...], i: int) -> str:
    first, row = rows[0], rows[i]
    pair = find_pair(pairs, first.label, row.label)
    so_far = "so far, " if first.n_running or row.n_running else ""
    if pair.strength == "untested":
        return f"{so_far}{row.label} can't be compared with {first.label}: {_why_not(first, row)}"
    numbers = _numbers(pair, first, row, pairs)
    if pair.strength == "none":
        return (
            f"{so_far}{row.label} can't be told apart from {first.label} in time to grok "
            f"(median ratio {_bare(pair.ratio)}, {numbers})"
        )
    sooner = pair.sooner() == row.label
    factor, interval = _factor(pair.ratio, sooner)
    text = f"{so_far}{row.label} groks {factor}{'sooner' if sooner else 'later'} than {first.label}"
    if pair.strength == "suggestive":
        text += f" in these seeds ({interval}{numbers}), but not clearly once all pairs are counted"
    else:
        text += f" ({interval}{numbers})"
    return text + _controls(contenders, rows, pairs, i, sooner)


def _numbers(pair: Pair, first: ArmRow, row: ArmRow, pairs: tuple[Pair, ...]) -> str:
    tested = sum(not math.isnan(p.test.p) for p in pairs)
    parts = [f"log-rank {_p(pair.test.p)}", f"exact {_p(pair.test.p_exact)}"]
    if tested > 1:
        parts.append(f"Holm over {tested} pairs {_p(pair.p_holm)}")
    parts.append(f"{row.n} seeds each" if row.n == first.n else f"{row.n} and {first.n} seeds")
    return ", ".join(parts)


def _why_not(first: ArmRow, row: ArmRow) -> str:
    if not (first.n and row.n):
        return "there is no run"
    if not (first.n_grokked or row.n_grokked):
        return f"no run of either has grokked in {max(first.budget, row.budget)} steps"
    if first.t_grok_range == row.t_grok_range and first.t_grok_range[0] == first.t_grok_range[1]:
        return "all of their runs grok at the same evaluation"
    return "one has grokked only after the other was no longer watched"


def _controls(
    contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: tuple[Pair, ...], i: int, sooner: bool
) -> str:
    """What the other arms say about this one: which do the same, and which it is sooner or later than."""
    me, first = rows[i].label, rows[0].label
    same, shown, beats, loses = [], [], [], []
    for contender in (c for j, c in enumerate(contenders) if j not in (0, i)):
        other = contender.label
        between, against = find_pair(pairs, me, other), find_pair(pairs, first, other)
        if between.strength == "clear":
            (beats if between.sooner() == me else loses).append(other)
        elif _alike(against, between, other, sooner):
            same.append(contender)
            shown.append(_p(between.p_larger))
    text = ""
    if same:
        does = "does" if len(same) == 1 else "do"
        text += f"; {listed([c.label for c in same])} {does} the same ({listed(shown)} between them)"
        text += _not_credited(contenders[i], same)
    if beats:
        text += f"; it is also sooner than {listed(beats)}"
    return text + (f"; it is later than {listed(loses)}" if loses else "")


def _alike(against: Pair, between: Pair, other: str, sooner: bool) -> bool:
    """The other arm differs from the first in the same direction, and the two are not told apart."""
    differs = against.strength in ("clear", "suggestive")
    return differs and (against.sooner() == other) == sooner and not between.p_larger <= LEVEL


def _not_credited(contender: Contender, others: Sequence[Contender]) -> str:
    """What sets an arm apart from its controls isn't shown to matter. A constant decay needs no such credit."""
    fields = list(dict.fromkeys(field for other in others for field in _roots(contender.spec, other.spec)))
    if fields != [DECAY]:
        what = listed(fields) if fields else "anything in its spec"
    elif not varies(contender.spec):
        return ""
    elif all(varies(other.spec) for other in others):
        what = "the shape of its schedule"
    else:
        what = "changing the weight decay during training"
    return f", so it is not shown that {what} makes the difference"


def _roots(a: RunSpec, b: RunSpec) -> list[str]:
    """Fields, two levels deep, in which two specs differ: `optimizer.weight_decay`, not each of its numbers."""
    return [
        f"{section}.{name}"
        for section in type(a).model_fields
        for name in type(getattr(a, section)).model_fields
        if getattr(getattr(a, section), name) != getattr(getattr(b, section), name, None)
    ]


def varies(spec: RunSpec) -> bool:
    """The weight decay changes during training."""
    return spec.optimizer.weight_decay.schedule not in ("constant", "mean")


def _factor(ratio: Ratio, sooner: bool) -> tuple[str, str]:
    """("2.2x ", "95 % 1.9x to 2.9x, "), turned round where the arm is later; no factor where there is none."""
    value, low, high = ratio.value, ratio.low, ratio.high
    if not sooner:
        value, low, high = (1 / bound if bound > 0 else math.nan for bound in (value, high, low))
    interval = f"{_interval(low, high, lambda v: f'{_x(v)}x')}, "
    if value > 1:
        return f"{_x(value)}x ", interval
    if sooner and ratio.at_least > 1 and math.isnan(ratio.value):
        return f"at least {_x(ratio.at_least)}x ", interval
    return "", interval


def _bare(ratio: Ratio) -> str:
    if math.isnan(ratio.value):
        value = "not known" if math.isnan(ratio.at_least) else f"at least {_x(ratio.at_least)}"
    else:
        value = _x(ratio.value)
    return f"{value}, {_interval(ratio.low, ratio.high, _x)}"


def _interval(low: float, high: float, show: Callable[[float], str]) -> str:
    """An interval in words: open ends are said to be open."""
    if math.isnan(low) and math.isnan(high):
        return "no 95 % interval"
    if math.isnan(high):
        return f"95 % from {show(low)}, open above"
    return f"95 % up to {show(high)}" if math.isnan(low) else f"95 % {show(low)} to {show(high)}"


def _x(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _p(p: float) -> str:
    return "p not computable" if math.isnan(p) else "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def listed(things: Sequence[object]) -> str:
    """a, b and c."""
    words = [str(thing) for thing in things]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
