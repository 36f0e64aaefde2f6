"""[milestones]: when a run counts as having memorised and grokked, and the one function that decides it."""

from typing import NamedTuple

import numpy as np
from pydantic import Field

from grokterm.spec.base import Section


class MilestoneRule(Section):
    """The thresholds that turn accuracy curves into steps."""

    memorised: float = Field(
        0.99, gt=0, le=1, description="Train accuracy from which a run counts as having memorised."
    )
    grokked: float = Field(0.95, gt=0, le=1, description="Test accuracy from which a run counts as having generalised.")
    window: int = Field(
        50,
        ge=0,
        description="Steps for which the test accuracy must stay there, all of them observed, before the run has "
        "grokked for good. 0 accepts the first touch.",
    )


class Milestones(NamedTuple):
    """Steps of one cohort's milestones, float64[E]; nan where a member isn't (yet) there."""

    t_mem: np.ndarray
    t_touch: np.ndarray
    t_grok: np.ndarray


def find_milestones(
    steps: np.ndarray,
    train_acc: np.ndarray,
    test_acc: np.ndarray,
    rule: MilestoneRule,
    diverged_at: np.ndarray | None = None,
) -> Milestones:
    """Reads the milestones of a cohort off its accuracy curves.

    t_mem    first t with train(t) >= memorised
    t_touch  first t with test(t) >= grokked
    t_grok   first t with test(s) >= grokked at every evaluation s in [t, t + window], and there is an
             evaluation at or after t + window: a run that ends inside its window is censored, not counted.

    A member that diverged is frozen: what it scores from then on is no milestone, and completes no window.

    Args:
        steps: steps of the evaluations, ascending, [T].
        train_acc: train accuracy as a share, [T, E]. nan never satisfies a threshold.
        test_acc: test accuracy as a share, [T, E].
        rule: the thresholds.
        diverged_at: step at which each member diverged, [E], nan or negative where it has not; its evaluations at or
            after that step are left out. Absent: none has.
    """
    steps = np.asarray(steps, dtype=np.float64)
    memorised = np.asarray(train_acc) >= rule.memorised  # [t, e]; a comparison with nan is False
    above = np.asarray(test_acc) >= rule.grokked  # [t, e]
    if len(steps) == 0:
        nothing = np.full(above.shape[1], np.nan)
        return Milestones(nothing, nothing.copy(), nothing.copy())
    kept = steps[:, None] < _ends(diverged_at, above.shape[1])  # [t, e]; the first so many of each column
    memorised, above = memorised & kept, above & kept
    last = np.where(kept.any(axis=0), steps[kept.sum(axis=0) - 1], -np.inf)
    # The step of the next evaluation below the threshold, at or after each: a running minimum from the end.
    below = np.where(above, np.inf, steps[:, None])
    next_below = np.minimum.accumulate(below[::-1], axis=0)[::-1]
    close = steps[:, None] + rule.window
    lasting = above & (next_below > close) & (close <= last)
    return Milestones(_first(steps, memorised), _first(steps, above), _first(steps, lasting))


def _ends(diverged_at: np.ndarray | None, members: int) -> np.ndarray:
    """The step before which the evaluations of each member count, [E]."""
    at = np.full(members, np.nan) if diverged_at is None else np.asarray(diverged_at, dtype=np.float64)
    return np.where(at >= 0, at, np.inf)  # a comparison with nan is False


def _first(steps: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """The step of the first True of each column, nan where there is none."""
    return np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.nan)
