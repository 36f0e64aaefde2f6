"""A chart on the screen: drawn in a thread, kept as strips, drawn again only when data, view, size or theme changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from grokterm.console.look import Ink

if TYPE_CHECKING:
    from grokterm.console.charts.model import Chart

    Job = tuple[Chart, int, int, Ink]


class ChartView(Widget):
    """Shows a `Chart`. `show` may be called as often as one likes: drawings that nobody will see are skipped."""

    ALLOW_SELECT = False

    class Drawn(Message):
        """A drawing is ready; sent by the thread."""

        def __init__(self, job: Job, strips: list[Strip]) -> None:
            super().__init__()
            self.job, self.strips = job, strips

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._chart: Chart | None = None
        self._wanted: Job | None = None
        self._drawn: Job | None = None
        self._drawing = False
        self._strips: list[Strip] = []

    @property
    def lines(self) -> list[str]:
        """What is on the screen, as text."""
        return [strip.text for strip in self._strips]

    @property
    def settled(self) -> bool:
        """What is on the screen is what was asked for."""
        return self._wanted == self._drawn

    @property
    def chart(self) -> Chart | None:
        """The chart that was last given to `show`."""
        return self._chart

    def show(self, chart: Chart) -> None:
        """Show this chart, unless it is the very object shown already."""
        if chart is not self._chart:
            self._chart = chart
            self._ask()

    def on_mount(self) -> None:
        """Follow the theme."""
        self.watch(self.app, "theme", self._ask, init=False)

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size; until that is ready the old drawing is cropped."""
        self._ask()

    def _ask(self) -> None:
        width, height = self.size
        if self._chart is None or not width or not height:
            return
        job = (self._chart, width, height, self.app.ink)
        if job != self._wanted:
            self._wanted = job
            self._start()

    def _start(self) -> None:
        if not self._drawing and self._wanted is not None:
            self._drawing = True
            # With a description of its own: the usual one is the text of the whole chart, numbers and all.
            self.run_worker(partial(self._draw, self._wanted), thread=True, group="draw", description="draw")

    def _draw(self, job: Job) -> None:
        from grokterm.console.charts.plot import draw  # not needed for the first paint

        self.post_message(self.Drawn(job, draw(*job)))

    def on_chart_view_drawn(self, message: Drawn) -> None:
        """Put the drawing on the screen, and begin the next if something changed meanwhile."""
        message.stop()
        self._drawing = False
        before, self._strips, self._drawn = self._strips, message.strips, message.job
        if len(before) != len(self._strips):
            self.refresh()
        else:  # a refreshed line is sent whole: refresh those that have changed
            rows = [y for y, (old, new) in enumerate(zip(before, self._strips, strict=True)) if old != new]
            if rows:
                self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))
        if self._wanted != self._drawn:
            self._start()

    def render_line(self, y: int) -> Strip:
        """A line of the latest drawing."""
        width, style = self.size.width, self.rich_style
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].adjust_cell_length(width).apply_style(style)
