"""[grid]: lists of values, multiplied out into arms.

[grid]
"optimizer.lr" = [1e-3, 3e-3]      arms lr=0.001 and lr=0.003; with an arm `static`: static_lr=0.001, ...
"""

import itertools
import math
import re
from typing import Any, NamedTuple

from grokterm.nearest import instead
from grokterm.spec.experiment import Header
from grokterm.spec.fields import field_table, in_open_table, leaf_paths
from grokterm.spec.merge import kind_of
from grokterm.spec.overrides import nested
from grokterm.spec.problems import FIELDS_LISTED, show

MAX_ARMS = 10_000


class Point(NamedTuple):
    """One combination of the grid's values: what it adds to an arm's name, and the table it sets."""

    suffix: str
    table: dict[str, Any]


def expand(axes: dict[str, list]) -> list[Point]:
    """The product of all axes, the last one running fastest. No axes give the one empty point."""
    keys = [tuple(key.split(".")) for key in axes]
    leaves = [key[-1] for key in keys]
    names = [key[-1] if leaves.count(key[-1]) == 1 else ".".join(key) for key in keys]
    labels = [_labels(values) for values in axes.values()]
    points = []
    for choice in itertools.product(*(range(len(values)) for values in axes.values())):
        parts = [f"{name}={texts[i]}" for name, texts, i in zip(names, labels, choice, strict=True)]
        table: dict[str, Any] = {}
        for key, values, i in zip(keys, axes.values(), choice, strict=True):
            _lay(table, nested(key, values[i]))
        points.append(Point("_".join(parts), table))
    return points


def _lay(table: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(table.get(key), dict) and isinstance(value, dict):
            _lay(table[key], value)
        else:
            table[key] = value


def _labels(values: list) -> list[str]:
    """Short names of an axis' values; those that would be equal are numbered."""
    texts = [_label(value) for value in values]
    counted = []
    for i, text in enumerate(texts):
        nth = texts[: i + 1].count(text)
        counted.append(text if nth == 1 else f"{text}-{nth}")
    return counted


def _label(value: Any) -> str:
    if isinstance(value, dict):
        value = kind_of(value) or "table"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"[^A-Za-z0-9.\-]+", "-", text.replace("+", ""))[:40]


def read_axes(grid: Any) -> tuple[dict[str, list], list[str]]:
    """The axes of a [grid] table by dotted field, and "field: what is wrong" for each that can't be one."""
    if not isinstance(grid, dict):
        return {}, [f"grid: expected a table of lists (given {show(grid)})"]
    axes: dict[str, list] = {}
    problems = []
    known = list(dict.fromkeys(field.key for field in field_table() if "." in field.key))
    for written, values in flat_axes(grid):
        short = leaf_paths().get(written, ())
        key = short[0] if len(short) == 1 else written
        if key not in known and not in_open_table(key):
            header = key in Header.model_fields
            said = "" if header else f"; {instead(key, [*known, *leaf_paths()], see=FIELDS_LISTED)}"
            problems.append(f"grid.{written}: not a field of a run{said}")
        elif not isinstance(values, list) or not values:
            problems.append(f"grid.{written}: expected a list of one value or more (given {show(values)})")
        elif any(value in values[:i] for i, value in enumerate(values)):
            problems.append(f"grid.{written}: a value is listed twice (given {show(values)})")
        else:
            axes[key] = values
    size = math.prod(len(values) for values in axes.values())
    if size > MAX_ARMS:
        problems.append(f"grid: {size} combinations; at most {MAX_ARMS} are allowed")
    return axes, problems


def flat_axes(grid: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """`optimizer.lr = [...]` without quotes is a table in a table: both spellings mean the same."""
    pairs = []
    for key, value in grid.items():
        pairs += flat_axes(value, f"{prefix}{key}.") if isinstance(value, dict) and value else [(prefix + key, value)]
    return pairs
