"""[model] kind = "lstm"."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.models.network import ModelSection, Precision, initial_scale, precision
from grokterm.spec.models.steps import embedding, recurrent_tensors, step_of
from grokterm.spec.shown import Shown


class LSTM(ModelSection):
    """A long short-term memory that reads a sample from the first position to the last and answers there.

    With the default sizes it is the network of Lou, Wang and Yang: two layers, embedding 128, hidden 256.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"tokens", "numbers"})
    embeddings: ClassVar[tuple[str, ...]] = ("W_E",)

    kind: Literal["lstm"] = Field("lstm", description="The architecture.")
    layers: int = Field(2, ge=1, le=8, description="Layers, each reading the states of the one below.")
    embedding: int = embedding()
    hidden: int = Field(256, ge=1, le=8192, description="Width of the state of a layer.")
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @property
    def width(self) -> int:
        return self.hidden

    def tensors(self, shown: Shown) -> dict[str, tuple[int, ...]]:
        return recurrent_tensors(shown, self.embedding, self.layers, self.hidden, gates=4, directions=1)

    def multiplications(self, shown: Shown) -> float:
        length, entering = step_of(shown, self.embedding)
        inside = 4 * self.hidden * (entering + self.hidden + 2 * self.hidden * (self.layers - 1))
        return length * inside + self.hidden * shown.outputs

    def kept(self, shown: Shown) -> int:
        length, entering = step_of(shown, self.embedding)
        return length * (entering + 7 * self.hidden * self.layers)
