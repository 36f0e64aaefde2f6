"""Muon: momentum of a matrix, orthogonalised.

e member, n parameter, r row, c column
"""

from collections.abc import Sequence

import torch

from grokterm.engine.optim.adam import adam
from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Layout, Recipe, as_matrices, replaced

_QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's: steepest at 0, so it ends between about 0.7 and 1.2, not at 1
_TINY = 1e-7


class MuonForMatrices:
    """m <- lerp(m, g, 1 - mu);  u <- 0.2 sqrt(max(r, c)) NewtonSchulz(lerp(g, m, mu) or m), for matrices.

    For the other tensors u is what `rest`, a link of its own, makes of g.

    Args:
        layout: where the tensors lie.
        names: the matrices.
        momentum: mu, [e, 1] float64.
        nesterov: orthogonalise lerp(g, m, mu).
        iterations: of Newton and Schulz.
        rest: for the other tensors; it also sees the matrices, whose result is not used.
    """

    def __init__(
        self, layout: Layout, names: Sequence[str], momentum: torch.Tensor, nesterov: bool, iterations: int, rest: Link
    ) -> None:
        self.layout, self.names, self.rest = layout, tuple(names), rest
        self.momentum, self.nesterov, self.iterations = momentum, nesterov, iterations

    def init(self, weights: torch.Tensor) -> State:
        return self.rest.init(weights) | {"momentum": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        others, new = self.rest.update(flow, state, hyper)
        mu = self.momentum.to(flow.updates.dtype)
        m = torch.lerp(state["momentum"], flow.updates, 1 - mu)
        views = self.layout.tensors(torch.lerp(flow.updates, m, mu) if self.nesterov else m)
        moved = {}
        for name in self.names:
            matrix = as_matrices(views[name])
            size = 0.2 * max(matrix.shape[-2:]) ** 0.5
            moved[name] = newton_schulz(matrix, self.iterations) * size
        direction = replaced(self.layout, others.updates, self.names, moved)
        return Flow(flow.weights, direction), new | {"momentum": m}


def newton_schulz(g: torch.Tensor, iterations: int) -> torch.Tensor:
    """About U V^T of each matrix G = U S V^T in g [..., r, c]: X <- a X + (b A + c A A) X with A = X X^T.

    In the precision of g (public code uses bfloat16). Source: Jordan, kellerjordan.github.io/posts/muon.
    """
    a, b, c = _QUINTIC
    tall = g.shape[-2] > g.shape[-1]
    x = g.transpose(-1, -2) if tall else g
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=_TINY)
    for _ in range(iterations):
        gram = x @ x.transpose(-1, -2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.transpose(-1, -2) if tall else x


def muon(recipe: Recipe) -> list[Link]:
    """Muon for the matrices of `spec.matrices`, AdamW's direction for the other tensors."""
    layout, spec = recipe.layout, recipe.spec
    spared = frozenset() if spec.matrices == "all" else layout.embeddings | layout.unembeddings
    (rest,) = adam(recipe)
    names = recipe.matrices(without=spared)
    return [MuonForMatrices(layout, names, recipe.number("momentum"), spec.nesterov, spec.newton_schulz, rest)]
