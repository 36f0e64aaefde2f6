"""The transformer that reads a sequence and answers at its last position, computed only where the answer needs it.

b sample, j operand, t position, d width, h head, k head width, r row of a table over (token, position), v answer

Nothing here is an approximation. Three facts are used:

* Only the last position is read: the last block's query, attention output, MLP and the unembedding run there alone.
* The stream before the first block depends only on (token, position): for [a, b, =] there are 2p + 1 possible rows,
  against 3 for each of p^2 samples. Keys and values of the first block are computed once a row and looked up.
* Where the last token is always the same ("="), a one-layer network asks one query, and its scores are a table as well;
  where it is an operand, its queries are. Without norms and with one query nothing but the activation then stands
  between the heads and the logits: products of weights alone (W_O W_in, W_O W_U, W_out W_U) take the place of products
  with every sample, where that is less work.

Dropout comes first after the embedding, so with it only the first of the three is left.
`tests/engine/plain.py` is the same network without any of this.
"""

import torch
from torch import nn

from grokterm.engine.dropout import Key, drop
from grokterm.engine.models.block import Block, affine
from grokterm.engine.models.initial import initial
from grokterm.engine.models.look_up import look_up
from grokterm.engine.models.rows import Rows, sinusoids
from grokterm.spec.models import Transformer as TransformerSpec
from grokterm.spec.shown import Tokens


