"""Charts on standard output: the console's own, drawn once."""

import os
import sys
from collections.abc import Iterator, Sequence

from grokterm.console.text import plain

_EVENTS = {
    "m": "memorised (t_mem)",
    "g": "grokked (t_grok)",
    "i": "an intervention",
    "f": "forked with other values",
}  # by the first letter of a milestone's label


def test_chart(items, columns: int, rows: int) -> Iterator[str]:
    """Test accuracy of some arms over the step, as lines of text: median over seeds, with the range as a band.

    Test loss where none of them has an accuracy.

    Args:
        items: (folder, arm) pairs, in the order of their colours.
        columns, rows: size in cells.
    """
    from grokterm.console.gathering import gather
    from grokterm.console.look import DARK, ink
    from grokterm.console.panel import Panel
    from grokterm.console.panels import chart
    from grokterm.console.scales import Spot, View

    panel = Panel("test_acc", "test accuracy", ("test_acc",), y_range=(0.0, 1.0))
    if not any(folder.scored for folder, _ in items):
        panel = Panel("test_loss", "test loss", ("test_loss",), log=True)
    arms, curves = gather(items, panel.columns)
    return lines_of([chart(panel, curves, arms, View(), Spot(), ink(DARK))], columns, rows)


def lines_of(charts: Sequence, columns: int, rows: int) -> Iterator[str]:
    """Charts below each other, each in `columns` x `rows` cells, and what their signs mean."""
    from grokterm.cli.out import only_ascii
    from grokterm.console.charts.plot import draw
    from grokterm.console.look import DARK, ink

    for place, chart in enumerate(charts):
        if place:
            yield ""
        yield from (line_of(strip) for strip in draw(chart, columns, rows, ink(DARK, only_ascii())))
    yield ""
    yield from (line for line in (_names(charts), _events(charts)) if line)


def _names(charts: Sequence) -> str:
    names = dict.fromkeys(f"{series.marker} {plain(series.name)}" for chart in charts for series in chart.series)
    return "   ".join(names)


def _events(charts: Sequence) -> str:
    """What the dotted lines are."""
    letters = {mark.label[0] for chart in charts for mark in chart.milestones}
    known = [f"{letter} {words}" for letter, words in _EVENTS.items() if letter in letters]
    seeds = {series.seed for chart in charts for series in chart.series}
    whose = f"seed {seeds.pop()}" if len(seeds) == 1 and None not in seeds else "median of the arm"
    return f"┊ {whose}: {', '.join(known)}" if known else ""


def line_of(strip) -> str:
    """A drawn line as text, in colour on a terminal that has some. No other escape code comes through."""
    from rich.color import ColorSystem

    from grokterm.console.terminal import colours

    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    systems = {"truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD}
    system = systems[colours()]
    return "".join(
        segment.style.render(plain(segment.text), color_system=system)
        if coloured and segment.style
        else plain(segment.text)
        for segment in strip
    ).rstrip()
