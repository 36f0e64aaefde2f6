"""Tasks: what is to be learned, as samples. Each kind is one file or one folder."""

from grokterm.engine.tasks.m_height.task import m_height
from grokterm.engine.tasks.modular import modular, modular_pairs, split_pairs
from grokterm.engine.tasks.split import Build, Split
from grokterm.spec import Member

__all__ = ["KINDS", "Split", "build_split", "modular_pairs", "split_pairs"]

KINDS: dict[str, Build] = {"modular": modular, "m-height": m_height}
"""The tasks by the `kind` of their section."""


def build_split(member: Member) -> Split:
    """The samples of a member."""
    return KINDS[member.spec.task.kind](member)
