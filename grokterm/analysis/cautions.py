"""What a reader must know before believing a comparison, one sentence each."""

import math
from collections.abc import Sequence

from grokterm.analysis.comparison import CLAIM, FEW, ArmRow, Contender, Pair, find_pair, tested
from grokterm.analysis.damage import damage
from grokterm.analysis.results import integral_at
from grokterm.analysis.verdict import DECAY, roots_of, varies
from grokterm.analysis.words import listed, p_value, step_count
from grokterm.record import DamagedRecord, Forked
from grokterm.spec import plateau_of, schedule_values

SAME_INTEGRAL = 0.02  # relative; two schedules this close have spent the same
# What can change the last bits of a run, and with them when it groks: a key of its provenance, and what it is called.
_MACHINE = {"torch": "torch version", "device_name": "device", "threads": "threads"}
MOVED = 0.05  # of its largest value: less than this and a schedule was as good as constant
MOST_NAMED = 3  # groups of arms in one line
FINE = 10  # evaluations that should fit into a gap


def cautions(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """All warnings about a comparison, the most serious first."""
    found = _damaged(contenders) + _unscored(rows) + _running(contenders, rows) + _forked(contenders)
    for contender in contenders:
        found += _lost_rows(contender) + _ended_early(contender) + _holding(contender) + _diverged(contender)
    found += _repeats(contenders) + _few_seeds(rows, pairs) + _other_seeds(rows) + _unlike(contenders)
    found += _machines(contenders)
    found += _resolution(contenders, rows)
    for contender in contenders:
        found += _before_the_change(contender)
    found += _integrals(contenders, rows, tuple(pairs)) + _many(pairs)
    return tuple(found)


def _unscored(rows: Sequence[ArmRow]) -> list[str]:
    without = [row.label for row in rows if not row.scored]
    if not without:
        return []
    who = "" if len(without) == len(rows) else f"{listed(without)}: "
    instead = "" if who else "; final losses are compared instead"
    return [f"{who}the answers are numbers, so there is no accuracy and there are no milestones{instead}"]


def _running(contenders: Sequence[Contender], rows: Sequence[ArmRow]) -> list[str]:
    running = [f"{row.label} ({row.n_running} of {row.n})" for row in rows if row.n_running]
    scored = any(row.scored for row in rows)
    says = "these runs count as censored where they are now" if scored else "their losses are as of now"
    if running:
        return [f"not over yet: {listed(running)}; {says}"]
    going = any(result.running for contender in contenders for result in contender.results)
    return ["not over yet: losses and integrals of lambda are as of now, not of the end"] if going else []


def _forked(contenders: Sequence[Contender]) -> list[str]:
    """Forks carry milestones that their own fields had no part in."""
    forks: dict[Forked, list[Contender]] = {}
    for contender in contenders:
        forked = contender.folder.forked()
        if forked is not None:
            forks.setdefault(forked, []).append(contender)
    found = []
    for forked, those in forks.items():
        before = sum(r.t_grok <= forked.step for contender in those for r in contender.results)
        who = listed([contender.label for contender in those])
        what = f"{who}: forked at step {forked.step:,}: what was before is shared with {forked.name}"
        found.append(what + (f", where {_runs(before)} had grokked by then" if before else ""))
    return found + _changed_by_forks(contenders)


def _changed_by_forks(contenders: Sequence[Contender]) -> list[str]:
    """The values that an arm has now are not those that it began with."""
    alike: dict[tuple[str, str], list[str]] = {}
    for contender in contenders:
        if contender.past:
            steps = listed([f"{part.until:,}" for part in contender.past])
            alike.setdefault((listed(roots_of(contender.past)), steps), []).append(contender.label)
    return [
        f"{listed(labels)}: {fields} changed in the fork at step {steps}: what is set now holds only from there, and "
        "what was found before says nothing about it"
        for (fields, steps), labels in alike.items()
    ]


def _damaged(contenders: Sequence[Contender]) -> list[str]:
    """One line for all arms, since a file that is lost is lost to every run of a cohort."""
    hurt = [contender for contender in contenders if damage(contender.results)]
    lost = damage([result for contender in hurt for result in contender.results])
    return [f"{listed([contender.label for contender in hurt])}: {lost}"] if hurt else []


def _lost_rows(contender: Contender) -> list[str]:
    lost = sum(bool(r.lost_rows and math.isinf(r.known_to)) for r in contender.results)
    says = "the disk stayed full, and rows of their curves were given up; evaluations were not"
    return [f"{contender.label}: {_runs(lost)} incomplete: {says}"] if lost else []


def _ended_early(contender: Contender) -> list[str]:
    ended = [r for r in contender.results if r.outcome == "censored" and r.last_step < r.budget]
    early = [r for r in ended if r.last_step]
    found = []
    if len(early) < len(ended):
        found.append(
            f"{contender.label}: {_runs(len(ended) - len(early))} ended before the first step: nothing is known of them"
        )
    if early:
        states = listed(sorted({r.state for r in early}))
        found.append(
            f"{contender.label}: {_runs(len(early))} ended before the budget without grokking ({states}); "
            "if they were ended for how they looked, every number here is biased"
        )
    return found


def _holding(contender: Contender) -> list[str]:
    holding = sum(r.holding for r in contender.results)
    if not holding:
        return []
    window = contender.spec.milestones.window
    return [
        f"{contender.label}: {_runs(holding)} at the grokked accuracy at the last evaluation, but not for "
        f"{window} steps yet; censored before that"
    ]


def _diverged(contender: Contender) -> list[str]:
    found = []
    never = sum(r.outcome == "diverged" for r in contender.results)
    later = sum(r.outcome == "grokked" and r.diverged for r in contender.results)
    if never:
        counted = "counted as not grokking within the budget"
        says = counted if contender.spec.task.scored else "its loss counts as infinite"
        found.append(f"{contender.label}: {_runs(never)} diverged; {says}")
    if later:
        found.append(f"{contender.label}: {_runs(later)} diverged after grokking; counted as grokked")
    return found


def _repeats(contenders: Sequence[Contender]) -> list[str]:
    """Arms of different experiments that train the same networks: more rows, and not more evidence."""
    same: list[list[Contender]] = []
    for contender in contenders:
        group = next((group for group in same if any(_repeated(contender, other) for other in group)), None)
        if group is None:
            same.append([contender])
        else:
            group.append(contender)
    groups = [listed([contender.label for contender in group]) for group in same if len(group) > 1]
    if not groups:
        return []
    more = f"; and {len(groups) - MOST_NAMED} more such groups" if len(groups) > MOST_NAMED else ""
    says = "these are the same runs again, not independent ones, and every arm more makes Holm's correction stricter"
    return [f"the same spec and the same seeds in {'; in '.join(groups[:MOST_NAMED])}{more}: {says}"]


def _repeated(one: Contender, other: Contender) -> bool:
    if one.folder.path == other.folder.path or (one.spec, one.past) != (other.spec, other.past):
        return False
    return bool({r.seed for r in one.results} & {r.seed for r in other.results})


def _few_seeds(rows: Sequence[ArmRow], pairs: Sequence[Pair]) -> list[str]:
    few = [f"{row.label} ({row.n})" for row in rows if row.n < FEW]
    fewest = min(row.n for row in rows)
    if not few:
        indication = len(rows) > 1 and fewest < CLAIM
        return [f"{fewest} seeds give an indication; a claim needs {CLAIM}"] if indication else []
    found = [f"fewer than {FEW} seeds: {listed(few)}; nothing can be claimed, and intervals can't be trusted"]
    smallest, tests = _smallest_p(rows), tested(pairs)
    if 0.01 < smallest < 1:
        holm = f", nor below {p_value(min(1.0, smallest * tests))} after Holm's correction" if tests > 1 else ""
        found.append(f"with so few seeds no exact p can be below {p_value(smallest)}{holm}")
    return found


def _smallest_p(rows: Sequence[ArmRow]) -> float:
    """The smallest p by permutation that any arm can have against the first."""
    first, others = rows[0], rows[1:]
    ways = [(1 + (row.n == first.n)) / math.comb(row.n + first.n, row.n) for row in others]
    return min(ways, default=0.0)


def _other_seeds(rows: Sequence[ArmRow]) -> list[str]:
    if len({frozenset(row.seeds) for row in rows}) == 1:
        return []
    pairing = ": the interval of a speed-up pairs only the seeds that both have"
    return ["the arms do not have the same seeds" + (pairing if any(row.scored for row in rows) else "")]


def _unlike(contenders: Sequence[Contender]) -> list[str]:
    specs, found = [c.spec for c in contenders], []
    if any(spec.task != specs[0].task for spec in specs):
        found.append("the task differs between the arms: they do not learn the same thing")
    scored = any(spec.task.scored for spec in specs)
    if scored and any(spec.milestones != specs[0].milestones for spec in specs):
        found.append("the milestone rule differs between the arms: grokked does not mean the same")
    budgets = sorted({spec.stop.steps for spec in specs})
    if len(budgets) > 1:
        says = "each run is censored at its own" if scored else "the final losses are of different steps"
        found.append(f"budgets differ ({listed(budgets)} steps): {says}")
    cadences = sorted({spec.streams.eval_every for spec in specs})
    if scored and len(cadences) > 1:
        found.append(f"evaluations are {listed(cadences)} steps apart: times are not equally exact")
    if len(specs) > 1 and all(spec == specs[0] for spec in specs):
        found.append("the arms do not differ in any field: this compares an arm with itself")
    return found


def _machines(contenders: Sequence[Contender]) -> list[str]:
    """Where runs, or the parts of one that was resumed, were not trained by the same version on the same machine."""
    arms = {(c.folder.path, c.arm) for c in contenders}
    folders = {c.folder.path: c.folder for c in contenders}.values()
    starts, unread = [], []
    for path, cohort in ((folder.path, cohort) for folder in folders for cohort in folder.cohorts):
        if any((path, arm) in arms for arm, _ in cohort.members):
            try:
                starts += cohort.provenance()
            except DamagedRecord as error:
                unread.append(f"not known what some runs were trained with: {error.message}")
    values = {what: dict.fromkeys(str(s[key]) for s in starts if key in s) for key, what in _MACHINE.items()}
    found = [f"{what} ({listed(list(given))})" for what, given in values.items() if len(given) > 1]
    says = "the same spec and seed can then give another curve"
    return unread + ([f"runs, or parts of one, differ in {listed(found)}: {says}"] if found else [])


def _resolution(contenders: Sequence[Contender], rows: Sequence[ArmRow]) -> list[str]:
    """One line for all arms that are evaluated as often."""
    scored = [(c.spec.streams.eval_every, row) for c, row in zip(contenders, rows, strict=True) if row.scored]
    blind = [row.label for every, row in scored if not every]
    found = [f"{label}: streams.eval_every is 0, so no milestone can be known" for label in blind]
    for often in dict.fromkeys(every for every, _ in scored if every):
        # nan, the gap of an arm without one, is not below anything
        near = [row for every, row in scored if every == often and abs(row.gap.value) < often * FINE]
        gaps = listed([f"that of {row.label} is {step_count(row.gap.value)}" for row in near])
        if near:
            found.append(f"times are known to {often} steps only, coarse for the gap: {gaps}; evaluate more often")
    return found


def _before_the_change(contender: Contender) -> list[str]:
    """Runs that grokked while the schedule that names their arm had hardly moved."""
    decay, steps = contender.spec.optimizer.weight_decay, contender.spec.stop.steps
    grokked = [int(r.t_grok) for r in contender.results if not math.isnan(r.t_grok)]
    known = plateau_of(decay) is None and DECAY not in roots_of(contender.past)  # where the schedule tells it all
    if not varies(contender) or not known or not grokked:
        return []
    values = schedule_values(decay, steps)
    moved = abs(values - values[0]) > MOVED * max(values)
    early = sum(not moved[:step].any() for step in grokked)
    says = f"they say nothing about the change ({contender.label} is a constant weight decay for them)"
    what = f"{contender.label}: {_runs(early)} of {len(grokked)} grokked before lambda had changed by {MOVED:.0%}"
    return [f"{what}; {says}"] if early else []


def _integrals(contenders: Sequence[Contender], rows: Sequence[ArmRow], pairs: tuple[Pair, ...]) -> list[str]:
    """A schedule against an arm that had spent another integral of lambda when the sooner of the two grokked."""
    first, found = contenders[0], []
    for contender, row in zip(contenders[1:], rows[1:], strict=True):
        pair = find_pair(pairs, first.label, contender.label)
        changing = varies(first) or varies(contender)
        if pair.strength not in ("clear", "suggestive") or not changing:
            continue
        medians = [median for median in (rows[0].t_grok.value, row.t_grok.value) if not math.isnan(median)]
        end = min(r.last_step for c in (first, contender) for r in c.results)
        step = int(min(medians, default=end))
        spent, own = _spent(first, step), _spent(contender, step)
        if not (math.isnan(spent) or math.isnan(own) or _alike(spent, own)):
            found.append(
                f"at step {step:,}, when the sooner arm groks, the integral of lambda is {spent:.4g} in {first.label} "
                f"and {own:.4g} in {contender.label}: {_control(contenders, contender, end)}"
            )
    return found


def _spent(contender: Contender, step: int) -> float:
    return integral_at(contender.folder, step, contender.arm)


def _control(contenders: Sequence[Contender], of: Contender, end: int) -> str:
    """The constant arm that has spent the same by the end, or the advice to have one."""
    own = _spent(of, end)
    for other in contenders:
        if other is not of and not varies(other) and _alike(_spent(other, end), own):
            return f"{other.label} has the integral of {of.label}: look at that pair"
    return f"compare {of.label} against a control of equal integral"


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= SAME_INTEGRAL * max(abs(a), abs(b))  # nan is not alike


def _many(pairs: Sequence[Pair]) -> list[str]:
    tests = tested(pairs)
    of = "" if tests == len(pairs) else f" of {len(pairs)}"
    return [f"{tests}{of} pairs are tested: p is not corrected for that, p (Holm) is"] if tests > 1 else []


def _runs(n: int) -> str:
    return f"{n} run{'s' if n > 1 else ''}"
