"""What happened, one line each, in order. Lines are only ever added: nothing that happened is taken back."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grokterm.record.errors import UNSOUND, DamagedRecord
from grokterm.record.files import append_line, cut_torn_line, dump_json, sync
from grokterm.record.numbers import moment, whole

QUEUED = "queued"  # the launcher's word, kept in launch.json; every other kind is the worker's
FORKED = "forked"  # every cohort of a fork says where it comes from; written with its folder
BEGINNINGS = frozenset({"started", "resumed"})
EXITS = frozenset({"finished", "failed", "stopped", "parked"})
# What happened to the process stays true when training goes back to a checkpoint; what was found does not.
_HISTORY = (
    BEGINNINGS
    | EXITS
    | {QUEUED, FORKED, "paused", "unpaused", "note", "refused", "answered", "baselines"}
    | {"write_failed", "lost_rows", "checkpoint_refused"}
)


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        n: counts up from 1 in the order of writing; 0 for the launcher's `queued`, -1 for a damaged line.
        kind: queued started resumed memorised grokked_touch (in the window `until` a step) grokked diverged phase
            intervened checkpointed paused unpaused stopped parked finished failed note; baselines (the `costs` of
            guesses); forked (from the experiment `of`; with the `past` of its arms); answered refused (requests);
            write_failed lost_rows checkpoint_refused (trouble with the disk); damaged (an unreadable line).
        time: when it was written, unix seconds.
        step: the training step it speaks of, if it speaks of one.
        data: what else is known, as plain JSON values.
    """

    n: int
    kind: str
    time: float
    step: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def effective_events(events: Iterable[Event]) -> list[Event]:
    """Leaves out what training went back behind and then did again.

    A worker that goes on from a checkpoint repeats the steps after it and finds their milestones again.
    Its `resumed` event names, as `after`, the last event that the checkpoint knew of; what lies between
    the two and speaks of a step is superseded. Without `after` the step decides. `started` goes back
    behind everything.
    """
    result: list[Event] = []
    for event in events:
        if event.kind in BEGINNINGS:
            result = [before for before in result if not _superseded(before, event)]
        result.append(event)
    return result


def _superseded(before: Event, beginning: Event) -> bool:
    if before.kind in _HISTORY or before.step is None:
        return False
    if beginning.kind == "started":
        return True
    after = beginning.data.get("after")
    return before.n > after if isinstance(after, int) else before.step > (beginning.step or 0)


class EventLog:
    """The one writer of an events file.

    An event that can't be written (a full disk) is kept and written, in order, as soon as there is room: the
    record never ends a training run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending: list[str] = []
        self._durable = False  # whether everything in the file would survive a power cut
        cut_torn_line(path)
        self.n = max((event.n for event in EventReader(path).poll()), default=0)

    def add(self, kind: str, step: int | None, data: dict[str, Any]) -> Event:
        """Numbers an event and leaves it to `flush`."""
        self.n += 1
        event = Event(self.n, kind, round(time.time(), 6), step, data)
        self._pending.append(dump_json(vars(event)))
        return event

    def flush(self, durable: bool = False) -> None:
        """Writes what waits, one write a line.

        Raises:
            OSError: no room; what could not be written still waits.
        """
        while self._pending:
            append_line(self._path, self._pending[0], durable, sole_writer=True)
            del self._pending[0]
            self._durable = durable
        if durable and not self._durable and self.n:
            sync(self._path)
            self._durable = True


class EventReader:
    """Reads an events file and then only what is new in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._events: list[Event] = []

    def poll(self) -> list[Event]:
        """Everything written so far. A line without its end is still being written, or was cut by a crash.

        Raises:
            DamagedRecord: the file can't be read.
        """
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._offset:  # replaced by another file: begin again
                    self._offset, self._events = 0, []
                file.seek(self._offset)
                data = file.read(size - self._offset)
        except FileNotFoundError:
            self._offset, self._events = 0, []
            return []
        except OSError as error:
            raise DamagedRecord(f"{self._path}: can't be read ({error.strerror})") from error
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        self._events += [_parse(line) for line in data[:whole].split(b"\n") if line.strip()]
        return list(self._events)


def _parse(line: bytes) -> Event:
    try:
        record = json.loads(line)
        return Event(
            n=whole(record["n"]),
            kind=str(record["kind"]),
            time=moment(record["time"]),
            step=None if record.get("step") is None else whole(record["step"]),
            data=dict(record.get("data") or {}),
        )
    except UNSOUND:
        return Event(-1, "damaged", 0.0, None, {"line": line[:400].decode("utf-8", "replace")})
