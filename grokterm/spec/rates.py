"""Schedules of the learning rate: a factor on `lr` for every step.

t counts updates from 0, as for the weight decay. The factor lies in [0, 1], so `lr` is the largest learning rate, which
stays one number to be swept, and lr * lambda has the bound that it has without a schedule.
"""

from typing import Any, Literal

import numpy as np
from pydantic import Field

from grokterm.spec.base import Section, one_of

_WARMUP = "Steps t_w over which the factor rises in a line from `start` to 1."


def _warmup(default: Any, least: int) -> Any:
    return Field(default, ge=least, description=_WARMUP)


class RateSchedule(Section):
    """The base of all: a warm-up, factor(t) = start + (1 - start) t / t_w for t < t_w, times `after(t)`."""

    schedule: str
    warmup: int = _warmup(0, 0)
    start: float = Field(0.1, gt=0, le=1, description="Factor at step 0 of the warm-up.")

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        """The factor at the steps `t` (any shape) of a run of `steps` steps, float64."""
        t = np.asarray(t, dtype=np.float64)
        risen = np.minimum(1.0, t / self.warmup) if self.warmup else np.ones_like(t)
        return (self.start + (1.0 - self.start) * risen) * self._after(t, steps)

    def _after(self, t: np.ndarray, steps: int) -> np.ndarray:
        return np.ones_like(t)

    def check(self, steps: int) -> list[tuple[str, str]]:
        """What can't be in a run of `steps` steps: pairs of field and sentence."""
        return []


class Warmup(RateSchedule):
    """Rises, and stays at lr. torch's LinearLR(start_factor=start, total_iters=warmup)."""

    schedule: Literal["warmup"] = Field("warmup", description="Rises in a line and stays.")
    warmup: int = _warmup(..., 1)


class _Falling(RateSchedule):
    """From 1 at t_w to `final` at T_end, and `final` afterwards."""

    final: float = Field(0.0, ge=0, le=1, description="Factor at the end.")
    end: int | None = Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "stop.steps"},
        description="Step T_end at which `final` is reached and kept. Absent, the schedule stretches with the budget.",
    )

    def _progress(self, t: np.ndarray, steps: int) -> np.ndarray:
        end = steps if self.end is None else self.end
        return np.clip((t - self.warmup) / (end - self.warmup), 0.0, 1.0)

    def check(self, steps: int) -> list[tuple[str, str]]:
        end, name = (steps, "stop.steps") if self.end is None else (self.end, "end")
        if self.warmup >= end:
            return [("warmup", f"warmup {self.warmup} must be below the schedule's end ({name} = {end})")]
        return []


class LinearRate(_Falling):
    """Warm-up, then a straight line: 1 + (final - 1) (t - t_w) / (T_end - t_w)."""

    schedule: Literal["linear"] = Field("linear", description="Warm-up, then a straight line down to `final`.")

    def _after(self, t: np.ndarray, steps: int) -> np.ndarray:
        return 1.0 + (self.final - 1.0) * self._progress(t, steps)


class CosineRate(_Falling):
    """Warm-up, then half a cosine: final + (1 - final) (1 + cos(pi x)) / 2, x = (t - t_w) / (T_end - t_w)."""

    schedule: Literal["cosine"] = Field("cosine", description="Warm-up, then half a cosine down to `final`.")

    def _after(self, t: np.ndarray, steps: int) -> np.ndarray:
        return self.final + (1.0 - self.final) * (1.0 + np.cos(np.pi * self._progress(t, steps))) / 2.0


class StepRate(RateSchedule):
    """Stairs: gamma^floor(t / every), torch's StepLR."""

    schedule: Literal["step"] = Field("step", description="Stairs: times `gamma` each `every` steps.")
    every: int = Field(ge=1, description="Steps from one stair to the next.")
    gamma: float = Field(0.1, gt=0, le=1, description="What the factor is multiplied with at each stair.")

    def _after(self, t: np.ndarray, steps: int) -> np.ndarray:
        return self.gamma ** (t // self.every)


Rate = one_of("schedule", None, Warmup, LinearRate, CosineRate, StepRate)


def rate_values(schedule: RateSchedule | None, steps: int) -> np.ndarray:
    """The factor for t = 0 ... steps - 1, float64; all ones without a schedule."""
    return np.ones(steps) if schedule is None else schedule.at(np.arange(steps, dtype=np.float64), steps)
