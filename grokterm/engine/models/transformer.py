"""The transformer that reads [a, b, =] and answers at "=", computed only where the answer needs it.

b sample, t position, d width, h head, k head width, r row of a table over (token, position), v answer

Nothing here is an approximation. Three facts are used:

* Only the last position is read: the last block's query, attention output, MLP and the unembedding run there alone.
* The stream before the first block depends only on (token, position): 2p + 1 possible rows, against 3 for each of p^2
  samples. Keys and values of the first block are computed once a row and looked up.
* The last token is always "=", so a one-layer network asks one query, and its scores are a table as well. Without norms
  nothing but the activation then stands between the heads and the logits: products of weights alone (W_O W_in, W_O W_U,
  W_out W_U) take the place of products with every sample, where that is less work.

`tests/engine/plain.py` is the same network without any of this.
"""

import torch
from torch import nn

from grokterm.engine.models.block import Block, affine
from grokterm.engine.models.look_up import look_up
from grokterm.spec.models import Transformer as TransformerSpec
from grokterm.spec.shown import Tokens

LENGTH = 3  # a, b, =


class Transformer(nn.Module):
    """Maps pairs [b, 2] of operands to logits [b, p].

    Parameters carry the field's names: W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, W_out, W_U and a bias b_ for each but the
    first two. They are left unset; see `initialise`.

    Args:
        spec: sizes and options. With normalisation a last LayerNorm stands before the unembedding, also in `post`.
        shown: two operands below p and "=", p answers.
    """

    looped = False
    embeddings = ("W_E", "W_pos")
    unembeddings = ("W_U",)
    examined = ("W_E", "W_Q", "W_U")

    def __init__(self, spec: TransformerSpec, shown: Tokens) -> None:
        super().__init__()
        self.p = p = shown.outputs
        self._std = spec.init_std * spec.init_scale
        self.W_E = nn.Parameter(torch.empty(p + 1, spec.d_model))
        self.W_pos = nn.Parameter(torch.empty(LENGTH, spec.d_model)) if spec.positions == "learned" else None
        self.blocks = nn.ModuleList(Block(spec) for _ in range(spec.layers))
        self.ln_final = nn.LayerNorm(spec.d_model, bias=spec.bias) if spec.norm != "none" else nn.Identity()
        self.W_U = nn.Parameter(torch.empty(spec.d_model, p))
        self.b_U = nn.Parameter(torch.empty(p)) if spec.bias else None
        self._composed = spec.layers == 1 and spec.norm == "none" and _composing_saves(spec, p)

    def initialise(self, generator: torch.Generator) -> None:
        """Weights from N(0, init_std init_scale), biases 0, gains of norms 1; in the order of `named_parameters`."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                kind = name.rpartition(".")[2]
                if kind.startswith("W_"):
                    parameter.copy_(torch.randn(parameter.shape, generator=generator) * self._std)
                else:
                    parameter.fill_(1.0 if kind == "weight" else 0.0)

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded: its path, without `blocks.0.` where there is one block."""
        return path.removeprefix("blocks.0.") if len(self.blocks) == 1 else path

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        table, rows = self._stream_table(pairs)
        if self._composed:
            return self._composed_logits(table, rows)
        if len(self.blocks) == 1:
            heads, equals = self._heads_of_one_query(table, rows)
            x = self.blocks[0].mlp(self.blocks[0].after_attention(table[-1:], heads.add_(equals)))
        else:
            x = self._first_block(table, rows)
            for block in self.blocks[1:-1]:
                x = self._middle_block(block, x)
            x = self._last_block(x)
        return affine(self.ln_final(x), self.W_U, self.b_U)

    def _stream_table(self, pairs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """All rows that the stream before the first block can hold [r, d], "=" last; and those of a and b [b, 2]."""
        if self.W_pos is None:
            return self.W_E, pairs
        tokens, equals = self.W_E[:-1], self.W_E[-1:]
        table = torch.cat([tokens + self.W_pos[0], tokens + self.W_pos[1], equals + self.W_pos[2]])
        first, second = pairs.unbind(1)
        return table, torch.stack([first, second + self.p], 1)

    def _heads_of_one_query(self, table: torch.Tensor, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads of the only block gather at "=", as two terms: of each sample [b, h k], and of all [1, h k].

        The weights w of a head sum to 1, so w_a v_a + w_b v_b + w_= v_= is w_a (v_a - v_=) + w_b (v_b - v_=) + v_=:
        what "=" contributes needs no look-up.
        """
        block = self.blocks[0]
        source = block.attention_input(table)
        keys, values = block.project(source, "K"), block.project(source, "V")  # [r, h k]
        scores = block.scores(block.project(source[-1:], "Q"), keys)  # [r, h]
        seen, found = look_up((scores, values - values[-1:]), rows)  # [b, 2, h] and [b, 2, h k]
        return block.gather(torch.cat([seen, scores[-1:].expand(len(rows), 1, -1)], 1), found), values[-1:]

    def _composed_logits(self, table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Logits [b, p] of one layer, no norms: relu(z W_O W_in + c) W_out W_U + z W_O W_U + c', z the heads."""
        block = self.blocks[0]
        heads, equals = self._heads_of_one_query(table, rows)
        W_O = block.W_O.flatten(0, 1)  # [h k, d]
        stream = affine(equals, W_O, block.b_O).add_(table[-1:])  # [1, d], what all samples share before the MLP
        hidden = block.activate(affine(heads, W_O @ block.W_in, affine(stream, block.W_in, block.b_in)))
        shared = affine(stream if block.b_out is None else stream + block.b_out, self.W_U, self.b_U)  # [1, v]
        return affine(hidden, block.W_out @ self.W_U, shared).add_(heads @ (W_O @ self.W_U))

    def _first_block(self, table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The first of several blocks, at every position: [b t, d]."""
        block = self.blocks[0]
        source = block.attention_input(table)
        rows = torch.cat([rows, torch.full_like(rows[:, :1], len(table) - 1)], 1).flatten()
        x, *projected = look_up((table, *(block.project(source, which) for which in "QKV")), rows)
        return block.mlp(block.after_attention(x, block.attend(*projected, LENGTH)))

    def _middle_block(self, block: Block, x: torch.Tensor) -> torch.Tensor:
        source = block.attention_input(x)
        heads = block.attend(*(block.project(source, which) for which in "QKV"), LENGTH)
        return block.mlp(block.after_attention(x, heads))

    def _last_block(self, x: torch.Tensor) -> torch.Tensor:
        """The last of several blocks, at the last position: [b t, d] to [b, d]."""
        block = self.blocks[-1]
        source = block.attention_input(x)
        keys, values = (block.project(source, which).unflatten(0, (-1, LENGTH)) for which in "KV")  # [b, t, h k]
        query = block.project(source[LENGTH - 1 :: LENGTH], "Q").unsqueeze(1)  # [b, 1, h k]
        heads = block.gather(block.scores(query, keys), values)
        return block.mlp(block.after_attention(x[LENGTH - 1 :: LENGTH], heads))


def _composing_saves(spec: TransformerSpec, p: int) -> bool:
    """Whether composed weights save a tenth or more of a sample's multiplications between heads and logits."""
    d, z, m = spec.d_model, spec.heads * spec.d_head, spec.d_mlp
    return z * m + m * p + z * p <= 0.9 * (z * d + d * m + m * d + d * p)
