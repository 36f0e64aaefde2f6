"""Samples from a task of the user's own.

b sample, k operand
"""

from typing import Any

import torch

from grokterm.engine.own import called, drawing, load_named
from grokterm.engine.seeds import Purpose, word
from grokterm.engine.tasks.split import Progress, Split
from grokterm.errors import BadInput
from grokterm.spec import Member, ModuleTask


def build_module(member: Member, progress: Progress) -> Split:
    """The samples that the user's code makes of the member's split seed.

    Raises:
        BadInput: it fails, or they are of other sizes than when the experiment was made.
    """
    task = member.spec.task
    split, sizes = made(task, member.split_seed)
    check_sizes(task, member.split_seed, sizes, task.found.model_dump(), "when the experiment was made it was")
    return split


_STATED = {"values": "values", "outputs": "classes"}


def check_sizes(task: ModuleTask, seed: int, sizes: dict[str, Any], wanted: dict[str, Any], then: str) -> None:
    """Refuses samples of other sizes than all runs have to have.

    Args:
        seed: that the samples are of.
        sizes: of them; see `made`.
        wanted: the sizes that a network was made for. There may be fewer values and classes.
        then: where those are from, in words before a size.

    Raises:
        BadInput: they are others.
    """
    for name, size in sizes.items():
        may_be_less = name in _STATED and isinstance(wanted.get(name), int)
        if not (size <= wanted[name] if may_be_less else size == wanted.get(name)):
            advice = f"; an attribute `{_STATED[name]}` can say it for all seeds" if name in _STATED else ""
            sentence = f"with seed {seed} {name} is {size}, and {then} {wanted.get(name, 'nothing')}{advice}"
            raise BadInput(f"task.module: {task.module}: {sentence}")


def made(task: ModuleTask, seed: int) -> tuple[Split, dict[str, Any]]:
    """The samples for a seed, and what they are: the fields of `task.found`.

    Raises:
        BadInput: the user's code fails, or what it gives can't be learned.
    """
    make = load_named(task.module, task.folders, "task")
    with drawing(word(seed, Purpose.SPLIT)):
        result = called("task", task.module, make, seed, **task.options)
    try:
        split = _split(result)
        return split, _sizes(split, result)
    except _Unfit as problem:
        raise BadInput(f"task.module: {task.module}: {problem}") from None


class _Unfit(Exception):
    """What the user's code gave can't be used; the sentence says why."""


def _split(result: Any) -> Split:
    if isinstance(result, tuple | list) and len(result) == 2:
        parts = dict(zip(("train", "test"), result, strict=True))
    else:
        parts = {name: getattr(result, name, None) for name in ("train", "test")}
    tensors = []
    for name, part in parts.items():
        if not isinstance(part, tuple | list) or len(part) != 2:
            raise _Unfit(f"{name} is {_named(part)}; a pair (inputs, answers) would be right")
        inputs, answers = (_tensor(f"{name} {what}", x) for what, x in zip(("inputs", "answers"), part, strict=True))
        if inputs.dim() < 2 or answers.dim() != 1 or len(inputs) != len(answers) or not inputs.numel():
            shapes = f"{name} has inputs {list(inputs.shape)} and answers {list(answers.shape)}"
            raise _Unfit(f"{shapes}; [samples, ...] and [samples] would be right, and one number or more")
        tensors += [inputs, answers.to(torch.float64) if answers.is_floating_point() else answers]
    split = Split(*tensors)
    for one, other in ((split.train_inputs, split.test_inputs), (split.train_answers, split.test_answers)):
        if one.shape[1:] != other.shape[1:] or one.dtype != other.dtype:
            raise _Unfit(f"train has {_named(one)} where test has {_named(other)}; the same would be right")
    return split


def _tensor(what: str, values: Any) -> torch.Tensor:
    try:
        tensor = torch.as_tensor(values).detach().to("cpu", copy=True).contiguous()
    except (TypeError, ValueError, RuntimeError) as problem:
        raise _Unfit(f"{what} are no numbers: {problem}") from None
    if tensor.is_complex():
        raise _Unfit(f"{what} are complex; real numbers would be right")
    if not tensor.is_floating_point():
        tensor = tensor.to(torch.int64)
        if tensor.numel() and tensor.min() < 0:
            raise _Unfit(f"{what} hold {int(tensor.min())}; whole numbers from 0 on would be right")
    elif not tensor.isfinite().all():
        raise _Unfit(f"{what} hold nan or infinity")
    return tensor


def _sizes(split: Split, result: Any) -> dict[str, Any]:
    inputs, answers = split.train_inputs, split.train_answers
    sizes: dict[str, Any] = {"train_size": len(inputs), "test_size": len(split.test_inputs)}
    classes = not answers.is_floating_point()
    sizes["answers"] = "classes" if classes else "numbers"
    sizes["outputs"] = _most("classes", result, answers, split.test_answers) if classes else 1
    if not inputs.is_floating_point():
        if inputs.dim() != 2:
            shape = list(inputs.shape)
            raise _Unfit(f"whole numbers as inputs are operands, [samples, operands], and not {shape}; else use floats")
        values = _most("values", result, inputs, split.test_inputs)
        return sizes | {"kind": "tokens", "values": values, "operands": inputs.shape[1]}
    if inputs.dim() == 2:
        return sizes | {"kind": "numbers", "features": inputs.shape[1]}
    return sizes | {"kind": "arrays", "shape": tuple(inputs.shape[1:])}


def _most(name: str, result: Any, *tensors: torch.Tensor) -> int:
    """How many values there are: what the user's code says, else one more than the largest."""
    seen = 1 + max(int(tensor.max()) for tensor in tensors)
    stated = getattr(result, name, None)
    if stated is None:
        return seen
    if not isinstance(stated, int) or stated < seen:
        raise _Unfit(f"`{name}` is {stated}, and {seen - 1} is among the samples; {seen} or more would be right")
    return stated


def _named(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    return "missing" if value is None else f"a {type(value).__name__}"
