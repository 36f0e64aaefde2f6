"""A comparison in sentences. They say no more than the numbers do: what is not shown is called not shown."""

import math
from collections.abc import Sequence

from grokterm.analysis.bootstrap import Ratio
from grokterm.analysis.comparison import CLAIM, FEW, LEVEL, ArmRow, Contender, Pair, find_pair, tested
from grokterm.analysis.words import factor, interval_words, listed, p_words, step_count
from grokterm.record import Past

DECAY = "optimizer.weight_decay"


def verdict(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """One sentence for each arm but the first, or for the only one.

    "groks sooner" needs p (the larger of the log-rank p and its permutation form) at or below 0.05 after
    Holm's correction, and five seeds; below ten it is called an indication. Without the correction, or with fewer
    seeds, it is said of "these seeds" only. An arm that is not told apart from a control is not credited with what
    sets it apart from that control; that the two are alike is not said, because a large p doesn't show it.
    """
    if len(rows) == 1:
        return (_alone(rows[0]),)
    return tuple(_sentence(contenders, rows, tuple(pairs), i) for i in range(1, len(rows)))


def without_the_lost(rows: Sequence[ArmRow], sentences: Sequence[str]) -> tuple[str, ...]:
    """The sentences of `verdict` or `loss_verdict`, but nothing is said of arms whose runs are incomplete."""
    if len(rows) == 1:
        lost = _lost(rows[0])
        return (f"nothing can be said of {rows[0].label}: {lost}",) if lost else tuple(sentences)
    losses = [_lost(rows[0], row) for row in rows[1:]]
    return tuple(
        f"{row.label} can't be compared with {rows[0].label}: {lost}" if lost else sentence
        for row, lost, sentence in zip(rows[1:], losses, sentences, strict=True)
    )


def _alone(row: ArmRow) -> str:
    median = row.t_grok
    when = "has not reached its median t_grok" if math.isnan(median.value) else f"groks at {step_count(median.value)}"
    interval = interval_words(median.low, median.high, step_count)
    return f"{row.label} {when} ({interval}; {row.n_grokked} of {row.n} grokked)"


def _sentence(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: tuple[Pair, ...], i: int) -> str:
    first, row = rows[0], rows[i]
    pair = find_pair(pairs, first.label, row.label)
    so_far = "so far, " if first.n_running or row.n_running else ""
    if pair.strength == "untested":
        why = _why_not((first, row), (contenders[0], contenders[i]))
        return f"{so_far}{row.label} can't be compared with {first.label}: {why}"
    numbers = _numbers(pair, first, row, pairs)
    if pair.strength == "none":
        return (
            f"{so_far}{row.label} can't be told apart from {first.label} in time to grok "
            f"(median ratio {_bare(pair.ratio)}, {numbers})"
        )
    sooner = pair.sooner() == row.label
    times, interval = _factor(pair.ratio, sooner)
    text = f"{so_far}{row.label} groks {times}{'sooner' if sooner else 'later'} than {first.label}"
    text += f"{' in these seeds' if pair.strength == 'suggestive' else ''} ({interval}{numbers}){_qualified(pair)}"
    return text + _controls(contenders, rows, pairs, i, sooner)


def _qualified(pair: Pair) -> str:
    """Why the sentence before it is less than a claim."""
    if pair.strength == "clear":
        return f" (an indication: fewer than {CLAIM} seeds)" if pair.fewest < CLAIM else ""
    if pair.fewest < FEW:
        return f", but fewer than {FEW} seeds can't show it"
    return ", but not clearly once all pairs are counted"


def _numbers(pair: Pair, first: ArmRow, row: ArmRow, pairs: tuple[Pair, ...]) -> str:
    tests = tested(pairs)
    parts = [p_words(pair.p_larger)]
    if tests > 1:
        parts.append(f"{p_words(pair.p_holm)} by Holm over {tests} pairs")
    parts.append(f"{row.n} seed{'s' * (row.n != 1)} each" if row.n == first.n else f"{row.n} and {first.n} seeds")
    return ", ".join(parts)


def _seen(*contenders: Contender) -> int:
    """The last step that any of their runs has been trained to, as far as it is recorded."""
    return int(max((result.seen_to for contender in contenders for result in contender.results), default=0))


def _lost(*rows: ArmRow) -> str:
    """Of how many of their runs it isn't known what they came to; "" where of none."""
    damaged = [f"{row.n_incomplete} of {row.n} runs of {row.label}" for row in rows if row.n_incomplete]
    return f"the record of {listed(damaged)} is incomplete" if damaged else ""


def _why_not(rows: tuple[ArmRow, ArmRow], contenders: tuple[Contender, Contender]) -> str:
    first, row = rows
    seen, untrained = _seen(*contenders), [contender.label for contender in contenders if not _seen(contender)]
    if not (first.n and row.n):
        return "there is no run"
    if not (first.scored and row.scored):
        return "the answers of a task are numbers, which have no accuracy to grok by"
    if not (first.n_grokked or row.n_grokked):
        return f"no run of either has grokked in {seen:,} steps" if seen else "nothing has been trained yet"
    if first.t_grok_range == row.t_grok_range and first.t_grok_range[0] == first.t_grok_range[1]:
        return "all of their runs grok at the same evaluation"
    if untrained:
        return f"nothing has been trained of {listed(untrained)}"
    return "the runs of one grok only after the last step that was seen of the other's"


def _controls(
    contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: tuple[Pair, ...], i: int, sooner: bool
) -> str:
    """What the other arms say about this one: which it isn't told apart from, and which it is sooner or later than."""
    me, first = rows[i].label, rows[0].label
    alike, shown, beats, loses = [], [], [], []
    for contender in (c for j, c in enumerate(contenders) if j not in (0, i)):
        other = contender.label
        between, against = find_pair(pairs, me, other), find_pair(pairs, first, other)
        if between.strength == "clear":
            (beats if between.sooner() == me else loses).append(other)
        elif _alike(against, between, other, sooner):
            alike.append(contender)
            shown.append(p_words(between.p_larger))
    text = ""
    if alike:
        verb = "is" if len(alike) == 1 else "are"
        text += f"; {listed([c.label for c in alike])} {verb} not told apart from it ({listed(shown)})"
        text += _not_credited(contenders[i], alike)
    if beats:
        text += f"; it is also sooner than {listed(beats)}"
    return text + (f"; it is later than {listed(loses)}" if loses else "")


def _alike(against: Pair, between: Pair, other: str, sooner: bool) -> bool:
    """The other arm differs from the first in the same direction, and the two are not told apart."""
    differs = against.strength in ("clear", "suggestive")
    return differs and (against.sooner() == other) == sooner and not between.p_larger <= LEVEL


def _not_credited(contender: Contender, others: Sequence[Contender]) -> str:
    """What sets an arm apart from its controls isn't shown to matter. A constant decay needs no such credit."""
    fields = list(dict.fromkeys(field for other in others for field in _roots(contender, other)))
    if fields != [DECAY]:
        what = listed(fields) if fields else "anything in its spec"
    elif not varies(contender):
        return ""
    elif all(varies(other) for other in others):
        what = "the shape of its schedule"
    else:
        what = "changing the weight decay during training"
    return f", so it is not shown that {what} makes the difference"


def _roots(one: Contender, other: Contender) -> list[str]:
    """Fields, two levels deep, in which two arms differ now or did before they were forked: `optimizer.weight_decay`,
    not each of its numbers."""
    a, b = one.spec, other.spec
    before = [] if one.past == other.past else [*roots_of(one.past), *roots_of(other.past)]
    now = [
        f"{section}.{name}"
        for section in type(a).model_fields
        for name in type(getattr(a, section)).model_fields
        if getattr(getattr(a, section), name) != getattr(getattr(b, section), name, None)
    ]
    return list(dict.fromkeys((*now, *before)))


def roots_of(past: Sequence[Past]) -> list[str]:
    """The fields that forks have changed, two levels deep."""
    return list(dict.fromkeys(".".join(name.split(".")[:2]) for part in past for name in part.values))


def varies(contender: Contender) -> bool:
    """The weight decay changes during training, by its schedule or because a fork has changed it."""
    schedule = contender.spec.optimizer.weight_decay.schedule
    return schedule not in ("constant", "mean") or DECAY in roots_of(contender.past)


def _factor(ratio: Ratio, sooner: bool) -> tuple[str, str]:
    """("2.2x ", "95 % 1.9x to 2.9x, "), turned round where the arm is later; no factor where there is none."""
    value, low, high = ratio.value, ratio.low, ratio.high
    if not sooner:
        value, low, high = (1 / bound if bound > 0 else math.nan for bound in (value, high, low))
    interval = f"{interval_words(low, high, lambda v: f'{factor(v)}x')}, "
    if value > 1:
        return f"{factor(value)}x ", interval
    if sooner and ratio.at_least > 1 and math.isnan(ratio.value):
        return f"at least {factor(ratio.at_least)}x ", interval
    return "", interval


def _bare(ratio: Ratio) -> str:
    if math.isnan(ratio.value):
        value = "not known" if math.isnan(ratio.at_least) else f"at least {factor(ratio.at_least)}"
    else:
        value = factor(ratio.value)
    return f"{value}, {interval_words(ratio.low, ratio.high, factor)}"
