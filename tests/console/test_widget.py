"""Of a drawing that has changed, only the cells that differ are sent."""

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from grokterm.console.charts.widget import ChartView, changed_span

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
