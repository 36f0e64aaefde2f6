"""What an experiment will cost on this machine, and what it would have to wait for. Asked in threads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.console.text import duration, plain, plural
from grokterm.errors import GroktermError

if TYPE_CHECKING:
    from grokterm.jobs import Estimate, Line
    from grokterm.spec import Experiment


@dataclass(frozen=True, eq=False)
class Cost:
    """What is known of an experiment before it starts.

    Attributes:
        experiment: which one.
        time: how long it takes, in words; or that nobody knows.
        line: what is before it in the line for the device.
        caution: why it wouldn't fit, "" where it does.
        known: whether `time` is a time.
        measured: whether steps were done for it.
        brief: `time` without where it comes from.
        device: for which it was asked: `auto`, or a name.
    """

    experiment: Experiment
    time: str
    line: str = ""
    caution: str = ""
    known: bool = True
    measured: bool = False
    brief: str = ""
    device: str = "auto"


def cost_of(experiment: Experiment, runs: Path, device: str) -> Cost:
    """The cost by what was measured before."""
    from grokterm import jobs

    return _cost(experiment, device, jobs.estimate(experiment, runs, device))


def measured_cost(experiment: Experiment, device: str) -> Cost:
    """The cost by a few real steps, which takes seconds; where they fail, why."""
    from grokterm import jobs

    try:
        return _cost(experiment, device, jobs.measure(experiment, device), True)
    except GroktermError as error:
        return Cost(experiment, plain(error.message), known=False, measured=True, device=device)


def _cost(experiment: Experiment, asked: str, found: Estimate, measured: bool = False) -> Cost:
    from grokterm import jobs

    device = jobs.default_device(asked)
    known = math.isfinite(found.seconds)
    brief = f"about {duration(found.seconds)} on {device}" if known else found.how
    time = f"{brief}, {found.how}" if known else found.how
    caution = jobs.memory_caution(experiment, asked)
    return Cost(experiment, time, line_words(jobs.line(), asked), caution, known, measured, brief, asked)


def line_words(line: Line, asked: str = "auto") -> str:
    """What a worker for that device that starts now would meet: nobody, somebody, a line."""
    if line.waiting:
        count = len(line.experiments)
        return f"{plural(count, 'experiment')} {'waits' if count == 1 else 'wait'} before it"
    gpus = [device for device in line.slots if device != "cpu"]
    usable = [asked] if asked in line.slots else gpus or list(line.slots)
    room = sum(line.slots[device] for device in usable)
    taken = sum(holding.device in usable for holding in line.holding)
    return "starts at once" if taken < room else "waits for a free device"
