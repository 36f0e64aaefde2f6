"""Egalitarian gradient descent: all directions at one speed.

e member, r row, c column, k singular value
"""

from collections.abc import Sequence

import torch

from grokterm.engine.optim.chain import Flow, Hyper, State, Stateless
from grokterm.engine.optim.recipe import Layout, as_matrices, replaced

_SMALLEST = 1e-9  # singular values below it don't become 1 but s / 1e-9, as in the authors' code for modular tasks


class Egalitarian(Stateless):
    """G <- (G G^T)^(-1/2) G = U V^T for every matrix G = U S V^T; other tensors keep their gradient.

    Source: Saheb Pasand and Dohmatob, arXiv 2510.04930, equation 5. The authors give it to some layers, this to all
    matrices, embeddings too. On a GPU torch's SVD waits for the device, so these steps cannot be queued ahead.

    Args:
        layout: where the tensors lie.
        names: the matrices.
    """

    def __init__(self, layout: Layout, names: Sequence[str]) -> None:
        self.layout, self.names = layout, tuple(names)

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        views = self.layout.tensors(flow.updates)
        new = {name: orthogonal_factor(as_matrices(views[name])) for name in self.names}
        return Flow(flow.weights, replaced(self.layout, flow.updates, self.names, new)), state


def orthogonal_factor(g: torch.Tensor) -> torch.Tensor:
    """U V^T of each matrix in g [..., r, c]; of a matrix with nan or inf, zeros: SVD would stop everyone for it."""
    finite = g.isfinite().all(-1, keepdim=True).all(-2, keepdim=True)
    u, s, vh = torch.linalg.svd(torch.where(finite, g, 0.0), full_matrices=False)  # [..., r, k], [..., k], [..., k, c]
    return (u * (s / s.clamp(min=_SMALLEST)).unsqueeze(-2)) @ vh
