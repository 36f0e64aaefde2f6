"""Folders of the user: settings, state and cache, where the XDG base directory specification puts them."""

import os
from pathlib import Path


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
