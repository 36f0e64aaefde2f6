"""Folders of the user: settings, state and cache, where the XDG base directory specification puts them."""

import os
from pathlib import Path

from grokterm.errors import BadInput


def user_folder(own: str, base: str, below_home: str) -> Path | None:
    """`$own`, else `$base/grokterm`, else `grokterm` in a folder below the home folder; None where there is no home.

    A service or a container may run as a user whom no list of users knows.

    Args:
        own: the name of a variable, or "".
        base: the name of another; a relative path in it is ignored, as the specification says.
        below_home: such as `.config`.
    """
    given, above = os.environ.get(own), os.environ.get(base, "")
    if given:
        return Path(given)
    if Path(above).is_absolute():
        return Path(above) / "grokterm"
    try:
        return Path.home() / below_home / "grokterm"
    except RuntimeError:
        return None


def expanded(path: str | Path) -> Path:
    """`~` and `~user` in front as a shell means them; left as they are where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises there


def check_listable(runs: Path) -> None:
    """Refuses a runs folder that is there and isn't one, or can't be read. One that isn't there yet is fine.

    Raises:
        BadInput: see `unlistable`.
    """
    try:
        os.scandir(runs).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise unlistable(runs, error) from error


def unlistable(runs: Path, error: OSError) -> BadInput:
    """The one line for a runs folder that can't be listed."""
    why = "not a folder" if isinstance(error, NotADirectoryError) else f"can't be read ({error.strerror})"
    return BadInput(f"{runs}: {why}", hint="name a folder with --runs DIR")
