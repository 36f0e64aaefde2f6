"""How much a cohort has to compute and to hold: rough counts, for comparing one cohort with another.

Measured times are scaled by the ratio of two such counts, so only their proportions matter; bytes are meant to be right
within a factor of two.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from grokterm.spec.base import Section
from grokterm.spec.experiment import Member
from grokterm.spec.run import RunSpec
from grokterm.spec.shown import Shown, Tokens

_PER_PARAMETER = 60  # operations of the optimizer on one parameter, in the currency of multiply-adds
_COPIES = 5  # of all weights, without the optimizer's state: gradients, and what an update makes of them
_MOMENTS = {"adamw": 2, "adam": 2, "nadam": 2, "sgd": 1, "rmsprop": 1, "adagrad": 1, "lion": 1, "muon": 3}
_SVD = 600  # operations on one parameter for each row of its matrix


def shape_of(members: Sequence[Member]) -> str:
    """What decides the time of a step, as text: two cohorts of the same shape on the same device take the same time."""
    spec = _costliest(members)
    model = {name: value for name, value in spec.model.model_dump().items() if not name.startswith("init")}
    model |= {"dropout": dropout_of(spec) > 0}
    streams = {name: value for name, value in spec.streams.model_dump().items() if not name.startswith("checkpoint")}
    task = {"shown": repr(spec.task.shown), "train": spec.task.train_size, "test": spec.task.test_size}
    parts = {"task": task, "model": model, "batch": spec.batch_size}
    parts |= {"optimizer": [_costs(one) for one in _distinct(member.spec.optimizer for member in members)]}
    parts |= {"loss": _costs(spec.loss), "streams": streams, "width": len(members)}
    return json.dumps(parts, sort_keys=True)


def dropout_of(spec: RunSpec) -> float:
    """The share that the network drops while it trains; 0 where it can't drop any."""
    return getattr(spec.model, "dropout", 0.0)


def _costliest(members: Sequence[Member]) -> RunSpec:
    """The spec to count by: if one member drops something, all of them do the work."""
    return max((member.spec for member in members), key=dropout_of)


def _distinct(optimizers: Iterable[Section]) -> list[Section]:
    """One of each sort, in an order of their own, since which member is which doesn't matter."""
    sorts = {json.dumps(_costs(one)): one for one in dict.fromkeys(optimizers)}
    return [sorts[text] for text in sorted(sorts)]


def _costs(section: Section) -> dict[str, Any]:
    """The fields that decide what is computed; of one that may differ inside a cohort, whether it is there."""
    costs: dict[str, Any] = {}
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if (field.json_schema_extra or {}).get("per_member"):
            if field.default is None:
                costs[name] = value is not None
        else:
            costs[name] = _costs(value) if isinstance(value, Section) else value
    return costs


def work_of(members: Sequence[Member]) -> float:
    """Operations of one step of a cohort, on average over its evaluations."""
    spec = _costliest(members)
    test, every = spec.task.test_size, spec.streams.eval_every
    evaluated = test + spec.task.train_size if spec.batches.size or dropout_of(spec) else test
    passes = 3 * spec.batch_size + (evaluated / every if every else 0)
    return len(members) * (passes * _forward(spec) + (_PER_PARAMETER + _links(spec)) * parameters_of(spec))


def memory_of(members: Sequence[Member]) -> int:
    """Bytes of tensors of a cohort, with all of its members in the network at a time."""
    spec = _costliest(members)
    task, outputs, kept = spec.task, spec.task.shown.outputs, spec.model.kept(spec.task.shown)
    number, weight = 8 if spec.loss.dtype == "float64" else 4, 8 if spec.model.dtype == "float64" else 4
    training = spec.batch_size * (outputs * (3 * number + 8) + weight * kept)
    testing = min(task.test_size, spec.most_evaluated) * (outputs * (2 * number + 4) + weight * kept // 2)
    data = (task.train_size + task.test_size) * (8 + _input_bytes(task.shown))
    copies = _copies(spec) * weight * parameters_of(spec)
    return int(len(members) * (max(training, testing) + copies + data))


def parameters_of(spec: RunSpec) -> int:
    """Weights of one network."""
    return spec.model.parameters(spec.task.shown)


def _input_bytes(shown: Shown) -> int:
    """Bytes of what is shown of a sample."""
    return 8 * shown.operands if isinstance(shown, Tokens) else 4 * shown.features


def _links(spec: RunSpec) -> float:
    """Operations on one parameter beyond the update rule of Adam: orthogonal factors, and means over a window."""
    optimizer, rows = spec.optimizer, spec.model.width
    orthogonal = 3 * rows * getattr(optimizer, "newton_schulz", 0) + _SVD * rows * optimizer.egalitarian
    return orthogonal + getattr(optimizer.grokfast, "window", 0)


def _copies(spec: RunSpec) -> int:
    """Copies of all weights: each moment stands twice, before an update is kept; a window of gradients stands once."""
    optimizer = spec.optimizer
    moments = _MOMENTS[optimizer.kind] + getattr(optimizer, "centered", False) + (optimizer.grokfast is not None)
    return _COPIES + 2 * moments + getattr(optimizer.grokfast, "window", 0)


def _forward(spec: RunSpec) -> float:
    exponentials = spec.task.shown.outputs * (40 if spec.loss.dtype == "float64" else 20)
    return 2 * spec.model.multiplications(spec.task.shown) + exponentials
