"""Arms against each other: the one function behind the table, the console's compare screen and `--json`."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from grokterm.analysis.bootstrap import median_ratio
from grokterm.analysis.cautions import cautions
from grokterm.analysis.comparison import ArmRow, Comparison, Contender, Pair
from grokterm.analysis.guesses import guesses
from grokterm.analysis.losses import LOSS_METHOD, loss_verdict
from grokterm.analysis.method import method
from grokterm.analysis.results import RunResult, first_times, gaps, grok_times, integral_at, run_results
from grokterm.analysis.survival import Sample, holm, kaplan_meier_median, logrank
from grokterm.analysis.verdict import verdict, without_the_lost
from grokterm.analysis.words import over_time
from grokterm.errors import BadInput, GroktermError, NotFound
from grokterm.names import arm_labels
from grokterm.nearest import instead
from grokterm.record import ExperimentFolder
from grokterm.spec import all_paths, flat_fields

Item = tuple[ExperimentFolder, str]
_NAN = float("nan")


def arms_of(folder: ExperimentFolder) -> list[Item]:
    """Every arm of an experiment, as `compare` takes them; the others are measured against the first."""
    return [(folder, arm.name) for arm in folder.spec().arms]


def unreadable(folders: Iterable[ExperimentFolder]) -> dict[str, str]:
    """Those of these experiments that can't be compared, by name, each with what is wrong with it in one line."""
    found: dict[str, str] = {}
    for folder in folders:
        try:
            folder.check()
            folder.spec()
            run_results(folder)
        except GroktermError as error:
            found[folder.name] = error.message
    return found


def compare(items: Sequence[Item]) -> Comparison:
    """Compares the time to grok of several arms, of one experiment or of several.

    Each pair of arms is tested once (log-rank, by approximation and by permutation), and Holm's correction
    is over all pairs, because a verdict speaks of the controls as well as of the first arm. How runs that
    have not grokked are counted is said in `run_results`, how medians and ratios are in `survival` and
    `bootstrap`.

    An arm of which evaluations are lost, so that it isn't known which of its runs grokked, is tested against none.

    Where no arm's task has an accuracy there are no such times, and the sentences are about the final test losses.

    Args:
        items: (folder, arm) pairs; the others are measured against the first.

    Raises:
        BadInput: no arm, or one named twice.
        NotFound: an arm that its experiment does not have.
        DamagedRecord: a folder that can't be read.
    """
    _check(items)
    contenders = _contenders(items)
    samples = {c.label: grok_times(c.results if c.spec.task.scored else ()) for c in contenders}
    whole = {c.label: not any(result.incomplete for result in c.results) for c in contenders}
    pairs = _pairs({label: times if whole[label] else grok_times(()) for label, times in samples.items()})
    rows = tuple(_row(c, samples, pairs) for c in contenders)
    scored = any(row.scored for row in rows)
    sentences = verdict(contenders, rows, pairs) if scored else loss_verdict(contenders, rows)
    return Comparison(
        rows=rows,
        pairs=pairs,
        differing=differing_fields(items),
        warnings=cautions(contenders, rows, pairs),
        method=method(contenders) if scored else _loss_method(items),
        verdict=without_the_lost(rows, sentences),
        runs=tuple(result for c in contenders for result in c.results),
    )


def _loss_method(items: Sequence[Item]) -> str:
    told = dict.fromkeys(words for folder in {f.path: f for f, _ in items}.values() if (words := guesses(folder)))
    return " ".join([LOSS_METHOD, *(f"Test losses of {words}." for words in told)])


def _check(items: Sequence[Item]) -> None:
    if not items:
        raise BadInput("nothing to compare", hint="name at least one experiment")
    seen = set()
    for folder, arm in items:
        names = [known.name for known in folder.spec().arms]
        if arm not in names:
            raise NotFound(f"{folder.name}: no arm {arm!r}", hint=instead(arm, names, "its arms"))
        if (folder.path, arm) in seen:
            raise BadInput(f"{folder.name}: arm {arm!r} is named twice")
        seen.add((folder.path, arm))


