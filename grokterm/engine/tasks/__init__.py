"""Tasks: what is to be learned, as samples. Each kind is one file or one folder."""

from grokterm.engine.tasks.digits import digits
from grokterm.engine.tasks.m_height.task import m_height
from grokterm.engine.tasks.modular import modular
from grokterm.engine.tasks.parity import parity
from grokterm.engine.tasks.s5 import s5
from grokterm.engine.tasks.split import Build, Progress, Split, in_silence
from grokterm.spec import Member

__all__ = ["KINDS", "Progress", "Split", "build_split", "in_silence"]

KINDS: dict[str, Build] = {"modular": modular, "s5": s5, "parity": parity, "digits": digits, "m-height": m_height}
"""The tasks by the `kind` of their section."""


def build_split(member: Member, progress: Progress = in_silence) -> Split:
    """The samples of a member."""
    return KINDS[member.spec.task.kind](member, progress)
