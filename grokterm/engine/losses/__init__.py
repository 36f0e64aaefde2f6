"""Losses: one value for each sample. Whoever calls them reduces."""

from grokterm.engine.losses.cross_entropy import cross_entropy

__all__ = ["cross_entropy"]
