"""The fields of a table by its kind, and what becomes of a table whose kind changes.

Which fields a section has, or a table in the place of a value (a schedule, a filter), depends on its kind; the field
table says so in brackets (`optimizer[adamw].weight_decay[linear].end`).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from grokterm.spec.documents import effective, flatten
from grokterm.spec.fields import FieldInfo, field_table
from grokterm.spec.merge import DEFAULT_KINDS, DISCRIMINATORS, Table, kind_of
from grokterm.spec.overrides import Override


def leaf(field: FieldInfo) -> str:
    """A field's last name."""
    return field.path.rpartition(".")[2]


@cache
def _by_place() -> dict[str, tuple[FieldInfo, ...]]:
    """The fields by where they are: "" for the header, "task", "optimizer.weight_decay[linear]"."""
    found: dict[str, tuple[FieldInfo, ...]] = {}
    for field in field_table():
        place = field.path.rpartition(".")[0]
        found[place] = (*found.get(place, ()), field)
    return found


def fields_in(place: str) -> tuple[FieldInfo, ...]:
    """The fields at a place, () where there is no such place."""
    return _by_place().get(place, ())


def section_fields(section: str, table: Any) -> tuple[FieldInfo, ...]:
    """The fields of a section of that kind; where it has several kinds, `kind` offers all of them."""
    kinds = kinds_of(section)
    if not kinds:
        return fields_in(section)
    kind = kind_of(table)
    usual = DEFAULT_KINDS.get(section, kinds[0])
    fields = fields_in(f"{section}[{kind if kind in kinds else usual}]")
    return tuple(f._replace(choices=kinds, default=usual) if leaf(f) == "kind" else f for f in fields)


def kinds_of(place: str) -> tuple[str, ...]:
    """What a section, or a table at `place`, can be; () where there is but one kind, or no table."""
    starts = (other.removeprefix(f"{place}[") for other in _by_place() if other.startswith(f"{place}["))
    return tuple(dict.fromkeys(start.partition("]")[0] for start in starts))


def parts_of(field: FieldInfo, kind: str | None) -> tuple[FieldInfo, ...]:
    """The fields of a table of that kind in the place of `field`, () where it can't be one."""
    if kind is None:
        return fields_in(field.path)
    outer = field.path
    while "." in outer and kind not in kinds_of(outer):
        outer = outer.rpartition("[")[0]
    return fields_in(f"{outer}[{kind}]") if "." in outer else ()


def of_kind(field: FieldInfo, value: Any, old: Any) -> Any:
    """What choosing `value` makes of `old`: a table of another kind keeps what the two have in common.

    A number becomes the first level of a schedule, a schedule becomes what a mirror or a mean is made `of`. Fields that
    only share a name (`own_meaning`) are not kept.

    Args:
        field: the `kind` of a section, or what holds a value or a table.
        old: the whole section, or what stands in the field.
    """
    if leaf(field) == "kind":
        section = field.key.partition(".")[0]
        alien = {leaf(part) for part in section_fields(section, old) if part.own_meaning}
        fields = (part for part in section_fields(section, {"kind": value}) if not part.own_meaning)
        return _retold("kind", value, old, (part for part in fields if leaf(part) not in alien))
    parts = {leaf(part): part for part in parts_of(field, value)} if isinstance(value, str) else {}
    if not parts or kind_of(old, leaf(field)) == value:
        return old if parts else value
    if "of" in _dict(old):
        return of_kind(field, value, old["of"])
    if "of" in parts:
        return {"schedule": value} | ({"of": old} if old is not None else {})
    first = next((item for item in _dict(old).values() if _is_number(item)), old if _is_number(old) else None)
    if list(parts)[:2] == ["schedule", "value"] and first is not None:
        return first
    table = _retold("kind" if "kind" in parts else "schedule", value, old, parts.values())
    wanted = next((part for part in parts.values() if part.default == "required"), None)
    if wanted and leaf(wanted) not in table and first is not None and wanted.type.startswith("a number"):
        table[leaf(wanted)] = first
    return table


def _retold(tag: str, kind: str, old: Any, fields: Iterable[FieldInfo]) -> dict[str, Any]:
    """A table of that kind with what `old` says of its fields."""
    names = {leaf(field) for field in fields} - {tag}
    return {tag: kind} | {name: item for name, item in _dict(old).items() if name in names}


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def lost(old: Any, new: Any) -> tuple[str, ...]:
    """The fields of a table that what stands in its place doesn't have."""
    if not isinstance(old, dict) or (isinstance(new, dict) and new.get("of") == old):
        return ()
    kept = set(new) if isinstance(new, dict) else {next((k for k, item in old.items() if item == new), "")}
    return tuple(key for key in old if key not in kept and key not in DISCRIMINATORS)


def not_kept(kind: str, gone: Sequence[str]) -> str:
    """The sentence about fields that go with a kind."""
    return f"{kind} has no {', '.join(gone)} of that meaning: not kept"


def keep_common(document: Table, changes: Sequence[Override]) -> tuple[list[Override], tuple[str, ...]]:
    """Overrides in which another kind (`optimizer.kind`, `optimizer.lr_schedule.schedule`) keeps what it can.

    Without this it would replace its whole table, as it does in the arm of a preset's file.

    Args:
        document: what they go over, without `extends`.
        changes: in the order in which they were given.

    Returns:
        the overrides, those of the base before those of arms; and a line for each that made fields go.
    """
    told, lines, whole = [], [], set()
    for change in sorted(changes, key=lambda change: change.path[0] == "arms"):
        place, tag = change.path[:-1], change.path[-1]
        old = effective(document, place) if tag in DISCRIMINATORS and place and _inner(place) else None
        field = _field_at(document, place) if old is not None else None
        if place in whole and change.value == kind_of(old, place[-1]):
            change = Override(place, old)  # said again: it means the same whole table
        elif field is not None and change.value in field.choices and change.value != kind_of(old, place[-1]):
            new = of_kind(field, change.value, old)
            if gone := lost(old, new):
                lines.append(f"{'.'.join(place)}: {not_kept(change.value, gone)}")
            change = Override(place, new)
            whole.add(place)
        document = flatten([document, change.document])
        told.append(change)
    return told, tuple(lines)


def _inner(place: Sequence[str]) -> tuple[str, ...]:
    """A place without the arm that it is in."""
    return tuple(place[2:] if place[0] == "arms" else place)


def _field_at(document: Table, place: tuple[str, ...]) -> FieldInfo | None:
    """What the field table says of a section's `kind`, or of what holds a schedule or a filter."""
    inner = _inner(place)
    fields = section_fields(inner[0], effective(document, place[: len(place) - len(inner) + 1]))
    wanted = "kind" if len(inner) == 1 else inner[1]
    return next((field for field in fields if leaf(field) == wanted), None) if len(inner) <= 2 else None
