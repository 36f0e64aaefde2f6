"""kind = "cross_entropy"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.losses.classes import ClassLoss, Precision


class _Kind(Section):
    kind: Literal["cross_entropy"] = Field("cross_entropy", description="Cross-entropy of the softmax.")
    dtype: Precision = Field(
        "float32",
        description="Precision of the softmax and its gradient. In float32 a sample fitted to about 1e-7 gives no "
        "gradient any more, which can end learning; float64 goes on to about 1e-16, the 16-bit types to 1e-3.",
    )


class CrossEntropy(ClassLoss, _Kind):
    """-log softmax(z)_y, averaged over the samples, computed in `dtype`; the network stays in float32."""
