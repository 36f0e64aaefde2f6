"""Panels for every recorded column that has no chart of its own: norms of tensors, sparsity, gradients, the machine."""

import re
from collections.abc import Iterable

from grokterm.console.panel import Panel
from grokterm.names import natural

_SHARE = (0.0, 1.0)
# Columns with a name of their own: title, and whether values spread over decades.
_KNOWN = {
    "grad_norm": ("norm of the gradient", True),
    "update_norm": ("norm of the update", True),
    "weight_decay_integral": ("∫λ, integral of the weight decay", False),
    "rate": ("steps per second", False),
    "memory_bytes": ("memory, bytes", False),
    "wall": ("wall time, seconds", False),
}
_MEASURES = {"hoyer": "Hoyer sparsity", "gini": "Gini sparsity", "abs_0": "share of weights exactly 0"}
_THRESHOLDS = {"abs": "", "max": " of the largest", "sigma": " of the deviation"}


def probe_panels(columns: Iterable[str], shown: Iterable[str] = ()) -> tuple[Panel, ...]:
    """A panel for each column that is not in `shown`: what is known first, then norms, sparsity, and the rest by name.

    Args:
        columns: names of recorded columns, in any order.
        shown: those that have a chart elsewhere.
    """
    rest = dict.fromkeys(name for name in columns if name not in set(shown))
    found = sorted((_placed(name) for name in rest), key=lambda pair: pair[0])
    return tuple(panel for _, panel in found)


def _placed(column: str) -> tuple[tuple, Panel]:
    """The panel of a column, behind what it is sorted by."""
    head, _, tail = column.rpartition(".")
    if column in _KNOWN:
        title, log = _KNOWN[column]
        return (0, list(_KNOWN).index(column)), _panel(column, title, log=log)
    if head in ("weight_norm", "grad_norm", "update_norm"):
        return (1, head, natural(column)), _panel(column, f"{head.replace('_', ' ')} of {tail}")
    measure = _measure(tail) if head else ""
    if measure:
        return (2, natural(head), natural(column)), _panel(column, f"{head}: {measure}", y_range=_SHARE)
    loss = "loss" in tail
    return (3, natural(column)), _panel(column, column.replace("_", " "), log=loss, y_range=_accuracy(tail))


def _measure(name: str) -> str:
    """`share of weights ≤ 1e-4` for `abs_1e-04`; "" for what isn't a measure of sparsity."""
    kind, _, threshold = name.partition("_")
    if name in _MEASURES:
        return _MEASURES[name]
    if kind not in _THRESHOLDS or not re.fullmatch(r"\de-\d+", threshold):
        return ""
    return f"share of |w| ≤ {float(threshold):g}{_THRESHOLDS[kind]}"


def _accuracy(name: str) -> tuple[float, float] | None:
    return _SHARE if name.endswith("_acc") or name == "acc" else None


def _panel(column: str, title: str, log: bool = False, y_range: tuple[float, float] | None = None) -> Panel:
    return Panel("probe-" + re.sub(r"\W", "-", column), title, (column,), log=log, y_range=y_range)
