"""What a draft comes to, computed in a thread: mistakes, cohorts, and the course of its weight decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grokterm.spec import Draft, Experiment, Verdict

SAMPLES = 120
MOST_CURVES = 8


class Decay(NamedTuple):
    """lambda(t) of one arm at `SAMPLES` steps from the first to the last; where it waits, from the plateau on."""

    arm: str
    levels: tuple[float, ...]
    waits: bool = False


@dataclass(frozen=True, eq=False)
class Judged:
    """A verdict, and what follows where there are no mistakes."""

    verdict: Verdict
    cohorts: int = 0
    decays: tuple[Decay, ...] = ()


def judge(draft: Draft) -> Judged:
    """Everything about a draft that takes longer than a key press may."""
    from grokterm.spec import check, plan_cohorts

    verdict = check(draft)
    if verdict.experiment is None:
        return Judged(verdict)
    return Judged(verdict, len(plan_cohorts(verdict.experiment)), decays(verdict.experiment))


def decays(experiment: Experiment) -> tuple[Decay, ...]:
    """The weight decay of the first arms over their budgets."""
    import numpy as np

    from grokterm.spec import plateau_of

    found = []
    for arm in experiment.arms[:MOST_CURVES]:
        budget = arm.spec.stop.steps
        at = np.linspace(0, budget - 1, SAMPLES)
        decay = arm.spec.optimizer.weight_decay
        found.append(Decay(arm.name, tuple(decay.at(at, budget).tolist()), plateau_of(decay) is not None))
    return tuple(found)
