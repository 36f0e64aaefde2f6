"""The recorded columns that no chart of the first tab shows, followed while someone looks at them. For a thread."""

from __future__ import annotations

from grokterm.analysis import CurveFeed, band
from grokterm.console.curves import Curves
from grokterm.console.detail import SOURCES
from grokterm.record import ExperimentFolder

_KNOWN = frozenset(column for columns in SOURCES.values() for column in columns)


class Probes:
    """Reads every other column of an experiment; each `read` takes what is new."""

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self._feeds: dict[str, tuple[CurveFeed, tuple[str, ...]]] = {}
        self._curves = Curves()

    def read(self) -> Curves:
        """All of them as they are now; the same object where nothing has changed.

        Raises:
            DamagedRecord: a stream that can't be read.
        """
        for stream in {name for cohort in self._folder.cohorts for name in cohort.stream_names()}:
            if stream not in self._feeds:
                names = _others(self._folder, stream)
                self._feeds[stream] = (CurveFeed(self._folder, stream, names), names)
        changed = [names for feed, names in self._feeds.values() if names and feed.poll()]
        if changed:
            self._curves = self._computed()
        return self._curves

    def _computed(self) -> Curves:
        columns, bands = {}, {}
        for feed, names in self._feeds.values():
            for name in names:
                columns[name] = curves = feed.curves(name)
                for arm in dict.fromkeys(curve.arm for curve in curves):
                    bands[name, arm] = band([curve for curve in curves if curve.arm == arm])
        return self._curves.grown(columns, bands, growing=False)


def _others(folder: ExperimentFolder, stream: str) -> tuple[str, ...]:
    found = dict.fromkeys(name for cohort in folder.cohorts for name in cohort.stream(stream).column_names())
    return tuple(name for name in found if name not in _KNOWN)
