"""A resolved spec as a flat list of values: of one arm, or of a whole document that nobody has validated."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from grokterm.spec.base import Section
from grokterm.spec.merge import kind_of
from grokterm.spec.schedules import Constant

Scalar = str | int | float | bool

_MOST_BITS = 1000  # of an integer; a float holds 1024


def flat_fields(section: Section, prefix: str = "") -> dict[str, Any]:
    """Every field of a section by its dotted path, in the order of a preset, as a person would write it.

    A constant schedule is its number. Any other one, and a section of several kinds, is its kind, with the fields of
    that kind below it: `{"optimizer.weight_decay": "linear", "optimizer.weight_decay.initial": 1.0, …}`.
    """
    flat, dumped = {}, section.model_dump()
    for name in type(section).model_fields:
        key, value = f"{prefix}{name}", getattr(section, name)
        if (type(section).model_fields[name].json_schema_extra or {}).get("hidden"):
            continue  # it follows from the others
        if isinstance(value, Constant):
            flat[key] = value.value
        elif isinstance(value, Section):
            inner = flat_fields(value, f"{key}.")
            tag = next((name for name in ("schedule", "kind") if f"{key}.{name}" in inner), None)
            if prefix and tag:
                flat[key] = inner.pop(f"{key}.{tag}")
            flat |= inner
        else:
            flat[key] = dumped[name]
    return flat


def all_paths(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every path of these tables in the order of a preset; what only some arms have stands below its field."""
    paths = dict.fromkeys(path for table in tables for path in table)
    sections = list(dict.fromkeys(path.partition(".")[0] for path in paths))
    fields = list(dict.fromkeys(map(_field, paths)))
    return sorted(paths, key=lambda path: (sections.index(path.partition(".")[0]), fields.index(_field(path))))


def _field(path: str) -> str:
    return ".".join(path.split(".")[:2])


def flat_values(document: Mapping[str, Any]) -> dict[str, tuple[Scalar, ...]]:
    """Every value of a resolved document (`Experiment.to_document`) by its dotted path, each once over all arms.

    No validation, so that it is quick enough for whoever searches in thousands.

    A section, or a schedule in place of a number, stands under its own path with its kind as well:
    `{"model": ("transformer",), "optimizer.weight_decay": (1.0, "linear"), "optimizer.weight_decay.final": (0.5,), …}`.
    """
    shared = {key: value for key, value in document.items() if key != "arms"}
    found: dict[str, dict[Scalar, None]] = {}
    for arm in (document.get("arms") or {"": {}}).values():
        _collect({**shared, **{name: _over(shared.get(name), table) for name, table in arm.items()}}, "", found)
    return {path: tuple(values) for path, values in found.items()}


def _over(shared: Any, own: Any) -> Any:
    """An arm's section over what all arms share of it. A schedule is one value: it replaces the other."""
    return {**shared, **own} if isinstance(shared, Mapping) and isinstance(own, Mapping) else own


def _collect(value: Any, path: str, found: dict[str, dict[Scalar, None]]) -> None:
    if isinstance(value, Mapping):
        kind = kind_of(value, path.rpartition(".")[2])
        if path and kind:
            found.setdefault(path, {})[kind] = None
        for name, part in value.items():
            _collect(part, f"{path}.{name}" if path else str(name), found)
    elif isinstance(value, list):
        for part in value:
            _collect(part, path, found)
    elif isinstance(value, Scalar):
        found.setdefault(path, {})[_counted(value)] = None


def _counted(value: Scalar) -> Scalar:
    """An integer beyond every float is as good as infinite: nobody could compare it with one, or write it in time."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return math.inf if value > 0 else -math.inf
    return value
