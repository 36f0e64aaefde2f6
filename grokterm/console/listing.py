"""The history as the watcher keeps it: which experiments there are, and a line for each, read as seldom as possible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from grokterm.analysis import Summary, summarise
from grokterm.record import ExperimentFolder, list_folders, open_folder

_LIST_ANYWAY = 30.0  # seconds: a network file system may be late to say that its folder has changed
_SETTLED_SECONDS = 0.012  # of each round for experiments that have ended: someone may have let one go on


class Listing:
    """The lines of one runs folder.

    Args:
        runs: the folder; it may not exist yet.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._folders: dict[str, ExperimentFolder] = {}
        self._lines: dict[str, Summary] = {}
        self._changed: int | None = None
        self._listed = -_LIST_ANYWAY
        self._turn = 0

    @property
    def total(self) -> int:
        """How many experiments there are."""
        return len(self._folders)

    def lines(self) -> tuple[Summary, ...]:
        """The lines known so far, newest first."""
        return tuple(self._lines[name] for name in self._folders if name in self._lines)

    def folder(self, name: str) -> ExperimentFolder:
        """The reader of one experiment."""
        return self._folders.get(name) or open_folder(self._runs / name)

    def put(self, line: Summary) -> None:
        """A line that someone has just read."""
        if line.name in self._folders:
            self._lines[line.name] = line

    def look(self, again: bool) -> None:
        """Find out which experiments there are.

        Args:
            again: forget what readers have kept.

        Raises:
            BadInput: the folder can't be read.
        """
        changed = self._runs.stat().st_mtime_ns if self._runs.is_dir() else None
        if again:
            self._folders = {}
        elif changed == self._changed and changed is not None and time.monotonic() - self._listed < _LIST_ANYWAY:
            return
        known = self._folders
        self._folders = {folder.name: known.get(folder.name, folder) for folder in list_folders(self._runs)}
        self._lines = {name: line for name, line in self._lines.items() if name in self._folders}
        self._changed, self._listed = changed, time.monotonic()

    def due(self, again: bool) -> Iterator[str]:
        """Names to read in this round: new ones and those that move, then others in turn, as many as time allows."""
        names = tuple(self._folders)
        first = [name for name in names if again or name not in self._lines or _moves(self._lines[name])]
        yield from first
        others = [name for name in names if name not in set(first)]
        start, until = self._turn % max(1, len(others)), time.monotonic() + _SETTLED_SECONDS
        for count, name in enumerate(others[start:] + others[:start]):
            yield name
            self._turn = start + count + 1
            if time.monotonic() > until:
                return

    def read(self, name: str) -> None:
        """Read the line of one experiment. A broken one is opened anew: it may have been half copied."""
        before = self._lines.get(name)
        if before is not None and before.problem:
            self._folders[name] = open_folder(self._runs / name)
        line = summarise(self._folders[name])
        if line != before:
            self._lines[name] = line


def _moves(line: Summary) -> bool:
    return line.state is not None and line.state.live
