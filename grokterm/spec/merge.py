"""Layers of tables: files, arms, grid and overrides, each laid over the one before."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Table = dict[str, Any]

DISCRIMINATORS = {"kind", "schedule"}
"""The keys that say which fields a table has."""

DEFAULT_KINDS = {
    "task": "modular",
    "model": "transformer",
    "optimizer": "adamw",
    "grokfast": "ema",
    "loss": "cross_entropy",
}
"""What a section is where it doesn't say: an arm that spells the default out still only overrides."""


def kind_of(table: Any, name: str = "") -> str | None:
    """What a table says that it is, or is where it doesn't say; None for a plain value.

    Args:
        table: `{"schedule": "linear", ...}`, `{"kind": "ema", ...}`.
        name: what the table is called: only some are anything without saying it.
    """
    if not isinstance(table, dict):
        return None
    kind = next((table[key] for key in ("kind", "schedule") if key in table), DEFAULT_KINDS.get(name))
    return kind if isinstance(kind, str) else None


class Document(NamedTuple):
    """A table of a preset's form, where it came from, and what stands before its keys there: () or ("small",)."""

    origin: str
    table: Table
    prefix: tuple[str, ...] = ()


class Layer(NamedTuple):
    """One table and where it was written.

    Attributes:
        origin: the file, or "--set".
        prefix: what stands before the table's keys there: () for the top of a file, ("arms", "fast") for an
            arm.
        table: what it sets.
    """

    origin: str
    prefix: tuple[str, ...]
    table: Table

    def holds(self, path: tuple[str, ...]) -> bool:
        """Whether the layer says anything at `path`: its value, or one in the place of a table around it."""
        here: Any = self.table
        for key in path:
            if not isinstance(here, dict):
                return True
            if key not in here:
                return False
            here = here[key]
        return True


def merge(base: Any, over: Any, name: str = "") -> Any:
    """`over` laid over `base`. Tables merge key by key; where `over` changes the discriminator, it replaces the table.

    Args:
        base: what is there already; it isn't changed.
        over: what goes over it.
        name: the section's name, which knows the kind of a table that doesn't say.
    """
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    for key in DISCRIMINATORS & over.keys():
        if over[key] != base.get(key, DEFAULT_KINDS.get(name) if key == "kind" else None):
            return over
    return base | {key: merge(base[key], value, key) if key in base else value for key, value in over.items()}


def stack(layers: Iterable[Layer]) -> Table:
    """All layers laid over one another, the first at the bottom."""
    result: Table = {}
    for layer in layers:
        result = merge(result, layer.table)
    return result
