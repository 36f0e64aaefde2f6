"""The files of MNIST: IDX, http://yann.lecun.com/exdb/mnist.

A header of big-endian 32-bit integers (a magic number, then the size of each dimension), then one byte for each number.

b image
"""

import gzip
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from grokterm.errors import BadInput, NotFound
from grokterm.spec.tasks.digits import CLASSES, IMAGES, LABELS, SIDE, file_of

_IMAGES, _LABELS = 0x0803, 0x0801  # unsigned bytes in three dimensions, and in one


class Images(NamedTuple):
    """Pixels and what they show."""

    pixels: np.ndarray  # [b, side^2] uint8
    labels: np.ndarray  # [b] int64, 0 to 9


def read_part(folder: Path, part: str) -> Images:
    """The images of one part and their labels.

    Args:
        folder: where the files are.
        part: "train" or "t10k", the beginning of the names.

    Raises:
        NotFound: a file isn't there.
        BadInput: it can't be read, or isn't what it should be; the line names the file.
    """
    pixels, file = _read(folder, f"{part}-{IMAGES}", _IMAGES)
    labels, labels_file = _read(folder, f"{part}-{LABELS}", _LABELS)
    if pixels.shape[1:] != (SIDE, SIDE):
        rows, columns = pixels.shape[1:]
        raise BadInput(f"{file}: images of {rows} x {columns}; {SIDE} x {SIDE} would be right")
    if len(pixels) != len(labels):
        raise BadInput(f"{labels_file}: {len(labels)} labels for the {len(pixels)} images of {file.name}")
    if labels.size and labels.max() >= CLASSES:
        raise BadInput(f"{labels_file}: a label is {labels.max()}; 0 to {CLASSES - 1} would be right")
    return Images(pixels.reshape(len(pixels), -1), labels.astype(np.int64))


def _read(folder: Path, name: str, magic: int) -> tuple[np.ndarray, Path]:
    """The numbers of a file, packed or not, in the shape that its header says."""
    file = file_of(folder, name)
    if file is None:
        raise NotFound(f"{folder / name}: there is no such file, nor one with .gz")
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError, zlib.error) as problem:
        raise BadInput(f"{file}: can't be read ({problem})") from problem
    found = int.from_bytes(data[:4], "big")
    if len(data) < 4 or found != magic:
        raise BadInput(f"{file}: begins with {found}; {magic} would be right for {name}")
    dimensions = magic & 0xFF
    start = 4 + 4 * dimensions
    shape = tuple(int(size) for size in np.frombuffer(data[4:start], ">u4", count=len(data[4:start]) // 4))
    wanted = start + int(np.prod(shape, dtype=np.int64))
    if len(shape) < dimensions or len(data) != wanted:
        raise BadInput(f"{file}: {len(data)} bytes; {wanted} would be right for what its header says")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape), file
