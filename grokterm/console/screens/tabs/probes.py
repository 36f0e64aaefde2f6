"""Probes: a chart for every other recorded column."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from grokterm.console.commands import told
from grokterm.console.curves import Curves
from grokterm.console.panel import Panel
from grokterm.console.probes import probe_panels
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.legend import Legend
from grokterm.console.screens.scrolling import Pages
from grokterm.console.screens.tabs.tab import ReadingTab
from grokterm.console.text import plain
from grokterm.record import ExperimentFolder

if TYPE_CHECKING:
    from pathlib import Path

    from grokterm.console.probing import Probes


_NOTHING = "nothing here: no numbers are recorded beside those of the charts tab"


class ProbesTab(ReadingTab):
    """Reads the columns; the page draws them. See `Charting`."""

    PLACEHOLDER = "which charts: text in their titles or columns"
    FOCUS = "#probes-scroll"
    CHARTED = True
    CELL_HEIGHT = 12

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._probes: Probes | None = None
        self._joined, self._joined_from = Curves(), ()
        self._containing = ""

    def compose(self) -> ComposeResult:
        """Arms above; below as many charts as there are columns, which scroll."""
        yield Legend()
        yield Static(id="no-probes", markup=False)
        with Pages(id="probes-scroll"):
            yield ChartGrid(cell_height=self.CELL_HEIGHT, id="probes")

    def on_mount(self) -> None:
        """Draw what scrolls into view."""
        self.watch(self.query_one(Pages), "scroll_y", self.query_one(ChartGrid).draw, init=False)

    def read(self, folder: ExperimentFolder) -> object:
        """All columns that the first tab doesn't show. Only what is new is read."""
        from grokterm.console.probing import Probes

        self._probes = self._probes or Probes(folder)
        return self._probes.read()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """A panel for each of them that the filter leaves."""
        low = self._containing.lower()
        return tuple(panel for panel in self._all if low in f"{panel.title} {' '.join(panel.columns)}".lower())

    @property
    def _all(self) -> tuple[Panel, ...]:
        return _panels_of(tuple(self.found.columns)) if isinstance(self.found, Curves) else ()

    @property
    def curves(self) -> Curves:
        """The columns read so far, and those that x may be."""
        known, found = super().curves, self.found if isinstance(self.found, Curves) else Curves()
        if (known, self.found) != self._joined_from:
            self._joined_from = (known, self.found)
            columns, bands = {**known.columns, **found.columns}, {**known.bands, **found.bands}
            before = self._joined if self._joined.epochs == known.epochs else Curves(epochs=known.epochs)
            self._joined = before.grown(columns, bands, known.growing)
        return self._joined

    def sift(self, text: str) -> None:
        """Only charts with this in their title or in the names of their columns."""
        self._containing = text
        self.tell()

    def sifted(self) -> str:
        """Of how many charts."""
        return f"{len(self.panels)} of {len(self._all)} charts with “{plain(self._containing)}”"

    def tell(self) -> None:
        """The page draws; here is said why there is nothing to draw."""
        nothing = _NOTHING if self.found is not None else "reading …"
        if self._all:
            nothing = f"no chart has “{self._containing}” in its title or columns; {told('{back} shows all')}"
        empty = self.problem or ("" if self.panels else nothing)
        static = self.query_one("#no-probes", Static)
        static.update(f"\n {plain(empty)}")
        static.display, self.query_one(Pages).display = bool(empty), not empty
        self.screen.draw()
        self.call_after_refresh(self.query_one(ChartGrid).draw)


@lru_cache(4)
def _panels_of(columns: tuple[str, ...]) -> tuple[Panel, ...]:
    """Asked for several times whenever something is drawn, and the same until another column is recorded."""
    return probe_panels(columns)
