"""A new experiment that begins where an old one stood at a checkpoint, with everything that was recorded until then.

The new folder needs nothing of the old one: checkpoint, streams and milestones are copied member by member, since the
new cohorts may hold a choice of the old members, or one of them several times.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grokterm.record.checkpoints import Checkpoint, StreamMark, write_checkpoint
from grokterm.record.cohort import CohortFolder
from grokterm.record.errors import DamagedRecord
from grokterm.record.events import FORKED, Event
from grokterm.record.files import dump_json, write_whole
from grokterm.record.folder import ExperimentFolder
from grokterm.record.layout import CohortPaths, ExperimentPaths
from grokterm.record.past import past_of, with_fork
from grokterm.record.runs import create
from grokterm.record.status import Status, write_status
from grokterm.record.stream_writer import StreamWriter
from grokterm.spec import Experiment, Member

_MILESTONES = frozenset({"memorised", "grokked_touch", "grokked"})
# What a worker found in the numbers, or did to them; the rest is about its process.
_FOUND = _MILESTONES | {"diverged", "phase", "intervened"}

Tensors = dict[str, npt.NDArray]


@dataclass(frozen=True)
class Branch:
    """One cohort of a fork, and where its members stood.

    Attributes:
        members: the new cohort, in order.
        source: the old cohort that holds all of them.
        columns: the place in `source` of each member.
        checkpoint: of `source`, already read.
        tensors, meta: what the new worker begins with: those of the checkpoint, cut to `members`.
        same_rule: milestones mean the same as before; otherwise the new worker finds them again.
    """

    members: tuple[Member, ...]
    source: CohortFolder
    columns: tuple[int, ...]
    checkpoint: Checkpoint
    tensors: Tensors
    meta: dict[str, Any]
    same_rule: bool


def create_fork(
    runs: Path, experiment: Experiment, parent: ExperimentFolder, branches: Sequence[Branch]
) -> ExperimentFolder:
    """Makes the folder of a fork; it appears whole under its name or not at all.

    Args:
        runs: the runs folder.
        experiment: what is to be done; its `origin` says where it came from.
        parent: the experiment it came from.
        branches: its cohorts, in order, all at the same step.

    Raises:
        BadInput: `runs` can't be written.
        GroktermError: the disk is full, or the record of the parent can't be read whole.
    """

    def fill(paths: ExperimentPaths) -> None:
        for index, branch in enumerate(branches):
            _fill(paths.cohort(index), branch, parent)

    return create(runs, experiment, [branch.members for branch in branches], fill)


def _fill(paths: CohortPaths, branch: Branch, parent: ExperimentFolder) -> None:
    checkpoint, step = branch.checkpoint, branch.checkpoint.step
    names = [f"{member.arm}/{member.seed}" for member in branch.members]
    marks = {}
    for name in branch.source.stream_names():
        written = _copy_stream(paths.stream(name), branch, name, names)
        if written.length:
            marks[name] = StreamMark(written.length, written.last_step)
    events = _events(branch, parent)
    lines = "".join(dump_json(vars(event)) + "\n" for event in events)
    write_whole(paths.events, lines.encode("ascii"), durable=True)
    begun = Checkpoint(step, branch.tensors, branch.meta, marks, len(events), checkpoint.losses)
    write_checkpoint(paths, begun, keep=True)
    lost = vars(checkpoint.losses) if checkpoint.losses else {}
    committed = {name: mark.length for name, mark in marks.items()}
    budget = max(member.spec.stop.steps for member in branch.members)
    write_status(paths.status, Status(state="created", step=step, steps=budget, committed=committed, **lost), True)


def _copy_stream(path: Path, branch: Branch, name: str, members: Sequence[str]) -> StreamWriter:
    """The rows before the checkpoint's step, with the columns of the new members.

    A row at the step itself is the closing measurement of a run that ended there: the fork measures it again. The clock
    has its row at the step already.
    """
    step, table = branch.checkpoint.step, branch.source.read(name)
    of_members = any(column.ndim == 2 for column in table.columns.values())
    rows = table.steps < step if of_members else table.steps <= step
    if table.missing and (not rows.any() or rows.all()):
        raise DamagedRecord(f"{branch.source.paths.stream(name)}: {table.missing} bytes can't be read")
    places = np.array(branch.columns, dtype=np.int64)
    columns = {
        key: column[rows][:, places] if column.ndim == 2 else column[rows] for key, column in table.columns.items()
    }
    writer = StreamWriter(path, members)
    writer.append(table.steps[rows], columns)
    writer.write(durable=True)
    return writer


def _events(branch: Branch, parent: ExperimentFolder) -> list[Event]:
    """What was found by the checkpoint, for every member that it holds for, and then where this comes from."""
    checkpoint, old = branch.checkpoint, branch.source.members
    kept = _FOUND if branch.same_rule else _FOUND - _MILESTONES
    copied: list[Event] = []
    for event in branch.source.effective_events():
        if event.kind not in kept or event.n > checkpoint.event or (event.step or 0) > checkpoint.step:
            continue
        who = (event.data.get("arm"), event.data.get("seed"))
        for member, place in zip(branch.members, branch.columns, strict=True):
            if old[place] == who:
                data = event.data | {"arm": member.arm, "seed": member.seed}
                copied.append(Event(len(copied) + 1, event.kind, event.time, event.step, data))
    data = {"of": parent.name, "cohort": branch.source.index} | _past(branch, parent)
    return [*copied, Event(len(copied) + 1, FORKED, round(time.time(), 6), checkpoint.step, data)]


def _past(branch: Branch, parent: ExperimentFolder) -> dict[str, Any]:
    """What fields of each arm were before, as the event of a fork keeps it; empty where none has changed."""
    old, said = parent.planned(branch.source), branch.source.events()
    found = {}
    for member, place in zip(branch.members, branch.columns, strict=True):
        before = old[place]
        past = with_fork(past_of(said, before.arm), before.spec, member.spec, branch.checkpoint.step)
        if past:
            found[member.arm] = [vars(part) for part in past]
    return {"past": found} if found else {}
