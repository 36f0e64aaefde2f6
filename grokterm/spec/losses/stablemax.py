"""kind = "stablemax"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.losses.classes import ClassLoss, Precision


class _Kind(Section):
    kind: Literal["stablemax"] = Field("stablemax", description="Cross-entropy with StableMax in the softmax's place.")
    dtype: Precision = Field("float64", description="Precision of the loss and its gradient.")


class StableMax(ClassLoss, _Kind):
    """-log s(z)_y / sum s(z), s(x) = x + 1 for x >= 0 and 1 / (1 - x) below (arXiv 2501.04697, equation 6)."""
