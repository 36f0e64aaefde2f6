"""Checkpoints: everything a worker needs to go on as if it had never stopped. Nothing in them is executed.

A safetensors file whose metadata holds one JSON document, under "grokterm": the step, how long each stream was,
the last event, the worker's own `meta`. Beside it is a checksum over that document and every tensor.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from grokterm.record.errors import UNSOUND, DamagedRecord, unreadable
from grokterm.record.files import dump_json, write_whole
from grokterm.record.layout import FORMAT, HIDDEN, CohortPaths, parse_checkpoint_name

KEEP_LATEST = 2  # the newest may be bad, and then the one before must be there
_KEY, _CRC = "grokterm", "crc32"


@dataclass(frozen=True)
class StreamMark:
    """Where a stream stood: its length in bytes, and the step of its last row."""

    length: int
    last_step: int | None


@dataclass(frozen=True)
class Losses:
    """What a full disk had cost by then. Rows lost later come again when training goes back to the checkpoint."""

    dropped: int
    lost_rows: int


@dataclass(frozen=True)
class Checkpoint:
    """The content of one checkpoint.

    Attributes:
        step: updates done.
        tensors: by name.
        meta: what the worker added, as plain JSON values.
        streams: where each stream stood; what a stream holds after that comes from training past this step.
        event: number of the event that says it was saved; later ones come from training past this step.
        losses: what the status counted; None in a checkpoint of before it was kept.
    """

    step: int
    tensors: dict[str, npt.NDArray]
    meta: dict[str, Any]
    streams: dict[str, StreamMark] = field(default_factory=dict)
    event: int = 0
    losses: Losses | None = None


@dataclass(frozen=True)
class CheckpointFile:
    """One checkpoint on disk, not read yet.

    Attributes:
        step: updates done.
        kept: stays for good; others are replaced by newer ones.
        path: the file.
    """

    step: int
    kept: bool
    path: Path

    def load(self) -> Checkpoint:
        """Reads and verifies it. Raises DamagedRecord if a byte is wrong, FileNotFoundError if it is gone."""
        return read_checkpoint(self.path)


def list_checkpoints(paths: CohortPaths) -> list[CheckpointFile]:
    """All checkpoints, newest first."""
    try:
        names = [path.name for path in paths.checkpoints.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    parsed = ((name, parse_checkpoint_name(name)) for name in names if not name.startswith(HIDDEN))
    files = [CheckpointFile(*known, paths.checkpoints / name) for name, known in parsed if known is not None]
    return sorted(files, key=lambda file: (file.step, file.kept), reverse=True)


def write_checkpoint(paths: CohortPaths, checkpoint: Checkpoint, keep: bool) -> CheckpointFile:
    """Writes a checkpoint beside, syncs it, renames it, syncs the folder, then drops what it replaces.

    Raises:
        OSError: it could not be written; older ones are untouched.
    """
    tensors = {name: np.asarray(tensor, order="C") for name, tensor in checkpoint.tensors.items()}
    document = dump_json(
        {
            "format": FORMAT,
            "step": checkpoint.step,
            "streams": {name: [mark.length, mark.last_step] for name, mark in checkpoint.streams.items()},
            "event": checkpoint.event,
            "losses": vars(checkpoint.losses) if checkpoint.losses else None,
            "meta": checkpoint.meta,
        }
    )
    data = save(tensors, metadata={_KEY: document, _CRC: f"{_crc(document, tensors):08x}"})
    path = paths.checkpoint(checkpoint.step, keep)
    paths.checkpoints.mkdir(exist_ok=True)
    write_whole(path, data, durable=True)
    _rotate(paths)
    return CheckpointFile(checkpoint.step, keep, path)


def _rotate(paths: CohortPaths) -> None:
    passing = [file for file in list_checkpoints(paths) if not file.kept]
    for file in passing[KEEP_LATEST:]:
        file.path.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint and verifies every byte of it.

    Raises:
        DamagedRecord: it is not whole, not ours, or from a later version.
        FileNotFoundError: it is gone.
    """
    # Not safetensors' own opening, which maps the file: a map of a file on NFS can end the process.
    data = path.read_bytes()
    try:
        head = 8 + int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8:head])["__metadata__"]
        tensors = load(data)
        if f"{_crc(metadata[_KEY], tensors):08x}" != metadata[_CRC]:
            raise ValueError("its checksum does not fit its content")
        return _parse(json.loads(metadata[_KEY]), tensors)
    except KeyError as error:
        raise DamagedRecord(f"{path}: not a checkpoint of this program (no {error})") from error
    except (SafetensorError, *UNSOUND) as error:
        raise unreadable(path, error) from error


def _parse(document: Mapping[str, Any], tensors: dict[str, npt.NDArray]) -> Checkpoint:
    if document["format"] > FORMAT:
        raise ValueError(f"format {document['format']}; this version reads up to {FORMAT}")
    return Checkpoint(
        step=int(document["step"]),
        tensors=tensors,
        meta=document["meta"],
        streams={name: StreamMark(*mark) for name, mark in document["streams"].items()},
        event=int(document["event"]),
        losses=Losses(**document["losses"]) if document.get("losses") else None,
    )


def _crc(document: str, tensors: Mapping[str, npt.NDArray]) -> int:
    crc = zlib.crc32(document.encode("ascii"))
    for name in sorted(tensors):
        tensor = tensors[name]
        crc = zlib.crc32(f"{name} {tensor.dtype.str} {tensor.shape}".encode(), crc)
        crc = zlib.crc32(np.ascontiguousarray(tensor).reshape(-1).view(np.uint8), crc)
    return crc
