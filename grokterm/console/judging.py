"""What a draft comes to, computed in a thread: mistakes, cohorts, and the courses of weight decay and learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grokterm.spec import Draft, Experiment, Verdict

SAMPLES = 120
MOST_CURVES = 8


class Course(NamedTuple):
    """lambda(t) or lr(t) of one arm at `SAMPLES` steps from the first to the last; where it waits, from then on."""

    arm: str
    levels: tuple[float, ...]
    waits: bool = False


@dataclass(frozen=True, eq=False)
class Judged:
    """A verdict, and what follows where there are no mistakes. `rates` is empty where no learning rate changes."""

    verdict: Verdict
    cohorts: int = 0
    decays: tuple[Course, ...] = ()
    rates: tuple[Course, ...] = ()


def judge(draft: Draft) -> Judged:
    """Everything about a draft that takes longer than a key press may."""
    from grokterm.spec import check, plan_cohorts

    verdict = check(draft)
    if verdict.experiment is None:
        return Judged(verdict)
    experiment = verdict.experiment
    return Judged(verdict, len(plan_cohorts(experiment)), decays(experiment), rates(experiment))


def decays(experiment: Experiment) -> tuple[Course, ...]:
    """The weight decay of the first arms over their budgets."""
    import numpy as np

    from grokterm.spec import plateau_of

    found = []
    for arm in experiment.arms[:MOST_CURVES]:
        budget = arm.spec.stop.steps
        at = np.linspace(0, budget - 1, SAMPLES)
        decay = arm.spec.optimizer.weight_decay
        found.append(Course(arm.name, tuple(decay.at(at, budget).tolist()), plateau_of(decay) is not None))
    return tuple(found)


def rates(experiment: Experiment) -> tuple[Course, ...]:
    """The learning rate of the first arms over their budgets, () where none of them changes it."""
    import numpy as np

    found = []
    for arm in experiment.arms[:MOST_CURVES]:
        budget, optimizer = arm.spec.stop.steps, arm.spec.optimizer
        at, schedule = np.linspace(0, budget - 1, SAMPLES), optimizer.lr_schedule
        factors = np.ones(SAMPLES) if schedule is None else schedule.at(at, budget)
        found.append(Course(arm.name, tuple((optimizer.lr * factors).tolist())))
    return tuple(found) if any(arm.spec.optimizer.lr_schedule for arm in experiment.arms[:MOST_CURVES]) else ()
