"""What can be wrong with a record, in one line each."""

import errno
from collections.abc import Sequence
from pathlib import Path

from grokterm.errors import BadInput, GroktermError

# What parsing raises on a document that is not as we write it. Anybody may have written it: numbers beyond any range
# and brackets without end are among it.
UNSOUND = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class DamagedRecord(GroktermError):
    """A file of an experiment folder can't be read: torn, foreign, or from a later version. Several: a line each."""

    def __init__(self, problems: str | Sequence[str], hint: str | None = None) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems), hint)


class FolderBusy(GroktermError):
    """Another process writes this folder, and one file has one writer."""


def unreadable(path: Path, error: Exception) -> DamagedRecord:
    """The one line for a file that the system doesn't give, or that isn't what it should be."""
    return DamagedRecord(f"{path}: can't be read ({getattr(error, 'strerror', None) or error})")


def unwritable(path: Path, error: OSError, made: bool = True) -> GroktermError:
    """The one line for a folder that can't be written: bad input if another path would do, else a failure.

    Args:
        made: it is there, or should be, and is an experiment or a part of one; so no other runs folder can help.
    """
    why = (error.strerror or type(error).__name__).lower()
    if made and (isinstance(error, PermissionError) or error.errno == errno.EROFS):
        return BadInput(f"{path}: can't be written ({why})", hint="it can be read only, and stays as it is")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return BadInput(f"{path}: can't be a folder ({why})", hint="name a folder with --runs DIR")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return BadInput(f"{path}: can't be written ({why})", hint="name a writable folder with --runs DIR")
    if isinstance(error, FileNotFoundError):
        return BadInput(f"{path}: can't be made ({why})", hint="name a folder that can with --runs DIR")
    hint = "see `df -h` for the room that is left" if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
    return GroktermError(f"{path}: can't be written ({why})", hint)
