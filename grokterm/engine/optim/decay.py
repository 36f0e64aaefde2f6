"""Weight decay in its three forms, and over part of the network.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State, Stateless
from grokterm.engine.optim.recipe import Recipe
from grokterm.errors import GroktermError


class DecoupledDecay(Stateless):
    """w <- (1 - lr lambda) w, before the gradient is used: decay that Adam's denominator does not touch.

    Source: Loshchilov and Hutter, arXiv 1711.05101; torch.optim.AdamW decays first, and so does this.

    Args:
        scope: [1, n] bool, the weights that decay; None for all.
    """

    def __init__(self, scope: torch.Tensor | None = None) -> None:
        self.scope = scope

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        keep = (1 - hyper.lr * hyper.weight_decay).to(flow.weights.dtype)
        if self.scope is not None:
            keep = torch.where(self.scope, keep, 1.0)  # [e, n]
        return Flow(flow.weights * keep, flow.updates), state


class CoupledDecay(Stateless):
    """g <- g + lambda w: the gradient of lambda |w|^2 / 2, which the update rule then treats like any other (L2)."""

    def __init__(self, scope: torch.Tensor | None = None) -> None:
        self.scope = scope

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        pull = hyper.weight_decay.to(flow.weights.dtype)
        if self.scope is not None:
            pull = torch.where(self.scope, pull, 0.0)
        return Flow(flow.weights, torch.addcmul(flow.updates, flow.weights, pull)), state


class CautiousDecay(Stateless):
    """w <- (1 - lr lambda) w where u w >= 0, u the direction that will be subtracted: never against it.

    Stands after the update rule, which it needs to know. Source: arXiv 2510.12402, equation 1.
    """

    def __init__(self, scope: torch.Tensor | None = None) -> None:
        self.scope = scope

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        keep = (1 - hyper.lr * hyper.weight_decay).to(flow.weights.dtype)
        decays = flow.updates.sign() * flow.weights.sign() >= 0
        decays = decays if self.scope is None else decays & self.scope
        return Flow(torch.where(decays, flow.weights * keep, flow.weights), flow.updates), state


def decay(recipe: Recipe) -> tuple[list[Link], list[Link]]:
    """The decay before the update rule and after it: one of the two is empty."""
    scope = _scope(recipe)
    if recipe.spec.cautious:
        return [], [CautiousDecay(scope)]
    return [DecoupledDecay(scope) if recipe.spec.decays_weights else CoupledDecay(scope)], []


def _scope(recipe: Recipe) -> torch.Tensor | None:
    wanted = recipe.spec.decay_scope
    if wanted == "all":
        return None
    if not recipe.layout.embeddings:
        raise GroktermError(f'optimizer.decay_scope: "{wanted}" needs embeddings, and this network has none')
    embeddings = recipe.mask(recipe.layout.embeddings)
    return embeddings if wanted == "embeddings" else ~embeddings
