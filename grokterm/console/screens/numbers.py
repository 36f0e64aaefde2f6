"""The numbers of one chart, in place of its picture. A pure function; columns are left out rather than cut."""

from collections.abc import Sequence

from rich.text import Text

from grokterm.console.charts.model import Chart
from grokterm.console.charts.readings import recorded_rows, table_rows
from grokterm.console.commands import told
from grokterm.console.look import Ink
from grokterm.console.text import clip, clip_apart, duration, number, plural, steps

_GAP, _LONGEST_NAME = 2, 24
Rows = tuple[tuple[float, ...], ...]


def numbers_text(chart: Chart, width: int, height: int, ink: Ink, smoothed: bool = False) -> Text:
    """Recorded rows of the chart, evenly spread over the window; `›` marks the one at the cursor.

    A line for every row where there is room for a column for every curve. Else a line for every curve, and as many rows
    as columns as fit. No line is longer than `width`, and what is left out is counted.

    Args:
        smoothed: the picture of these numbers is, which they are not.
    """
    head = Text(no_wrap=True).append(clip(f" {chart.title}", width), f"bold {ink.foreground}")
    if not chart.series:
        return head.append(f"\n\n {clip(chart.empty, width - 1)}", ink.muted)
    header, rows = table_rows(chart, max(1, height - 3))
    cells = [[_x(row[0], chart), *(number(value, 4) for value in row[1:])] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    if sum(widths) + _GAP * len(widths) + 1 <= width:
        lines = _by_row(chart, header, rows, cells, widths, ink)
    else:
        lines, rows = _by_curve(chart, header, width, height, ink)
    total = recorded_rows(chart)
    count = f"{len(rows)} of {plural(total, 'point')}, evenly spread" if len(rows) < total else plural(total, "point")
    note = f"   {count}{', not smoothed' if smoothed else ''}"
    if head.cell_len + len(note) <= width:
        head.append(note, ink.muted)
    return Text("\n").join([head, *lines])


def _by_row(
    chart: Chart, header: Sequence[str], rows: Rows, cells: list[list[str]], widths: list[int], ink: Ink
) -> list[Text]:
    colours = [ink.muted, *(series.colour for series in chart.series)]
    lines = [Text(" ")]
    for name, size, colour in zip(header, widths, colours, strict=True):
        lines[0].append(" " * _GAP + f"{name:>{size}}", colour)
    at = _at_cursor(chart, rows)
    for row, written in zip(rows, cells, strict=True):
        here = row[0] == at
        line = Text("›" if here else " ", f"bold {ink.foreground}")
        for place, (value, size) in enumerate(zip(written, widths, strict=True)):
            style = (f"bold {ink.accent}" if here else ink.muted) if not place else ink.foreground
            line.append(" " * _GAP + f"{value:>{size}}", f"bold {style}" if here else style)
        lines.append(line)
    return lines


def _by_curve(chart: Chart, header: Sequence[str], width: int, height: int, ink: Ink) -> tuple[list[Text], Rows]:
    """A line for every curve: those that aren't dotted first, and what doesn't fit counted in the last line."""
    name_width = min(max(map(len, header)), _LONGEST_NAME, max(8, width // 3))
    rows = table_rows(chart, max(1, (width - name_width - 1) // (6 + _GAP)))[1]
    while len(rows) > 1 and 1 + name_width + _taken(chart, rows) > width:
        rows = table_rows(chart, len(rows) - 1)[1]
    heads = [_x(row[0], chart) for row in rows]
    at = _at_cursor(chart, rows)
    heads = [f"›{word}" if row[0] == at else word for word, row in zip(heads, rows, strict=True)]
    written = [[number(value, 4) for value in row[1:]] for row in rows]
    sizes = [max(len(word), *map(len, column)) for word, column in zip(heads, written, strict=True)]
    first = Text(f" {header[0]:<{name_width}}", ink.muted)
    for word, size in zip(heads, sizes, strict=True):
        first.append(" " * _GAP + f"{word:>{size}}", f"bold {ink.accent}" if word.startswith("›") else ink.muted)
    order = sorted(range(len(chart.series)), key=lambda place: chart.series[place].faint)
    room = max(1, height - 2)
    shown = order if len(order) <= room else order[: max(1, room - 1)]
    lines = [first]
    names = clip_apart(tuple(header[1:]), name_width)
    for place in shown:
        series = chart.series[place]
        line = Text(f" {names[place]:<{name_width}}", series.colour)
        for column, size in zip(written, sizes, strict=True):
            line.append(" " * _GAP + f"{column[place]:>{size}}", ink.foreground)
        lines.append(line)
    if len(shown) < len(order):
        rest = plural(len(order) - len(shown), "more curve")
        how = told("{toggle} hides an arm, {isolate} shows one alone, {seeds} one seed")
        lines.append(Text(clip(f"   and {rest}: {how}", width), ink.muted))
    return lines, rows


def _taken(chart: Chart, rows: Rows) -> int:
    """The cells that these rows take as columns."""
    words = [[f"›{_x(row[0], chart)}", *(number(value, 4) for value in row[1:])] for row in rows]
    return sum(max(map(len, column)) + _GAP for column in words)


def _at_cursor(chart: Chart, rows: Rows) -> float | None:
    return max((row[0] for row in rows if chart.cursor is not None and row[0] <= chart.cursor), default=None)


def _x(x: float, chart: Chart) -> str:
    if chart.seconds:
        return duration(x) if x >= 100 else f"{x:.1f}s"
    return number(x, 4) if chart.x_title and x != round(x) else steps(x)
