"""What tasks and models of the user's own turn out to be, for an experiment that doesn't exist yet."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tomli
import torch

from grokterm.engine.examine import examine
from grokterm.engine.precision import set_precision
from grokterm.engine.tasks.module import check_sizes, made
from grokterm.errors import BadInput
from grokterm.spec import Member, ModuleModel, ModuleTask, RunSpec, parse
from grokterm.spec.base import Section
from grokterm.spec.shown import Arrays, Shown, Tokens

SAMPLES = 8
AGAIN = 20.0  # seconds: data that were made quicker are made again, to see whether they are the same


def describe(source: Path) -> dict:
    """The fields `found` of every arm.

    Args:
        source: the file of a resolved experiment.

    Returns:
        {arm: {"task": {...}, "model": {...}}}, only with the sections that are of the user's own.

    Raises:
        BadInput: the code can't be found, fails, or can't be trained; one line says where and why.
    """
    set_precision()
    torch.set_num_threads(1)
    experiment = parse(tomli.loads(source.read_text("utf-8")), str(source))
    tasks: dict[Section, tuple[dict, torch.Tensor]] = {}
    models: dict[tuple[Section, Shown], dict] = {}
    answer = {}
    for arm in experiment.arms:
        spec, found = arm.spec, {}
        member = Member(arm.name, experiment.seeds[0], spec)
        inputs = None
        if isinstance(spec.task, ModuleTask):
            if spec.task not in tasks:
                tasks[spec.task] = _samples(spec.task, [member._replace(seed=s).split_seed for s in experiment.seeds])
            found["task"], inputs = tasks[spec.task]
            spec = _seen(spec, found["task"])
        if isinstance(spec.model, ModuleModel):
            key = spec.model, spec.task.shown
            if key not in models:
                inputs = _drawn(spec.task.shown) if inputs is None else inputs
                models[key] = examine(member._replace(spec=spec), inputs).model_dump()
            found["model"] = models[key]
        answer[arm.name] = found
    return json.loads(json.dumps(answer))


def _seen(spec: RunSpec, found: dict) -> RunSpec:
    task = ModuleTask.model_validate(spec.task.model_dump() | {"found": found})
    return spec.model_copy(update={"task": task})


def _samples(task: ModuleTask, seeds: Sequence[int]) -> tuple[dict, torch.Tensor]:
    started, seed = time.monotonic(), seeds[0]
    split, sizes = made(task, seed)
    if time.monotonic() - started < AGAIN:
        again, _ = made(task, seed)
        if not all(torch.equal(one, other) for one, other in zip(split, again, strict=True)):
            sentence = f"{task.module} gives other samples with the same seed; let the seed it is called with decide"
            raise BadInput(f"task.module: {sentence}")
        if seeds[-1] != seed:
            check_sizes(task, seeds[-1], made(task, seeds[-1])[1], sizes, f"with seed {seed} it is")
    return sizes, split.train_inputs[:SAMPLES]


def _drawn(shown: Shown) -> torch.Tensor:
    """A few samples as one of grokterm's own tasks would show them."""
    draws = np.random.default_rng(0)
    if isinstance(shown, Tokens):
        return torch.from_numpy(draws.integers(0, shown.values, (SAMPLES, shown.operands)))
    shape = shown.shape if isinstance(shown, Arrays) else (shown.features,)
    return torch.from_numpy(draws.uniform(0, 1, (SAMPLES, *shape)).astype(np.float32))
