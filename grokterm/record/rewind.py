"""Going back to a checkpoint: which one is good, and cutting the streams to where they stood."""

from dataclasses import dataclass, replace
from pathlib import Path

from grokterm.record.checkpoints import Checkpoint, CheckpointFile, Losses, list_checkpoints
from grokterm.record.errors import DamagedRecord
from grokterm.record.files import truncate
from grokterm.record.layout import HIDDEN, CohortPaths
from grokterm.record.status import Status, write_status
from grokterm.record.streams import read_head

_ASIDE = ".refused"


@dataclass(frozen=True)
class Refused:
    """A checkpoint that could not be used, and why."""

    file: CheckpointFile
    why: str


def choose_checkpoint(paths: CohortPaths) -> tuple[Checkpoint | None, list[Refused]]:
    """Finds the newest checkpoint that is whole and whose streams are all there; and those refused."""
    refused: list[Refused] = []
    for file in list_checkpoints(paths):
        try:
            checkpoint = file.load()
            _check_streams(paths, checkpoint)
        except DamagedRecord as error:
            refused.append(Refused(file, error.message))
        except OSError as error:
            refused.append(Refused(file, str(error)))
        else:
            return checkpoint, refused
    return None, refused


def _check_streams(paths: CohortPaths, checkpoint: Checkpoint) -> None:
    """Shorter than the checkpoint says, a stream would leave steps out for good; without its head, nothing reads it."""
    for name, mark in checkpoint.streams.items():
        path = paths.stream(name)
        size = path.stat().st_size if path.exists() else 0
        if size < mark.length:
            raise DamagedRecord(f"{path}: {size} bytes, and checkpoint {checkpoint.step} needs {mark.length}")
        if mark.length:
            read_head(path, mark.length)


def set_aside(refused: list[Refused]) -> None:
    """Renames refused checkpoints: not tried again, and still there to look at. Raises OSError."""
    for item in refused:
        if item.file.path.exists():
            item.file.path.replace(item.file.path.with_name(item.file.path.name + _ASIDE))


def rewind(paths: CohortPaths, status: Status, checkpoint: Checkpoint | None, keep_data: bool) -> Status:
    """Cuts every stream to where it stood at a checkpoint, or to nothing without one.

    The status goes first: it names lengths that are within the files before and after the cut, and its
    raised `attempt` tells a reader in the middle of reading that what it holds may not belong together. A
    crash between the two leaves bytes that no status names. Counts of failed writes and lost rows go back too:
    rows that were lost after the checkpoint are computed again. That it happened stays in the events.

    Args:
        paths: the cohort.
        status: the status to go on from.
        checkpoint: where to go back to.
        keep_data: without a checkpoint, rename streams instead of removing them.

    Returns:
        The status that was written.

    Raises:
        OSError: the folder can't be written.
    """
    marks = {name: mark.length for name, mark in checkpoint.streams.items()} if checkpoint else {}
    step = checkpoint.step if checkpoint else 0
    losses = checkpoint.losses if checkpoint else Losses(0, 0)
    status = replace(status, step=step, committed=marks, attempt=status.attempt + 1)
    status = replace(status, **vars(losses)) if losses else status
    write_status(paths.status, status, durable=True)
    for name in paths.streams():
        path = paths.stream(name)
        if keep_data and not marks.get(name):
            path.replace(_beside(path, status.attempt))
        else:
            truncate(path, marks.get(name, 0))
    return status


def _beside(path: Path, attempt: int) -> Path:
    return path.with_name(f"{HIDDEN}{path.name}.before-{attempt}")
