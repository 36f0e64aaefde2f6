"""Schedules of the weight decay lambda: a number for every step.

t counts updates from 0: lambda(t) is used in the update that takes the weights from step t to step t + 1,
and T is the budget `stop.steps`, so a run uses lambda(0) ... lambda(T - 1). Every schedule is a pure
function of (t, T). One that carries an `end` of its own doesn't change when the budget does: a shorter run
is a prefix of the longer one.
"""

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from grokterm.spec.base import Section, one_of, refuse


class Plateau(NamedTuple):
    """When the validation loss counts as flat: after `patience` evaluations in a row that don't improve.

    An evaluation improves when it is below (1 - min_delta) times the best one, and only then becomes the best
    (torch's ReduceLROnPlateau), so that a slow creep downwards isn't taken for a plateau for ever.
    """

    patience: int
    min_delta: float


def _level(what: str, default: Any = ...) -> Any:
    return Field(
        default,
        ge=0,
        description=f"{what}: each step multiplies the weights by 1 - lr * lambda.",
    )


_WARMUP = Field(0, ge=0, description="Steps t_w for which lambda stays at `initial` before it starts to move.")
_END = Field(
    None,
    ge=1,
    json_schema_extra={"default_text": "stop.steps"},
    description="Step T_end at which `final` is reached and kept. Absent, the schedule stretches with the budget.",
)


class Schedule(Section):
    """The base of all schedules. `at(t, steps)` is the whole interface."""

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        """lambda at the steps `t` (float64, any shape) of a run of `steps` steps."""
        raise NotImplementedError

    def check(self, steps: int) -> list[tuple[str, str]]:
        """What can't be in a run of `steps` steps: pairs of field and sentence."""
        return []


class Constant(Schedule):
    """lambda(t) = value. The static arm. A bare number in a preset means this."""

    schedule: Literal["constant"] = Field("constant", description="lambda never changes.")
    value: float = _level("The weight decay lambda")

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return np.full(np.shape(t), self.value)


class _Ramp(Schedule):
    """From `initial`, kept for `warmup` steps, to `final` at `end`. Subclasses give the shape in between."""

    initial: float = _level("lambda at the start")
    final: float = _level("lambda at the end")
    warmup: int = _WARMUP
    end: int | None = _END

    def _progress(self, t: np.ndarray, steps: int) -> np.ndarray:
        """(t - t_w) / (T_end - t_w), held at 0 before t_w and at 1 after T_end."""
        end = steps if self.end is None else self.end
        return np.clip((np.asarray(t, dtype=np.float64) - self.warmup) / (end - self.warmup), 0.0, 1.0)

    def check(self, steps: int) -> list[tuple[str, str]]:
        end, name = (steps, "stop.steps") if self.end is None else (self.end, "end")
        if self.warmup >= end:
            return [("warmup", f"warmup {self.warmup} must be below the schedule's end ({name} = {end})")]
        return []


class Linear(_Ramp):
    """Warm-up, then a straight line: Biswas, Islam and Hu, equation 1.

    lambda(t) = lambda_i                                                              for t <  t_w
    lambda(t) = lambda_f + (lambda_i - lambda_f) (1 - (t - t_w) / (T_end - t_w))      for t >= t_w
    and lambda_f after T_end. It falls where initial > final and rises where it isn't.
    """

    schedule: Literal["linear"] = Field("linear", description="Warm-up, then a straight line to `final` (equation 1).")

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return self.final + (self.initial - self.final) * (1.0 - self._progress(t, steps))


class Cosine(_Ramp):
    """Warm-up, then half a cosine.

    lambda(t) = lambda_f + (lambda_i - lambda_f) (1 + cos(pi x)) / 2,  x = (t - t_w) / (T_end - t_w) in [0, 1]
    """

    schedule: Literal["cosine"] = Field("cosine", description="Warm-up, then half a cosine to `final`.")

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return self.final + (self.initial - self.final) * (1.0 + np.cos(np.pi * self._progress(t, steps))) / 2.0


