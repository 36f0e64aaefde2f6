"""A chart on the screen: made and drawn in a thread, kept as strips, and that again only when data, view, size or theme
have changed."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from grokterm.console.look import Ink
from grokterm.console.text import clip, plain

if TYPE_CHECKING:
    from grokterm.console.charts.model import Chart
    from grokterm.console.charts.plot import Canvas

    Job = tuple["Sketch", int, int, Ink]

_ONE_DRAWS = Lock()  # one thread and not one for each chart: every thread that computes delays the event loop


class Sketch(Protocol):
    """What makes a chart. Equal sketches make equal charts."""

    def chart(self, ink: Ink) -> Chart:
        """The chart; called in a thread."""

    @property
    def cursor(self) -> tuple[str, float | None]:
        """What x is, and where on it values are read."""

    @property
    def title(self) -> str:
        """What it shows, in words, for as long as it isn't drawn."""


class ChartView(Widget):
    """Shows the chart of a sketch. `show` may be called as often as one likes: drawings that nobody will see are
    skipped. A cursor is moved at once, also in a drawing that is about to be replaced."""

    ALLOW_SELECT = False

    class Drawn(Message):
        """A drawing is ready; sent by the thread."""

        def __init__(self, job: Job, chart: Chart | None, strips: list[Strip]) -> None:
            super().__init__()
            self.job, self.chart, self.strips = job, chart, strips

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sketch: Sketch | None = None
        self._chart: Chart | None = None
        self._wanted: Job | None = None
        self._drawn: Job | None = None
        self._drawing = False
        self._strips: list[Strip] = []
        self._canvas: Canvas | None = None

    @property
    def lines(self) -> list[str]:
        """What is on the screen, as text."""
        return [strip.text for strip in self._strips]

    @property
    def settled(self) -> bool:
        """What is on the screen is what was asked for."""
        return self._wanted == self._drawn

    @property
    def sketch(self) -> Sketch | None:
        """What was last given to `show`."""
        return self._sketch

    @property
    def chart(self) -> Chart | None:
        """The chart that is on the screen."""
        return self._chart

    def show(self, sketch: Sketch) -> None:
        """Show its chart, unless it is shown already."""
        if sketch != self._sketch:
            self._sketch = sketch
            if not self._strips:
                self.refresh()
            self._ask()
            if self._drawing:
                self._point()

    def on_mount(self) -> None:
        """Follow the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._ask())

    def on_unmount(self) -> None:
        """Follow it no longer, which would keep the chart and its numbers."""
        self.app.theme_changed_signal.unsubscribe(self)

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size; until that is ready the old drawing is cropped."""
        self._ask()

    def _ask(self) -> None:
        width, height = self.size
        if self._sketch is None or not width or not height:
            return
        job = (self._sketch, width, height, self.app.ink)
        if job != self._wanted:
            self._wanted = job
            self._start()

    def _start(self) -> None:
        if not self._drawing and self._wanted is not None:
            self._drawing = True
            # Without arguments: a worker is part of a cycle, so what it is given stays until garbage is collected.
            self.run_worker(self._draw, thread=True, group="draw")

    def _draw(self) -> None:
        from grokterm.console.charts.plot import Canvas  # not needed for the first paint

        if self._canvas is None:  # one drawing at a time, so one thread at a time
            self._canvas = Canvas()
        with _ONE_DRAWS:
            job = self._wanted
            sketch, width, height, ink = job
            chart = sketch.chart(ink)
            strips = self._canvas.draw(chart, width, height, ink)
        self.post_message(self.Drawn(job, chart, strips))

    def _point(self) -> None:
        """The new cursor in the old drawing, if that is over the same x and of the same size."""
        if self._drawn is None or self._wanted is None or self._chart is None or self._canvas is None:
            return
        (axis, cursor), size = self._wanted[0].cursor, self._wanted[1:]
        if (self._drawn[0].cursor[0], self._drawn[1:]) == (axis, size):
            strips = self._canvas.pointed(replace(self._chart, cursor=cursor), *size)
            if strips is not None:
                self._put(strips)

    @property
    def columns(self) -> int:
        """Cells of the x axis as it is drawn; 0 where there are only words."""
        return 0 if self._canvas is None else self._canvas.columns

    def x_at(self, column: int) -> float | None:
        """The x under a column of this widget; None beside the canvas."""
        return None if self._canvas is None else self._canvas.x_at(column)

    def on_chart_view_drawn(self, message: Drawn) -> None:
        """Put the drawing on the screen, and begin the next if something changed meanwhile."""
        message.stop()
        self._drawing = False
        self._chart, self._drawn = message.chart, message.job
        self._put(message.strips)
        if self._wanted != self._drawn:
            self._start()

    def _put(self, strips: list[Strip]) -> None:
        before, self._strips = self._strips, strips
        if len(before) != len(self._strips):
            self.refresh()
        else:  # what is refreshed is sent: refresh the cells that have changed, from the first to the last of each line
            spans = [(y, changed_span(old, new)) for y, (old, new) in enumerate(zip(before, self._strips, strict=True))]
            regions = [Region(span[0], y, span[1] - span[0], 1) for y, span in spans if span]
            if regions:
                self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """A line of the latest drawing."""
        width, style = self.size.width, self.rich_style
        if y >= len(self._strips):
            begun = y == 0 and not self._strips and self._sketch is not None
            words = [Segment(clip(f" {plain(self._sketch.title)} …", width))] if begun else []
            return Strip(words).adjust_cell_length(width).apply_style(style)
        return self._strips[y].adjust_cell_length(width).apply_style(style)


def changed_span(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The first cell that differs between two lines, and the one after the last; None where they are alike."""
    if old == new:
        return None
    a, b = _cells(old), _cells(new)
    if len(a) != len(b):
        return 0, max(len(a), len(b))
    differing = [place for place, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]
    return (differing[0], differing[-1] + 1) if differing else None


def _cells(strip: Strip) -> list[tuple[str, object]]:
    """Every character of a chart is one cell wide."""
    return [(character, segment.style) for segment in strip for character in segment.text]
