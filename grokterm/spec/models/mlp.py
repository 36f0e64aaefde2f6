"""[model] kind = "mlp"."""

from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from grokterm.spec.base import refuse
from grokterm.spec.models.network import ModelSection, Precision, dropout_rate, initial_scale, precision
from grokterm.spec.shown import Shown, Tokens


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Widths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=65536)], ...], BeforeValidator(_tuple), Field(min_length=1, max_length=8)
]


class MLP(ModelSection):
    """Fully connected layers with a non-linearity between them.

    With hidden = [200, 200], no bias and p = 113 it is the network of Prieto et al.: 226 -> 200 -> 200 -> 113, with
    107,800 parameters.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"tokens", "numbers", "square"})
    embeddings: ClassVar[tuple[str, ...]] = ("W_E",)

    kind: Literal["mlp"] = Field("mlp", description="The architecture.")
    hidden: Widths = Field(
        (200, 200),
        json_schema_extra={"type_text": "a list of 1 to 8 integers", "default_text": "[200, 200]"},
        description="Neurons of each hidden layer, from the input on.",
    )
    activation: Literal["relu", "gelu", "quadratic"] = Field(
        "relu", description="Non-linearity (gelu: the exact form; quadratic: x^2)."
    )
    bias: bool = Field(False, description="Biases of all layers.")
    embedding: int | None = Field(
        None,
        ge=1,
        le=8192,
        json_schema_extra={"default_text": "absent: one-hot"},
        description="Width of an embedding that all operands share, joined before the first layer; absent, operands "
        "go in one-hot. Of no effect where the task shows numbers.",
    )
    tied: bool = Field(
        False, description="All layers from one hidden layer to the next share one matrix; they must be equally wide."
    )

    dropout: float = dropout_rate("after the non-linearity of each hidden layer")
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @model_validator(mode="after")
    def _tied_layers_are_alike(self) -> "MLP":
        if self.tied and len(set(self.hidden)) > 1:
            refuse([(("tied", "hidden"), f"tied layers need equal widths; hidden is {list(self.hidden)}")])
        return self

    @property
    def width(self) -> int:
        return max(self.hidden)

    def tensors(self, shown: Shown) -> dict[str, tuple[int, ...]]:
        pairs = list(pairwise((self._entering(shown), *self.hidden, shown.outputs)))
        if self.tied:
            pairs = [*pairs[:-1][:2], pairs[-1]]
        found: dict[str, tuple[int, ...]] = {}
        if isinstance(shown, Tokens) and self.embedding:
            found["W_E"] = (shown.values, self.embedding)
        for number, pair in enumerate(pairs, 1):
            found |= {f"W_{number}": pair} | ({f"b_{number}": pair[1:]} if self.bias else {})
        return found

    def multiplications(self, shown: Shown) -> float:
        looked_up = isinstance(shown, Tokens) and self.embedding is None
        entering = shown.operands if looked_up else self._entering(shown)
        return sum(rows * columns for rows, columns in pairwise((entering, *self.hidden, shown.outputs)))

    def kept(self, shown: Shown) -> int:
        return (4 if self.dropout else 2) * sum(self.hidden)

    def _entering(self, shown: Shown) -> int:
        """Numbers that enter the first layer."""
        if isinstance(shown, Tokens):
            return shown.operands * (self.embedding or shown.values)
        return shown.features
