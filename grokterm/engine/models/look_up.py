"""Rows of a table, with a gradient that adds up in the same order every time.

n look-ups, r row of the table, c column
"""

from typing import Any

import torch
from torch.nn import functional as F


def look_up(tables: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The same rows of several tables: each [r, c], by rows [...] int64, to [..., c].

    Many look-ups share a row, and its gradient is the sum over them. On the CPU torch adds in the order of `rows`. On a
    GPU its sums either race (atomic additions: other bits in every run) or sort all indices at every step; a product
    with a one-hot matrix does neither. The tables are joined, because a look-up costs by the row.
    """
    table = torch.cat(tables, 1)
    found = F.embedding(rows, table) if table.device.type == "cpu" else OneHotLookUp.apply(table, rows)
    return found.split([table.shape[1] for table in tables], -1)


class OneHotLookUp(torch.autograd.Function):
    """A look-up whose backward is a matrix product: d table = one_hot(rows)^T d out."""

    generate_vmap_rule = True

    @staticmethod
    def forward(table: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return F.embedding(rows, table)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[torch.Tensor, torch.Tensor], output: torch.Tensor) -> None:
        table, rows = inputs
        ctx.height = table.shape[0]
        ctx.save_for_backward(rows)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (rows,) = ctx.saved_tensors
        numbers = torch.arange(ctx.height, device=rows.device)
        one_hot = (rows.flatten().unsqueeze(1) == numbers).to(gradient.dtype)  # [n, r]
        return one_hot.transpose(0, 1) @ gradient.flatten(0, -2), None
