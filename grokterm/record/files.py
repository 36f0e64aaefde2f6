"""Small files that are whole or absent, and appended files that end in a whole record, also on NFS.

Nothing here keeps a file open between calls: closing is what makes a write visible to other hosts on NFS,
and it is where NFS reports a full disk. Nothing locks or maps.
"""

import itertools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from grokterm.record.errors import unreadable
from grokterm.record.layout import HIDDEN

T = TypeVar("T")

_PATIENCE = (0.002, 0.01, 0.03, 0.1)  # seconds between the attempts of `retry`: NFS shows a rename late
_count = itertools.count()


def write_whole(path: Path, data: bytes, durable: bool = False) -> None:
    """Writes a file so that a reader finds the old one or the new one, and never a part.

    Args:
        path: the file to create or replace; its folder must exist.
        data: the whole content.
        durable: wait until it would survive a power cut; costs milliseconds to seconds.

    Raises:
        OSError: it could not be written. The old file is untouched and nothing is left beside it.
    """
    beside = path.with_name(f"{HIDDEN}{path.name}.{os.getpid()}.{next(_count)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            _write_all(descriptor, data)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def write_json(path: Path, document: Any, durable: bool = False) -> None:
    """`write_whole` of a JSON document."""
    write_whole(path, (dump_json(document) + "\n").encode("ascii"), durable)


def append_at(path: Path, length: int, data: bytes, durable: bool = False) -> int:
    """Appends to a file known to be `length` bytes long, all or nothing, and returns the new length.

    What lies after `length` was never committed and is overwritten. On an error the file is cut back to it.

    Raises:
        OSError: no room, or the folder is gone. What was there is intact.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _cut_back(descriptor, length)
        os.lseek(descriptor, length, os.SEEK_SET)
        try:
            _write_all(descriptor, data)
            if durable:
                os.fsync(descriptor)
        except OSError:
            _cut_back(descriptor, length)
            raise
    finally:
        os.close(descriptor)
    return length + len(data)


def append_line(path: Path, line: str, durable: bool = False, sole_writer: bool = False) -> None:
    """Appends one line in one write; a torn line that was left by someone else's crash is closed first.

    Args:
        path: the file.
        line: without its end.
        durable: wait until it would survive a power cut.
        sole_writer: nobody else appends to this file, so an error may cut it back. Where others do, what lies
            behind the old end may be theirs, and a part of the line stays: readers leave out one without its end.

    Raises:
        OSError: the line could not be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        length = os.fstat(descriptor).st_size
        torn = length > 0 and os.pread(descriptor, 1, length - 1) != b"\n"
        data = (b"\n" if torn else b"") + line.encode("ascii") + b"\n"
        try:
            _write_all(descriptor, data)
            if durable:
                os.fsync(descriptor)
        except OSError:
            if sole_writer:
                _cut_back(descriptor, length)
            raise
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    """One write, and another only where the system took a part: the second one then says why."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _cut_back(descriptor: int, length: int) -> None:
    if os.fstat(descriptor).st_size > length:
        os.ftruncate(descriptor, length)


def cut_torn_line(path: Path) -> int:
    """Removes what follows the last line end, as a crash leaves it; returns how many bytes that was."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return 0
    try:
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, size, 0)
        whole = tail.rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(descriptor, whole)
        return size - whole
    finally:
        os.close(descriptor)


def truncate(path: Path, length: int) -> None:
    """Cuts an appended file to a length it is known to have had; a length of zero removes it."""
    if length == 0:
        path.unlink(missing_ok=True)
    elif path.stat().st_size > length:
        os.truncate(path, length)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder survive a power cut."""
    sync(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def sync(path: Path, flags: int = os.O_RDONLY) -> None:
    """Makes the content of a file survive a power cut."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def retry(attempt: Callable[[], T], on: tuple[type[Exception], ...]) -> T:
    """Calls until it succeeds, for 0.15 s at most: what is being renamed on NFS is missing for a moment."""
    for pause in _PATIENCE:
        try:
            return attempt()
        except on:
            time.sleep(pause)
    return attempt()


def read_json(path: Path, expected: bool = True) -> dict[str, Any] | None:
    """Reads a small JSON file that holds one object; None if there is none. Arguments as of `read_json_value`."""
    return read_json_value(path, expected, dict)


def read_json_value(path: Path, expected: bool, kinds: type | tuple[type, ...]) -> Any:
    """Reads a small JSON file; None if there is none.

    Args:
        path: the file.
        expected: it must be there, so wait a moment for it. A file that need not exist costs no waiting.
        kinds: what the document may be: dict, list.

    Raises:
        DamagedRecord: it stays unreadable.
    """

    def attempt() -> Any:
        document = json.loads(path.read_bytes())
        if not isinstance(document, kinds):
            raise ValueError("not an object" if kinds is dict else f"a bare {type(document).__name__}")
        return document

    try:
        if not expected:
            try:
                return attempt()
            except FileNotFoundError:
                return None
            except (OSError, ValueError):
                pass  # half-renamed or broken: the patient attempts below tell which
        return retry(attempt, on=(OSError, ValueError))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path, error) from error


def dump_json(document: Any) -> str:
    """One ASCII line of strict JSON. Numbers it has no words for become the strings "nan", "inf", "-inf"."""
    return json.dumps(_plain(document), separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return _plain(value.tolist())
    return str(value)
