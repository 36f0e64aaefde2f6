"""Amounts of memory and disk as text: the one unit and the one function for them."""

import math


def size(count: float | None) -> str:
    """Bytes in decimal units, which GPUs and disks are sold by: `512 B`, `1.5 MB`, `12 GB`; `–` for no amount."""
    if count is None or not math.isfinite(count) or count < 0:
        return "–"
    rest = float(f"{count:.3g}")  # rounded first, so that 999.7 MB are 1 GB
    for unit in ("B", "kB", "MB", "GB"):
        if rest < 1000:
            return f"{rest:g} {unit}"
        rest /= 1000
    return f"{rest:g} TB"
