"""Charts on standard output: the console's own, drawn once."""

import os
import sys

from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.text import plain


def accuracy_chart(items, columns: int, rows: int) -> list[str]:
    """Test accuracy of some arms over the step, as lines of text: median over seeds, with the range as a band.

    Args:
        items: (folder, arm) pairs, in the order of their colours.
        columns, rows: size in cells.
    """
    from grokterm.analysis import band, load_curves
    from grokterm.console.charts.plot import draw
    from grokterm.console.look import DARK, ink, marker

    colours = ink(DARK)
    series, milestones, read = [], [], {}
    for index, (folder, arm) in enumerate(items):
        if folder.path not in read:
            read[folder.path] = load_curves(folder, "eval", "test_acc")
        found = band([curve for curve in read[folder.path] if curve.arm == arm])
        series.append(
            Series(arm, found.steps, found.median, colours.arm(index), marker(index), low=found.low, high=found.high)
        )
        milestones += _milestones(folder, arm, colours.arm(index), marker(index))
    chart = Chart(
        "test accuracy", tuple(series), milestones=tuple(milestones), y_range=(0.0, 1.0), note=_legend(series)
    )
    return [line_of(strip) for strip in draw(chart, columns, rows, colours)]


def _milestones(folder, arm: str, colour: str, sign: str) -> list[Milestone]:
    from grokterm.analysis import summarise

    progress = summarise(folder).arms.get(arm)
    return [] if progress is None or progress.t_grok != progress.t_grok else [Milestone(progress.t_grok, sign, colour)]


def _legend(series) -> str:
    return "  ".join(f"{one.marker} {one.name}" for one in series)


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
