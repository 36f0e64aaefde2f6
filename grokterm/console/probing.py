"""The recorded columns that no chart of the first tab shows, followed while someone looks at them. For a thread."""

from __future__ import annotations

from grokterm.analysis import CurveFeed
from grokterm.console.curves import Curves, tables
from grokterm.console.detail import SOURCES
from grokterm.record import ExperimentFolder

_KNOWN = frozenset(column for columns in SOURCES.values() for column in columns)


class Probes:
    """Reads every other column of an experiment; each `read` takes what is new."""

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self._feeds: dict[str, CurveFeed] = {}
        self._grown = False
        self._curves = Curves()

    def read(self) -> Curves:
        """All of them as they are now; the same object where nothing has changed.

        Raises:
            DamagedRecord: a stream that can't be read.
        """
        for stream in {name for cohort in self._folder.cohorts for name in cohort.stream_names()}:
            if stream not in self._feeds:
                self._feeds[stream] = CurveFeed(self._folder, stream, _others(self._folder, stream))
        for feed in self._feeds.values():  # what one has taken counts, even if the next can't be read
            self._grown |= feed.poll()
        if self._grown:
            self._curves = self._curves.grown(*tables(self._feeds.values()), growing=False)
            self._grown = False
        return self._curves


def _others(folder: ExperimentFolder, stream: str) -> tuple[str, ...]:
    found = dict.fromkeys(name for cohort in folder.cohorts for name in cohort.stream(stream).column_names())
    return tuple(name for name in found if name not in _KNOWN)
