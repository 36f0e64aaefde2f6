"""Muon: momentum of a matrix, orthogonalised.

e member, n parameter, r row, c column
"""

from collections.abc import Mapping

import torch

from grokterm.engine.optim.adam import adam
from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Layout, Recipe, as_matrices, replaced

_QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's: steepest at 0, so it ends between about 0.7 and 1.2, not at 1
_TINY = 1e-7


class MuonForMatrices:
    """m <- lerp(m, g, 1 - mu);  u <- size NewtonSchulz(lerp(g, m, mu) or m), for matrices.

    For the other tensors u is what `rest`, a link of its own, makes of g.

    Args:
        layout: where the tensors lie.
        sizes: the matrices, and the factor of each.
        momentum: mu, [e, 1] float64.
        nesterov: orthogonalise lerp(g, m, mu).
        iterations: of Newton and Schulz.
        rest: for the other tensors; it also sees the matrices, whose result is not used.
    """

    def __init__(
        self,
        layout: Layout,
        sizes: Mapping[str, float],
        momentum: torch.Tensor,
        nesterov: bool,
        iterations: int,
        rest: Link,
    ) -> None:
        self.layout, self.names, self.rest = layout, tuple(sizes), rest
        self._sizes = sizes
        self.momentum, self.nesterov, self.iterations = momentum, nesterov, iterations

    def init(self, weights: torch.Tensor) -> State:
        return self.rest.init(weights) | {"momentum": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        others, new = self.rest.update(flow, state, hyper)
        mu = self.momentum.to(flow.updates.dtype)
        m = torch.lerp(state["momentum"], flow.updates, 1 - mu)
        views = self.layout.tensors(torch.lerp(flow.updates, m, mu) if self.nesterov else m)
        moved = {
            name: newton_schulz(as_matrices(views[name]), self.iterations) * size for name, size in self._sizes.items()
        }
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
    views, size_of = layout.tensors(layout.weights), _SIZES[spec.scale]
    sizes = {}
    for name in recipe.matrices(without=spared):
        rows, columns = as_matrices(views[name]).shape[-2:]
        sizes[name] = size_of(columns, rows) if name in layout.turned else size_of(rows, columns)
    return [MuonForMatrices(layout, sizes, recipe.number("momentum"), spec.nesterov, spec.newton_schulz, rest)]


def _as_adamw_s(entering: int, leaving: int) -> float:
    """The root mean square that AdamW's updates have. Source: Liu et al., arXiv 2502.16982, equation 4."""
    return 0.2 * max(entering, leaving) ** 0.5


def _original(entering: int, leaving: int) -> float:
    """Jordan's, whose matrices have a row for each number that leaves: sqrt(max(1, rows / columns))."""
    return max(1.0, leaving / entering) ** 0.5


_SIZES = {"adamw": _as_adamw_s, "original": _original}
