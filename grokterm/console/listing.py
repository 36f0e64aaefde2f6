"""The history as the watcher keeps it: which experiments there are, and a line for each, read as seldom as possible.

What lives is read in every round. Of the rest only the stamp is looked at: in every round for what is on the screen, in
turn for all others; and the folder is read where the stamp is another one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.analysis import SAME_TICK, Known, Summary, SummaryCache, settled, summarise
from grokterm.errors import GroktermError
from grokterm.places import unlistable
from grokterm.record import ExperimentFolder, count_binned, list_folders, open_folder

if TYPE_CHECKING:
    from grokterm.console.facts import Fields

_LIST_ANYWAY = 60.0  # seconds: a network file system may be late to say that its folder has changed
# Of each round, for looking at experiments that have ended: someone elsewhere may have let one go on. A glance sees
# just that; a look also sees notes and what was done to the folder by hand.
_GLANCE_SECONDS = 0.015
_LOOK_SECONDS = 0.005
_SAVE_SECONDS = 60.0


class Listing:
    """The lines of one runs folder.

    Args:
        runs: the folder; it may not exist yet.
        cache: what was known the last time; None to begin with nothing.
    """

    def __init__(self, runs: Path, cache: SummaryCache | None = None) -> None:
        self._runs, self._cache = runs, cache
        self._folders: dict[str, ExperimentFolder] = {}
        self._known: dict[str, Known] = {}
        self._restless: set[str] = set()  # to be read in the next round: new, live, broken, or changed a moment ago
        self._unchecked: set[str] = set()  # from the cache, and not compared with its folder yet
        self._lines: tuple[Summary, ...] | None = None
        self._fields: dict[str, Fields] = {}
        self._same: dict[tuple, Fields] = {}
        self._changed: int | None = None
        self._listed = -_LIST_ANYWAY
        self._glanced = self._looked = 0  # whose turn it was the last time
        self._saved, self._unsaved = -_SAVE_SECONDS, False
        self.problem = ""  # why what is known can't be kept for the next visit

    @property
    def total(self) -> int:
        """How many experiments there are."""
        return len(self._folders)

    def count_binned(self) -> int:
        """How many experiments are in the bin; 0 where it can't be listed."""
        try:
            return count_binned(self._runs)
        except GroktermError:
            return 0

    def lines(self) -> tuple[Summary, ...]:
        """The lines known so far, newest first; the same object until one of them changes."""
        if self._lines is None:
            self._lines = tuple(self._known[name].summary for name in self._folders if name in self._known)
        return self._lines

    def folder(self, name: str) -> ExperimentFolder:
        """A reader of one experiment."""
        return open_folder(self._runs / name)

    def fields(self, name: str) -> Fields:
        """The values of an experiment's spec, read once, since a spec never changes. Of a broken one none."""
        found = self._fields.get(name)
        if found is None:
            try:
                found = self.folder(name).fields()
            except GroktermError:
                return {}
            # Many experiments have the same values: they share one table.
            found = self._fields[name] = self._same.setdefault(tuple(found.items()), found)
        return found

    def put(self, line: Summary) -> None:
        """A line that someone has just read."""
        known = self._known.get(line.name)
        if known is not None and known.summary != line:
            self._known[line.name], self._lines = Known((), line), None
            self._restless.add(line.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every experiment, newest first."""
        return tuple(self._folders)

    def look(self, again: bool = False) -> None:
        """Find out which experiments there are.

        Args:
            again: and read all of them.

        Raises:
            BadInput: the folder can't be read.
        """
        changed = self._when_changed()
        late = time.monotonic() - self._listed >= _LIST_ANYWAY
        if not again and changed == self._changed and changed is not None and not late:
            return
        first = self._listed < 0 and self._cache is not None
        folders = {folder.name: folder for folder in list_folders(self._runs)}
        if first:
            self._known = {name: known for name, known in self._cache.load().items() if name in folders}
            self._unchecked = set(self._known)
        gone = self._folders.keys() - folders.keys()
        for name in gone:
            self._known.pop(name, None)
            self._fields.pop(name, None)
        self._folders, self._lines = folders, None
        self._restless = {name for name in self._restless if name in folders}
        self._restless |= folders.keys() if again else folders.keys() - self._known.keys()
        self._unsaved |= bool(gone)
        young = changed is None or time.time() - changed / 1e9 < SAME_TICK
        self._changed, self._listed = None if young else changed, time.monotonic()

    def _when_changed(self) -> int | None:
        try:
            return self._runs.stat().st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):  # not made yet, or gone between two looks
            return None
        except OSError as error:
            raise unlistable(self._runs, error) from error

    def due(self, seen: Iterable[str] = ()) -> Iterator[str]:
        """Names to `read` in this round: new ones and those that move, those on the screen, then others in turn.

        Args:
            seen: what is on the screen.
        """
        first = dict.fromkeys(name for name in seen if name in self._folders)
        first |= dict.fromkeys(name for name in self._folders if name in self._restless)
        first |= dict.fromkeys(self._unchecked)
        yield from first
        names = tuple(self._folders)
        for place in _turns(self._glanced, len(names), _GLANCE_SECONDS):
            self._glanced, name = place, names[place]
            if name not in first and name in self._known and self._folders[name].stirred(self._known[name].stamp):
                yield name
        for place in _turns(self._looked, len(names), _LOOK_SECONDS):
            self._looked = place
            if names[place] not in first:
                yield names[place]

    def read(self, name: str) -> Summary:
        """Read the line of one experiment, unless its folder is as it was. A broken one may heal."""
        folder = self._folders[name]
        before = self._known.get(name)
        self._unchecked.discard(name)
        trusted = before is not None and name not in self._restless and not before.summary.problem
        if trusted and folder.unchanged(before.stamp):
            return before.summary
        folder = open_folder(folder.path)  # a reader keeps what it has read: thousands of them would hold too much
        stamp = folder.stamp()
        line = summarise(folder)
        same = before is not None and line == before.summary
        self._known[name] = known = Known(stamp, before.summary if same else line)
        self._lines = self._lines if same else None
        self._unsaved |= not same or stamp != before.stamp
        if known.trusted and (settled(line) or line.problem):
            self._restless.discard(name)
        else:
            self._restless.add(name)
        return known.summary

    def distrust(self, names: Iterable[str]) -> None:
        """Read these in the next round, because somebody here has just changed them, or found them gone."""
        known = [name for name in names if name in self._folders]
        self._restless.update(known)
        if any(not self._folders[name].path.is_dir() for name in known):
            self._changed = None  # what folders there are; a network file system may be late to say so itself

    def save(self, now: bool = False) -> None:
        """Keep what has ended for the next visit: when all is read, then once in a while, or `now`.

        Where that can't be written, `problem` says why, and it is tried again.
        """
        due = now or time.monotonic() - self._saved > _SAVE_SECONDS
        if self._cache is not None and self._unsaved and due:
            self._saved = time.monotonic()
            try:
                self._cache.save({name: self._known[name] for name in self._folders if name in self._known})
                self._unsaved, self.problem = False, ""
            except GroktermError as error:
                self.problem = str(error)


def _turns(last: int, count: int, seconds: float) -> Iterator[int]:
    """The places after `last`, and from the beginning again, each once, for so many seconds."""
    until = time.monotonic() + seconds
    for step in range(count):
        if step % 16 == 0 and time.monotonic() > until:
            return
        yield (last + step + 1) % count
