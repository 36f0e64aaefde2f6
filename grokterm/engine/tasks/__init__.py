"""Tasks: what is to be learned, as samples. Each kind is one file or one folder."""

from grokterm.engine.tasks.digits import build_digits
from grokterm.engine.tasks.m_height.task import build_m_height
from grokterm.engine.tasks.modular import build_modular
from grokterm.engine.tasks.module import build_module
from grokterm.engine.tasks.parity import build_parity
from grokterm.engine.tasks.s5 import build_s5
from grokterm.engine.tasks.split import Build, Progress, Split, in_silence
from grokterm.spec import Member

__all__ = ["KINDS", "Progress", "Split", "build_split", "in_silence"]

KINDS: dict[str, Build] = {
    "modular": build_modular,
    "s5": build_s5,
    "parity": build_parity,
    "digits": build_digits,
    "m-height": build_m_height,
    "module": build_module,
}
"""The tasks by the `kind` of their section."""


def build_split(member: Member, progress: Progress = in_silence) -> Split:
    """The samples of a member."""
    return KINDS[member.spec.task.kind](member, progress)
