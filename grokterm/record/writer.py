"""The one writer of a cohort folder: rows, events, status, checkpoints. It never ends a training run.

A number, an event or a status that can't be written is counted, kept and tried again. Only what a caller must
know at once is raised: a folder that can't be taken over, a checkpoint that could not be saved.
"""

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from grokterm.record.checkpoints import Checkpoint, CheckpointFile, Losses, StreamMark, write_checkpoint
from grokterm.record.cohort import CohortFolder
from grokterm.record.control import Request
from grokterm.record.errors import DamagedRecord, FolderBusy, unwritable
from grokterm.record.events import BEGINNINGS, EXITS, FORKED, Event, EventLog
from grokterm.record.inbox import Inbox
from grokterm.record.layout import HIDDEN, CohortPaths
from grokterm.record.processes import identity, observe
from grokterm.record.provenance import add_provenance
from grokterm.record.rewind import choose_checkpoint, rewind, set_aside
from grokterm.record.state import still_writing
from grokterm.record.status import Status, write_status
from grokterm.record.stream_writer import StreamWriter

# What a full disk may make a worker hold before the oldest rows are given up: hours of every stream.
HOLD_BYTES = 64 * 2**20
_SETTABLE = {"state", "step", "steps", "rate", "device", "memory_bytes"}  # the rest is the writer's own


