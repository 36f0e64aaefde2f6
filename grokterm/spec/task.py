"""[task]: what is to be learned, and how much of it is shown."""

from grokterm.spec.base import one_of
from grokterm.spec.tasks import S5, Digits, MHeight, Modular, ModuleTask, Parity

Task = one_of("kind", "modular", Modular, S5, Parity, Digits, MHeight, ModuleTask)
