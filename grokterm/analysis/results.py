"""What each run came to: its milestones, how long it was watched, and its last numbers.

Shapes: T evaluations, E members of a cohort.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grokterm.analysis.survival import Sample, sample
from grokterm.record import CohortFolder, Event, ExperimentFolder, State, Table
from grokterm.spec import Member, find_milestones

Values = npt.NDArray[np.float64]
_NAN = float("nan")
_EVAL = ("train_acc", "test_acc", "train_loss", "test_loss")
_INTEGRAL = "weight_decay_integral"


@dataclass(frozen=True)
class RunResult:
    """One arm with one seed, as far as it is known now. Times are in steps; nan is "not (yet)".

    Attributes:
        experiment: name of the folder.
        arm, seed: which run.
        state: the state of its cohort, a word of `record.State`.
        running: its cohort isn't over; a worker waits, trains, is paused or is silent.
        last_step: how far it was trained.
        budget: `stop.steps`.
        t_mem: first evaluation with the train accuracy of the spec's rule.
        t_touch: first with the test accuracy of the rule.
        t_grok: first with that test accuracy which then lasts for the whole window.
        watched_to: last step at which this run is known not to have grokked; where it is censored if
            `t_grok` is nan.
        holding: the test accuracy was there at the last evaluation but the window was not yet over.
        diverged_at: step at which the numbers stopped being finite and the run was frozen.
        train_loss, train_acc, test_loss, test_acc: of the last evaluation; of a diverged run as recorded.
        integral: sum of lambda over the updates made.
        integral_at_grok: that sum at `t_grok`, between recorded rows in a straight line.
        missing_bytes: committed evaluations of its cohort that can't be read now: not zero only in a damaged record.
        lost_rows: rows its worker gave up because the disk stayed full.
        known_to: last evaluation before the first that is lost; infinite where none is. A run that is over and has
            not grokked by then is `incomplete`: watched as far as that, with no last losses where the end is missing.
        told: step at which its worker said, while it trained, that it grokked; nan where it didn't. A record that is
            whole agrees with it; nothing is counted by it.
        scored: its task has an accuracy. Of one that hasn't, accuracies and milestones are nan.
        intervened: what was done to it and the first update that was different, in order of time.
    """

    experiment: str
    arm: str
    seed: int
    state: str
    running: bool
    last_step: int
    budget: int
    t_mem: float
    t_touch: float
    t_grok: float
    watched_to: float
    holding: bool
    diverged_at: float
    train_loss: float
    train_acc: float
    test_loss: float
    test_acc: float
    integral: float
    integral_at_grok: float
    missing_bytes: int = 0
    lost_rows: int = 0
    scored: bool = True
    intervened: tuple[tuple[str, int], ...] = ()
    known_to: float = np.inf
    told: float = _NAN

    @property
    def gap(self) -> float:
        """t_grok - t_mem; may be zero or below, nan where either is."""
        return self.t_grok - self.t_mem

    @property
    def diverged(self) -> bool:
        """It was frozen at some step, before or after it grokked."""
        return not np.isnan(self.diverged_at)

    @property
    def incomplete(self) -> bool:
        """It is over, and whether it grokked can't be known, because evaluations are lost before its end."""
        open_end = np.isnan(self.t_grok) and not self.diverged_at <= self.known_to
        return bool(open_end and np.isfinite(self.known_to) and not self.running)

    @property
    def seen_to(self) -> float:
        """Last step of which something is known: trained to, and not lost."""
        return min(self.last_step, self.known_to)

    @property
    def outcome(self) -> str:
        """grokked, incomplete, diverged, running or censored: each run is exactly one, the first of them that fits.

        A run without an accuracy can't grok: it isn't censored when it is over, but `ended`.
        """
        if not np.isnan(self.t_grok):
            return "grokked"
        if self.incomplete:
            return "incomplete"
        if self.diverged:
            return "diverged"
        if self.running:
            return "running"
        return "censored" if self.scored else "ended"


