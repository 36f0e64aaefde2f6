"""One experiment in one line of a list. Cheap: status, events and notes are read, streams and the spec are not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grokterm.analysis.survival import median_time
from grokterm.errors import GroktermError
from grokterm.record import ExperimentFolder, Marks, State, Status, combine_states

_NAN = float("nan")


@dataclass(frozen=True)
class ArmProgress:
    """What is known of one arm from its events.

    Attributes:
        runs: how many there are.
        memorised, grokked, diverged: how many of them have. What a run reached at or after it diverged does not count.
        t_grok: their median time to grok (`median_time`), nan where it is not reached. A run that has not grokked is
            censored as in `results.run_results`, as far as events tell: see `_Cohort.watched_to`.
    """

    runs: int
    memorised: int
    grokked: int
    diverged: int
    t_grok: float


@dataclass(frozen=True)
class Summary:
    """One line of the history.

    Attributes:
        name, title, created: as of the folder; created is unix seconds.
        state: of all cohorts together; None where the folder is broken.
        problem: why the folder can't be read, in one line; None where it can.
        arms: by name, in order.
        seeds: all seeds, in order.
        step, steps: updates made and budget, of the cohort that trains (else of one that has begun and not
            finished, else of any); of several such the one that is furthest behind.
        workers, done: cohorts, each of which a worker trains, and how many of them have finished.
        progress: share of all budgets done, 0 to 1. An experiment that ended early by its own stop rule is at 1.
        rate: steps a second of all cohorts that are training, together; nan where none is.
        eta: seconds until the last cohort is done at the present rate; nan where that can't be said, as while one is
            paused.
        eta_rough: some wait in the queue, and are taken to be as fast, a run, as those that train.
        devices: where its cohorts are or were, each once.
        heartbeat_at: unix seconds of the last sign of life; 0 before the first.
        dropped: writes that failed so far.
        marks: tags, star, archive mark, notes.
        preset: the short name of what was launched.
        hosts: where its workers were last heard of, each once.
        scored: there is an accuracy, so there are milestones.
    """

    name: str
    created: float
    title: str = ""
    state: State | None = None
    problem: str | None = None
    arms: Mapping[str, ArmProgress] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    step: int = 0
    steps: int = 0
    workers: int = 1
    done: int = 0
    progress: float = 0.0
    rate: float = _NAN
    eta: float = _NAN
    eta_rough: bool = False
    devices: tuple[str, ...] = ()
    heartbeat_at: float = 0.0
    dropped: int = 0
    marks: Marks = field(default_factory=Marks)
    preset: str = ""
    hosts: tuple[str, ...] = ()
    scored: bool = True


@dataclass(frozen=True)
class _Cohort:
    """One cohort as far as a summary needs it."""

    members: tuple[tuple[str, int], ...]
    state: State
    status: Status
    budget: int
    found: Mapping[str, Mapping[tuple[str, int], int]]  # kind of event -> run -> step
    windows: Mapping[tuple[str, int], int]  # run -> where the window that its first touch began ends

    def reached(self, kind: str, run: tuple[str, int]) -> int | None:
        """Step at which a run came to a milestone, if it did before it diverged."""
        step, diverged = (self.found.get(name, {}).get(run) for name in (kind, "diverged"))
        return step if step is not None and (diverged is None or step < diverged) else None

    def watched_to(self, run: tuple[str, int]) -> int:
        """Last step at which a run without `grokked` is known not to have grokked.

        The median needs no more than how it lies among the evaluations of its arm, which is that of
        `results.run_results`: at the budget if it diverged, before its first touch in the window of that, else at the
        last evaluation. That of the present step is made with the next update, or at the end.

        What events don't tell is when a run fell below the threshold again. One that does so within that window is
        censored too early until the window is over; one that has come back since, too late until it has grokked.
        """
        if run in self.found.get("diverged", {}):
            return self.budget
        evaluated = max(0, self.status.step - (self.state is not State.FINISHED))
        in_window = evaluated < self.windows.get(run, 0)
        return min(evaluated, max(0, self.found["grokked_touch"][run] - 1)) if in_window else evaluated

    @property
    def share(self) -> float:
        if self.state is State.FINISHED:
            return 1.0
        return min(1.0, self.status.step / self.status.steps) if self.status.steps else 0.0

    @property
    def waits(self) -> bool:
        return self.state in (State.QUEUED, State.STARTING)

    @property
    def trains(self) -> bool:
        return self.state is State.RUNNING and self.status.rate > 0

    @property
    def remaining(self) -> int:
        """Steps to the budget, of all its runs together."""
        return (self.status.steps - self.status.step) * len(self.members)

    @property
    def speed(self) -> float:
        """Steps a second, of all its runs together."""
        return self.status.rate * len(self.members)


def summarise(folder: ExperimentFolder) -> Summary:
    """One line about an experiment. Never raises for what is in the folder: a broken one says so in `problem`."""
    problem = folder.problem
    if problem is not None:
        return _broken(folder, problem)
    try:
        return _summary(folder, [_read(cohort) for cohort in folder.cohorts])
    except (GroktermError, OSError) as error:
        return _broken(folder, str(error))


def _broken(folder: ExperimentFolder, problem: str) -> Summary:
    try:
        marks = folder.marks()
    except GroktermError:
        marks = Marks()
    return Summary(folder.name, folder.created, folder.title, problem=problem, marks=marks, preset=folder.preset)


def _read(cohort) -> _Cohort:
    found: dict[str, dict[tuple[str, int], int]] = {}
    windows: dict[tuple[str, int], int] = {}
    for event in cohort.effective_events():
        run = (event.data.get("arm"), event.data.get("seed"))
        if event.step is not None and run in cohort.members:
            found.setdefault(event.kind, {}).setdefault(run, event.step)
            if event.kind == "grokked_touch" and isinstance(event.data.get("until"), int):
                windows.setdefault(run, event.data["until"])
    status = cohort.status() or Status(steps=cohort.steps)
    return _Cohort(cohort.members, cohort.state(), status, cohort.steps, found, windows)


def _summary(folder: ExperimentFolder, cohorts: list[_Cohort]) -> Summary:
    members = [member for cohort in cohorts for member in cohort.members]
    shown = _shown(cohorts).status
    training = [cohort.status.rate for cohort in cohorts if cohort.trains]
    return Summary(
        name=folder.name,
        created=folder.created,
        title=folder.title,
        state=combine_states(cohort.state for cohort in cohorts),
        arms={arm: _arm(arm, cohorts) for arm in dict.fromkeys(arm for arm, _ in members)},
        seeds=tuple(dict.fromkeys(seed for _, seed in members)),
        step=shown.step,
        steps=shown.steps,
        workers=len(cohorts),
        done=sum(cohort.state is State.FINISHED for cohort in cohorts),
        progress=sum(cohort.share for cohort in cohorts) / len(cohorts),
        rate=sum(training) if training else _NAN,
        eta=_eta(cohorts),
        eta_rough=any(cohort.waits for cohort in cohorts),
        devices=tuple(dict.fromkeys(c.status.device for c in cohorts if c.status.device)),
        heartbeat_at=max(cohort.status.heartbeat_at for cohort in cohorts),
        dropped=sum(cohort.status.dropped for cohort in cohorts),
        marks=folder.marks(),
        preset=folder.preset,
        hosts=tuple(dict.fromkeys(c.status.host for c in cohorts if c.status.host)),
        scored=folder.scored,
    )


def _shown(cohorts: list[_Cohort]) -> _Cohort:
    """The cohort whose step is told: those that wait for the one that trains would all say 0."""
    training = [cohort for cohort in cohorts if cohort.state is State.RUNNING]
    begun = [cohort for cohort in cohorts if cohort.state is not State.FINISHED and cohort.status.step]
    return min(training or begun or cohorts, key=lambda cohort: cohort.share)


def _eta(cohorts: list[_Cohort]) -> float:
    training, waiting = [c for c in cohorts if c.trains], [c for c in cohorts if c.waits]
    if not training or any(c.state.live and not (c.trains or c.waits) for c in cohorts):
        return _NAN
    last = max(cohort.remaining / cohort.speed for cohort in training)
    together = sum(cohort.remaining for cohort in training + waiting) / sum(cohort.speed for cohort in training)
    return max(last, together)


def _arm(arm: str, cohorts: list[_Cohort]) -> ArmProgress:
    runs = [(cohort, run) for cohort in cohorts for run in cohort.members if run[0] == arm]
    memorised, grokked = ([c.reached(kind, run) for c, run in runs] for kind in ("memorised", "grokked"))
    times = [c.watched_to(run) if step is None else step for (c, run), step in zip(runs, grokked, strict=True)]
    seen = [step is not None for step in grokked]
    return ArmProgress(
        runs=len(runs),
        memorised=sum(step is not None for step in memorised),
        grokked=sum(seen),
        diverged=sum(run in c.found.get("diverged", {}) for c, run in runs),
        t_grok=median_time(times, seen),
    )
