"""kind = "log2_mse"."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.base import Section


class Log2MSE(Section):
    """(log2 y - log2 h)^2 for a positive number h, of which the task gives log2 h."""

    answers: ClassVar[frozenset[str]] = frozenset({"numbers"})

    kind: Literal["log2_mse"] = Field("log2_mse", description="Squared error of the logarithm to base 2.")
    dtype: Literal["float32", "float64"] = Field("float32", description="Precision of the loss and its gradient.")
    head: Literal["clamp", "softplus", "log2"] = Field(
        "clamp",
        description="What the output z means: y = max(z, 1e-9), which costs over a thousand and has no gradient where "
        "z is negative (the share of such samples is in the stream `numerics`); y = 1 + softplus(z); or z = log2 y.",
    )
