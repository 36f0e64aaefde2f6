"""launch.json: the launcher's word about a cohort. The events are the worker's; one file has one writer."""

import time
from dataclasses import dataclass
from pathlib import Path

from grokterm.record.errors import UNSOUND, unreadable
from grokterm.record.events import QUEUED, Event
from grokterm.record.files import read_json, write_json
from grokterm.record.numbers import moment
from grokterm.record.processes import Identity, identity


@dataclass(frozen=True)
class Launch:
    """When and where a worker was last started.

    Attributes:
        time: unix seconds by the launcher's clock; requests name a launch by it.
        device: what was asked for: "auto", "cpu", "cuda:0", …
        process: the waiting worker, None where the launcher can't know it (a cluster's queue).
    """

    time: float
    device: str
    process: Identity | None


def write_launch(path: Path, device: str, pid: int | None, at: float | None = None) -> Launch:
    """Says that a worker was started, now or `at` a moment. Raises OSError if that can't be written."""
    launch = Launch(time.time() if at is None else at, device, identity(pid) if pid else None)
    process = {} if launch.process is None else vars(launch.process)
    write_json(path, {"time": launch.time, "device": launch.device} | process)
    return launch


def read_launch(path: Path) -> Launch | None:
    """Reads it; None if the cohort was never launched. Raises DamagedRecord."""
    document = read_json(path, expected=False)
    if document is None:
        return None
    try:
        process = Identity.of(document) if document.get("pid") else None
        return Launch(moment(document["time"]), str(document["device"]), process)
    except UNSOUND as error:
        raise unreadable(path, error) from error


def launch_event(launch: Launch) -> Event:
    """The launch as the `queued` event that readers see."""
    process = {} if launch.process is None else vars(launch.process)
    return Event(0, QUEUED, launch.time, None, {"device": launch.device} | process)