def run_results(folder: ExperimentFolder, arms: Sequence[str] | None = None) -> tuple[RunResult, ...]:
    """The results of every run of an experiment, in the order of the cohorts' members.

    How a run that has not grokked is censored decides what a comparison may claim:

    * ended (at its budget, by a stop rule, by a person, by a crash): at the last evaluation below the
      threshold. A run that had been above it for less than the window when it ended may have grokked at the
      first of those evaluations; it counts as watched only up to the one before.
    * still running: the same, as of now. Its time is a lower bound that will move.
    * diverged: at the budget. Its weights are frozen, so it is known that it will not grok within it;
      censoring it where it diverged would treat it as if it might have grokked soon after. Evaluations from
      the divergence on speak of frozen weights and are left out. It is counted and shown apart from the
      others.
    * incomplete: evaluations are lost. At the last below the threshold of those before the loss: what it came to
      after that nobody knows, whatever it was trained to. It is counted apart and compared with nothing.

    Args:
        folder: the experiment.
        arms: only these; the cohorts without them are not read.

    Raises:
        DamagedRecord: the folder can't be read.
    """
    results: list[RunResult] = []
    for cohort in folder.cohorts:
        members = folder.planned(cohort)
        if arms is None or any(member.arm in arms for member in members):
            results += _results_of(folder.name, cohort, members)
    return tuple(result for result in results if arms is None or result.arm in arms)


def _results_of(experiment: str, cohort: CohortFolder, members: Sequence[Member]) -> list[RunResult]:
    state, status = cohort.state(), cohort.status()
    evaluations = cohort.stream("eval").poll(_EVAL)
    steps = evaluations.steps.astype(np.float64)
    weights = cohort.stream("weights").poll((_INTEGRAL,))
    events, running = cohort.effective_events(), _running(state)
    known_to = _known_to(evaluations, events, lost=status is None and not running)
    ended = steps.size and (running or not evaluations.missing)  # the last evaluation is there
    diverged = _diverged_at(events, evaluations.steps, evaluations.columns.get("train_loss"), members)
    intervened, told = _interventions(events), _told(events)
    absent = np.full((len(steps), len(members)), np.nan)
    results = []
    for e, member in enumerate(members):
        measured = {name: evaluations.columns.get(name, absent)[:, e] for name in _EVAL}
        integral = weights.columns[_INTEGRAL][:, e] if len(weights) else np.empty(0)
        spent = integral[-1] if integral.size and (running or not weights.missing) else _NAN
        found = _milestones(steps, measured, member, diverged[e], known_to)
        results.append(
            RunResult(
                experiment=experiment,
                arm=member.arm,
                seed=member.seed,
                state=str(state),
                running=running,
                last_step=max(status.step if status else 0, int(steps[-1]) if steps.size else 0),
                budget=member.spec.stop.steps,
                diverged_at=float(diverged[e]),
                **found,
                **{name: float(measured[name][-1]) if ended else _NAN for name in _EVAL},
                integral=float(spent),
                integral_at_grok=_at(weights.steps, integral, found["t_grok"]),
                missing_bytes=evaluations.missing,
                lost_rows=status.lost_rows if status else 0,
                scored=member.spec.task.scored,
                intervened=intervened.get((member.arm, member.seed), ()),
                known_to=known_to,
                told=told.get((member.arm, member.seed), _NAN),
            )
        )
    return results


def _running(state: State) -> bool:
    return state.live or state is State.CREATED  # never started: nothing is known yet, which isn't an end


def _known_to(evaluations: Table, events: Sequence[Event], lost: bool) -> float:
    """The last evaluation before the first that is lost; infinite where none is.

    Args:
        lost: nobody knows any more how much was written.
    """
    steps = evaluations.steps
    gaps = [
        event.data.get("first") for event in events if event.kind == "lost_rows" and event.data.get("stream") == "eval"
    ]
    first = min((step for step in gaps if isinstance(step, int | float)), default=np.inf)
    if not (lost or evaluations.missing or np.isfinite(first)):
        return np.inf
    before = steps[steps < first]
    return float(before[-1]) if before.size else 0.0


def _told(events: Sequence[Event]) -> dict[tuple[str, int], float]:
    """When the worker said of each run that it grokked, by arm and seed."""
    return {
        (event.data.get("arm"), event.data.get("seed")): float(event.step)
        for event in events
        if event.kind == "grokked" and event.step is not None
    }


