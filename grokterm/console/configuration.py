"""The fields of arms beside each other: what each is, where they differ. Pure functions over resolved specs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from grokterm.console.text import MISSING, plain, plural

if TYPE_CHECKING:
    from grokterm.record import Past
    from grokterm.spec import Arm, Experiment, FieldInfo

    Item = tuple[Experiment, Arm]

HEADER = "experiment"  # the section of the fields that stand above all sections of a preset
_TEXTS = ("title", "question", "source", "expect", "cost")


@dataclass(frozen=True)
class Field:
    """One field and its value in every arm.

    Attributes:
        section: the table of the preset that it is in.
        key: its dotted name.
        values: as text, one for each arm; a dash where an arm doesn't have the field.
        heading: no field but the head of a section.
        kinds: of the sections and schedules that it is in, and that it is.
        forked: a fork has changed it in some arm; the value tells what it was, and from which step it is another.
    """

    section: str
    key: str
    values: tuple[str, ...] = ()
    heading: bool = False
    kinds: frozenset[str] = frozenset()
    forked: bool = False

    @property
    def differs(self) -> bool:
        """The arms don't agree, or one doesn't with what it was before a fork."""
        return self.forked or any(value != self.values[0] for value in self.values[1:])

    @property
    def label(self) -> str:
        """The name inside its section."""
        return self.key.removeprefix(f"{self.section}.")


def fields(items: Sequence[Item], pasts: Sequence[Sequence[Past]] = ()) -> tuple[Field, ...]:
    """Every field of these arms, section by section; a section that only some arms have as well.

    Args:
        pasts: what forks have changed, for each arm; empty where there are no forks.
    """
    from grokterm.analysis.words import over_time
    from grokterm.spec import all_paths, flat_fields

    now = [{key: _written(value) for key, value in flat_fields(arm.spec).items()} for _, arm in items]
    pasts = [[_past(part) for part in past] for past in pasts or ((),) * len(items)]
    told = [over_time(table, past) for table, past in zip(now, pasts, strict=True)]
    tables = [_header(*item) | table for item, table in zip(items, told, strict=True)]
    forked = {name for past in pasts for part in past for name in part.values}
    return tuple(
        Field(
            _section(key),
            key,
            tuple(table.get(key, MISSING) for table in tables),
            kinds=_kinds_about(key, now),
            forked=key in forked,
        )
        for key in all_paths(tables)
    )


def _past(part: Past) -> Past:
    """With its values as they are written here."""
    return replace(
        part, values={key: value if value is None else _written(value) for key, value in part.values.items()}
    )


def _kinds_about(key: str, tables: list[dict[str, str]]) -> frozenset[str]:
    parts = key.split(".")
    above = (f"{parts[0]}.kind", *(".".join(parts[:count]) for count in range(2, len(parts) + 1)))
    return frozenset(table[name] for table in tables if key in table for name in above if name in table)


def listed(rows: Sequence[Field], only_differing: bool = False, containing: str = "") -> tuple[Field, ...]:
    """The fields that pass, each section behind a heading."""
    text = containing.lower()
    kept = [row for row in rows if (row.differs or not only_differing) and text in _searched(row)]
    out: list[Field] = []
    for row in kept:
        if not out or out[-1].section != row.section:
            out.append(Field(row.section, row.section, heading=True))
        out.append(row)
    return tuple(out)


def about(row: Field) -> FieldInfo | None:
    """What the spec says of a field; None of one that it doesn't describe."""
    known = _by_key().get(row.key.replace(".of.", "."), ())  # a schedule in a schedule has the same fields again
    return next((info for info in known if row.kinds.issuperset(_kinds(info.path))), known[0] if known else None)


@cache
def _by_key() -> dict[str, tuple[FieldInfo, ...]]:
    from grokterm.spec import field_table

    found: dict[str, tuple[FieldInfo, ...]] = {}
    for info in field_table():
        key = info.key if "." in info.key else f"{HEADER}.{info.key}"
        found[key] = (*found.get(key, ()), info)
    return found


def _kinds(path: str) -> list[str]:
    return [part.partition("]")[0] for part in path.split("[")[1:]]


def _searched(row: Field) -> str:
    return " ".join((row.key, *row.values)).lower()


def _section(key: str) -> str:
    return key.partition(".")[0]


def _header(experiment: Experiment, arm: Arm) -> dict[str, str]:
    texts = {name: getattr(experiment, name) for name in _TEXTS} | {"origin": experiment.origin}
    table = {f"{HEADER}.{name}": plain(text) for name, text in texts.items() if text}
    seeds = plural(len(experiment.seeds), "seed") + ": " + ", ".join(map(str, experiment.seeds))
    table |= {f"{HEADER}.seeds": seeds, f"{HEADER}.cohort_width": _written(experiment.cohort_width)}
    return table | ({f"{HEADER}.about": plain(arm.about)} if arm.about else {})


def _written(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{plain(key)} = {_written(part)}" for key, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    return f"{value:g}" if isinstance(value, float) else plain(value)
