"""grokterm: a terminal laboratory for networks that generalise long after they have fitted their training set."""

__version__ = "0.1.0"
