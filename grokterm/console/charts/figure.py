"""Charts as a picture: the recorded numbers in full, drawn by matplotlib. Its global `pyplot` is never touched."""

import io
import logging
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation, Transform

from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.look import DARK, LIGHT, MARKERS, ink
from grokterm.console.text import plain

_SIGNS = dict(zip(MARKERS, "o^sDv*Po", strict=True))
_HOLLOW = MARKERS[-1]
_STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "grokterm",  # the same chart gives the same file
    "agg.path.chunksize": 20_000,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.5,
}
# Of milestones, in points: width of a marker, width of a letter, height of a row; and how many rows there may be.
_MARKER, _LETTER, _ROW, _ROWS = 8, 4.5, 9, 6


def picture(charts: Sequence[Chart], form: str) -> bytes:
    """The charts as one figure, side by side in pairs, on white.

    Args:
        form: `svg` or `png`.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it speaks of its font cache
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=_size(len(charts)), layout="constrained", dpi=150)
        across = 1 if len(charts) == 1 else 2
        down = -(-len(charts) // across)
        for place, chart in enumerate(charts):
            _draw(figure.add_subplot(down, across, place + 1), chart)
        whose = ", ".join(dict.fromkeys(chart.whose for chart in charts if chart.whose))
        if whose:
            figure.suptitle(_text(whose), x=0.01, ha="left", fontsize=9, color="0.35")
        handles = _handles(charts)
        if handles:
            labels = [str(handle.get_label()) for handle in handles]
            columns = max(1, min(len(handles), 6, 100 // (max(map(len, labels)) + 8)))
            rowwise = [handle for column in range(columns) for handle in handles[column::columns]]
            figure.legend(handles=rowwise, loc="outside lower center", ncols=columns, frameon=False)
        file = io.BytesIO()
        figure.savefig(file, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    return file.getvalue()


def _size(count: int) -> tuple[float, float]:
    return (8.0, 4.8) if count == 1 else (12.0, 3.6 * -(-count // 2) + 0.6)


def _draw(axes: Axes, chart: Chart) -> None:
    axes.set_xlabel(_text((chart.x_title or "step") + (" (seconds)" if chart.seconds else "")))
    axes.set_ylabel(_text(_quantity(chart)))
    axes.set_xscale("log" if chart.log_x else "linear")
    axes.set_yscale("log" if chart.log_y else "linear")
    for place, series in enumerate(sorted(chart.series, key=lambda one: not one.faint)):
        _curve(axes, chart, series, place)
    if not chart.series:
        axes.text(0.5, 0.5, _text(chart.empty), transform=axes.transAxes, ha="center", color="0.4")
    low, high = chart.window or chart.x_range or (None, None)
    if low is not None and low < high and not (chart.log_x and low <= 0):
        axes.set_xlim(low, high)
    if chart.y_range is not None and not chart.log_y:
        pad = 0.03 * (chart.y_range[1] - chart.y_range[0])
        axes.set_ylim(chart.y_range[0] - pad, chart.y_range[1] + pad)
    notes = [chart.title, f"smoothed {chart.smooth:g}, recorded curve behind" if chart.smooth else ""]
    title = _text(" · ".join(note for note in notes if note))
    axes.set_title(title, loc="left", fontsize=10, pad=6 + _milestones(axes, chart))


def _quantity(chart: Chart) -> str:
    columns = dict.fromkeys(series.column for series in chart.series if not series.faint and series.column)
    return ", ".join(name.replace("_", " ") for name in columns) or chart.title


def _curve(axes: Axes, chart: Chart, series: Series, place: int) -> None:
    colour, inside = on_paper(series.colour), _inside(series.x, chart)
    x = np.asarray(series.x, float)[inside]

    def shown(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else drawable(np.asarray(values, float)[inside], chart.log_y)

    y, low, high, raw = map(shown, (series.y, series.low, series.high, series.raw_y))
    if low is not None and high is not None:
        if chart.log_y and np.isfinite(high).any():  # an edge at zero has no logarithm: down to the smallest number
            low = np.where(np.isnan(low) & np.isfinite(high), np.nanmin([*low, *y, np.nanmin(high)]), low)
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    if raw is not None:
        axes.plot(x, raw, color=colour, alpha=0.3, linewidth=0.6)
    if series.faint:
        axes.plot(x, y, color=colour, alpha=0.8, linewidth=0.9, linestyle=(0, (2, 2)))
        return
    face = "white" if series.marker == _HOLLOW else colour
    axes.plot(
        x, y, color=colour, linewidth=1.4, marker=_SIGNS.get(series.marker, "o"), markersize=4.5,
        markerfacecolor=face, markevery=(0.02 * (place % 6), 0.14),
    )  # fmt: skip


def _inside(x: np.ndarray, chart: Chart) -> slice:
    """The points in the window and their neighbours, so that lines go on to its edges."""
    if chart.window is None:
        return slice(int(np.searchsorted(x, 0.0, "right")) if chart.log_x else 0, len(x))
    first, last = np.searchsorted(x, chart.window[0]), np.searchsorted(x, chart.window[1], "right")
    first = max(int(first) - 1, int(np.searchsorted(x, 0.0, "right")) if chart.log_x else 0)
    return slice(first, int(last) + 1)


def drawable(values: np.ndarray, log: bool) -> np.ndarray:
    """`values`, with nan for what an axis can't show."""
    return np.where(np.isfinite(values) & ((values > 0) | (not log)), values, np.nan)


