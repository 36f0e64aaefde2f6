"""[model] kind = "transformer"."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from grokterm.spec.base import PER_MEMBER, refuse
from grokterm.spec.models.network import ModelSection, Precision, dropout_rate, initial_scale, layer_norm, precision
from grokterm.spec.shown import Tokens


def _heads_share(data: dict) -> int:
    return max(1, data.get("d_model", 1) // data.get("heads", 1))


def _four_widths(data: dict) -> int:
    return 4 * data.get("d_model", 1)


def _published_std(data: dict) -> float:
    return 0.8 / data.get("d_model", 1) ** 0.5


class Transformer(ModelSection):
    """A decoder-only transformer with separate unembedding, read at the last position, for any sequence of tokens.

    With the values of Biswas, Islam and Hu (p 113, d_model 128, 4 heads, d_mlp 512, no norm, biases) it has
    227,313 parameters: W_E 14,592, W_pos 384, attention 66,048, MLP 131,712, unembedding 14,577.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"tokens"})
    embeddings: ClassVar[tuple[str, ...]] = ("W_E", "W_pos")

    kind: Literal["transformer"] = Field("transformer", description="The architecture.")
    layers: int = Field(1, ge=1, le=4, description="Number of blocks. Cost grows in proportion.")
    d_model: int = Field(ge=1, le=8192, description="Width of the residual stream, in numbers a position.")
    heads: int = Field(ge=1, le=256, description="Attention heads a block.")
    d_head: int = Field(
        default_factory=_heads_share,
        ge=1,
        le=8192,
        json_schema_extra={"default_text": "d_model / heads"},
        description="Width of one head. Set it where d_model isn't a multiple of heads.",
    )
    d_mlp: int = Field(
        default_factory=_four_widths,
        ge=1,
        le=65536,
        json_schema_extra={"default_text": "4 * d_model"},
        description="Neurons in the MLP of a block. Most of the cost of a small network is here.",
    )
    activation: Literal["relu", "gelu"] = Field("relu", description="Non-linearity of the MLP (gelu: the exact form).")
    norm: Literal["none", "pre", "post"] = Field(
        "none",
        description="LayerNorm before each sublayer (pre) or after each residual sum (post), and at the very end. "
        "With a norm the scale of the weights matters less, and weight decay acts differently.",
    )
    bias: bool = Field(True, description="Biases b_Q, b_K, b_V, b_O, b_in, b_out, b_U, and those of the norms.")
    positions: Literal["learned", "sinusoidal", "none"] = Field(
        "learned",
        description="Position embedding W_pos, or fixed sines and cosines (Vaswani et al.), whose size of 1 is "
        "large beside tokens that start at init_std. Without either a one-layer network can't tell a from b.",
    )
    causal: bool = Field(True, description="A position sees itself and those before it; false: it sees all of them.")
    dropout: float = dropout_rate(
        "after the embedding, among the attention weights, after attention, after the non-linearity and after the MLP"
    )
    init: Literal["normal", "torch"] = Field(
        "normal",
        json_schema_extra=PER_MEMBER,
        description="Rule of the initial weights. normal: N(0, init_std^2), biases 0. torch: as its modules start, "
        "N(0, 1) for W_E and W_pos, Xavier-uniform for Q, K, V, +-1/sqrt(inputs) for the others and their biases.",
    )
    init_std: float = Field(
        default_factory=_published_std,
        gt=0,
        json_schema_extra={"default_text": "0.8 / sqrt(d_model)"},
        description="Standard deviation of the initial weights where init is normal. A larger one grokks later.",
    )
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @property
    def width(self) -> int:
        return self.d_model

    def tensors(self, shown: Tokens) -> dict[str, tuple[int, ...]]:
        d = self.d_model
        found: dict[str, tuple[int, ...]] = {"W_E": (shown.vocabulary, d)}
        if self.positions == "learned":
            found["W_pos"] = (len(shown.sequence), d)
        found["W_U"] = (d, shown.outputs)
        if self.bias:
            found["b_U"] = (shown.outputs,)
        for number in range(self.layers):
            block = f"blocks.{number}." if self.layers > 1 else ""
            found |= {block + name: shape for name, shape in self._block().items()}
        return found | (layer_norm("ln_final", (d,), self.bias) if self.norm != "none" else {})

    def _block(self) -> dict[str, tuple[int, ...]]:
        """The tensors of one block."""
        d, h, k, m = self.d_model, self.heads, self.d_head, self.d_mlp
        weights = dict.fromkeys("QKV", ((h, d, k), (h, k)))
        weights |= {"O": ((h, k, d), (d,)), "in": ((d, m), (m,)), "out": ((m, d), (d,))}
        found: dict[str, tuple[int, ...]] = {}
        for name, (matrix, bias) in weights.items():
            found |= {f"W_{name}": matrix} | ({f"b_{name}": bias} if self.bias else {})
        if self.norm != "none":
            found |= layer_norm("ln1", (d,), self.bias) | layer_norm("ln2", (d,), self.bias)
        return found

    def multiplications(self, shown: Tokens) -> float:
        attention, mlp = self.d_model * self.heads * self.d_head, 2 * self.d_model * self.d_mlp
        whole = (self.layers - 1) * len(shown.sequence) * (4 * attention + mlp)
        looked_up = 0 if self.dropout == 0 else 2 * len(shown.sequence) * attention  # keys and values of the last block
        return whole + looked_up + 2 * attention + mlp + self.d_model * shown.outputs

    def kept(self, shown: Tokens) -> int:
        rows = 1 + len(shown.sequence) * (self.layers - 1)  # positions of a sample that go through an MLP
        masks = 2 * (self.d_mlp + 2 * self.d_model) * rows + 5 * self.d_model * len(shown.sequence)
        return (3 * self.d_mlp // 2 + 4 * self.d_model) * rows + (masks if self.dropout else 0)

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> "Transformer":
        # A d_head that was given, and one that a resolved file carries, is a decision and stays as it is.
        if "d_head" not in self.model_fields_set and self.d_model % self.heads:
            sentence = f"{self.heads} heads don't divide d_model {self.d_model}; choose a divisor or set d_head"
            refuse([(("heads", "d_model"), sentence)])
        return self
