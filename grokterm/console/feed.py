"""One stream followed for a screen: its columns as curves, and their bands by arm. For a thread."""

from __future__ import annotations

from collections.abc import Iterable

from grokterm.analysis import Band, Curve, CurveFeed, band
from grokterm.record import ExperimentFolder


class Feed:
    """Columns of one stream with the bands of every arm. A band that goes on is computed for its new rows alone.

    Args:
        folder: the experiment.
        stream: the stream's name.
        names: the columns to follow.
    """

    def __init__(self, folder: ExperimentFolder, stream: str, names: tuple[str, ...]) -> None:
        self.names = names
        self._feed = CurveFeed(folder, stream, names)
        self._generation = 0
        self._bands: dict[tuple[str, str], Band] = {}

    def poll(self) -> bool:
        """Take what is new; True if anything is."""
        changed = bool(self.names) and self._feed.poll()
        if self._generation != self._feed.generation:
            self._generation = self._feed.generation
            self._bands = {}
        return changed

    def put(
        self,
        columns: dict[str, tuple[Curve, ...]],
        bands: dict[tuple[str, str], Band],
        names: Iterable[str] | None = None,
    ) -> None:
        """Put curves and bands into these tables, of every column or of some."""
        for name in self.names if names is None else names:
            columns[name] = curves = self._feed.curves(name)
            for arm in dict.fromkeys(curve.arm for curve in curves):
                own = [curve for curve in curves if curve.arm == arm]
                self._bands[name, arm] = bands[name, arm] = band(own, before=self._bands.get((name, arm)))