def _milestones(axes: Axes, chart: Chart) -> float:
    """A dotted line for each, and above the axes, where they hide no curve, the marker of its arm and its words.

    Every marker stands above its line. What would lie on others goes a row up; beyond the last row it is left out.

    Returns:
        the height of the rows, in points.
    """
    left, right = axes.get_xlim()
    wide = axes.figure.get_size_inches()[0] * 72 * 0.9 / axes.get_gridspec().ncols  # about, in points

    def place(mark: Milestone) -> float:
        x, low, high = (np.log10([mark.x, left, right])) if chart.log_x else (mark.x, left, right)
        return wide * (x - low) / (high - low)

    marks = [mark for mark in chart.milestones if mark.x > 0 or not chart.log_x]
    marks = sorted((mark for mark in marks if 0 <= place(mark) <= wide), key=lambda mark: mark.x)
    sizes = [_MARKER + _LETTER * len(mark.words or mark.label) for mark in marks]
    rows = stacked([place(mark) for mark in marks], sizes, wide)
    for mark, size, row in zip(marks, sizes, rows, strict=True):
        axes.axvline(mark.x, color=on_paper(mark.colour), linestyle=":", linewidth=1)
        if row < _ROWS:
            _head(axes, mark, _ROW * (row + 0.5), before=place(mark) + size > wide)
    return _ROW * min(_ROWS, 1 + max(rows, default=-1))


def stacked(places: Sequence[float], sizes: Sequence[float], end: float) -> list[int]:
    """The row of each thing, the lowest where it lies on no other: from the right, so that a line down from where a
    thing begins crosses none.

    Args:
        places: where things begin, ascending; one that would go beyond `end` ends there.
        sizes: how long they are.
    """
    rows, taken = [0] * len(places), [[]]
    for thing in reversed(range(len(places))):
        place, size = places[thing], sizes[thing]
        span = (place - size, place + _MARKER) if place + size > end else (place - _MARKER / 2, place + size)
        free = (row for row, spans in enumerate(taken) if all(span[1] <= low or high <= span[0] for low, high in spans))
        rows[thing] = next(free, len(taken))
        if rows[thing] == len(taken):
            taken.append([])
        taken[rows[thing]].append(span)
    return rows


def _head(axes: Axes, mark: Milestone, up: float, before: bool) -> None:
    """Marker and words of a milestone so many points above the axes, with a line from there; words may stand before."""
    colour, above = on_paper(mark.colour), axes.get_xaxis_transform()  # x as the curves have it
    at = {"xy": (mark.x, 1), "xycoords": above, "textcoords": "offset points"}
    line = {"arrowstyle": "-", "linestyle": ":", "linewidth": 1, "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xytext=(0, up), arrowprops=line, **at)
    axes.annotate(
        _text(mark.words or mark.label), xytext=(-5 if before else 5, up), ha="right" if before else "left",
        va="center_baseline", fontsize=7, color=colour, **at,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3},
    )  # fmt: skip
    sign = Line2D([mark.x], [1], marker=_SIGNS.get(mark.label[-1:], ""), color=colour, markersize=4, linestyle="")
    sign.set(transform=above + _points(axes, up), clip_on=False, zorder=5)
    if mark.label.endswith(_HOLLOW):
        sign.set_markerfacecolor("white")
    axes.add_artist(sign)


def _points(axes: Axes, up: float) -> Transform:
    return ScaledTranslation(0, up / 72, axes.figure.dpi_scale_trans)


def _handles(charts: Sequence[Chart]) -> list[Line2D]:
    """An entry for every arm, with its marker, and one for each style of line where there are two."""
    arms: dict[str, Series] = {}
    for chart in charts:
        for series in chart.series:
            if not series.faint or (series.arm or series.name) not in arms:
                arms.setdefault(series.arm or series.name, series)
    found = [
        Line2D(
            [], [], color=on_paper(series.colour), marker=_SIGNS.get(series.marker, "o"), label=" " + _text(name),
            markerfacecolor="white" if series.marker == _HOLLOW else on_paper(series.colour),
        )
        for name, series in arms.items()
    ]  # fmt: skip
    faint = dict.fromkeys(s.column.partition("_")[0] for chart in charts for s in chart.series if s.faint)
    if any(faint):
        found.append(Line2D([], [], color="0.4", linestyle=(0, (2, 2)), label=" " + ", ".join(map(_text, faint))))
    if any(series.low is not None for chart in charts for series in chart.series):
        found.append(Line2D([], [], color="0.4", alpha=0.25, linewidth=6, label=" range of the seeds"))
    return found


def on_paper(colour: str) -> str:
    """The colour of the light theme for one of either theme; another colour stays as it is."""
    dark, light = ink(DARK), ink(LIGHT)
    same = {dark.arm(index): light.arm(index) for index in range(len(MARKERS))}
    return same.get(colour, colour)


def _text(words: str) -> str:
    """Words as they are: a dollar sign would begin mathematics."""
    return plain(words).replace("$", r"\$")
