"""How the folder of an experiment is named (`20261122-141203-quickstart-k3f9`, the time in UTC), and names in order."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

NAME = re.compile(r"(\d{8}-\d{6})-(.+)-([a-z2-9]{4})", re.DOTALL)


def natural(name: str) -> list[tuple[int, str]]:
    """What names are sorted by so that figure 10 comes behind figure 9."""
    pieces = re.findall(r"\d+|\D+", name)
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in pieces]


def short_name(name: str) -> str:
    """The folder's name without its time stamp, for lists that show the age: `quickstart-k3f9`. It still finds it."""
    match = NAME.fullmatch(name)
    return f"{match[2]}-{match[3]}" if match else name


def name_from(runs: Path, folder: Path) -> str:
    """The experiment in `folder` in few words; behind it the runs folder, where that is another than `runs`.

    A worker that says no folder is another program's.
    """
    if not folder.name:
        return "another program"
    short = short_name(folder.name)
    return short if folder.parent == runs else f"{short} ({folder.parent})"


def short_id(name: str) -> str:
    """The four letters at the end of a folder's name, `k3f9`, which alone still find it; another name as it is."""
    match = NAME.fullmatch(name)
    return match[3] if match else name


def arm_labels(arms: Sequence[tuple[Path, str]]) -> list[str]:
    """What arms are called beside each other: no two are called the same.

    Args:
        arms: (folder, name of the arm), each once.

    Returns:
        the names of the arms where all are of one experiment. Else each behind the id of its experiment, as the command
        line takes it too: `k3f9:static`; or behind a longer name where another experiment has the same id.
    """
    folders = tuple(dict.fromkeys(folder for folder, _ in arms))
    if len(folders) < 2:
        return [arm for _, arm in arms]
    ways = (lambda path: short_id(path.name), lambda path: short_name(path.name), lambda path: path.name, str)
    known = [Counter(map(way, folders)) for way in ways]
    where = {
        folder: next(way(folder) for way, names in zip(ways, known, strict=True) if names[way(folder)] == 1)
        for folder in folders
    }
    return [f"{where[folder]}:{arm}" for folder, arm in arms]
