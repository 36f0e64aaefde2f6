"""Charts as files: pictures from every recorded number (nothing is reduced to columns), and the numbers themselves."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from grokterm.console.charts.model import Chart
from grokterm.errors import BadInput

_MOST_BYTES = 200  # of a name: file systems take 255, and a file is written beside, under a longer one


def write(charts: Sequence[Chart], path: Path) -> Path:
    """Write charts into one file, by its suffix: .svg and .png are pictures, .csv and .json the numbers behind them.

    A chart's window counts, its cursor doesn't. The file is written beside and renamed, so that it is whole or absent;
    one of that name is replaced (`free_path` finds a name that isn't taken).

    Returns:
        `path`.

    Raises:
        BadInput: no such format, nothing to write, or the place can't be written to.
    """
    from grokterm.record.files import write_whole

    make = _forms().get(path.suffix.lower())
    if make is None:
        raise BadInput(f"{path.name}: can't write {path.suffix or 'a file without a suffix'!r}; allowed: {allowed()}")
    if not any(chart.series for chart in charts):
        raise BadInput(f"{path.name}: nothing to write: {charts[0].empty if charts else 'no chart'}")
    data = make(charts)
    try:
        write_whole(path, data)
    except OSError as problem:
        raise BadInput(f"{path}: can't be written: {problem.strerror or problem}", "say another place") from None
    return path


def allowed() -> str:
    """The suffixes that `write` knows, in words."""
    return ", ".join(_forms())


def file_name(stem: str, suffix: str) -> str:
    """The name of a file that says `stem`: what doesn't belong into one becomes `-`, and a long one is cut off."""
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in stem).strip("-.")
    return (name.encode()[:_MOST_BYTES].decode("utf-8", "ignore") or "chart") + suffix


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """`folder/stem.suffix`, or with -2, -3, … where that is taken: nothing is overwritten.

    Args:
        stem: any words, as of `file_name`.
        suffix: with its dot.
    """
    name = file_name(stem, "")
    path, number = folder / f"{name}{suffix}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path


def _forms() -> dict[str, Callable[[Sequence[Chart]], bytes]]:
    from grokterm.console.charts import figure, numbers  # matplotlib is loaded when it draws

    return {
        ".svg": lambda charts: figure.picture(charts, "svg"),
        ".png": lambda charts: figure.picture(charts, "png"),
        ".csv": numbers.as_csv,
        ".json": numbers.as_json,
    }
