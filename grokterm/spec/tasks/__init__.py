"""The kinds of [task], one file each; `task` says what all of them have."""

from grokterm.spec.tasks.digits import Digits
from grokterm.spec.tasks.m_height import MHeight
from grokterm.spec.tasks.modular import Modular
from grokterm.spec.tasks.module import ModuleTask
from grokterm.spec.tasks.parity import Parity
from grokterm.spec.tasks.s5 import S5
from grokterm.spec.tasks.task import TaskSection

__all__ = ["S5", "Digits", "MHeight", "Modular", "ModuleTask", "Parity", "TaskSection"]