class Step(Schedule):
    """A staircase: lambda(t) = max(floor, initial - drop * floor(t / every)).

    The two readings of "drops by 0.04 per epoch" in Biswas, Islam and Hu are every = 1 and every = 1000.
    """

    schedule: Literal["step"] = Field("step", description="A staircase: down by `drop` each `every` steps.")
    initial: float = _level("lambda at the start")
    drop: float = Field(ge=0, description="What lambda loses at each stair, in the units of lambda.")
    every: int = Field(ge=1, description="Steps from one stair to the next.")
    floor: float = Field(0.0, ge=0, description="lambda never goes below this.")

    @model_validator(mode="after")
    def _floor_is_below(self) -> "Step":
        if self.floor > self.initial:
            refuse([(("floor", "initial"), f"floor {self.floor} is above initial {self.initial}")])
        return self

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return np.maximum(self.floor, self.initial - self.drop * (np.asarray(t, dtype=np.float64) // self.every))


class Exponential(Schedule):
    """lambda(t) = lambda_f + (lambda_i - lambda_f) 2^(-(t - t_w) / half_life), and lambda_i before t_w."""

    schedule: Literal["exponential"] = Field(
        "exponential", description="Halves its distance to `final` each half-life."
    )
    initial: float = _level("lambda at the start")
    final: float = Field(0.0, ge=0, description="The level that lambda approaches.")
    half_life: float = Field(gt=0, description="Steps in which the distance to `final` halves.")
    warmup: int = _WARMUP

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        age = np.maximum(0.0, np.asarray(t, dtype=np.float64) - self.warmup)
        return self.final + (self.initial - self.final) * np.exp2(-age / self.half_life)


class Phases(Schedule):
    """High, then falling, then low, switched by a step or by a plateau of the validation loss
    (Biswas, Islam and Hu, "Adjustment Strategy").

    lambda(t) = high                                    for t <= s, the step of the switch
    lambda(t) = high + (low - high) (t - s) / fall      for s < t < s + fall
    lambda(t) = low                                     for t >= s + fall;  fall = 1 is a jump.

    With switch = "plateau", s isn't known beforehand and the values are counted from it: index 0 is `high`,
    and the trainer holds it there while it waits; from the evaluation that completes the plateau, at step s,
    the index counts one a step, so that the update at step s + k uses value k. A loss that never goes flat
    leaves lambda at `high`. The validation loss is the test loss. Mind that it is flat or rises *while the
    network only memorises*, which is when the switch comes.
    """

    schedule: Literal["phases"] = Field("phases", description="High, falling, low; switched by a step or by a plateau.")
    high: float = _level("lambda in the first phase")
    low: float = _level("lambda in the last phase")
    fall: int = Field(ge=1, description="Steps the middle phase takes from `high` to `low`; 1 is a jump.")
    switch: Annotated[int, Field(ge=0)] | Literal["plateau"] = Field(
        description='When the fall begins: a step, or "plateau" for the moment the test loss stops improving.'
    )
    patience: int = Field(20, ge=1, description="Evaluations in a row without improvement that make a plateau.")
    min_delta: float = Field(
        0.01,
        ge=0,
        lt=1,
        description="Share of its lowest value by which the test loss must fall to count as improved.",
    )

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        start = 0 if self.switch == "plateau" else self.switch
        fallen = np.clip((np.asarray(t, dtype=np.float64) - start) / self.fall, 0.0, 1.0)
        return self.low + (self.high - self.low) * (1.0 - fallen)


class _Of(Schedule):
    """A control made from another schedule over the same budget."""

    of: "WeightDecay" = Field(description="The schedule that this one is the control of: write the other arm's again.")

    @model_validator(mode="after")
    def _known_beforehand(self) -> "_Of":
        if plateau_of(self.of) is not None:
            refuse([(("of.switch",), "a plateau comes when it comes: no mirror image and no mean beforehand")])
        return self

    def check(self, steps: int) -> list[tuple[str, str]]:
        return [(f"of.{field}", sentence) for field, sentence in self.of.check(steps)]


class Mirror(_Of):
    """Time reversal: lambda(t) = of(T - 1 - t). What fell rises, with the same sum over the budget."""

    schedule: Literal["mirror"] = Field(
        "mirror", description="The same values in reverse order: equal sum, opposite trend."
    )

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return self.of.at(steps - 1 - np.asarray(t, dtype=np.float64), steps)


class Mean(_Of):
    """Constant at the time mean (1 / T) (of(0) + ... + of(T - 1)): the same sum over the budget, no trend."""

    schedule: Literal["mean"] = Field(
        "mean", description="Constant at the time mean of another schedule: equal sum, no trend."
    )

    def at(self, t: np.ndarray, steps: int) -> np.ndarray:
        return np.full(np.shape(t), schedule_values(self.of, steps).mean())


def _number_is_constant(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"schedule": "constant", "value": value}
    return value


_SCHEDULES = one_of("schedule", None, Constant, Linear, Step, Exponential, Cosine, Phases, Mirror, Mean)
WeightDecay = Annotated[
    _SCHEDULES, BeforeValidator(_number_is_constant), WithJsonSchema({"type": ["number", "object"]})
]

_Of.model_rebuild()
Mirror.model_rebuild()
Mean.model_rebuild()


def schedule_values(schedule: Schedule, steps: int) -> np.ndarray:
    """lambda(t) for t = 0 ... steps - 1, float64; counted from the plateau if it waits for one."""
    return np.asarray(schedule.at(np.arange(steps, dtype=np.float64), steps), dtype=np.float64)


def plateau_of(schedule: Schedule) -> Plateau | None:
    """What to wait for before the schedule's clock starts, or None where the clock is the step."""
    if isinstance(schedule, Phases) and schedule.switch == "plateau":
        return Plateau(schedule.patience, schedule.min_delta)
    return None
