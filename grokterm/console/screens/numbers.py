"""The numbers of one chart, in place of its picture. A pure function; columns are left out rather than cut."""

from rich.text import Text

from grokterm.console.charts.model import Chart
from grokterm.console.look import Ink
from grokterm.console.panels import table_rows
from grokterm.console.text import clip_middle, duration, number, plural, steps

_GAP, _NARROWEST, _WIDEST = 2, 8, 18


def numbers_text(chart: Chart, width: int, height: int, ink: Ink) -> Text:
    """As many recorded rows of the chart as fit, evenly spread over the window; `›` marks the one at the cursor."""
    text = Text(no_wrap=True).append(f" {chart.title}", f"bold {ink.foreground}")
    if not chart.series:
        return text.append(f"\n\n {chart.empty}", ink.muted)
    header, rows = table_rows(chart, max(1, height - 3))
    xs = [_x(row[0], chart) for row in rows]
    first = max(len(header[0]), *map(len, xs), 6) + 2
    room = max(1, (width - first - 2) // (_NARROWEST + _GAP))
    kept = min(len(header) - 1, room)
    each = min(_WIDEST, (width - first - 2) // kept - _GAP)
    text.append(f"   {plural(len(rows), 'row')} of those recorded, evenly spread", ink.muted)
    left_out = len(header) - 1 - kept
    if left_out:
        text.append(f"; {plural(left_out, 'more curve')} to the right: hide some", ink.muted)
    text.append(f"\n {header[0]:>{first}}", ink.muted)
    for name, series in zip(header[1 : kept + 1], chart.series, strict=False):
        text.append(" " * _GAP + f"{clip_middle(name, each):>{each}}", series.colour)
    at = max((row[0] for row in rows if chart.cursor is not None and row[0] <= chart.cursor), default=None)
    for x, row in zip(xs, rows, strict=True):
        here = row[0] == at
        sign, style = ("›", f"bold {ink.foreground}") if here else (" ", ink.foreground)
        text.append(f"\n{sign}{x:>{first}}", f"bold {ink.accent}" if here else ink.muted)
        for value in row[1 : kept + 1]:
            text.append(" " * _GAP + f"{number(value, 4):>{each}}", style)
    return text


def _x(x: float, chart: Chart) -> str:
    if chart.seconds:
        return duration(x) if x >= 100 else f"{x:.1f}s"
    return number(x, 4) if chart.x_title and x != round(x) else steps(x)
