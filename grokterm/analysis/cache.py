"""Summaries of experiments that have ended, kept between two visits. It may be deleted at any time.

A summary is kept with the stamp its folder had before it was read, and counts only while the folder has that stamp.
One line of JSON each: a long history is read and written without holding up other threads for long.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from grokterm import __version__
from grokterm.analysis.summary import ArmProgress, Summary
from grokterm.errors import GroktermError
from grokterm.places import user_folder
from grokterm.record import Marks, Stamp, State
from grokterm.record.errors import UNSOUND
from grokterm.record.files import write_whole

_FIELDS = [field.name for kind in (Summary, ArmProgress, Marks) for field in fields(kind)]
_HEAD = {"version": __version__, "fields": _FIELDS}  # another version, or other fields: nothing is known
_PLAIN = {name: kind for name, kind in get_type_hints(Summary).items() if kind in (str, int, float, bool)}
_plain = itemgetter(*_PLAIN)
_TEXTS, _WHOLE, _NUMBERS = frozenset({str}), frozenset({int}), frozenset({int, float})

SAME_TICK = 2.0  # seconds, of a coarse clock on a network file system


class Known(NamedTuple):
    """A summary and the stamp of its folder before it was read."""

    stamp: Stamp
    summary: Summary

    @property
    def trusted(self) -> bool:
        """The stamp is old enough: a second change in the same tick of the clock would have left the same one."""
        return time.time() - max(self.stamp, default=0) / 1e9 > SAME_TICK


class SummaryCache:
    """The cache of one runs folder.

    Args:
        runs: the runs folder; its path tells the caches apart.
        place: where caches are; by default the user's cache folder.
    """

    def __init__(self, runs: Path, place: Path | None = None) -> None:
        name = hashlib.sha256(str(Path(runs).resolve()).encode()).hexdigest()[:24]
        place = place or cache_folder()
        self._path = place / f"{name}.jsonl" if place is not None else None

    def load(self) -> dict[str, Known]:
        """What is kept, by name. A file that is missing, cut off, or from another version gives what can be read."""
        found: dict[str, Known] = {}
        if self._path is None:
            return found
        with contextlib.suppress(OSError, *UNSOUND), self._path.open(encoding="utf-8") as file:
            if json.loads(next(file, "null")) == _HEAD:
                for line in file:
                    known = _parse(json.loads(line))
                    found[known.summary.name] = known
        return found

    def save(self, known: Mapping[str, Known]) -> None:
        """Keeps these instead. Of experiments that live, can't be read, or have just changed, nothing is kept.

        Raises:
            GroktermError: it can't be written; the next visit reads the folders, or what was kept before.
        """
        if self._path is None:
            return
        rows = (_row(one) for one in known.values() if settled(one.summary) and one.trusted)
        text = "".join(json.dumps(line) + "\n" for line in (_HEAD, *rows))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, text.encode("ascii"))
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise GroktermError(f"the history can't be kept for the next visit: {self._path}: {why}") from error


def settled(summary: Summary) -> bool:
    """It can be read, and no worker may be writing it: it changes only if its folder does."""
    return summary.state is not None and not summary.state.live


def cache_folder() -> Path | None:
    """In `$GROKTERM_STATE`, else in the user's cache folder; None without a home folder.

    It may be on a network, since nothing in it is locked.
    """
    place = user_folder("GROKTERM_STATE", "XDG_CACHE_HOME", ".cache")
    return None if place is None else place / "summaries"


def _row(known: Known) -> list:
    values = dict(vars(known.summary))
    values["arms"] = [[name, *astuple(arm)] for name, arm in values["arms"].items()]
    values["marks"] = list(vars(values["marks"]).values())
    return [known.stamp, *values.values()]


def _parse(row: list) -> Known:
    stamp, *values = row
    given = dict(zip((field.name for field in fields(Summary)), values, strict=True))
    if not _fit(tuple(map(type, _plain(given)))):
        raise ValueError("not a summary")
    tags, starred, archived, notes, texts = given["marks"]
    given |= {
        "state": State(given["state"]),
        "arms": {name: ArmProgress(*_all(rest, _NUMBERS)) for name, *rest in given["arms"]},
        "seeds": _all(given["seeds"], _WHOLE),
        "devices": _all(given["devices"], _TEXTS),
        "hosts": _all(given["hosts"], _TEXTS),
        "marks": Marks(
            _all(tags, _TEXTS), starred is True, archived is True, *_all([notes], _WHOLE), _all(texts, _TEXTS)
        ),
    }
    return Known(_all(stamp, _WHOLE), Summary(**given))


@lru_cache(maxsize=64)
def _fit(kinds: tuple[type, ...]) -> bool:
    """Whether values of these kinds are those of `_PLAIN`. Thousands of lines have the same few."""
    pairs = zip(kinds, _PLAIN.values(), strict=True)
    return all(kind is wanted or (kind is int and wanted is float) for kind, wanted in pairs)


def _all(values: Iterable[Any], kinds: frozenset[type]) -> tuple:
    """The values as they are. Raises ValueError where one is of another kind."""
    found = tuple(values)
    if not kinds.issuperset(map(type, found)):
        raise ValueError("not a summary")
    return found
