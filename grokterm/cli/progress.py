"""The progress line: one line on standard error that follows an experiment."""

import sys
import time

from grokterm.cli.out import printable, say
from grokterm.console.text import duration, number, plain, rate, steps, workers_done
from grokterm.errors import GroktermError

PLAIN_EVERY = 10.0  # seconds between two lines where standard error is no terminal


def follow_to_the_end(folder) -> object:
    """Draw the progress line until no worker is left, and return the last summary.

    Raises:
        GroktermError: the folder can't be read.
        KeyboardInterrupt: Ctrl-C. The workers go on; what to do is said before it is raised again.
    """
    from grokterm.jobs import follow

    printed = float("-inf")
    drawing = sys.stderr.isatty()
    look = None
    try:
        for look in follow(folder):
            if drawing:
                sys.stderr.write("\r\x1b[2K" + _fit(printable(line_of(look))))
                sys.stderr.flush()
            elif not look.over and time.monotonic() - printed >= PLAIN_EVERY:
                printed = time.monotonic()
                say(line_of(look))
    except KeyboardInterrupt:
        if drawing:
            say()
        say(f"the worker goes on: `grokterm watch {folder.name}` follows it, `grokterm stop {folder.name}` ends it")
        raise
    if drawing:
        sys.stderr.write("\r\x1b[2K")
    if look.summary.problem:
        raise GroktermError(look.summary.problem)
    say(line_of(look))
    return look.summary


def line_of(look) -> str:
    """State, step, rate, time left and both accuracies in one line; both losses where there is no accuracy."""
    summary = look.summary
    if summary.problem:
        return plain(summary.problem)
    grokked = sum(arm.grokked for arm in summary.arms.values())
    runs = sum(arm.runs for arm in summary.arms.values())
    parts = [f"{summary.state}", f"step {steps(summary.step)} of {steps(summary.steps)}"]
    if turns := workers_done(summary.done, summary.workers):
        parts.append(turns)
    if summary.rate == summary.rate:
        parts.append(rate(summary.rate))
    if summary.eta == summary.eta:
        parts.append(time_left(summary))
    if summary.scored:
        parts += [f"train {_percent(look.train_acc)}", f"test {_percent(look.test_acc)}"]
        parts.append(f"{grokked} of {runs} grokked")
    else:
        parts += [f"train loss {number(look.train_loss)}", f"test loss {number(look.test_loss)}"]
    return " · ".join(parts)


def time_left(summary) -> str:
    """`40s left`, or `about 40s left` where some of it hasn't begun."""
    return f"{'about ' if summary.eta_rough else ''}{duration(summary.eta)} left"


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.1f} %"


def _fit(line: str) -> str:
    import shutil

    return line[: shutil.get_terminal_size().columns - 1]


def fail_unless_finished(folder, summary) -> None:
    """Raise what a failed run is worth: its last line, and where to read more.

    Raises:
        GroktermError: a worker failed or was lost.
    """
    from grokterm.record import State

    if summary.state not in (State.FAILED, State.LOST):
        return
    words = [e.data.get("error") for c in folder.cohorts for e in c.events() if e.kind == "failed"]
    why = words[-1] if words else "its process ended without a word"
    raise GroktermError(
        f"{folder.name} {summary.state}: {why}",
        f"`grokterm logs {folder.name}` shows more; `grokterm resume {folder.name}` goes on from the last checkpoint",
    )
