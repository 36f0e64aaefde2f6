"""The kinds of [task], one file each; `task` says what all of them have."""

from grokterm.spec.tasks.m_height import MHeight
from grokterm.spec.tasks.modular import Modular
from grokterm.spec.tasks.task import TaskSection

__all__ = ["MHeight", "Modular", "TaskSection"]
