"""Requests to a worker: one small file each, answered by an event and then removed."""

import json
import os
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

from grokterm.errors import BadInput
from grokterm.record.errors import UNSOUND, DamagedRecord
from grokterm.record.files import write_json
from grokterm.record.launch import read_launch
from grokterm.record.layout import HIDDEN, CohortPaths
from grokterm.record.processes import Identity
from grokterm.record.status import read_status

# The event that answers each action. `checkpoint` has one of its own: every save writes `checkpointed`.
ANSWERS = {
    "pause": "paused",
    "resume": "unpaused",
    "park": "parked",
    "stop": "stopped",
    "checkpoint": "answered",
}
_LARGEST = 65536  # bytes; a request has a few hundred


@dataclass(frozen=True)
class Request:
    """Something asked of a worker.

    Attributes:
        id: named again by the event that answers it.
        action: pause, resume, park, stop or checkpoint.
        time: when it was asked, unix seconds by the asker's clock.
        path: its file.
        launch: time of the launch whose worker is meant; None where nobody could say.
        worker: the worker that had the last word when this was asked; None before the first.
    """

    id: str
    action: str
    time: float
    path: Path
    launch: float | None = None
    worker: Identity | None = None


@dataclass(frozen=True)
class BadRequest:
    """A file in the control folder that is no request, and why not."""

    path: Path
    why: str


def write_request(paths: CohortPaths, action: str) -> str:
    """Asks; returns the id to look for in the events.

    Raises:
        BadInput: no such action.
        OSError: the request could not be written.
    """
    if action not in ANSWERS:
        raise BadInput(f"no request {action!r}; allowed: {', '.join(ANSWERS)}")
    now, request_id = time.time_ns(), secrets.token_hex(4)
    document = {"id": request_id, "action": action, "time": now / 1e9}
    document |= {"host": socket.gethostname(), "pid": os.getpid()}
    paths.control.mkdir(exist_ok=True)
    write_json(paths.request(now, request_id), document | _addressee(paths))
    return request_id


def _addressee(paths: CohortPaths) -> dict[str, Any]:
    """Whom a request is for. By name and not by time: the clocks of two hosts can't be compared."""
    to: dict[str, Any] = {}
    with suppress(DamagedRecord):
        launch = read_launch(paths.launch)
        to |= {"launch": launch.time} if launch else {}
    with suppress(DamagedRecord):
        status = read_status(paths.status)
        to |= {"worker": vars(status.identity)} if status and status.pid else {}
    return to


def list_requests(paths: CohortPaths) -> list[Request | BadRequest]:
    """What waits for an answer, in the order of asking. Reads nothing that could block or is large.

    Raises:
        OSError: the folder can't be listed.
    """
    try:
        entries = [path for path in paths.control.iterdir() if not path.name.startswith(HIDDEN)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [found for path in sorted(entries, key=_asked) if (found := _read(path)) is not None]


def _asked(path: Path) -> tuple[int, str]:
    stamp = path.name.split("-")[0]
    return (int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 30 else 0, path.name)


def _read(path: Path) -> Request | BadRequest | None:
    try:
        found = path.lstat()
        if not S_ISREG(found.st_mode):
            return BadRequest(path, "not a file")
        if found.st_size > _LARGEST:
            return BadRequest(path, f"{found.st_size} bytes")
        document = json.loads(path.read_bytes())
        action = document["action"]
        if action not in ANSWERS:
            return BadRequest(path, f"no action {action!r}; allowed: {', '.join(ANSWERS)}")
        launch = None if document.get("launch") is None else float(document["launch"])
        worker = Identity.of(document["worker"]) if document.get("worker") else None
        return Request(str(document["id"]), action, float(document["time"]), path, launch, worker)
    except FileNotFoundError:
        return None  # taken back by whoever asked
    except (OSError, *UNSOUND) as error:
        return BadRequest(path, f"can't be read ({error})")
