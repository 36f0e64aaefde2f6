"""One experiment as the screens show it: a frozen `Detail`, read and computed in the watcher's thread."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from grokterm.analysis import (
    Band,
    Curve,
    CurveFeed,
    RunResult,
    Summary,
    damage,
    first_times,
    grok_times,
    guesses,
    median_time,
    run_results,
    summarise,
)
from grokterm.console.curves import Curves, tables
from grokterm.errors import GroktermError
from grokterm.record import CohortFolder, ExperimentFolder, Past, State
from grokterm.spec import Experiment

# Which stream a column is read from. The train stream has every step and so shows a spike of a single one.
SOURCES = {
    "train": ("train_loss", "train_acc"),
    "eval": ("test_loss", "test_acc"),
    "weights": ("weight_norm", "weight_decay", "weight_decay_integral"),
    "clock": ("wall",),
}
# Where an arm's train stream is off, its evaluations know the same columns.
_FALLBACK = ("train_loss", "train_acc")

# Finding milestones that takes longer than this, in seconds, rests for so many times as long while training goes on.
_ARMS_QUICK, _ARMS_REST = 0.05, 20.0


@dataclass(frozen=True)
class ArmLine:
    """One arm of an experiment and how far its runs have come. Times are nan where the median isn't reached (yet).

    Attributes:
        scored: its task has an accuracy, so it can be said how many have memorised and grokked.
        test_loss: median at the last evaluation of the runs that didn't diverge; nan before.
        seed: of the one run that it speaks of; None where it is about all of them.
        each: its runs one by one, in their order.
    """

    index: int
    name: str
    about: str
    runs: int
    memorised: int = 0
    grokked: int = 0
    diverged: int = 0
    t_mem: float = math.nan
    t_grok: float = math.nan
    scored: bool = True
    test_loss: float = math.nan
    intervened: tuple[tuple[str, float], ...] = ()  # what was done, and the median step over the runs it was done to
    forked: tuple[int, ...] = ()  # steps at which a fork has changed what is set
    seed: int | None = None
    each: tuple["ArmLine", ...] = ()

    def seen(self, seed: int | None) -> "ArmLine":
        """The arm as curves show it with `View.seed`: of one seed, what is known of that run alone."""
        if seed is None or seed < 0:
            return self
        if seed < len(self.each):
            return self.each[seed]
        return ArmLine(self.index, self.name, self.about, 0, scored=self.scored)

    def __eq__(self, other: object) -> bool:
        """Equal by what is shown: two missing times are the same."""
        return isinstance(other, ArmLine) and _key(self) == _key(other)

    def __hash__(self) -> int:
        return hash(_key(self))


def _key(line: ArmLine) -> tuple[str, ...]:
    return tuple(repr(value) for value in vars(line).values())


@dataclass(frozen=True)
class Detail:
    """Everything a screen needs to show one experiment.

    Attributes:
        summary: state, progress, rate, problem: the line of the history.
        memory: bytes that its workers hold.
        last_word: the last line of a failure, or "".
        damaged: what is lost of its record, or "".
        gone: there is no such folder any more.
        experiment: what was launched; None where the folder can't be read.
        pasts: for each of its arms, what forks have changed.
    """

    summary: Summary
    experiment: Experiment | None = None
    pasts: tuple[tuple[Past, ...], ...] = ()
    arms: tuple[ArmLine, ...] = ()
    memory: int = 0
    last_word: str = ""
    damaged: str = ""
    gone: bool = False
    curves: Curves = field(default_factory=Curves)

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.summary.name

    @property
    def question(self) -> str:
        """What the experiment is to decide, or ""."""
        return self.experiment.question if self.experiment else ""

    @property
    def origin(self) -> str:
        """Which experiment this one was made from, or ""."""
        return self.experiment.origin if self.experiment else ""


class Focus:
    """Follows one experiment: each `read` takes what is new and gives the same object back when nothing changed."""

    def __init__(self, folder: ExperimentFolder) -> None:
        self.name = folder.name
        self._folder = folder
        self._feeds: dict[str, CurveFeed] = {}
        self._grown = False
        self._arms: tuple[ArmLine, ...] = ()
        self._damaged = ""
        self._arms_late, self._arms_due = False, 0.0
        self._pasts: tuple[tuple[Past, ...], ...] = ()
        self._curves = Curves()
        self._detail: Detail | None = None

    def read(self) -> Detail:
        """The present detail. Never raises for what is wrong with the folder: that is what it then shows."""
        summary = summarise(self._folder)
        try:
            detail = Detail(summary) if summary.problem else self._read(summary)
        except (GroktermError, OSError) as error:
            detail = Detail(replace(summary, state=None, problem=str(error) or type(error).__name__))
        if _gone(self._folder.path):  # what is known of it by heart would look like an experiment just made
            problem = f"its folder is gone from {self._folder.path.parent}: somebody has moved or deleted it"
            detail = Detail(replace(summary, state=None, problem=problem), gone=True)
        if detail != self._detail:
            self._detail = detail
        return self._detail

    def _read(self, summary: Summary) -> Detail:
        folder, spec = self._folder, self._folder.spec()
        if not self._feeds:
            wanted = {**SOURCES, "eval": (*SOURCES["eval"], *_FALLBACK)}
            self._feeds = {stream: CurveFeed(folder, stream, names) for stream, names in wanted.items()}
        for stream, feed in self._feeds.items():  # what one has taken counts, even if the next can't be read
            if feed.poll():
                self._grown = True
                self._arms_late |= stream == "eval"
        growing = summary.state is not None and summary.state.live
        if not self._curves.epochs:
            self._curves = Curves(epochs={arm.name: arm.spec.epoch for arm in spec.arms})
        if self._grown and not self._curves.guesses and not all(arm.spec.task.scored for arm in spec.arms):
            self._curves = replace(self._curves, guesses=guesses(folder))
        if self._grown or growing != self._curves.growing:
            self._curves = self._curves.grown(*_tables(self._feeds), growing)
            self._grown = False
        if not self._arms or (self._arms_late and (not growing or time.monotonic() >= self._arms_due)):
            self._find_arms(spec)
        return Detail(
            summary,
            spec,
            self._pasts,
            arms=self._arms,
            memory=sum(status.memory_bytes for cohort in folder.cohorts if (status := cohort.status()) is not None),
            last_word=_last_word(folder) if summary.state in (State.FAILED, State.LOST) else "",
            damaged=self._damaged,
            curves=self._curves,
        )

    def _find_arms(self, spec: Experiment) -> None:
        """Milestones, in all evaluations anew. Where those are so many that it takes long, it is done seldom."""
        start = time.monotonic()
        self._pasts = tuple(self._folder.past(arm.name) for arm in spec.arms)
        results = run_results(self._folder)
        self._arms, self._arms_late = _arm_lines(spec, results, self._pasts), False
        self._damaged = damage(results)
        took = time.monotonic() - start
        self._arms_due = start + _ARMS_REST * took if took > _ARMS_QUICK else 0.0


def _gone(path: Path) -> bool:
    """There is no such folder; one that can't be looked at may be there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _tables(feeds: dict[str, CurveFeed]) -> tuple[dict[str, tuple[Curve, ...]], dict[tuple[str, str], Band]]:
    """The curves and bands of all feeds; where an arm has no train stream, what its evaluations know of that."""
    columns, bands = tables(feed for stream, feed in feeds.items() if stream != "eval")
    evaluated, found = tables([feeds["eval"]], SOURCES["eval"])
    columns, bands = columns | evaluated, bands | found
    known = {curve.arm for curve in columns["train_loss"]}
    if any(curve.arm not in known for curve in columns["test_loss"]):
        rest, found = tables([feeds["eval"]], _FALLBACK)
        for name, curves in rest.items():
            columns[name] += tuple(curve for curve in curves if curve.arm not in known)
        bands = found | bands
    return columns, bands


