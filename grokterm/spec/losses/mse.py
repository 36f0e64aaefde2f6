"""kind = "mse"."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.losses.classes import LogitScale, Precision


class _Kind(Section):
    kind: Literal["mse"] = Field("mse", description="Mean squared error.")
    dtype: Precision = Field("float32", description="Precision of the loss and its gradient.")


class MSE(LogitScale, _Kind):
    """The mean over outputs of (z - target)^2; the target of a class is its one-hot vector."""

    answers: ClassVar[frozenset[str]] = frozenset({"classes", "numbers"})
