"""Reading one cohort: members, status, state, events, streams, checkpoints, log; and asking its worker."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grokterm.errors import BadInput
from grokterm.record.checkpoints import CheckpointFile, list_checkpoints
from grokterm.record.control import Request, list_requests, write_request
from grokterm.record.errors import UNSOUND, DamagedRecord, unreadable, unwritable
from grokterm.record.events import QUEUED, Event, EventReader, effective_events
from grokterm.record.files import read_json
from grokterm.record.launch import Launch, launch_event, read_launch, write_launch
from grokterm.record.layout import FORMAT, CohortPaths
from grokterm.record.numbers import whole
from grokterm.record.processes import Observation, observe
from grokterm.record.provenance import read_provenance
from grokterm.record.state import Silence, State, derive_state, launched, silence_of
from grokterm.record.status import Status, read_status
from grokterm.record.streams import Committed, StreamReader, Table

_LOG_BLOCK = 65536
_LOG_MOST = 1 << 20  # bytes; a line may be as long as the file, as where something draws a bar without ending it


@dataclass(frozen=True)
class Plan:
    """Who is in a cohort, written when the experiment was created.

    Attributes:
        members: (arm, seed) of each member, in the order of the member axis.
        steps: the budget.
    """

    members: tuple[tuple[str, int], ...]
    steps: int


class CohortFolder:
    """A reader of one cohort folder. Nothing is cached that may change.

    Args:
        path: the cohort's folder.
    """

    def __init__(self, path: Path) -> None:
        self.paths = CohortPaths(Path(path))
        self._events = EventReader(self.paths.events)
        self._seen_status = False

    @property
    def path(self) -> Path:
        return self.paths.root

    @property
    def index(self) -> int:
        name = self.path.name
        return int(name) if name.isascii() and name.isdigit() else -1

    @cached_property
    def plan(self) -> Plan:
        """Raises DamagedRecord if the members file is missing, broken or from a later version."""
        return read_plan(self.paths.members)

    @property
    def members(self) -> tuple[tuple[str, int], ...]:
        """(arm, seed) of each member, in the order of the member axis."""
        return self.plan.members

    @property
    def member_names(self) -> tuple[str, ...]:
        return tuple(f"{arm}/{seed}" for arm, seed in self.members)

    @property
    def steps(self) -> int:
        """The budget."""
        return self.plan.steps

    @cached_property
    def problem(self) -> str | None:
        """Why this cohort can't be read, in one line; None if it can."""
        try:
            self.plan  # noqa: B018 - reading it is the check
        except DamagedRecord as error:
            return error.message
        return None

    def status(self) -> Status | None:
        """The last status; None before the worker's first word. Raises DamagedRecord."""
        # A status that was there once is there still: if it is missing now, it is being renamed.
        status = read_status(self.paths.status, expected=self._seen_status)
        self._seen_status = self._seen_status or status is not None
        return status

    def events(self) -> list[Event]:
        """Everything that happened, in order, the launcher's `queued` among it by its time. Raises DamagedRecord."""
        events = self._events.poll()
        try:
            launch = self.launch()
        except DamagedRecord as error:
            return [Event(-1, "damaged", 0.0, None, {"line": error.message}), *events]
        if launch is None:
            return events
        later = next((i for i, event in enumerate(events) if event.time > launch.time), len(events))
        return [*events[:later], launch_event(launch), *events[later:]]

    def effective_events(self) -> list[Event]:
        """The events without those that training went back behind; see `grokterm.record.effective_events`."""
        return effective_events(self.events())

    def launch(self) -> Launch | None:
        """What the launcher said last; None if the cohort was never launched. Raises DamagedRecord."""
        return read_launch(self.paths.launch)

    def announce(self, device: str, pid: int | None = None, at: float | None = None) -> Launch:
        """Says, for the launcher, that a worker was started.

        Args:
            device: what was asked for.
            pid: the worker's process; None where it can't be known.
            at: when, in unix seconds; before the worker's first word. By default now.
        """
        return self._writing(lambda: write_launch(self.paths.launch, device, pid, at))

    def state(self) -> State:
        """The state, by what is written and by looking for the process now."""
        return derive_state(*self._observed())

    def silence(self) -> Silence:
        """Of a stalled cohort: since when nothing was heard, and where its process was."""
        return silence_of(*self._observed())

    def _observed(self) -> tuple[Status | None, list[Event], Observation]:
        events = self.events()
        try:
            status = self.status()
        except DamagedRecord:
            status = None  # then what happened decides, and at worst says that nothing is known
        queued = next((launched(event).pid for event in reversed(events) if event.kind == QUEUED), 0)
        return status, events, observe(queued, status.pid if status else 0)

    def stream_names(self) -> tuple[str, ...]:
        """Streams with committed rows, by name."""
        status = self.status()
        return tuple(sorted(name for name, length in status.committed.items() if length)) if status else ()

    def stream(self, name: str) -> StreamReader:
        """A reader of a stream; one that does not exist yet has no rows."""
        if not name or name.startswith(".") or "/" in name or "\0" in name:
            raise BadInput(f"no stream {name!r}")
        return StreamReader(self.paths.stream(name), lambda: self._committed(name), lambda: len(self.members))

    def read(self, name: str) -> Table:
        """Everything committed in a stream."""
        return self.stream(name).read()

    def _committed(self, name: str) -> Committed:
        status = self.status()
        return Committed(0, 0) if status is None else Committed(status.committed.get(name, 0), status.attempt)

    def checkpoints(self) -> list[CheckpointFile]:
        """Checkpoints, newest first; `.load()` reads one."""
        return list_checkpoints(self.paths)

    def provenance(self) -> list[dict[str, Any]]:
        """Versions, device, host, switches of every start and resume; empty before the first. Raises DamagedRecord."""
        return read_provenance(self.paths.provenance)

    def request(self, action: str) -> str:
        """Asks the worker to pause, resume, park, stop or checkpoint; returns the id of the request."""
        return self._writing(lambda: write_request(self.paths, action))

    def asked(self) -> tuple[str, ...]:
        """The actions that are asked of the worker and not answered yet, in the order of asking."""
        try:
            return tuple(found.action for found in list_requests(self.paths) if isinstance(found, Request))
        except OSError as error:
            raise DamagedRecord(f"{self.paths.control}: can't be read ({error.strerror})") from error

    def answer_to(self, request_id: str) -> Event | None:
        """The event that answers a request, if there is one yet; of the kind `refused` where it was not obeyed."""
        return next((event for event in self.events() if event.data.get("request") == request_id), None)

    @property
    def log_path(self) -> Path:
        return self.paths.log

    def log_tail(self, n: int) -> list[str]:
        """The last lines of the worker's output, as text that may hold control characters.

        Args:
            n: how many. Fewer are returned where they would be more than a MiB; of a longer line its end.

        Raises:
            DamagedRecord: the log can't be read.
        """
        try:
            with self.log_path.open("rb") as file:
                size = position = file.seek(0, 2)
                blocks: list[bytes] = []
                ends = 0
                while position and ends <= n and size - position < _LOG_MOST:
                    before, position = position, max(0, position - _LOG_BLOCK)
                    file.seek(position)
                    blocks.append(file.read(before - position))
                    ends += blocks[-1].count(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(self.log_path, error) from error
        lines = b"".join(reversed(blocks)).decode("utf-8", "replace").removesuffix("\n").split("\n")
        whole = lines[1:] if position and len(lines) > 1 else lines  # the first began further up
        return whole[-n:] if n > 0 and size else []

    def _writing(self, action):
        try:
            return action()
        except OSError as error:
            raise unwritable(self.path, error) from error


def read_plan(path: Path) -> Plan:
    """Reads members.json. Raises DamagedRecord if it is missing, broken or from a later version."""
    document = read_json(path, expected=False)
    if document is None:
        raise DamagedRecord(f"{path}: missing")
    try:
        if document["format"] > FORMAT:
            raise DamagedRecord(f"{path}: format {document['format']}; this version reads up to {FORMAT}")
        members = tuple((str(member["arm"]), whole(member["seed"])) for member in document["members"])
        return Plan(members, whole(document["steps"]))
    except UNSOUND as error:
        raise DamagedRecord(f"{path}: can't be read ({error!r})") from error