def _arm_lines(
    spec: Experiment, results: Sequence[RunResult], pasts: Sequence[tuple[Past, ...]]
) -> tuple[ArmLine, ...]:
    return tuple(
        arm_line(index, arm.name, arm.about, [r for r in results if r.arm == arm.name], past)
        for index, (arm, past) in enumerate(zip(spec.arms, pasts, strict=True))
    )


def arm_line(index: int, name: str, about: str, results: Sequence[RunResult], past: Sequence[Past] = ()) -> ArmLine:
    """The line of one arm, from the results of its runs and what forks have changed in it."""
    each = runs_of(index, name, about, results, past)
    return replace(_line(index, name, about, results, past), each=each)


def _line(index: int, name: str, about: str, results: Sequence[RunResult], past: Sequence[Past]) -> ArmLine:
    return ArmLine(
        index,
        name,
        about,
        runs=len(results),
        memorised=sum(math.isfinite(result.t_mem) for result in results),
        grokked=sum(math.isfinite(result.t_grok) for result in results),
        diverged=sum(result.diverged for result in results),
        t_mem=median_time(*first_times(results, "t_mem")[:2]),
        t_grok=median_time(*grok_times(results)[:2]),
        scored=all(result.scored for result in results),
        test_loss=_middle([result.test_loss for result in results if not result.diverged]),
        intervened=_interventions(results),
        forked=tuple(part.until for part in past),
    )


def runs_of(
    index: int, name: str, about: str, results: Sequence[RunResult], past: Sequence[Past] = ()
) -> tuple[ArmLine, ...]:
    """A line for each run of an arm alone."""
    return tuple(replace(_line(index, name, about, [run], past), seed=run.seed) for run in results)


def _middle(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return median(known) if known else math.nan


def _interventions(results: Sequence[RunResult]) -> tuple[tuple[str, float], ...]:
    steps: dict[str, list[int]] = {}
    for result in results:
        for what, step in result.intervened:
            steps.setdefault(what, []).append(step)
    return tuple((what, float(median(found))) for what, found in steps.items())


def _last_word(folder: ExperimentFolder) -> str:
    """The last line of the failure: from the event that says so, else from the worker's log."""
    for cohort in folder.cohorts:
        failed = next((event for event in reversed(cohort.events()) if event.kind == "failed"), None)
        if failed is not None and failed.data.get("error"):
            return str(failed.data["error"])
    return next((line for line in map(_log_end, folder.cohorts) if line), "")


def _log_end(cohort: CohortFolder) -> str:
    return next((line.strip() for line in reversed(cohort.log_tail(20)) if line.strip()), "")
