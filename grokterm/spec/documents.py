"""Documents as tables: several as one, what holds at a place, and where two of them differ."""

from collections.abc import Iterable, Iterator
from typing import Any

from grokterm.spec.grid import flat_axes
from grokterm.spec.merge import Table, kind_of, merge
from grokterm.spec.own import forgotten
from grokterm.spec.problems import plain_line, show, value_at
from grokterm.spec.run import RunSpec

Path = tuple[str, ...]

GONE = ""
"""In the place of a value: there is none any more."""


def flatten(tables: Iterable[Table]) -> Table:
    """Documents that extend one another as one, the furthest first."""
    result: Table = {}
    for table in tables:
        grid = table.get("grid")
        result = merge(result, table | {"grid": dict(flat_axes(grid))} if isinstance(grid, dict) else table)
    return as_new(result)


def as_new(table: Table) -> Table:
    """A document to begin with. The record of an experiment is a preset too, and a new start is nobody's fork."""
    return {key: value for key, value in forgotten(table).items() if key != "origin"}


def arms_of(document: Table) -> Table:
    """The arms by name; {} where there are none, or something that isn't a table stands there."""
    return _table(document.get("arms"))


def effective(document: Table, path: Path) -> Any:
    """The value that holds at `path`: in an arm its own, else the base's; None where neither says anything."""
    if path[0] != "arms":
        return value_at(document, path)[1]
    own = _sections(_table(arms_of(document).get(path[1])))
    return value_at(merge(_sections(document), own), path[2:])[1]


def differences(old: Table, new: Table) -> dict[str, str]:
    """What of the fields of runs, the arms and the grid is another value in `new`: {dotted field: value in words}.

    `GONE` stands for an arm, an axis or a value that isn't there any more. What a kind brings with it isn't told twice:
    fields that another kind doesn't have are not called gone.
    """
    return dict(_differences(old, new))


def _differences(old: Table, new: Table) -> Iterator[tuple[str, str]]:
    for section in RunSpec.model_fields:
        yield from _of_table((section,), old.get(section), new.get(section))
    before, now = arms_of(old), arms_of(new)
    for name, arm in now.items():
        was, arm = _table(before.get(name)), _table(arm)
        if name not in before and not _sections(arm):
            yield f"arms.{name}", "the base as it is"
        for section in RunSpec.model_fields:
            yield from _of_table(("arms", name, section), was.get(section), arm.get(section))
    yield from ((f"arms.{name}", GONE) for name in before if name not in now)
    before, now = _table(old.get("grid")), _table(new.get("grid"))
    yield from ((f"grid.{axis}", show(values)) for axis, values in now.items() if before.get(axis) != values)
    yield from ((f"grid.{axis}", GONE) for axis in before if axis not in now)


def _of_table(path: Path, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """The differences below a section, or below a table of one kind in the place of a value."""
    old, new = _table(old), _table(new)
    for key, value in new.items():
        was, place = old.get(key), (*path, key)
        if isinstance(value, dict) and isinstance(was, dict) and kind_of(value, key) == kind_of(was, key):
            yield from _of_table(place, was, value)
        elif key not in old or was != value:
            yield ".".join(place), words_of(value)
    if kind_of(old, path[-1]) == kind_of(new, path[-1]):
        yield from ((".".join((*path, key)), GONE) for key in old if key not in new)


def words_of(value: Any) -> str:
    """A value in words, on one line: a table such as a schedule as "linear (initial 3, final 0.5)"."""
    if isinstance(value, dict):
        kind = kind_of(value)
        if kind is None:  # keys of the user's own
            return plain_line(show(value))
        rest = ", ".join(f"{key} {words_of(item)}" for key, item in value.items() if key not in ("schedule", "kind"))
        return " ".join(filter(None, (plain_line(kind), f"({rest})" if rest else "")))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return plain_line(value if isinstance(value, str) else "none" if value is None else show(value))


def _sections(table: Table) -> Table:
    return {key: value for key, value in table.items() if key in RunSpec.model_fields}


def _table(value: Any) -> Table:
    return value if isinstance(value, dict) else {}
