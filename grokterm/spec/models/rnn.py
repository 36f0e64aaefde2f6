"""[model] kind = "rnn"."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.models.network import ModelSection, Precision, initial_scale, precision
from grokterm.spec.models.steps import embedding, recurrent_tensors, step_of
from grokterm.spec.shown import Shown


class RNN(ModelSection):
    """Elman's recurrent network, read in one direction or in both, answering from its last states.

    With the default sizes and 128 numbers an embedding it is the bidirectional network of Lou, Wang and Yang.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"tokens", "numbers"})
    embeddings: ClassVar[tuple[str, ...]] = ("W_E",)

    kind: Literal["rnn"] = Field("rnn", description="The architecture.")
    layers: int = Field(3, ge=1, le=8, description="Layers, each reading the states of the one below.")
    embedding: int = embedding()
    hidden: int = Field(128, ge=1, le=8192, description="Width of the state of a layer, in each direction.")
    bidirectional: bool = Field(
        True,
        description="Every layer also reads from the last position to the first, with weights of its own; the answer "
        "is made from the two states of the last layer that have seen everything.",
    )
    nonlinearity: Literal["tanh", "relu"] = Field(
        "tanh", description="Non-linearity of the states. With relu they can grow without bound."
    )
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @property
    def width(self) -> int:
        return self.hidden

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    def tensors(self, shown: Shown) -> dict[str, tuple[int, ...]]:
        return recurrent_tensors(shown, self.embedding, self.layers, self.hidden, gates=1, directions=self.directions)

    def multiplications(self, shown: Shown) -> float:
        length, entering = step_of(shown, self.embedding)
        rows = entering + self.hidden + (self.directions + 1) * self.hidden * (self.layers - 1)
        return self.directions * self.hidden * (length * rows + shown.outputs)

    def kept(self, shown: Shown) -> int:
        length, entering = step_of(shown, self.embedding)
        return length * (entering + 2 * self.directions * self.hidden * self.layers)
