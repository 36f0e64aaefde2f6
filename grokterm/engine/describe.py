"""What tasks and models of the user's own turn out to be, for an experiment that doesn't exist yet."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tomli
import torch

from grokterm.engine.examine import batches, examine, try_batches
from grokterm.engine.precision import set_precision
from grokterm.engine.tasks.module import check_sizes, made
from grokterm.errors import BadInput
from grokterm.spec import Member, ModuleModel, ModuleTask, RunSpec, parse
from grokterm.spec.base import Section
from grokterm.spec.models.module import FoundModel
from grokterm.spec.shown import Arrays, Shown, Tokens

SAMPLES = 8
AGAIN = 20.0  # seconds: data that were made quicker are made again, to see whether they are the same
QUICK = 5.0  # seconds in which the data of the seeds between the first and the last are made as well


def describe(source: Path, begin: Callable[[str, str], None] = lambda name, at: None) -> dict:
    """The fields `found` of every arm.

    Args:
        source: the file of a resolved experiment.
        begin: is told what comes next: the name of a module, and whether its "data" are made or a "network" is tried.

    Returns:
        {arm: {"task": {...}, "model": {...}}}, only with the sections that are of the user's own.

    Raises:
        BadInput: the code can't be found, fails, or can't be trained; one line says where and why.
    """
    set_precision()
    torch.set_num_threads(1)
    experiment = parse(tomli.loads(source.read_text("utf-8")), str(source))
    tasks: dict[Section, tuple[dict, torch.Tensor]] = {}
    models: dict[tuple[Section, Shown, tuple[int, ...]], FoundModel] = {}
    answer = {}
    for arm in experiment.arms:
        spec, found, inputs = arm.spec, {}, None
        if isinstance(spec.task, ModuleTask):
            if spec.task not in tasks:
                begin(spec.task.module, "data")
                seeds = [Member(arm.name, seed, spec).split_seed for seed in experiment.seeds]
                tasks[spec.task] = _samples(spec.task, seeds)
            found["task"], inputs = tasks[spec.task]
            spec = _seen(spec, "task", found["task"])
        if isinstance(spec.model, ModuleModel):
            key = spec.model, spec.task.shown, batches(spec)
            if key not in models:
                begin(spec.model.module, "network")
                models[key] = _tried(Member(arm.name, experiment.seeds[0], spec), inputs)
            found["model"] = models[key].model_dump()
        answer[arm.name] = found
    return json.loads(json.dumps(answer))


def _tried(member: Member, inputs: torch.Tensor | None) -> FoundModel:
    inputs = _drawn(member.spec.task.shown) if inputs is None else inputs
    found = examine(member, inputs[:SAMPLES])
    try_batches(member._replace(spec=_seen(member.spec, "model", found.model_dump())), inputs)
    return found


def _seen(spec: RunSpec, name: str, found: dict) -> RunSpec:
    section = getattr(spec, name)
    return spec.model_copy(update={name: type(section).model_validate(section.model_dump() | {"found": found})})


def _samples(task: ModuleTask, seeds: Sequence[int]) -> tuple[dict, torch.Tensor]:
    started, seed = time.monotonic(), seeds[0]
    split, sizes = made(task, seed)
    if time.monotonic() - started < AGAIN:
        again, _ = made(task, seed)
        if not all(torch.equal(one, other) for one, other in zip(split, again, strict=True)):
            sentence = f"{task.module} gives other samples with the same seed; let the seed it is called with decide"
            raise BadInput(f"task.module: {sentence}")
        for other in dict.fromkeys((seeds[-1], *seeds)):
            if other != seeds[-1] and time.monotonic() - started > QUICK:
                break
            if other != seed:
                check_sizes(task, other, made(task, other)[1], sizes, f"with seed {seed} it is")
    return sizes, split.train_inputs


def _drawn(shown: Shown) -> torch.Tensor:
    """A few samples as one of grokterm's own tasks would show them."""
    draws = np.random.default_rng(0)
    if isinstance(shown, Tokens):
        return torch.from_numpy(draws.integers(0, shown.values, (SAMPLES, shown.operands)))
    shape = shown.shape if isinstance(shown, Arrays) else (shown.features,)
    return torch.from_numpy(draws.uniform(0, 1, (SAMPLES, *shape)).astype(np.float32))
