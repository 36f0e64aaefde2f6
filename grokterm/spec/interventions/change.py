"""[intervene.change]."""

from typing import Any

from pydantic import Field, model_validator

from grokterm.spec.base import refuse
from grokterm.spec.interventions.when import Problem, When

NUMBERS = ("beta1", "beta2", "eps", "momentum")
_STAYS = {"default_text": "absent: stays"}


class Change(When):
    """Other numbers for the optimizer from a step on. What is absent stays as it was.

    A number takes the place of a schedule: lr and lambda are constant from then on. The moments stay.
    """

    lr: float | None = Field(
        None, gt=0, json_schema_extra=_STAYS, description="Learning rate from then on, in the place of its schedule."
    )
    weight_decay: float | None = Field(
        None, ge=0, json_schema_extra=_STAYS, description="lambda from then on, in the place of its schedule."
    )
    beta1: float | None = Field(None, ge=0, lt=1, json_schema_extra=_STAYS, description="Memory of the mean gradient.")
    beta2: float | None = Field(
        None, ge=0, lt=1, json_schema_extra=_STAYS, description="Memory of the squared gradient."
    )
    eps: float | None = Field(None, ge=0, json_schema_extra=_STAYS, description="What is added to sqrt(v).")
    momentum: float | None = Field(
        None, gt=0, lt=1, json_schema_extra=_STAYS, description="Momentum of an optimizer that has some already."
    )

    @model_validator(mode="after")
    def _something_changes(self) -> "Change":
        names = ("lr", "weight_decay", *NUMBERS)
        if all(getattr(self, name) is None for name in names):
            refuse([(("lr",), f"nothing changes: set one of {', '.join(names)}")])
        return self

    def check(self, spec: Any) -> list[Problem]:
        problems, optimizer = super().check(spec), spec.optimizer
        for name in NUMBERS:
            if getattr(self, name) is None:
                continue
            had = getattr(optimizer, name, None)
            if had is None:
                problems.append(((f".{name}", "optimizer.kind"), f"{optimizer.kind} has no {name}"))
            elif name == "momentum" and had == 0:
                problems.append(((f".{name}", "optimizer.momentum"), "momentum can't begin: it is 0 at the start"))
        return problems + self._too_strong(spec)

    def _too_strong(self, spec: Any) -> list[Problem]:
        optimizer, steps = spec.optimizer, spec.stop.steps
        if not optimizer.decays_weights or (self.lr is None and self.weight_decay is None):
            return []
        schedule = optimizer.weight_decay
        peak = self.weight_decay
        if peak is None:  # every schedule is monotone or constant
            peak = 0.0 if schedule.check(steps) else max(schedule.at([0.0, steps - 1.0], steps))
        product = (optimizer.lr if self.lr is None else self.lr) * peak
        if product < 1:
            return []
        sentence = f"lr * lambda = {product:g} must stay below 1: each step multiplies the weights by 1 - lr * lambda"
        return [((".weight_decay", ".lr"), sentence)]
