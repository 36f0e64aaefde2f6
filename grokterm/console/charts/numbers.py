"""The numbers behind charts: a row for every recorded point in view, as CSV or JSON."""

import csv
import io
import json
from collections.abc import Iterator, Sequence

import numpy as np

from grokterm.console.charts.model import Chart, Series
from grokterm.json_types import json_types

_VALUES = ("x", "value", "low", "high", "n", "smoothed")
HEADER = ("whose", "chart", "column", "arm", "seed", "axis", *_VALUES)


def as_csv(charts: Sequence[Chart]) -> bytes:
    """One long table: `whose` says of which experiments and seeds a chart is, `axis` what x is.

    `seed` is `median` where the value is that of several; `low` and `high` are its band.

    Values are as recorded. `smoothed` holds the curve drawn where it was smoothed, else nothing; a gap is empty too.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for chart in charts:
        axis = (chart.x_title or "step") + (" (seconds)" if chart.seconds else "")
        for series in chart.series:
            seed = "median" if series.seed is None else series.seed
            head = (chart.whose, chart.title, series.column, series.arm or series.name, seed, axis)
            table.writerows((*head, *map(_cell, row)) for row in _rows(chart, series))
    return text.getvalue().encode()


def as_json(charts: Sequence[Chart]) -> bytes:
    """A list of charts with what they show, each with its curves as lists of equal length; null stands for a gap."""
    return (json.dumps(json_types(as_document(charts)), ensure_ascii=False, indent=1) + "\n").encode()


def as_document(charts: Sequence[Chart]) -> dict:
    """The same before it is text."""
    return {"charts": [_chart(chart) for chart in charts]}


def _chart(chart: Chart) -> dict:
    return {
        "title": chart.title,
        "whose": chart.whose or None,
        "x": {"what": chart.x_title or "step", "unit": "seconds" if chart.seconds else None, "log": chart.log_x},
        "y": {"log": chart.log_y, "range": chart.y_range},
        "window": chart.window,
        "smoothing": chart.smooth or None,
        "milestones": [{"x": mark.x, "label": mark.label} for mark in chart.milestones],
        "curves": [_curve(chart, series) for series in chart.series],
    }


def _curve(chart: Chart, series: Series) -> dict:
    columns = np.array(list(_rows(chart, series)), dtype=float).reshape(-1, 6).T
    named = dict(zip(_VALUES, columns.tolist(), strict=True))
    return {
        "column": series.column,
        "arm": series.arm or series.name,
        "seed": series.seed if series.seed is not None else "median",
        **{name: values for name, values in named.items() if not np.isnan(values).all()},
    }


def _rows(chart: Chart, series: Series) -> Iterator[tuple[float, ...]]:
    """x, recorded value, low, high, n, smoothed value of every point in the window; nan where there is none."""
    inside = slice(None)
    if chart.window is not None:
        inside = slice(np.searchsorted(series.x, chart.window[0]), np.searchsorted(series.x, chart.window[1], "right"))
    none = np.full(len(series.x), np.nan)
    smooth = None if series.raw_y is None else series.y
    n = np.ones(len(series.x)) if series.n is None else series.n
    columns = (series.x, *series.recorded, n, smooth)
    yield from zip(*((none if part is None else part)[inside].tolist() for part in columns), strict=True)


def _cell(value: float) -> object:
    """A number without loss and without needless digits: `120` for 120.0; nothing for nan."""
    if value != value:
        return ""
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
