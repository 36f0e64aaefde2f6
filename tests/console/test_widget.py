"""Of a drawing that has changed, only the cells that differ are sent."""

import threading
from dataclasses import dataclass

import numpy as np
from console.play import until
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from grokterm.console.charts.model import Chart, Series
from grokterm.console.charts.widget import ChartView, changed_span
from grokterm.console.look import DARK, ink

RED = Style(color="red")


def strip(*parts) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def test_equal_lines_have_no_changed_cells_however_they_are_cut():
    assert changed_span(strip(("abc", None)), strip(("abc", None))) is None
    assert changed_span(strip(("abc", RED)), strip(("a", RED), ("bc", RED))) is None


def test_the_span_goes_from_the_first_to_the_last_changed_cell():
    assert changed_span(strip(("abcdef", None)), strip(("abXdYf", None))) == (2, 5)
    assert changed_span(strip(("abc", None)), strip(("a", None), ("b", RED), ("c", None))) == (1, 2)


def test_lines_of_different_length_are_sent_whole():
    assert changed_span(strip(("abc", None)), strip(("abcde", None))) == (0, 5)


async def test_a_drawing_refreshes_only_the_cells_that_changed(monkeypatch):
    app = App()
    async with app.run_test(size=(20, 4)) as pilot:
        view = ChartView()
        await app.mount(view)
        await pilot.pause()
        seen = []
        monkeypatch.setattr(view, "refresh", lambda *regions, **_: seen.append(regions))
        before = [strip(("abcdef", None)), strip(("ghijkl", None)), strip(("mnopqr", None))]
        after = [before[0], strip(("ghiXkl", None)), strip(("mnopqr", None))]
        for drawing in (before, after, after):
            view.on_chart_view_drawn(ChartView.Drawn(view._wanted, None, drawing))
        first, *later = seen
        assert first == ()  # another number of lines: everything
        assert [tuple(region) for (region,) in later] == [(3, 1, 1, 1)]
        assert view.lines == ["abcdef", "ghiXkl", "mnopqr"]


@dataclass(frozen=True)
class Drawing:
    """A sketch of one curve, which is made when `gate` is open."""

    gate: threading.Event
    slope: float
    place: float
    axis: str = "step"

    def chart(self, ink) -> Chart:
        assert self.gate.wait(30)
        x = np.arange(100.0)
        return Chart("loss", (Series("a", x, self.slope * x, ink.arm(0)),), cursor=self.place)

    @property
    def cursor(self) -> tuple[str, float]:
        return self.axis, self.place

    @property
    def title(self) -> str:
        return "loss"


async def test_until_a_chart_is_drawn_it_says_what_it_will_be():
    app, gate = App(), threading.Event()
    app.ink = ink(DARK)
    async with app.run_test(size=(60, 12)) as pilot:
        view = ChartView()
        await app.mount(view)
        assert not view.render_line(0).text.strip()
        view.show(Drawing(gate, 1.0, 10.0))
        await pilot.pause()
        assert view.render_line(0).text.rstrip() == " loss …" and not view.render_line(1).text.strip()
        gate.set()
        await until(pilot, lambda: view.settled)
        assert view.render_line(0).text.rstrip() == " loss"


async def test_a_cursor_moves_at_once_in_a_drawing_that_waits_to_be_replaced():
    app, open_, shut = App(), threading.Event(), threading.Event()
    app.ink = ink(DARK)
    open_.set()
    async with app.run_test(size=(60, 12)) as pilot:
        view = ChartView()
        await app.mount(view)
        await pilot.pause()
        view.show(Drawing(open_, 1.0, 10.0))
        await until(pilot, lambda: view.settled)
        before = view.lines
        view.show(Drawing(shut, -1.0, 10.0))  # other numbers, which are long in the making
        assert view.lines == before and not view.settled
        view.show(Drawing(shut, -1.0, 50.0))
        assert " 50 " in view.lines[-1] and view.lines[-1] != before[-1] and not view.settled
        view.show(Drawing(shut, -1.0, 70.0, "wall"))  # a place on another axis is none in this drawing
        assert " 50 " in view.lines[-1]
        shut.set()
        await until(pilot, lambda: view.settled)
        assert " 70 " in view.lines[-1] and view.chart.series[0].y[-1] == -99
