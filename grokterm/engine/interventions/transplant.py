"""Weights of another run.

e member, n parameter, i number that enters a layer, j neuron, k operand or head, p value of an operand
"""

from collections.abc import Sequence

import numpy as np
import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.intervention import Donor, Intervention, Patient
from grokterm.engine.interventions.neurons import waves
from grokterm.engine.optim import choose
from grokterm.engine.stack import Stack
from grokterm.errors import BadInput
from grokterm.spec import When
from grokterm.spec.interventions.hidden import Hidden, hidden_layer
from grokterm.spec.interventions.names import matching

_FIELD = "intervene.transplant"


class Transplant(Intervention):
    """w <- the donor's, once, for some hidden neurons or some tensors.

    Raises:
        BadInput: the donor's tensors have other names or shapes.
    """

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        super().__init__(whens, clock, patient)
        stack = patient.stack
        self._given = torch.zeros_like(stack.weights)
        self._taken = torch.zeros_like(stack.weights, dtype=torch.bool)
        values, masks = stack.tensors(self._given), stack.tensors(self._taken)
        for index, (when, donor) in enumerate(zip(whens, patient.donors, strict=True)):
            if when is None or donor is None:
                continue
            for name, part in _chosen(when, donor, patient).items():
                values[name][index] = torch.from_numpy(np.array(donor[name])).to(self._given)
                masks[name][index][part] = True

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        if self.clock.may_begin(step):
            now = alive & self.clock.begins(count)
            weights = self.patient.stack.weights
            choose(now, torch.where(self._taken, self._given, weights), into=weights)


def _chosen(when: When, donor: Donor, patient: Patient) -> dict[str, tuple]:
    """The tensors to copy, and which part of each: an index."""
    stack = patient.stack
    if when.tensors is not None:
        names = matching(stack.names, when.tensors)
        _check_shapes(names, donor, stack)
        return dict.fromkeys(names, (...,))
    layer = hidden_layer(stack.names, when.layer)
    assert layer, "the spec has refused it"
    _check_shapes(layer.names, donor, stack)
    return _part(layer, _neurons(when, donor, patient, layer))


def _part(layer: Hidden, neurons: list[int]) -> dict[str, tuple]:
    """Columns of the matrix into the layer, entries of its bias, rows of the matrix out of it."""
    biases = {layer.bias: (neurons,)} if layer.bias else {}
    return {layer.into: (slice(None), neurons), **biases, layer.out: (neurons,)}


def _neurons(when: When, donor: Donor, patient: Patient, layer: Hidden) -> list[int]:
    if when.top is not None:
        _check_shapes(patient.stack.names, donor, patient.stack)  # what neurons read passes others
        return np.argsort(-waves(donor, layer, patient.values), kind="stable")[: when.top].tolist()
    if when.neurons == "all":
        return list(range(donor[layer.into].shape[1]))
    return list(when.neurons)


def _check_shapes(names: Sequence[str], donor: Donor, stack: Stack) -> None:
    tensors = stack.tensors(stack.weights)
    for name in names:
        own, found = tuple(tensors[name].shape[1:]), donor[name].shape if name in donor else None
        if found is None:
            raise BadInput(f"{_FIELD}: the other run has no tensor {name}; it has {', '.join(donor)}")
        if own != found:
            raise BadInput(f"{_FIELD}: {name} is {list(found)} in the other run and {list(own)} in this one")
