"""Optimizers as chains of small links over stacked weights."""

from collections.abc import Callable, Sequence

from grokterm.engine.optim.adagrad import adagrad
from grokterm.engine.optim.adam import adam
from grokterm.engine.optim.chain import Chain, Flow, Hyper, Link, State, Stateless, choose
from grokterm.engine.optim.decay import decay
from grokterm.engine.optim.gradient import gradient_links
from grokterm.engine.optim.lion import lion
from grokterm.engine.optim.muon import muon
from grokterm.engine.optim.nadam import nadam
from grokterm.engine.optim.recipe import Layout, Recipe
from grokterm.engine.optim.rmsprop import rmsprop
from grokterm.engine.optim.sgd import sgd
from grokterm.spec.base import Section

__all__ = ["RULES", "Chain", "Flow", "Hyper", "Layout", "Link", "Recipe", "build_optimizer", "choose"]

RULES: dict[str, Callable[[Recipe], list[Link]]] = {
    "adamw": adam,
    "adam": adam,
    "sgd": sgd,
    "rmsprop": rmsprop,
    "nadam": nadam,
    "adagrad": adagrad,
    "lion": lion,
    "muon": muon,
}
"""The update rules by the `kind` of their section: what turns a gradient into a direction."""


class ScaleByLearningRate(Stateless):
    """u <- -lr u. The last link: what comes before it speaks of directions, not of step sizes."""

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        return Flow(flow.weights, flow.updates * -hyper.lr.to(flow.updates.dtype)), state


def build_optimizer(specs: Sequence[Section], layout: Layout) -> Chain:
    """The optimizer of a cohort.

    Args:
        specs: the [optimizer] section of every member, alike in every structural field.
        layout: the cohort's stack.

    Raises:
        GroktermError: the decay is for embeddings, and the network declares none.
    """
    recipe = Recipe(specs, layout)
    before, after = decay(recipe)
    rule = RULES[recipe.spec.kind](recipe)
    links = [*gradient_links(recipe), *before, *rule, *after, ScaleByLearningRate()]
    return Chain(links, layout.weights, recipe.numbers)
