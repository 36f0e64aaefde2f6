"""A few real steps of an experiment, timed; nothing is recorded."""

import gc
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import tomli
import torch

from grokterm.engine.provenance import device_name
from grokterm.engine.trainer import Trainer
from grokterm.engine.worker import out_of_memory
from grokterm.errors import GroktermError
from grokterm.record.capacity import threads_of_slot
from grokterm.spec import Member, memory_of, parse, plan_cohorts, shape_of, work_of

SECONDS = 5.0  # of measuring, for all shapes together
SHAPES = 4  # at most; others are scaled from these
MOST_WORK = 1e11  # operations of a step on the CPU, about a second; of a wider cohort some members are timed
STABLE = 0.05  # two windows that differ by less are enough


def measure(source: Path, device: str) -> dict:
    """The time of a step and the memory of each distinct shape of cohort, the smallest first.

    Args:
        source: the file of a resolved experiment.
        device: `cpu` or `cuda:N`.

    Returns:
        {"device", "device_name", "threads", "cohorts": [{"cohort", "shape", "work", "seconds_per_step", "memory"}]}

    Raises:
        GroktermError: a cohort doesn't fit into the memory.
    """
    torch.set_num_threads(threads_of_slot())
    place = torch.device(device)
    shapes: dict[str, tuple[int, Sequence[Member]]] = {}
    for index, members in enumerate(plan_cohorts(parse(tomli.loads(source.read_text("utf-8")), str(source)))):
        shapes.setdefault(shape_of(members), (index, members))
    chosen = _spread(sorted(shapes.items(), key=lambda item: work_of(item[1][1])))
    found = []
    for shape, (index, members) in chosen:
        try:
            part = members[: _enough(members, place)]
            seconds, memory = _time(part, place, SECONDS / len(chosen))
            seconds *= len(members) / len(part)  # a step that takes a second grows with its members
            memory += memory_of(members) - memory_of(part)
        except (MemoryError, RuntimeError) as problem:
            if not out_of_memory(problem):
                raise
            raise GroktermError(
                f"cohort {index} ({len(members)} runs) doesn't fit into the memory of {device}"
            ) from None
        found.append(
            {"cohort": index, "shape": shape, "work": work_of(members), "seconds_per_step": seconds, "memory": memory}
        )
    return {
        "device": device,
        "device_name": device_name(place),
        "threads": torch.get_num_threads(),
        "cohorts": found,
    }


def _spread(shapes: list) -> list:
    """At most SHAPES of them, the first and the last among them."""
    if len(shapes) <= SHAPES:
        return shapes
    return [shapes[round(i * (len(shapes) - 1) / (SHAPES - 1))] for i in range(SHAPES)]


def _enough(members: Sequence[Member], device: torch.device) -> int:
    """How many members of a cohort to time: all, unless the CPU would need seconds for a step."""
    work = work_of(members)
    return len(members) if device.type == "cuda" or work <= MOST_WORK else max(1, int(len(members) * MOST_WORK / work))


def _time(members: Sequence[Member], device: torch.device, seconds: float) -> tuple[float, int]:
    """Seconds a step and bytes held: windows of steps that double, until two agree or the time is over."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    trainer = Trainer(members, device)
    begun = time.monotonic()
    trainer.advance(1)  # warms up, and has a row of every stream
    trainer.drain()
    first, size, before = time.monotonic() - begun, 1, None
    while trainer.step + size <= min(trainer.steps, trainer.max_chunk):
        started = time.monotonic()
        trainer.advance(size)
        trainer.drain()
        now = (time.monotonic() - started) / size
        agree = before is not None and abs(now - before) <= STABLE * before and size * now > 0.3
        before, size = now, size * 2
        if agree or time.monotonic() - begun + size * now > seconds:
            break
    memory = _memory(device)
    every = members[0].spec.streams.eval_every
    if before is None:
        before = first
    elif every and trainer.step <= every:  # too slow to come to an evaluation: the first step had one
        before += max(0.0, first - before) / every
    del trainer
    gc.collect()
    return before, memory


def _memory(device: torch.device) -> int:
    return torch.cuda.max_memory_reserved(device) if device.type == "cuda" else psutil.Process().memory_info().rss
