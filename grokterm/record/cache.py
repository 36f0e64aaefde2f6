"""Arrays that took long to make and can be made again: one safetensors file each, in the user's cache folder.

Each file says what it is (its *recipe*) and carries a SHA-256 over recipe and content, so that a damaged file, a half
one, and one in the wrong place are told from a good one. Nothing in it is executed. A file is written beside and
renamed: of two makers of the same file either may come last, and a reader sees one of them whole.
"""

import errno
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from grokterm.places import user_folder
from grokterm.record.errors import UNSOUND, DamagedRecord
from grokterm.record.files import write_whole

_RECIPE, _DIGEST = "recipe", "sha256"


def cache_place() -> Path:
    """Where the cache lies: `$GROKTERM_CACHE`, else `$XDG_CACHE_HOME/grokterm`, else `~/.cache/grokterm`.

    It may be deleted at any time, and may lie on a network file system: nothing in it is locked.

    Raises:
        OSError: none of these is known, because the user has no home folder.
    """
    place = user_folder("GROKTERM_CACHE", "XDG_CACHE_HOME", ".cache")
    if place is None:
        raise FileNotFoundError(errno.ENOENT, "there is no home folder; set GROKTERM_CACHE to a folder")
    return place


def read_cached(path: Path, recipe: str) -> dict[str, npt.NDArray] | None:
    """The arrays of a file, every byte verified; None where there is no such file.

    Args:
        path: the file.
        recipe: what it must hold.

    Raises:
        DamagedRecord: it is not whole, or holds something else.
        OSError: it can't be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        head = 8 + int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8:head])["__metadata__"]
        arrays = load(data)
        if metadata[_RECIPE] != recipe:
            raise ValueError("it holds something else")
        if metadata[_DIGEST] != _digest(recipe, arrays):
            raise ValueError("its checksum does not fit its content")
    except (SafetensorError, *UNSOUND) as error:
        raise DamagedRecord(f"{path}: damaged ({error})") from error
    return arrays


def write_cached(path: Path, recipe: str, arrays: Mapping[str, npt.NDArray]) -> None:
    """Writes a file of arrays; folders are made where they are missing. Raises OSError where it can't be written."""
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, save(arrays, metadata={_RECIPE: recipe, _DIGEST: _digest(recipe, arrays)}))


def _digest(recipe: str, arrays: Mapping[str, npt.NDArray]) -> str:
    digest = hashlib.sha256(recipe.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\0{name} {array.dtype} {array.shape}\0".encode())
        digest.update(np.asarray(array, order="C").tobytes())
    return digest.hexdigest()