class Transformer(nn.Module):
    """Maps operands [b, j] to logits [b, v].

    Parameters carry the field's names: W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, W_out, W_U and a bias b_ for each but the
    first two. They are left unset; see `initialise`.

    Args:
        spec: sizes and options. With normalisation a last LayerNorm stands before the unembedding, also in `post`.
        shown: the sequence of operands and constant tokens.
    """

    looped = False
    embeddings = TransformerSpec.embeddings
    unembeddings = ("W_U",)
    examined = ("W_E", "W_Q", "W_U")

    def __init__(self, spec: TransformerSpec, shown: Tokens) -> None:
        super().__init__()
        length, d = len(shown.sequence), spec.d_model
        self._spec, self._length = spec, length
        self._rows = Rows(shown, positioned=spec.positions != "none")
        self.W_E = nn.Parameter(torch.empty(shown.vocabulary, d))
        self.W_pos = nn.Parameter(torch.empty(length, d)) if spec.positions == "learned" else None
        self.register_buffer("waves", sinusoids(length, d) if spec.positions == "sinusoidal" else None)
        self.blocks = nn.ModuleList(Block(spec) for _ in range(spec.layers))
        self.ln_final = nn.LayerNorm(d, bias=spec.bias) if spec.norm != "none" else nn.Identity()
        self.W_U = nn.Parameter(torch.empty(d, shown.outputs))
        self.b_U = nn.Parameter(torch.empty(shown.outputs)) if spec.bias else None
        one_query = spec.layers == 1 and self._rows.last is not None
        self._composed = one_query and spec.norm == "none" and _composing_saves(spec, shown.outputs)

    def initialise(self, generator: torch.Generator) -> None:
        """Weights by the rule of `model.init`, in the order of `named_parameters`."""
        with torch.no_grad():
            for path, parameter in self.named_parameters():
                parameter.copy_(initial(path.rpartition(".")[2], parameter.shape, self._spec, generator))

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded: its path, without `blocks.0.` where there is one block."""
        return path.removeprefix("blocks.0.") if len(self.blocks) == 1 else path

    def forward(self, inputs: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        table = self._rows.table(self.W_E, self.waves if self.W_pos is None else self.W_pos)  # [r, d]
        rows = self._rows.of(inputs)  # [b, t]
        if key is not None:
            x = self._with_dropout(table, rows, key)
        elif self._composed:
            return self._composed_logits(table, rows)
        elif len(self.blocks) == 1:
            x = self._only_block(table, rows)
        else:
            x = self._first_block(table, rows)
            for block in self.blocks[1:-1]:
                x = self._middle_block(block, x)
            x = self._last_block(x)
        return affine(self.ln_final(x), self.W_U, self.b_U)

    def _with_dropout(self, table: torch.Tensor, rows: torch.Tensor, key: Key) -> torch.Tensor:
        """The stream at the last position [b, d]. The key's layer 0 is the embedding."""
        x = drop(look_up((table,), rows.flatten())[0], key.layer(0), 0)
        for number, block in enumerate(self.blocks[:-1], 1):
            x = self._middle_block(block, x, key.layer(number))
        return self._last_block(x, key.layer(len(self.blocks)))

    def _only_block(self, table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The stream at the last position [b, d] of a network of one block."""
        block, last = self.blocks[0], self._rows.last
        if last is not None:
            heads, shared = self._heads_of_one_query(table, rows)
            return block.mlp(block.after_attention(table[last : last + 1], heads.add_(shared)))
        source = block.attention_input(table)
        keys, values = look_up((block.project(source, "K"), block.project(source, "V")), rows)  # [b, t, h k]
        x, query = look_up((table, block.project(source, "Q")), rows[:, -1:])  # [b, 1, d] and [b, 1, h k]
        return block.mlp(block.after_attention(x.squeeze(1), block.gather(block.scores(query, keys), values)))

    def _heads_of_one_query(self, table: torch.Tensor, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads of the only block gather at a constant last token: per sample [b, h k], and shared [1, h k].

        The weights w of a head sum to 1, so w_a v_a + w_b v_b + w_= v_= is w_a (v_a - v_=) + w_b (v_b - v_=) + v_=:
        what "=" contributes needs no look-up.
        """
        block, last = self.blocks[0], slice(self._rows.last, self._rows.last + 1)
        source = block.attention_input(table)
        keys, values = block.project(source, "K"), block.project(source, "V")  # [r, h k]
        scores = block.scores(block.project(source[last], "Q"), keys)  # [r, h]
        seen, found = look_up((scores, values - values[last]), rows[:, :-1])  # [b, t - 1, h] and [b, t - 1, h k]
        return block.gather(torch.cat([seen, scores[last].expand(len(rows), 1, -1)], 1), found), values[last]

    def _composed_logits(self, table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Logits [b, p] of one layer, no norms: relu(z W_O W_in + c) W_out W_U + z W_O W_U + c', z the heads."""
        block, last = self.blocks[0], self._rows.last
        heads, shared = self._heads_of_one_query(table, rows)
        W_O = block.W_O.flatten(0, 1)  # [h k, d]
        stream = affine(shared, W_O, block.b_O).add_(
            table[last : last + 1]
        )  # [1, d], what all samples share before the MLP
        hidden = block.activate(affine(heads, W_O @ block.W_in, affine(stream, block.W_in, block.b_in)))
        fixed = affine(stream if block.b_out is None else stream + block.b_out, self.W_U, self.b_U)  # [1, v]
        return affine(hidden, block.W_out @ self.W_U, fixed).add_(heads @ (W_O @ self.W_U))

    def _first_block(self, table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The first of several blocks, at every position: [b t, d]."""
        block = self.blocks[0]
        source = block.attention_input(table)
        x, *projected = look_up((table, *(block.project(source, which) for which in "QKV")), rows.flatten())
        return block.mlp(block.after_attention(x, block.attend(*projected, self._length)))

    def _middle_block(self, block: Block, x: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        source = block.attention_input(x)
        heads = block.attend(*(block.project(source, which) for which in "QKV"), self._length, key)
        return block.mlp(block.after_attention(x, heads, key), key)

    def _last_block(self, x: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        """The last block, at the last position: [b t, d] to [b, d]."""
        block, last = self.blocks[-1], slice(self._length - 1, None, self._length)
        source = block.attention_input(x)
        keys, values = (block.project(source, which).unflatten(0, (-1, self._length)) for which in "KV")  # [b, t, h k]
        query = block.project(source[last], "Q").unsqueeze(1)  # [b, 1, h k]
        heads = block.gather(block.scores(query, keys), values, key)
        return block.mlp(block.after_attention(x[last], heads, key), key)


def _composing_saves(spec: TransformerSpec, answers: int) -> bool:
    """Whether composed weights save a tenth or more of a sample's multiplications between heads and logits."""
    d, z, m = spec.d_model, spec.heads * spec.d_head, spec.d_mlp
    return z * m + m * answers + z * answers <= 0.9 * (z * d + d * m + m * d + d * answers)
