"""What curves say at a place on the x axis, as numbers: for the cursor, and for the table in place of a chart."""

from dataclasses import dataclass

import numpy as np

from grokterm.console.charts.model import Chart, Series, Window


@dataclass(frozen=True)
class Reading:
    """One curve at the cursor.

    Attributes:
        x: of the row that was read, which may lie before the cursor; nan where the curve begins later.
        y: recorded there (never smoothed); nan in a gap. low, high: the edges of its band, nan without one.
        faint: the curve is one of the dotted ones.
        column: the recorded quantity.
    """

    name: str
    marker: str
    colour: str
    x: float
    y: float
    low: float
    high: float
    faint: bool = False
    column: str = ""


def readings(chart: Chart, x: float) -> tuple[Reading, ...]:
    """For every curve of the chart, in its order, what was recorded at the last row at or before `x`."""
    return tuple(_reading(series, x) for series in chart.series)


def _reading(series: Series, x: float) -> Reading:
    row = int(np.searchsorted(series.x, x, side="right")) - 1
    at, y, low, high = (_at(values, row) for values in (series.x, *series.recorded))
    return Reading(series.name, series.marker, series.colour, at, y, low, high, series.faint, series.column)


def _at(values: np.ndarray | None, row: int) -> float:
    return float("nan") if values is None or row < 0 else float(values[row])


def table_rows(chart: Chart, count: int) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """The chart as a table: what x is and the name of every curve, then at most `count` rows of x and values.

    The rows are recorded ones, spread evenly over the window, its first and last among them. A curve without a row at
    that x gives its last one before it, but none more than a row after its end. Values are as recorded, nan where there
    is none.
    """
    header = (chart.x_title or "step", *(heading(series) for series in chart.series))
    places = _recorded_in(chart)
    if len(places) > max(count, 1):
        wanted = np.linspace(places[0], places[-1], max(count, 1))
        nearest = np.clip(np.searchsorted(places, wanted), 0, len(places) - 1)
        before = np.maximum(nearest - 1, 0)
        nearest = np.where(wanted - places[before] < places[nearest] - wanted, before, nearest)
        places = places[np.unique(nearest)]
    ends = [_end(series) for series in chart.series]
    return header, tuple((float(x), *_values(chart, x, ends)) for x in places)


def recorded_rows(chart: Chart) -> int:
    """How many rows `table_rows` chooses from: those of the chart that are in its window."""
    return len(_recorded_in(chart))


def _values(chart: Chart, x: float, ends: list[float]) -> tuple[float, ...]:
    found = zip(readings(chart, x), ends, strict=True)
    return tuple(reading.y if x <= end else float("nan") for reading, end in found)


def _end(series: Series) -> float:
    """The last x for which a curve has something to say: where its next row would have been."""
    last = series.x[-2:]
    return float(last[-1] + (last[-1] - last[0])) if len(last) else float("-inf")


def heading(series: Series) -> str:
    """The name of a curve where several quantities of one arm stand side by side."""
    return f"{series.marker} {series.name}" + (f" {series.column.partition('_')[0]}" if series.faint else "")


def _recorded_in(chart: Chart) -> np.ndarray:
    """Every x in the window at which some curve has a row; the finer dotted curves don't count where others are."""
    main = [series for series in chart.series if not series.faint] or list(chart.series)
    places = np.unique(np.concatenate([series.x for series in main])) if main else np.empty(0)
    places = places[np.isfinite(places) & ((places > 0) | (not chart.log_x))]
    window: Window | None = chart.window
    return places if window is None else places[(places >= window[0]) & (places <= window[1])]
