"""Records of made-up runs, written by the real writer: only the numbers are invented."""

from dataclasses import dataclass

import numpy as np
import pytest

from grokterm.record import CohortWriter, ExperimentFolder, create, open_folder
from grokterm.spec import parse

DOCUMENT = {
    "title": "made up",
    "task": {"p": 11, "train_fraction": 0.5},
    "model": {"d_model": 16, "heads": 2, "d_mlp": 32},
    "optimizer": {"lr": 1e-3, "weight_decay": 1.0},
    "stop": {"steps": 900},
    "streams": {"eval_every": 25, "weights_every": 25},
}
FALLING = {"schedule": "linear", "initial": 3.0, "final": 0.5, "warmup": 200, "end": 900}
QUICKSTART_ARMS = {
    "static": {},
    "dynamic": {"optimizer": {"weight_decay": FALLING}},
    "static-high": {"optimizer": {"weight_decay": 3.0}},
}


@dataclass(frozen=True)
class Fate:
    """What happens to a run: steps of its milestones (None: never), and what becomes of it."""

    grok: int | None = None
    mem: int | None = 100
    diverge: int | None = None
    falls_back: tuple[int, int] | None = None  # [from, to): below the threshold again

    def lasting(self, window: int, end: int) -> int | None:
        """The step of grokking for good, if its window is over by `end`."""
        late = self.grok is not None and self.falls_back and self.falls_back[0] <= self.grok + window
        at = self.falls_back[1] if late else self.grok
        return at if at is not None and at + window <= end else None


def merged(base: dict, changes: dict) -> dict:
    """Tables inside tables are joined, everything else is replaced."""
    out = dict(base)
    for key, value in changes.items():
        joins = isinstance(value, dict) and isinstance(out.get(key), dict) and key != "arms"
        out[key] = merged(out[key], value) if joins else value
    return out


def accuracy(steps: np.ndarray, fate: Fate) -> tuple[np.ndarray, np.ndarray]:
    """Train and test accuracy of a run that has a certain fate."""
    train = np.where(steps >= (np.inf if fate.mem is None else fate.mem), 1.0, 0.3)
    test = np.where(steps >= (np.inf if fate.grok is None else fate.grok), 0.99, 0.1)
    if fate.falls_back:
        test[(steps >= fate.falls_back[0]) & (steps < fate.falls_back[1])] = 0.5
    return train, test


def write_cohort(folder: ExperimentFolder, index: int, fates: dict, until: int | None, state: str) -> None:
    """Writes the streams, events and status of one cohort."""
    cohort = folder.cohorts[index]
    members = folder.planned(cohort)
    spec = members[0].spec
    end = spec.stop.steps if until is None else until
    steps = np.unique([*range(0, end, spec.streams.eval_every), end])
    writer = CohortWriter(cohort.path)
    writer.event("started", device="cpu")
    columns = {
        name: np.zeros((len(steps), len(members))) for name in ("train_acc", "test_acc", "train_loss", "test_loss")
    }
    integral = np.zeros((len(steps), len(members)))
    for e, member in enumerate(members):
        fate = fates[member.arm][member.seed]
        columns["train_acc"][:, e], columns["test_acc"][:, e] = accuracy(steps, fate)
        columns["train_loss"][:, e] = 1.0 - columns["train_acc"][:, e]
        columns["test_loss"][:, e] = 1.0 - columns["test_acc"][:, e]
        if fate.diverge is not None:
            columns["train_loss"][steps >= fate.diverge, e] = np.nan
        decay = member.spec.optimizer.weight_decay.at(np.arange(spec.stop.steps, dtype=float), spec.stop.steps)
        integral[:, e] = np.concatenate([[0.0], np.cumsum(decay)])[steps]
        window = spec.milestones.window
        if fate.grok is not None and fate.grok <= end:
            until = -(-(fate.grok + window) // spec.streams.eval_every) * spec.streams.eval_every
            writer.event("grokked_touch", step=fate.grok, arm=member.arm, seed=member.seed, until=until)
        grok = fate.lasting(window, end)
        for kind, step in (("memorised", fate.mem), ("grokked", grok), ("diverged", fate.diverge)):
            if step is not None and step <= end:
                writer.event(kind, step=step, arm=member.arm, seed=member.seed)
    writer.append("eval", steps, columns)
    writer.append("weights", steps, {"weight_decay_integral": integral})
    writer.commit(state=state, step=end, rate=20.0, device="cpu")
    if state not in ("running", "starting", "paused", "queued"):
        writer.event(state, step=end)
        writer.commit(state=state, step=end)


@pytest.fixture
def record(runs):
    """record(fates, until=None, state="finished", **changes) -> a new experiment folder.

    fates: arm -> list of Fate, or of the step of grokking (None: never), by position of the seed.
    until, state: where all cohorts ended and how, or a list with one for each cohort.
    """

    def make(fates, until=None, state="finished", seeds=None, arms=None, only=None, **changes):
        seeds = list(range(len(next(iter(fates.values()))))) if seeds is None else seeds
        document = merged(DOCUMENT, changes) | {"seeds": seeds, "arms": arms or {name: {} for name in fates}}
        folder = create(runs, parse(document, "made-up"))
        by_seed = {
            arm: {s: f if isinstance(f, Fate) else Fate(f) for s, f in zip(seeds, row, strict=True)}
            for arm, row in fates.items()
        }
        for index in range(len(folder.cohorts)):
            if only is None or index in only:
                end, how = (each[index] if isinstance(each, list) else each for each in (until, state))
                write_cohort(folder, index, by_seed, end, how)
        return open_folder(folder.path)

    return make


@pytest.fixture
def fate():
    """The class of fates, for tests that need more than a step."""
    return Fate


@pytest.fixture
def quickstart_arms():
    """The three arms of the quickstart: constant, falling from high, constant at the high value."""
    return QUICKSTART_ARMS


@pytest.fixture
def quickstart(record):
    """The quickstart as it was measured: static 2 of 4 censored, dynamic and static-high alike."""
    fates = {
        "static": [775, 825, None, None],
        "dynamic": [275, 300, 350, 400],
        "static-high": [275, 325, 350, 400],
    }
    return record(fates, arms=QUICKSTART_ARMS)
