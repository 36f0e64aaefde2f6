"""What a step took on this machine: out of the records of experiments, and of what `measure` found."""

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from grokterm.errors import GroktermError
from grokterm.jobs.devices import processor
from grokterm.record import CohortFolder, ExperimentFolder, list_folders, local_place, local_state
from grokterm.record.capacity import threads_of_slot
from grokterm.record.errors import UNSOUND
from grokterm.record.files import write_whole
from grokterm.record.gpus import list_gpus
from grokterm.spec import shape_of, work_of

NEWEST = 50  # experiments that are looked at
_COHORTS = 8  # of each of them
_MOST = 2**60  # bytes of memory; more is no measurement
_ENOUGH = 1.0  # seconds of training; less says nothing
_KEPT = 200  # measurements


@dataclass(frozen=True)
class Rate:
    """One measurement.

    Attributes:
        shape, work: of the cohort; see `grokterm.spec.work`.
        kind: of device; see `kind_of`.
        seconds: for one step of the whole cohort.
        memory: bytes it held; 0 where that isn't known.
        name: of the preset.
    """

    shape: str
    work: float
    kind: str
    seconds: float
    memory: int
    name: str


_read: dict[Path, tuple[int, Rate | None]] = {}  # by cohort, with the time of its last status


def kind_of(device: str) -> str:
    """What makes two devices alike: the model of a GPU, or the processor and the threads of one worker."""
    gpu = next((gpu for gpu in list_gpus() if gpu.device == device), None)
    return gpu.title if gpu else _cpu(processor(), threads_of_slot())


def known_rates(runs: Path, kind: str) -> list[Rate]:
    """Everything measured on this kind of device, the newest first. Folders that can't be read are passed over."""
    found = [*_measured(), *_recorded(runs)]
    return [rate for rate in found if rate.kind == kind and _sound(rate)]


def rates_of(answer: dict, name: str) -> list[Rate]:
    """What `python -m grokterm.engine --measure` printed, as rates."""
    title, threads = answer["device_name"], answer["threads"]
    kind = _cpu(title, threads) if answer["device"] == "cpu" else title
    return [Rate(c["shape"], c["work"], kind, c["seconds_per_step"], c["memory"], name) for c in answer["cohorts"]]


def remember(rates: Iterable[Rate]) -> None:
    """Adds measurements to the local file, which keeps the newest."""
    path = local_state() / _FILE
    lines = "".join(json.dumps(asdict(rate)) + "\n" for rate in rates)
    with path.open("a", encoding="ascii") as file:
        file.write(lines)
    kept = path.read_bytes().splitlines(keepends=True)
    if len(kept) > 2 * _KEPT:  # not at every one: another process may add to it in this moment, and would be lost
        write_whole(path, b"".join(kept[-_KEPT:]))


_FILE = "rates.jsonl"


def _cpu(name: str, threads: int) -> str:
    return f"{name}, {threads} threads"


def _measured() -> Iterator[Rate]:
    try:
        lines = (local_place() / _FILE).read_text("ascii", "replace").splitlines()
    except OSError:  # nothing was measured yet
        return
    for line in reversed(lines[-_KEPT:]):
        with suppress(*UNSOUND):  # a line that was cut, or of another version
            yield Rate(**json.loads(line))


def _sound(rate: Rate) -> bool:
    """Whether it says what a rate says: the file may have been written by anybody."""
    texts = (rate.shape, rate.kind, rate.name)
    numbers = (rate.work, rate.seconds, rate.memory)
    if not all(isinstance(text, str) for text in texts) or not all(type(number) in (int, float) for number in numbers):
        return False
    return 0 < rate.work < math.inf and 0 < rate.seconds < math.inf and 0 <= rate.memory < _MOST


def _recorded(runs: Path) -> Iterator[Rate]:
    for folder in list_folders(runs)[:NEWEST]:
        for cohort in folder.cohorts[:_COHORTS]:
            rate = _of_cohort(folder, cohort)
            if rate is not None:
                yield rate


def _of_cohort(folder: ExperimentFolder, cohort: CohortFolder) -> Rate | None:
    """The rate of one cohort, read again only when its worker has said something since."""
    try:
        stamp = cohort.paths.status.stat().st_mtime_ns
    except OSError:  # no worker yet
        return None
    seen = _read.get(cohort.path)
    if seen is None or seen[0] != stamp:
        try:
            seen = stamp, _look(folder, cohort)
        except GroktermError:  # the history says what is wrong with it
            seen = stamp, None
        _read[cohort.path] = seen
    return seen[1]


def _look(folder: ExperimentFolder, cohort: CohortFolder) -> Rate | None:
    table = cohort.stream("clock").read(("wall", "memory_bytes"))
    begun = table.steps > 0  # the first step warms up
    steps, wall = table.steps[begun], table.columns.get("wall", np.full(len(table), np.nan))[begun]
    if len(steps) < 2 or wall.ndim > 1 or not wall[-1] - wall[0] >= _ENOUGH or steps[-1] <= steps[0]:
        return None
    starts = [(entry.get("device_name"), entry.get("threads"), entry.get("device")) for entry in cohort.provenance()]
    if not starts or starts.count(starts[0]) != len(starts) or not isinstance(starts[0][0], str):
        return None  # it moved, and the time is of two devices; or nobody knows of which
    title, threads, device = starts[0]
    kind = _cpu(title, threads) if device == "cpu" else title
    members = folder.planned(cohort)
    seconds = float((wall[-1] - wall[0]) / (steps[-1] - steps[0]))
    memory = _memory(table.columns.get("memory_bytes"))
    return Rate(shape_of(members), work_of(members), kind, seconds, memory, folder.spec().name)


def _memory(column: np.ndarray | None) -> int:
    """The most bytes that were held; 0 where none are recorded."""
    held = 0.0 if column is None else float(column.max())
    return int(held) if math.isfinite(held) else 0
