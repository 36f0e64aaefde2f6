"""What a worker says to people: lines in worker.log, which is its standard error."""

import contextlib
import sys
import traceback


def say(text: str) -> None:
    """Write one line to the log. It lies on the disk of the experiment: where that is full, training still goes on."""
    with contextlib.suppress(OSError):
        print(f"grokterm.engine: {text}", file=sys.stderr, flush=True)


def say_traceback() -> None:
    """Write the traceback of the exception that is being handled to the log, where there is room."""
    with contextlib.suppress(OSError):
        traceback.print_exc()
        sys.stderr.flush()
