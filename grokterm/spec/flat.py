"""A resolved document as a flat list of values, for whoever searches in many: no validation, so that it is quick."""

from collections.abc import Mapping
from typing import Any

from grokterm.spec.merge import kind_of

Scalar = str | int | float | bool


def flat_values(document: Mapping[str, Any]) -> dict[str, tuple[Scalar, ...]]:
    """Every value of a resolved document (`Experiment.to_document`) by its dotted path, each once over all arms.

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
        found.setdefault(path, {})[value] = None