def _milestones(
    steps: Values, measured: dict[str, Values], member: Member, diverged_at: float, known_to: float
) -> dict:
    """Times of one run, and up to where it is known not to have grokked."""
    rule = member.spec.milestones
    train, test = (measured[name][:, None] for name in _EVAL[:2])
    found = find_milestones(steps, train, test, rule, np.array([diverged_at]))
    t_mem, t_touch, t_grok = (float(t[0]) for t in found)
    below = np.flatnonzero(~(test[:, 0] >= rule.grokked) & (steps <= known_to))  # nan is below
    watched = float(steps[below[-1]]) if below.size else 0.0
    frozen = diverged_at <= known_to and np.isnan(t_grok)
    there = steps.size > 0 and test[-1, 0] >= rule.grokked and np.isinf(known_to)
    return {
        "t_mem": t_mem,
        "t_touch": t_touch,
        "t_grok": t_grok,
        "watched_to": float(member.spec.stop.steps) if frozen else watched,
        "holding": bool(np.isnan(t_grok) and not frozen and there),
    }


def _interventions(events: Sequence[Event]) -> dict[tuple[str, int], tuple[tuple[str, int], ...]]:
    """What was done to each run, (what, step), by arm and seed."""
    found: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}
    for event in events:
        if event.kind == "intervened" and event.step is not None:
            run = event.data.get("arm"), event.data.get("seed")
            found[run] = (*found.get(run, ()), (str(event.data.get("what")), event.step))
    return {run: tuple(sorted(done, key=lambda pair: pair[1])) for run, done in found.items()}


def _diverged_at(
    events: Sequence[Event],
    steps: npt.NDArray[np.int64],
    train_loss: npt.NDArray | None,
    members: Sequence[Member],
) -> Values:
    """[E] step at which each member diverged, nan where it did not: its event or its first infinite loss.

    The event has the exact step. A record that lost it still shows the first evaluation of a broken network.
    """
    place = {(member.arm, member.seed): e for e, member in enumerate(members)}
    at = np.full(len(members), np.inf)
    for event in events:
        e = place.get((event.data.get("arm"), event.data.get("seed")))
        if event.kind == "diverged" and e is not None and event.step is not None:
            at[e] = min(at[e], event.step)
    if train_loss is not None and steps.size:
        broken = ~np.isfinite(train_loss)
        at = np.minimum(at, np.where(broken.any(axis=0), steps[broken.argmax(axis=0)], np.inf))
    return np.where(np.isinf(at), np.nan, at)


def _at(steps: npt.NDArray[np.int64], values: Values, t: float) -> float:
    """Value at step t in a straight line between recorded rows; nan outside them."""
    if np.isnan(t) or not len(values):
        return _NAN
    return float(np.interp(t, steps, values, left=_NAN, right=_NAN))


def integral_at(folder: ExperimentFolder, step: float, arm: str) -> float:
    """Median over seeds of the integral of lambda that an arm had spent by `step`; nan if not recorded."""
    found = []
    for cohort in folder.cohorts:
        table = cohort.stream("weights").poll((_INTEGRAL,))
        for e, (name, _) in enumerate(cohort.members):
            if name == arm and len(table):
                found.append(_at(table.steps, table.columns[_INTEGRAL][:, e], step))
    return float(np.median(found)) if found else _NAN


def grok_times(results: Sequence[RunResult]) -> Sample:
    """Time to grok of one arm's runs, censored as `run_results` says."""
    return _times(results, "t_grok", [result.watched_to for result in results])


def first_times(results: Sequence[RunResult], milestone: str) -> Sample:
    """Time to `t_mem` or `t_touch`, censored at the last known step, or at the budget where the run diverged."""
    ends = [r.budget if r.diverged_at <= r.known_to else r.seen_to for r in results]
    return _times(results, milestone, ends)


def _times(results: Sequence[RunResult], milestone: str, ends: Sequence[float]) -> Sample:
    times = np.array([getattr(result, milestone) for result in results], dtype=float)
    seen = ~np.isnan(times)
    return sample(np.where(seen, times, ends), seen, [result.seed for result in results])


def gaps(results: Sequence[RunResult]) -> Sample:
    """t_grok - t_mem of the runs that have memorised, censored where they have not grokked.

    A run that never memorised has no gap. Where memorising comes late the gap is watched for less long,
    which makes a censored gap and t_mem depend on each other; read the median as a description.
    """
    known = [result for result in results if not np.isnan(result.t_mem)]
    t_mem = np.array([result.t_mem for result in known], dtype=float)
    total = grok_times(known)
    return Sample(total.times - t_mem, total.observed, total.seeds)
