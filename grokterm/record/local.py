"""The place on local disk for what needs locks: device slots, the line in front of them, one worker per cohort."""

import os
import tempfile
from pathlib import Path

from grokterm.errors import BadInput


def local_place() -> Path:
    """Where `local_state` lies: `$GROKTERM_STATE`, else a folder of this user's under the temporary folder.

    The home directory won't do: on clusters it is a network file system, where locks can't be trusted.
    """
    given = os.environ.get("GROKTERM_STATE")
    return Path(given) if given else Path(tempfile.gettempdir()) / f"grokterm-{os.getuid()}"


def local_state() -> Path:
    """The folder for locks, made if it isn't there.

    Raises:
        BadInput: it can't be made or written, or belongs to somebody else.
    """
    path, hint = local_place(), "set GROKTERM_STATE to a folder of your own on local disk"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_uid != os.getuid():
            raise BadInput(f"{path}: device slots are kept here, and it belongs to another user", hint)
        if not os.access(path, os.W_OK | os.X_OK):
            raise BadInput(f"{path}: device slots are kept here, and it can't be written", hint)
    except OSError as problem:
        raise BadInput(f"{path}: device slots are kept here, and it can't be made: {problem.strerror}", hint) from None
    return path
