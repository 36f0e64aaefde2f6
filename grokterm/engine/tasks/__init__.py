"""Tasks: what is learnt, and which part of it a member sees."""

from grokterm.engine.tasks.modular import Split, modular_pairs, split_pairs

__all__ = ["Split", "modular_pairs", "split_pairs"]
