"""[task]: what is to be learned, and how much of it is shown."""

from grokterm.spec.base import one_of
from grokterm.spec.tasks import MHeight, Modular

Task = one_of("kind", "modular", Modular, MHeight)