def _contenders(items: Sequence[Item]) -> list[Contender]:
    wanted: dict[Any, tuple[ExperimentFolder, list[str]]] = {}
    for folder, arm in items:
        wanted.setdefault(folder.path, (folder, []))[1].append(arm)
    read = {path: run_results(folder, arms) for path, (folder, arms) in wanted.items()}
    found, labels = [], arm_labels([(folder.path, arm) for folder, arm in items])
    for (folder, name), label in zip(items, labels, strict=True):
        results = tuple(result for result in read[folder.path] if result.arm == name)
        arm = folder.spec().arm(name)
        found.append(Contender(label, folder, name, arm.about, arm.spec, results, folder.past(name)))
    return found


def _pairs(samples: dict[str, Sample]) -> tuple[Pair, ...]:
    two = list(combinations(samples, 2))
    tests = [logrank(samples[a], samples[b]) for a, b in two]
    adjusted = holm([max(test.p, test.p_exact) for test in tests])
    ratios = [median_ratio(samples[a], samples[b]) for a, b in two]
    return tuple(
        Pair(a, b, test, p_holm, ratio, min(samples[a].times.size, samples[b].times.size))
        for (a, b), test, p_holm, ratio in zip(two, tests, adjusted, ratios, strict=True)
    )


def _row(contender: Contender, samples: dict[str, Sample], pairs: tuple[Pair, ...]) -> ArmRow:
    results, first = contender.results, next(iter(samples))
    against = next((p for p in pairs if (p.first, p.second) == (first, contender.label)), None)
    outcomes = [result.outcome for result in results]
    gap, t_grok = gaps(results), _median(samples[contender.label])
    losses = [r.test_loss for r in results if not r.diverged and np.isfinite(r.test_loss)]
    return ArmRow(
        label=contender.label,
        arm=contender.arm,
        experiment=contender.folder.name,
        about=contender.about,
        n=len(results),
        seeds=tuple(result.seed for result in results),
        budget=contender.spec.stop.steps,
        **{f"n_{name}": outcomes.count(name) for name in ("grokked", "diverged", "running", "censored", "incomplete")},
        n_gap=len(gap.times),
        t_mem=_median(first_times(results, "t_mem")),
        t_mem_range=_range(results, "t_mem"),
        t_touch=_median(first_times(results, "t_touch")),
        t_grok=t_grok,
        t_grok_range=_range(results, "t_grok"),
        gap=_median(gap),
        speed_up=against.ratio if against else None,
        p=against.test.p if against else _NAN,
        p_exact=against.test.p_exact if against else _NAN,
        p_holm=against.p_holm if against else _NAN,
        integral_at_grok=integral_at(contender.folder, t_grok.value, contender.arm),
        integral_at_end=_middle([r.integral for r in results]),
        train_loss=_middle([np.inf if r.diverged else r.train_loss for r in results]),
        test_loss=_middle([np.inf if r.diverged else r.test_loss for r in results]),
        test_loss_range=(min(losses), max(losses)) if losses else (_NAN, _NAN),
        scored=contender.spec.task.scored,
    )


def _median(times: Sample):
    return kaplan_meier_median(times.times, times.observed)


def _range(results: Sequence[RunResult], milestone: str) -> tuple[float, float]:
    known = [t for t in (getattr(result, milestone) for result in results) if not np.isnan(t)]
    return (min(known), max(known)) if known else (_NAN, _NAN)


def _middle(values: Sequence[float]) -> float:
    """Median of the numbers that are there; nan where there is none, or where it isn't finite."""
    known = [value for value in values if not np.isnan(value)]
    with np.errstate(invalid="ignore"):
        middle = float(np.median(known)) if known else _NAN
    return middle if np.isfinite(middle) else _NAN


def differing_fields(items: Sequence[Item]) -> dict[str, tuple[Any, ...]]:
    """Dotted fields of the spec that are not the same in all arms, with their value in each; None where absent.

    Of an arm in which a fork has changed a field, the value is a text: `1.0, from step 500 3.0`. Such a field is there
    even if every arm has the same.

    Args:
        items: (folder, arm) pairs.
    """
    tables = [over_time(flat_fields(folder.spec().arm(arm).spec), folder.past(arm)) for folder, arm in items]
    names = all_paths(tables)
    values = {name: tuple(table.get(name) for table in tables) for name in names}
    changed = {name for folder, arm in items for past in folder.past(arm) for name in past.values}
    return {name: row for name, row in values.items() if name in changed or any(value != row[0] for value in row[1:])}
