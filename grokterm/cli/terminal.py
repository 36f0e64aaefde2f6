"""Is there a terminal, and opening the console on it."""

import os
import sys
from pathlib import Path

from grokterm.errors import GroktermError


def has_terminal() -> bool:
    """True where the console can draw: a terminal on both sides that understands cursor movement."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def open_console(runs: Path, experiment: str | None = None) -> None:
    """Run the console until it is left.

    Args:
        runs: the folder of experiments.
        experiment: open on this one instead of the history.

    Raises:
        GroktermError: there is no terminal, or one that can't draw.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GroktermError(
            "the console needs a terminal", "headless: grokterm run, ls, show, compare (see grokterm --help)"
        )
    if not has_terminal():
        raise GroktermError(
            "the console can't draw where TERM is 'dumb' or unset", "set TERM, e.g. TERM=xterm-256color"
        )
    from grokterm.console.app import run_console

    run_console(runs, experiment)
