"""What state is a cohort in? A pure rule over what was written and what an observer sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grokterm.record.errors import UNSOUND
from grokterm.record.events import BEGINNINGS, EXITS, QUEUED, Event
from grokterm.record.processes import Identity, Observation
from grokterm.record.status import Status
from grokterm.times import local_time

_SAME_START = 1.0  # seconds: a pid is not used again this soon
# Seconds without a heartbeat. A start imports, compiles and captures without a word; a queue is silence.
_SILENT_HERE = {"running": 30.0, "paused": 30.0, "starting": 180.0}
_SILENT_ELSEWHERE = 60.0
_SILENT_AT_START = 180.0  # for a worker that was started on another host and has not said a word


class State(StrEnum):
    """What a reader says a cohort, or a whole experiment, is doing."""

    CREATED = "created"  # never started
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    PARKED = "parked"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    STALLED = "stalled"  # silent; perhaps alive
    LOST = "lost"  # its process is proven gone, without a word

    @property
    def live(self) -> bool:
        """A process may be writing the folder."""
        return self in _LIVE

    @property
    def resumable(self) -> bool:
        """Ended before its budget; a worker may go on from the last checkpoint."""
        return self in (State.PARKED, State.STOPPED, State.FAILED, State.LOST, State.CREATED)


_LIVE = frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED, State.STALLED})
_WORST_FIRST = (
    State.RUNNING, State.STARTING, State.PAUSED, State.STALLED, State.QUEUED, State.LOST,
    State.FAILED, State.PARKED, State.STOPPED, State.CREATED, State.FINISHED,
)  # fmt: skip


@dataclass(frozen=True)
class Silence:
    """A worker that gives no sign.

    Attributes:
        since: unix seconds of its last sign, by its own clock; 0 where it never gave one.
        host: where its process was; empty where nobody knows.
        pid: its process, where that is on this host and alive.
    """

    since: float
    host: str
    pid: int | None

    def __str__(self) -> str:
        since = local_time(self.since) or "the beginning"
        where = f"host {self.host}" if self.host else "another host"
        perhaps = f"maybe alive on {where}" if self.pid is None else f"alive here as process {self.pid}"
        return f"stalled: silent since {since}, {perhaps}"

    @property
    def hint(self) -> str:
        """What to do about it."""
        return f"end it first: kill {self.pid}" if self.pid else "if you know it is gone: --force"


def derive_state(status: Status | None, events: Sequence[Event], observation: Observation) -> State:
    """Decides the state of a cohort.

    An exit event wins, unless something began after it. Then: a process of this host is running or proven
    gone; of another host nothing is known but its heartbeat. Silence alone never makes a cohort lost.

    Args:
        status: the last status.json, if there is one.
        events: all events, the launcher's `queued` among them.
        observation: what is seen now; it must have looked for the status's pid and for the queued event's.
    """
    launch = next((event for event in reversed(events) if event.kind == QUEUED), None)
    if launch is not None and not _answered(launch, status, events):
        return _before_its_first_word(launched(launch), observation)
    last = next((event for event in reversed(events) if event.kind in EXITS | BEGINNINGS), None)
    if last is not None and last.kind in EXITS and not _began_since(last, status):
        return State(last.kind)
    if status is None or not status.pid:  # no worker's word; if something began, there was a status
        return State.STALLED if last is not None else State.CREATED
    if _proven_gone(status, observation):
        # A full disk can refuse the exit event and still take the last status.
        return State(status.state) if status.state in EXITS else State.LOST
    silence = observation.now - status.heartbeat_at
    limit = _SILENT_HERE.get(status.state) if _is_here(status, observation) else _SILENT_ELSEWHERE
    if limit is not None and silence > limit:
        return State.STALLED
    return State(status.state) if status.state in set(State) else State.STALLED


def still_writing(status: Status, observation: Observation) -> bool:
    """Whether the process behind a status may write the folder again, as far as can be known."""
    if not status.pid or status.state in EXITS or _proven_gone(status, observation):
        return False
    return _is_here(status, observation) or observation.now - status.heartbeat_at <= _SILENT_ELSEWHERE


def silence_of(status: Status | None, events: Sequence[Event], observation: Observation) -> Silence:
    """What is known of the worker of a cohort that is stalled. Arguments as of `derive_state`."""
    launches = [launched(event) for event in events if event.kind == QUEUED]
    words = [*launches, *([status] if status is not None else [])]
    here = [
        word.pid for word in words if word.pid and _is_here(word, observation) and not _proven_gone(word, observation)
    ]
    last = max(words, key=lambda word: word.heartbeat_at, default=Status())
    return Silence(last.heartbeat_at, last.host, here[0] if here else None)


def combine_states(states: Iterable[State]) -> State:
    """The state of an experiment: what is still going on, then what went wrong, then what is done."""
    present = set(states)
    return next((state for state in _WORST_FIRST if state in present), State.CREATED)


def _answered(launch: Event, status: Status | None, events: Sequence[Event]) -> bool:
    """The launched worker has spoken. By identity where it is known, since the clocks of hosts differ."""
    waiting = launched(launch)
    if status is not None and waiting.pid and (status.host, status.pid) == (waiting.host, waiting.pid):
        return abs(status.process_start - waiting.process_start) < _SAME_START
    if status is not None and status.heartbeat_at > launch.time:
        return True
    return any(event.time > launch.time and event.kind in EXITS | BEGINNINGS for event in events)


def _before_its_first_word(waiting: Status, observation: Observation) -> State:
    """Of a worker that was started. One that waits beats; only a cluster's queue, which has no process, is silent."""
    if _proven_gone(waiting, observation):
        return State.LOST
    silent = observation.now - waiting.heartbeat_at > _SILENT_AT_START
    return State.STALLED if waiting.pid and not _is_here(waiting, observation) and silent else State.QUEUED


def _began_since(exit_event: Event, status: Status | None) -> bool:
    """Another worker took over and has not got as far as an event of its own."""
    return status is not None and status.state not in EXITS and status.heartbeat_at > exit_event.time


def launched(launch: Event) -> Status:
    """What is known of a launched worker before its first word, out of the `queued` event."""
    try:
        process = Identity.of(launch.data) if launch.data.get("pid") else None
    except UNSOUND:  # not the launcher's own word: such an event is in events.jsonl only if others wrote it
        process = None
    return Status(heartbeat_at=launch.time, **(vars(process) if process else {}))


def _is_here(status: Status, observation: Observation) -> bool:
    return (status.host, status.boot_id) == (observation.host, observation.boot_id)


def _proven_gone(status: Status, observation: Observation) -> bool:
    """Only a look at the right process table, or a reboot since, proves that a process is gone."""
    if not status.pid or status.host != observation.host:
        return False
    if status.boot_id == observation.boot_id:
        start = observation.starts.get(status.pid)
        return start is None or abs(start - status.process_start) >= _SAME_START
    same_boot = status.boot_id.split("/")[0] == observation.boot_id.split("/")[0]
    # Another boot of a host of this name. Machines may share a name: one that still beats is another one.
    return not same_boot and observation.now - status.heartbeat_at > _SILENT_ELSEWHERE
