"""status.json: where a worker is, how much of each stream is committed, and which process says so."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from grokterm.record.errors import UNSOUND, unreadable
from grokterm.record.files import read_json, write_json
from grokterm.record.numbers import moment, whole
from grokterm.record.processes import Identity


@dataclass(frozen=True)
class Status:
    """One moment of a worker.

    Attributes:
        state: what the worker says of itself: queued starting running paused parked stopped finished failed.
        step: updates done.
        steps: the budget.
        rate: steps a second, nan until known.
        heartbeat: counts up with every commit, also while paused.
        heartbeat_at: unix seconds of that commit, by the worker's clock.
        host, boot_id, pid, process_start: which process; see `grokterm.record.processes`.
        device: "cpu", "cuda:0", … empty until known.
        memory_bytes: memory the worker holds on its device.
        committed: bytes of each stream that may be read.
        attempt: changes whenever the streams were cut back, so that a reader knows to begin again.
        dropped: writes that failed; the rows were kept and tried again.
        lost_rows: rows given up, because the disk stayed full for too long. Both go back with the training.
    """

    state: str = "starting"
    step: int = 0
    steps: int = 0
    rate: float = float("nan")
    heartbeat: int = 0
    heartbeat_at: float = 0.0
    host: str = ""
    boot_id: str = ""
    pid: int = 0
    process_start: float = 0.0
    device: str = ""
    memory_bytes: int = 0
    committed: dict[str, int] = field(default_factory=dict)
    attempt: int = 0
    dropped: int = 0
    lost_rows: int = 0

    @property
    def identity(self) -> Identity:
        """The process that wrote it; of the pid 0 where none did."""
        return Identity(self.host, self.boot_id, self.pid, self.process_start)


_TYPES = get_type_hints(Status)


def write_status(path: Path, status: Status, durable: bool = False) -> None:
    """Replaces status.json. Raises OSError; the old one is then intact."""
    write_json(path, dataclasses.asdict(status), durable)


def read_status(path: Path, expected: bool = False) -> Status | None:
    """Reads status.json; None if there is none.

    Unknown fields are left aside: a later version may add some.

    Raises:
        DamagedRecord: the file stays unreadable.
    """
    document = read_json(path, expected)
    if document is None:
        return None
    try:
        known = {name: _cast(kind, document[name]) for name, kind in _TYPES.items() if name in document}
        moment(known.get("heartbeat_at", 0.0))
    except UNSOUND as error:
        raise unreadable(path, error) from error
    return Status(**known)


def _cast(kind: Any, value: Any) -> Any:
    if kind is int:
        return whole(value)
    if kind is str or kind is float:
        return kind(value)
    return {str(name): whole(length) for name, length in value.items()}
