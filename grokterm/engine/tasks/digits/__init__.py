"""Handwritten digits: those that come with grokterm (`task.py`), and files of MNIST (`idx.py`)."""

from grokterm.engine.tasks.digits.idx import Images, read_part
from grokterm.engine.tasks.digits.task import build_digits, small_digits

__all__ = ["Images", "build_digits", "read_part", "small_digits"]
