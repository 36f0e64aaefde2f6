"""What a grid of charts is to show, frozen: which charts, of which arms, looked at how. Charts are made one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grokterm.console.curves import Curves
from grokterm.console.scales import Spot, View

if TYPE_CHECKING:
    import numpy as np

    from grokterm.console.charts.model import Chart
    from grokterm.console.detail import ArmLine
    from grokterm.console.look import Ink
    from grokterm.console.panels import Panel


@dataclass(frozen=True)
class Cell:
    """One chart of a grid: a panel with every arm, or with the one that is named."""

    panel: Panel
    arm: str = ""

    @property
    def id(self) -> str:
        """What tells it from the other charts of the grid."""
        return f"{self.panel.id} {self.arm}".strip()

    @property
    def title(self) -> str:
        """What it shows, in words."""
        return f"{self.arm}: {self.panel.title}" if self.arm else self.panel.title


@dataclass(frozen=True)
class Scene:
    """Everything that decides how a grid of charts looks; equal scenes look the same.

    Attributes:
        arms: those that may be drawn; `spot.hidden` of them are not.
        focused: the id of the cell that keys speak of.
        theme: the name of the colours.
        sifted: a filter has chosen `arms`.
    """

    cells: tuple[Cell, ...]
    curves: Curves
    arms: tuple[ArmLine, ...]
    view: View
    spot: Spot
    focused: str
    theme: str
    sifted: bool = False

    @property
    def focus(self) -> Cell | None:
        """The cell that keys speak of: the one that fills the screen, else the focused one, else the first."""
        wanted = (self.spot.chart, self.focused)
        named = {cell.id: cell for cell in self.cells}
        return next((named[name] for name in wanted if name in named), self.cells[0] if self.cells else None)

    @property
    def alone(self) -> bool:
        """One chart fills the screen."""
        return any(cell.id == self.spot.chart for cell in self.cells)

    @property
    def thinned(self) -> str:
        """Which rows of very long curves are drawn, in words; "" where it is all of them."""
        from grokterm.console.panels import thinned_words

        return thinned_words(self.curves.within(column for cell in self.cells for column in cell.panel.columns))

    def chart(self, cell: Cell, ink: Ink) -> Chart:
        """The chart of one cell. Charts of single arms have the axes that all arms need together."""
        from grokterm.console.panels import chart

        made = chart(cell.panel, self.curves, self.arms, self.view, self.spot, ink, self.sifted)
        title = cell.title
        if cell.arm:
            whole = made
            own = tuple(arm for arm in self.arms if arm.name == cell.arm)
            made = chart(cell.panel, self.curves, own, self.view, self.spot, ink)
            made = replace(made, x_range=whole.x_range, y_range=_y_range(whole))
        if len(self.cells) > 1 and not self.alone and cell == self.focus:
            title = f"▸ {title}"
        return replace(made, title=title)

    def recorded(self, cell: Cell, ink: Ink) -> Chart:
        """The chart of one cell for those who read numbers off it: never smoothed, and so made at once."""
        return replace(self, view=replace(self.view, smooth=0)).chart(cell, ink)

    def extent(self) -> tuple[float, float] | None:
        """From the first x to the last, of the arms that are drawn."""
        from grokterm.console.panels import extent

        return extent(self.curves, self.arms, self.view, self.spot)

    def places(self) -> tuple[np.ndarray, ...]:
        """Where the cursor may stand: where a curve of the focused chart has a point, or of any where it has none. Each
        rises."""
        from grokterm.console.panels import places

        read = self.focus.panel.columns if self.focus else ()
        drawn = dict.fromkeys(column for cell in self.cells for column in cell.panel.columns)
        found = (places(self.curves, self.arms, self.view, self.spot, columns) for columns in (read, drawn))
        return next(filter(None, found), ())


@dataclass(frozen=True)
class Sketch:
    """One chart of a scene before it is made, for a `ChartView`. Equal sketches give equal charts."""

    scene: Scene
    cell: Cell

    def chart(self, ink: Ink) -> Chart:
        """The chart."""
        return self.scene.chart(self.cell, ink)

    @property
    def title(self) -> str:
        """Of the chart."""
        return self.cell.title

    @property
    def cursor(self) -> tuple[str, float | None]:
        """What x is, and where on it the cursor stands."""
        return self.scene.view.axis, self.scene.spot.cursor


def _y_range(chart: Chart) -> tuple[float, float] | None:
    """The y axis that all curves of the chart need, in the units of the data."""
    from grokterm.console.charts.compose import scene

    if chart.y_range is not None and not chart.log_y:
        return chart.y_range
    seen = scene(replace(chart, milestones=()), 80, 20)
    if seen is None:
        return None
    low, high = seen.limits.y0, seen.limits.y1
    return (10**low, 10**high) if chart.log_y else (low, high)
