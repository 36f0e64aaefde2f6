"""Optimizers as chains of small links over stacked weights."""

from grokterm.engine.optim.adam import adamw
from grokterm.engine.optim.chain import Chain, Flow, Hyper, Link, choose

__all__ = ["Chain", "Flow", "Hyper", "Link", "adamw", "choose"]