class CohortWriter:
    """Takes a cohort folder over and writes it.

    Args:
        path: the cohort's folder.

    Raises:
        FolderBusy: a living process writes it.
        DamagedRecord: it is no cohort folder.
        GroktermError: it can't be written.
    """

    def __init__(self, path: Path) -> None:
        folder = CohortFolder(path)
        self.members = folder.members
        self._names = folder.member_names
        self._paths: CohortPaths = folder.paths
        self._streams: dict[str, StreamWriter] = {}
        self._resumed_after = 0
        self._failing = False
        self._lost: dict[str, list[int]] = {}
        self._forked = any(event.kind == FORKED for event in folder.events())
        before = _status_before(folder)
        try:
            _clear_unfinished(self._paths)
            self._log = EventLog(self._paths.events)
            self._inbox = Inbox(self._paths, self._say)
            me = dataclasses.asdict(identity())
            before = replace(before, **me, state="starting", steps=folder.steps, rate=float("nan"))
            self._status = replace(before, heartbeat=before.heartbeat + 1, heartbeat_at=time.time())
            write_status(self._paths.status, self._status)
        except OSError as error:
            raise unwritable(self._paths.root, error) from error
        # Where each stream stood that this worker has not written to yet.
        self._marks = {name: StreamMark(length, None) for name, length in before.committed.items() if length}

    @property
    def status(self) -> Status:
        """The status as last committed."""
        return self._status

    @property
    def gone(self) -> bool:
        """The folder isn't there any more, so what waits can't be written however long it waits."""
        try:
            self._paths.root.stat()
        except FileNotFoundError:
            return True
        except OSError:  # a hiccup of a network file system is no proof
            return False
        return False

    def append(self, stream: str, steps: npt.ArrayLike, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Takes rows; they are written by the next `commit`.

        Args:
            stream: name of the stream.
            steps: [T], rising.
            columns: [T, E] by member, or [T]; float32, float64 or int64.

        Raises:
            ValueError: the rows do not fit the stream.
        """
        if stream not in self._streams:
            mark = self._marks.get(stream, StreamMark(0, None))
            path = self._paths.stream(stream)
            self._streams[stream] = StreamWriter(path, self._names, mark.length, mark.last_step)
        self._streams[stream].append(steps, columns)

    def commit(self, durable: bool = False, **fields: Any) -> bool:
        """Writes all waiting rows, one write a stream, then waiting events, then the status that names them.

        Args:
            durable: wait until it would survive a power cut. For the end, not for every half second.
            fields: of Status: state, step, rate, device, memory_bytes, steps.

        Returns:
            Whether everything was written. If not it was counted, is kept, and the next commit tries again.
        """
        if wrong := fields.keys() - _SETTABLE:
            raise TypeError(f"not a field to set: {', '.join(sorted(wrong))}")
        self._status = replace(self._status, **fields)
        failures = [self._write(stream, durable) for stream in self._streams.values()]
        failures.append(self._attempt("events.jsonl", lambda: self._log.flush(durable)))
        self._bound()
        failures.append(self._attempt("status.json", lambda: self._write_status(durable)))
        whole = not any(failures)
        if whole and self._failing:
            self._recovered()
        return whole

    def close(self, **fields: Any) -> bool:
        """The last commit: what it writes survives a power cut."""
        return self.commit(durable=True, **fields)

    def event(self, kind: str, step: int | None = None, **data: Any) -> Event:
        """Writes an event at once; if that fails, with the next commit. An exit survives a power cut."""
        return self._say(kind, step, data)

    def _say(self, kind: str, step: int | None, data: dict[str, Any]) -> Event:
        if kind in BEGINNINGS:
            me = {"host": self._status.host, "pid": self._status.pid}
            data = ({"after": self._resumed_after} if kind == "resumed" else {}) | me | data
        if kind in EXITS:
            self._status = replace(self._status, state=kind)
        event = self._log.add(kind, step, data)
        self._attempt("events.jsonl", lambda: self._log.flush(durable=kind in EXITS))
        return event

    def save_checkpoint(
        self, step: int, tensors: Mapping[str, npt.NDArray], meta: dict[str, Any], keep: bool = False
    ) -> CheckpointFile:
        """Commits, makes that durable, and writes a checkpoint that holds where every stream stands.

        Args:
            step: updates done.
            tensors: everything that training needs to go on.
            meta: the same, as plain JSON values.
            keep: for good; otherwise only the newest two of its kind stay.

        Raises:
            GroktermError: it could not be written. Training can go on; older checkpoints are untouched.
        """
        try:
            for stream in self._streams.values():
                stream.write(durable=True)
            self._log.flush(durable=True)
            self._write_status(durable=True)
            marks = self._marks | {
                name: StreamMark(stream.length, stream.last_step) for name, stream in self._streams.items()
            }
            losses = Losses(self._status.dropped, self._status.lost_rows)
            checkpoint = Checkpoint(step, dict(tensors), meta, marks, self._log.n + 1, losses)
            file = write_checkpoint(self._paths, checkpoint, keep)
        except OSError as error:
            self._note_failure(f"checkpoint {step}", error)
            raise unwritable(self._paths.checkpoints, error) from error
        self.event("checkpointed", step, kept=keep)
        return file

    def load_checkpoint(self) -> Checkpoint | None:
        """Goes back to the newest good checkpoint and cuts the streams to it; without one, to None and nothing.

        To be called before the first `append`, also by a worker that starts for the first time. Rows that
        wait are forgotten: they come from training past the checkpoint.

        Raises:
            GroktermError: the folder can't be written.
            DamagedRecord: a fork has lost what it began with; nothing is cut, since nothing else holds its past.
        """
        self._streams.clear()
        self._lost.clear()
        checkpoint, refused = choose_checkpoint(self._paths)
        if checkpoint is None and self._forked:
            whys = "; ".join(item.why for item in refused) or f"{self._paths.checkpoints}: no checkpoint"
            raise DamagedRecord(f"a fork can't begin anew: {whys}", "fork its parent again")
        try:
            set_aside(refused)
            self._status = rewind(self._paths, self._status, checkpoint, keep_data=bool(refused))
        except OSError as error:
            raise unwritable(self._paths.root, error) from error
        self._marks = dict(checkpoint.streams) if checkpoint else {}
        self._resumed_after = checkpoint.event if checkpoint else 0
        for item in refused:
            self.event("checkpoint_refused", item.file.step, why=item.why)
        return checkpoint

    def requests(self) -> list[Request]:
        """What was asked of this worker and waits for an answer, oldest first."""
        return self._inbox.requests()

    def answer(self, request: Request, step: int | None, kind: str | None = None, **data: Any) -> Event:
        """Answers a request by an event, by default that of its action (pause: paused, …), and removes it."""
        return self._inbox.answer(request, step, kind, data)

    def provenance(self, document: dict[str, Any]) -> None:
        """Adds what this worker trains with to that of the workers before, ahead of its first step.

        Args:
            document: versions, device, host, switches; the `step` it goes on from and the `time`.

        Raises:
            GroktermError: the folder can't be written.
        """
        try:
            add_provenance(self._paths.provenance, document)
        except OSError as error:
            raise unwritable(self._paths.provenance, error) from error

    def _write(self, stream: StreamWriter, durable: bool) -> bool:
        return self._attempt(stream.path.name, lambda: stream.write(durable))

    def _write_status(self, durable: bool) -> None:
        marks = {name: mark.length for name, mark in self._marks.items()}
        lengths = {name: stream.length for name, stream in self._streams.items()}
        beat = self._status.heartbeat + 1
        committed = marks | lengths
        self._status = replace(self._status, committed=committed, heartbeat=beat, heartbeat_at=time.time())
        write_status(self._paths.status, self._status, durable)

    def _attempt(self, what: str, action) -> bool:
        """Runs something that writes; returns whether it failed."""
        try:
            action()
        except OSError as error:
            self._note_failure(what, error)
            return True
        return False

    def _note_failure(self, what: str, error: OSError) -> None:
        self._status = replace(self._status, dropped=self._status.dropped + 1)
        if not self._failing:
            self._failing = True
            why = error.strerror or str(error)
            self._log.add("write_failed", self._status.step, {"file": what, "why": why})

    def _bound(self) -> None:
        """Gives up the oldest rows of the largest stream when a disk stays full, and counts them."""
        while sum(stream.pending_bytes for stream in self._streams.values()) > HOLD_BYTES:
            stream = max(self._streams.values(), key=lambda stream: stream.pending_bytes)
            rows, first, last = stream.give_up_oldest()
            lost = self._lost.setdefault(stream.path.stem, [0, first, last])
            lost[0], lost[2] = lost[0] + rows, last
            self._status = replace(self._status, lost_rows=self._status.lost_rows + rows)

    def _recovered(self) -> None:
        self._failing = False
        for name, (rows, first, last) in self._lost.items():
            self.event("lost_rows", self._status.step, stream=name, rows=rows, first=first, last=last)
        self._lost.clear()


def _status_before(folder: CohortFolder) -> Status:
    """The status a worker left, or a first one. Raises FolderBusy while that worker lives."""
    try:
        status = folder.status()
    except DamagedRecord:
        # Only the attempt matters, since a checkpoint names the lengths: it must differ from any before.
        status = Status(attempt=1 + sum(event.kind in BEGINNINGS for event in folder.events()))
    if status is None:
        return Status()
    me = identity()
    mine = (status.host, status.boot_id, status.pid, status.process_start) == tuple(vars(me).values())
    if not mine and still_writing(status, observe(status.pid)):
        raise FolderBusy(
            f"{folder.path}: process {status.pid} on {status.host} trains it",
            hint="stop that one first; two workers would spoil each other's numbers",
        )
    return status


def _clear_unfinished(paths: CohortPaths) -> None:
    """Removes what a killed worker was writing; only its own, since a launcher may be writing right now."""
    unfinished = [path for file in (paths.status, paths.provenance) for path in _parts_of(file)]
    for path in [*unfinished, *paths.checkpoints.glob(f"{HIDDEN}*")]:
        path.unlink(missing_ok=True)


def _parts_of(file: Path) -> list[Path]:
    return list(file.parent.glob(f"{HIDDEN}{file.name}.*"))
