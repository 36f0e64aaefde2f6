"""launch.json: the launcher's word about a cohort. The events are the worker's; one file has one writer."""

import time
from dataclasses import dataclass
from pathlib import Path

from grokterm.record.errors import DamagedRecord
from grokterm.record.events import QUEUED, Event
from grokterm.record.files import read_json, write_json
from grokterm.record.processes import Identity, identity


@dataclass(frozen=True)
class Launch:
    """When and where a worker was last started, and its place in the queue.

    Attributes:
        time: unix seconds; kept when the queue is reordered.
        device: what was asked for: "auto", "cpu", "cuda:0", …
        order: place in the queue; lower goes first, equal ones in order of time.
        process: the waiting worker, None where the launcher can't know it (a cluster's queue).
    """

    time: float
    device: str
    order: float
    process: Identity | None


def write_launch(path: Path, device: str, order: float, pid: int | None, at: float | None = None) -> Launch:
    """Says that a worker was started. Raises OSError if that can't be written."""
    launch = Launch(time.time() if at is None else at, device, order, identity(pid) if pid else None)
    _write(path, launch)
    return launch


def reorder_launch(path: Path, order: float) -> Launch | None:
    """Moves a waiting cohort in the queue; None if it was never launched. Raises OSError."""
    launch = read_launch(path)
    if launch is None:
        return None
    moved = Launch(launch.time, launch.device, order, launch.process)
    _write(path, moved)
    return moved


def _write(path: Path, launch: Launch) -> None:
    document: dict = {"time": launch.time, "device": launch.device, "order": launch.order}
    if launch.process is not None:
        document |= vars(launch.process)
    write_json(path, document)


def read_launch(path: Path) -> Launch | None:
    """Reads it; None if the cohort was never launched. Raises DamagedRecord."""
    document = read_json(path, expected=False)
    if document is None:
        return None
    try:
        process = None
        if document.get("pid"):
            start = float(document["process_start"])
            process = Identity(str(document["host"]), str(document["boot_id"]), int(document["pid"]), start)
        return Launch(float(document["time"]), str(document["device"]), float(document["order"]), process)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedRecord(f"{path}: can't be read ({error})") from error


def launch_event(launch: Launch) -> Event:
    """The launch as the `queued` event that readers see."""
    data: dict = {"device": launch.device, "order": launch.order}
    if launch.process is not None:
        data |= vars(launch.process)
    return Event(0, QUEUED, launch.time, None, data)
