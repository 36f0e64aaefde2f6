"""[loss]: what is minimised, summed over members and averaged over samples."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section, one_of


class CrossEntropy(Section):
    """-log softmax(z)_y, averaged over the samples, computed in `dtype`; the network stays in float32."""

    kind: Literal["cross_entropy"] = Field("cross_entropy", description="The loss function.")
    dtype: Literal["float32", "float64"] = Field(
        "float32",
        description="Precision of the softmax and its gradient. In float32 a sample fitted to about 1e-7 gives no "
        "gradient any more, which can end learning; float64 goes on to about 1e-16.",
    )


Loss = one_of("kind", "cross_entropy", CrossEntropy)
