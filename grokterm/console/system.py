"""Where an experiment trains and what it holds: machine, versions, speed, streams, checkpoints. Read in a thread."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grokterm.console.text import MISSING, age, duration, number, plural, rate, steps
from grokterm.record import CohortFolder, ExperimentFolder, State, Status
from grokterm.sizes import size


@dataclass(frozen=True)
class Group:
    """A heading, and lines of a name and a value. A bad line says that something is wrong."""

    title: str
    lines: tuple[tuple[str, str], ...]
    bad: frozenset[str] = frozenset()


class SystemReader:
    """Reads one experiment again and again; of a stream only what is new.

    Args:
        clock: unix seconds.
    """

    def __init__(self, folder: ExperimentFolder, clock) -> None:
        self._folder, self._clock = folder, clock
        self._readers: dict[tuple[int, str], object] = {}
        self._rows: dict[tuple[int, str], int] = {}
        self._wall: dict[int, float] = {}

    def read(self) -> tuple[Group, ...]:
        """What there is to say now, for each cohort in turn.

        Raises:
            DamagedRecord: a file that can't be read.
        """
        folder = self._folder
        groups = [Group("Folder", (("path", str(folder.path.absolute())), ("made by", _made_by(folder))))]
        several = len(folder.cohorts) > 1
        for cohort in folder.cohorts:
            of = f" of worker {cohort.index}" if several else ""
            status = cohort.status() or Status(steps=cohort.steps)
            self._count(cohort, status)
            groups += [
                self._worker(cohort, status, of),
                Group(f"Machine{of}", tuple(_machine(cohort))),
                Group(f"Streams{of}", tuple(self._streams(cohort, status))),
                Group(f"Checkpoints{of}", tuple(_checkpoints(cohort))),
            ]
        return tuple(groups)

    def _worker(self, cohort: CohortFolder, status: Status, of: str) -> Group:
        state = cohort.state()
        lines = [
            ("runs", f"{len(cohort.members)} trained together"),
            ("process", f"{status.pid} on {status.host}" if status.pid else MISSING),
            ("last sign of life" if state.live or state is State.LOST else "ended", self._since(status.heartbeat_at)),
            ("time trained", duration(self._wall.get(cohort.index, math.nan))),
        ]
        if state is State.RUNNING and status.rate > 0:
            lines += [("rate", rate(status.rate)), ("time of a step", _milliseconds(1 / status.rate))]
        if status.memory_bytes:
            lines.append(("memory" if state.live else "memory at the end", size(status.memory_bytes)))
        lines.append(("failed writes", f"{status.dropped}, kept and tried again" if status.dropped else "none"))
        if status.lost_rows:
            lines.append(("lost rows", f"{status.lost_rows:,}: the disk stayed full for too long"))
        bad = {"failed writes" if status.dropped else "", "lost rows"}
        return Group(f"Worker{of}", tuple(lines), frozenset(bad))

    def _since(self, at: float) -> str:
        if not at:
            return "none yet"
        since = age(self._clock() - at)
        return since if since == "now" else f"{since} ago"

    def _count(self, cohort: CohortFolder, status: Status) -> None:
        for name in status.committed:
            key = (cohort.index, name)
            reader = self._readers.setdefault(key, cohort.stream(name))
            table = reader.poll(("wall",) if name == "clock" else ())
            self._rows[key] = len(table) + (0 if table.rewound else self._rows.get(key, 0))
            if len(table.columns.get("wall", ())):
                self._wall[cohort.index] = float(table.columns["wall"][-1])

    def _streams(self, cohort: CohortFolder, status: Status) -> Iterable[tuple[str, str]]:
        for name, length in sorted(status.committed.items()):
            yield name, f"{plural(self._rows.get((cohort.index, name), 0), 'row')}, {size(length)} committed"
        if not status.committed:
            yield "", "none yet"


def _made_by(folder: ExperimentFolder) -> str:
    return f"grokterm {folder.marker.get('version', '?')}"


def _machine(cohort: CohortFolder) -> Iterable[tuple[str, str]]:
    """The last start; earlier ones are counted."""
    entries = cohort.provenance()
    if not entries:
        yield "", "no worker has begun to train yet"
        return
    last = entries[-1]
    device = [str(last[key]) for key in ("device", "device_name") if last.get(key)]
    yield "device", ", ".join(device) or MISSING
    for key in ("host", "system", "threads", "grokterm", "commit", "python", "torch", "numpy", "cuda"):
        if last.get(key) is not None:
            yield key, str(last[key])
    for name, value in (last.get("precision") or {}).items():
        yield name.replace("_", " "), str(value).lower() if isinstance(value, bool) else str(value)
    if len(entries) > 1:
        begun = ", ".join(steps(entry.get("step")) for entry in entries)
        yield "starts", f"{len(entries)}, at steps {begun}"


def _checkpoints(cohort: CohortFolder) -> Iterable[tuple[str, str]]:
    found = cohort.checkpoints()
    for file in found:
        try:
            held = size(file.path.stat().st_size)
        except OSError:  # replaced by a newer one meanwhile
            continue
        yield f"step {steps(file.step)}", f"{held}, {'kept for good' if file.kept else 'until two newer ones exist'}"
    if not found:
        yield "", "none yet"


def _milliseconds(seconds: float) -> str:
    return f"{number(seconds * 1000)} ms" if seconds < 1 else duration(seconds)
