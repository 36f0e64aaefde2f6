"""Charts beside and above each other: those that fit, or all of them in something that scrolls. Only what is in view
is drawn. In their place the numbers of one chart, where the user wants numbers."""

from __future__ import annotations

import math

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Grid, ScrollableContainer
from textual.message import Message
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.commands import told
from grokterm.console.screens.numbers import numbers_text
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.scene import Cell, Scene, Sketch
from grokterm.console.text import clip, plural

_NARROW, _LOW = 70, 18  # cells below which charts don't stand beside, and lines below which not above each other
_ROOM_FOR_WORDS = 10  # lines from which one of them says what else there is
_SMALL = 38  # cells that a chart needs where many are shown


class ChartGrid(Grid):
    """Shows a `Scene`.

    Args:
        ids: of the widgets of the first charts.
        cell_height: lines of a chart, in a grid that is as high as it needs to be; None for one that fills its place
            and shows the charts around the focused one.
    """

    ALLOW_SELECT = False

    class Pointed(Message):
        """A chart was clicked at `x`, or None beside the axes; or the wheel turned over it, `turned` by -1 or 1."""

        def __init__(self, cell: str, x: float | None, turned: int = 0) -> None:
            super().__init__()
            self.cell, self.x, self.turned = cell, x, turned

    def __init__(self, *ids: str, cell_height: int | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views = [ChartView(id=name) for name in ids]
        self._height = cell_height
        self._scene: Scene | None = None
        self._plan: tuple | None = None
        self._cells: dict[ChartView, Cell] = {}

    def compose(self) -> ComposeResult:
        """The first charts, the numbers, and which charts there are besides."""
        yield from self._views
        yield Static(classes="numbers", markup=False)
        yield Static(classes="more", markup=False)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The charts in view or scrolled out of it."""
        return tuple(self._cells.values())

    @property
    def plot_columns(self) -> int:
        """Cells of the x axis of the focused chart: what the cursor moves by."""
        view = self._view_of(self._scene.focus if self._scene else None)
        return max(10, view.columns if view else self.size.width)

    @property
    def settled(self) -> bool:
        """Every chart in view is the one that the scene wants."""
        wanted = ((place, view, cell) for place, (view, cell) in enumerate(self._cells.items()))
        return all(view.sketch == Sketch(self._scene, cell) for place, view, cell in wanted if self._in_view(place))

    def show(self, scene: Scene) -> None:
        """Show this scene; what looks the same isn't touched."""
        if scene != self._scene:
            self._scene = scene
            self._arrange()
        self.draw()

    def on_resize(self, event: events.Resize) -> None:
        """Another number of charts may fit."""
        if self._scene is not None:
            self._arrange()
            self.draw()

    def _arrange(self) -> None:
        """Decide which charts are shown, and lay them out if that has changed."""
        scene, width, height = self._scene, *self.size
        cells = scene.cells
        if scene.alone or scene.view.table:
            cells = (scene.focus,) if scene.focus else ()
        across, down = self._fitting(len(cells), width, height)
        others: tuple[Cell, ...] = ()
        if self._height is None and cells:
            room = across * down
            start = cells.index(scene.focus) // room * room if scene.focus in cells else 0
            others = (*cells[:start], *cells[start + room :])
            cells = cells[start : start + room]
            across, down = min(across, len(cells)), math.ceil(len(cells) / across)
        self._name_others(others)
        plan = (cells, across, down, scene.view.table)
        if plan == self._plan:
            return
        self._plan = plan
        missing = [ChartView() for _ in range(len(cells) - len(self._views))]
        self._views += missing
        if missing:
            self.mount(*missing)
        self._cells = dict(zip(self._places(cells), cells, strict=True)) if not scene.view.table else {}
        for view in self._views:
            view.display = view in self._cells
        self.query_one(".numbers").display = scene.view.table
        self.styles.grid_size_columns, self.styles.grid_size_rows = max(1, across), max(1, down)
        if self._height is not None:
            self.styles.grid_rows = f"{self._cell_height}"

    def _name_others(self, others: tuple[Cell, ...]) -> None:
        """Say which charts there is no room for, and how one comes to them."""
        static = self.query_one(".more", Static)
        static.display = bool(others) and self.size.height >= _ROOM_FOR_WORDS
        titles = ", ".join(cell.title for cell in others)
        words = told(f" {plural(len(others), 'more chart')} ({{next_pane}}): {titles}")
        rewrite(static, Text(clip(words, self.size.width), self.app.ink.muted))

    def _places(self, cells: tuple[Cell, ...]) -> list[ChartView]:
        """A widget for each cell: the one that has its name, else the next one."""
        named = {view.id: view for view in self._views if view.id}
        if all(cell.id in named for cell in cells):
            return [named[cell.id] for cell in cells]
        return self._views[: len(cells)]

    def _fitting(self, count: int, width: int, height: int) -> tuple[int, int]:
        if self._height is None:
            across = 1 if width < _NARROW or count == 1 else 2
            return across, 1 if height < _LOW or count <= across else 2
        across = max(1, min(count, width // _SMALL, 4))
        across = math.ceil(count / math.ceil(count / across)) if count else 1
        return across, math.ceil(count / across)

    def draw(self) -> None:
        """Have the charts made that are in view, if they aren't made yet."""
        scene = self._scene
        if scene is None or not self.display:
            return
        if scene.view.table:
            self._write_numbers()
            return
        for place, (view, cell) in enumerate(self._cells.items()):
            if self._in_view(place):
                view.show(Sketch(scene, cell))

    def _write_numbers(self) -> None:
        scene, static = self._scene, self.query_one(".numbers", Static)
        if scene.focus is not None:
            height = self.size.height if self._height is None else self._height * 2
            made = scene.recorded(scene.focus, self.app.ink)
            smoothed = bool(scene.view.smooth)
            rewrite(static, numbers_text(made, self.size.width, height, self.app.ink, smoothed))

    def _in_view(self, place: int) -> bool:
        """Whether the chart at `place` can be seen. One that fills its place can; others may be scrolled away."""
        if self._height is None:
            return True
        return bool(self.size) and self._beyond(place) == 0

    def _beyond(self, place: int) -> int:
        """-1 for a chart that is scrolled away upwards, 1 for one below the edge, 0 for one that is seen in part."""
        top = self.virtual_region.y + place // max(1, self._plan[1]) * self._cell_height
        for above in self.ancestors:
            if isinstance(above, ScrollableContainer):
                seen = above.scroll_offset.y
                return (top >= seen + above.size.height) - (top + self._cell_height <= seen)
            top += above.virtual_region.y
        return 0

    @property
    def below(self) -> bool:
        """The charts are below the edge of what scrolls, all of them."""
        return self._plan is not None and bool(self.size) and self._beyond(0) > 0

    @property
    def _cell_height(self) -> int:
        """Lines of a chart where it isn't the height of this grid that decides."""
        return self._height * (2 if len(self._plan[0]) == 1 else 1)

    def _view_of(self, cell: Cell | None) -> ChartView | None:
        return next((view for view, own in self._cells.items() if own == cell), None)

    def bring_into_view(self) -> None:
        """Scroll to the focused chart or the numbers of it, where something around this grid scrolls."""
        numbers = self._scene is not None and self._scene.view.table
        view = self.query_one(".numbers") if numbers else self._view_of(self._scene.focus if self._scene else None)
        if view is not None:
            view.scroll_visible(top=numbers, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Say which chart was meant, and where on its x axis."""
        view = event.widget
        if isinstance(view, ChartView) and view in self._cells:
            self.post_message(self.Pointed(self._cells[view].id, view.x_at(event.screen_x - view.region.x)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in, where the wheel doesn't scroll."""
        self._turned(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        self._turned(event, 1)

    def _turned(self, event: events.MouseEvent, by: int) -> None:
        view = event.widget
        if self._height is None and isinstance(view, ChartView) and view in self._cells:
            x = view.x_at(event.screen_x - view.region.x)
            self.post_message(self.Pointed(self._cells[view].id, x, by))
            event.stop()
