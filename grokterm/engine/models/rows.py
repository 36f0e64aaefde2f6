"""The rows that the stream of a transformer can hold before its first block: one for each (token, position).

b sample, j operand, t position, d width, r row
"""

from itertools import groupby

import torch

from grokterm.spec.shown import Tokens


class Rows:
    """Where each (token, position) stands in the table: all values of the first operand, of the second, and so on; then
    the constant tokens, in order. Without positions the table is the embedding itself.

    Args:
        shown: the sequence.
        positioned: whether a row depends on its position.

    Attributes:
        last: the row of the last position; None where an operand stands there.
    """

    def __init__(self, shown: Tokens, positioned: bool) -> None:
        self._values, self._positioned = shown.values, positioned
        self._runs: list[slice] = []  # of positions that hold operands
        self._constants: list[tuple[int, int]] = []  # position and token
        self._columns: list[slice | int] = []  # the sequence: which operands, or which row
        t = j = 0
        for is_operand, group in groupby(shown.sequence, lambda token: token is None):
            run = list(group)
            if is_operand:
                self._runs.append(slice(t, t + len(run)))
                self._columns.append(slice(j, j := j + len(run)))
            else:
                row = shown.values * shown.operands + len(self._constants)
                self._columns += range(row, row + len(run)) if positioned else run
                self._constants += enumerate(run, t)
            t += len(run)
        self.last = None if shown.sequence[-1] is None else self._columns[-1]

    def table(self, W_E: torch.Tensor, positions: torch.Tensor | None) -> torch.Tensor:
        """All rows [r, d], from the embedding and what is added at each position [t, d]."""
        if positions is None:
            return W_E
        added = torch.cat([positions[run] for run in self._runs]).unsqueeze(1)  # [j, 1, d]
        constants = [W_E[token : token + 1] + positions[t : t + 1] for t, token in self._constants]
        return torch.cat([(W_E[: self._values] + added).flatten(0, 1), *constants])

    def of(self, inputs: torch.Tensor) -> torch.Tensor:
        """The rows of samples: operands [b, j] to [b, t]."""
        if self._positioned:
            inputs = inputs + self._values * torch.arange(inputs.shape[1], device=inputs.device)
        columns = [
            inputs[:, column] if isinstance(column, slice) else torch.full_like(inputs[:, :1], column)
            for column in self._columns
        ]
        return torch.cat(columns, 1)


def sinusoids(length: int, width: int) -> torch.Tensor:
    """Fixed positions [t, d] float64: sin(t / 10000^(i/d)) in the even columns i, the cosine of the same beside each.

    Source: Vaswani et al. (arXiv 1706.03762), section 3.5.
    """
    rates = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(length, dtype=torch.float64).unsqueeze(1) * rates  # [t, d / 2]
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :width]
