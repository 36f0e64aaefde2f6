"""[intervene.transplant]."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from grokterm.nearest import some
from grokterm.spec.base import refuse
from grokterm.spec.interventions.hidden import hidden_layer
from grokterm.spec.interventions.names import Names, unknown_names
from grokterm.spec.interventions.when import Problem, When, listed

Numbers = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(listed), Field(min_length=1)]


class Transplant(When):
    """Weights of another run in the place of this run's own, once; training goes on from them.

    Hidden neurons of an MLP (columns of the matrix into it, its bias, rows of the matrix out of it) or whole tensors.
    What the optimizer remembers stays; `reset_optimizer` at the same step clears it. The checkpoint must be a kept one
    (`grokterm checkpoint`, streams.checkpoint_every, the last of a run), so that it is there whenever a worker starts.
    """

    experiment: str = Field(
        min_length=1, description="Experiment to copy from: its folder's name, a part of it, @last, or a path."
    )
    arm: str | None = Field(
        None, json_schema_extra={"default_text": "absent: its first"}, description="Arm to copy from."
    )
    seed: int | None = Field(
        None,
        ge=0,
        json_schema_extra={"default_text": "absent: the run's own"},
        description="Seed to copy from; absent, each run takes the weights of its own seed.",
    )
    step: int | None = Field(
        None,
        ge=0,
        json_schema_extra={"default_text": "absent: the last"},
        description="Step of the kept checkpoint to copy from.",
    )
    neurons: Literal["all"] | Numbers | None = Field(
        None,
        json_schema_extra={"type_text": '"all" or a list of integers', "default_text": "absent: none by number"},
        description="Hidden neurons by number, from 0, or all of them.",
    )
    top: int | None = Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "absent: none by rank"},
        description="So many hidden neurons, those whose input weights over the values of an operand are most nearly "
        "one wave: by the share of the largest frequency in their power.",
    )
    layer: int = Field(0, ge=0, description="The hidden layer, or the block, whose neurons are meant, from 0.")
    tensors: Names | None = Field(
        None,
        json_schema_extra={
            "type_text": "a list of names of tensors, or patterns",
            "default_text": "absent: none by name",
        },
        description='Whole tensors by name or pattern: ["W_E", "b_*"].',
    )

    @model_validator(mode="after")
    def _one_choice(self) -> "Transplant":
        given = [name for name in ("neurons", "top", "tensors") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"given: {' and '.join(given)}" if given else "none is given"
            refuse([(tuple(given or ["neurons"])[-1:], f"set one of neurons, top and tensors ({said})")])
        return self

    def check(self, spec: Any) -> list[Problem]:
        problems = super().check(spec)
        if self.top is not None and spec.task.known and spec.task.shown.kind != "tokens":
            shown = spec.task.shown.kind
            problems.append(((".top", "task.kind"), f"waves are over tokens; {spec.task.kind} shows {shown}"))
        if self.top is not None and self.layer:
            problems.append(((".layer", ".top"), "only neurons of layer 0 read the operands, and waves are theirs"))
        elif self.tensors is None:
            problems += self._missing_neurons(spec)
        return problems + unknown_names(".tensors", self.tensors or (), spec)

    def _missing_neurons(self, spec: Any) -> list[Problem]:
        if not spec.known or spec.task.shown.kind not in spec.model.reads:
            return []  # as in `unknown_names`
        shapes = spec.model.tensors(spec.task.shown)
        layer = hidden_layer(tuple(shapes), self.layer)
        if layer is None:
            field = ".neurons" if self.top is None else ".top"
            sentence = f"this network has no hidden layer {self.layer} with neurons known by name; set tensors instead"
            return [((".layer", field, "model.kind"), f"{sentence}: {some(tuple(shapes))}")]
        width = shapes[layer.into][1]
        if self.top is not None and self.top > width:
            return [((".top",), f"{self.top} of {width} neurons; {width} at most would be right")]
        if isinstance(self.neurons, tuple) and max(self.neurons) >= width:
            return [((".neurons",), f"no neuron {max(self.neurons)}; they are 0 to {width - 1}")]
        return []
