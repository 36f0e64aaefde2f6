"""The progress line: one line on standard error that follows an experiment."""

import sys
import time

from grokterm.cli.out import printable, say
from grokterm.console.text import duration, number, ordinal, plain, rate, steps, workers_done
from grokterm.errors import GroktermError
from grokterm.names import short_name

PLAIN_EVERY = 10.0  # seconds between two lines where standard error is no terminal
MOST_NAMED = 5  # experiments that another waits for; `grokterm queue` has all


def follow_to_the_end(folder) -> object:
    """Draw the progress line until no worker is left, and return the last summary.

    Raises:
        GroktermError: the folder can't be read.
        KeyboardInterrupt: Ctrl-C. The workers go on; what to do is said before it is raised again.
    """
    from grokterm.jobs import follow

    told = _Told()
    drawing = sys.stderr.isatty()
    look = None
    try:
        for look in follow(folder):
            line = waiting_line(folder, look) or line_of(look)
            if drawing:
                sys.stderr.write("\r\x1b[2K" + _fit(printable(line)))
                sys.stderr.flush()
            elif not look.over and told.due(line, look.summary.state):
                say(line)
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


class _Told:
    """What was said last, and when: numbers grow old, but who waits has news only where the words change."""

    def __init__(self) -> None:
        self._line, self._state, self._at = "", None, float("-inf")

    def due(self, line: str, state) -> bool:
        """Whether this line is to be said now; then it is taken as said."""
        if state == self._state == "queued":
            due = line != self._line
        else:
            due = self._state == "queued" or time.monotonic() - self._at >= PLAIN_EVERY
        if due:
            self._line, self._state, self._at = line, state, time.monotonic()
        return due


def waiting_line(folder, look) -> str:
    """Of an experiment that waits as a whole: its place in the line, and behind whom; "" where nobody is before it."""
    if look.summary.state != "queued":
        return ""
    from grokterm.jobs import line

    now, own = line(), folder.path.resolve()
    order = [path.resolve() for path in now.experiments]
    if own not in order:  # its worker loads, or is on another host
        return ""
    place = order.index(own)
    wanted = dict.fromkeys(device for one in now.waiting if one.folder.resolve() == own for device in one.devices)
    before = {one.folder: one.state for one in now.holding if one.device in wanted and one.folder.resolve() != own}
    before = {path: "is paused" if state == "paused" else "trains" for path, state in before.items()}
    before |= dict.fromkeys(now.experiments[:place], "waits")
    who = [f"{plain(short_name(path.name)) or 'unknown'} ({what})" for path, what in before.items()]
    several = f", … ({len(who)} in all)" if len(who) > MOST_NAMED else ""
    behind = f", behind {', '.join(who[:MOST_NAMED])}{several}"
    return f"queued · {ordinal(place + 1)} in line for {' or '.join(wanted)}{behind}" if who else ""


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


def failures(folder) -> list[dict]:
    """The workers that failed or were lost: which runs they trained, how far they came, and why they ended."""
    from grokterm.record import State

    found = []
    for cohort in folder.cohorts:
        state, status = cohort.state(), cohort.status()
        if state in (State.FAILED, State.LOST):
            words = [event.data.get("error") for event in cohort.events() if event.kind == "failed"]
            found.append(
                {
                    "cohort": cohort.index,
                    "state": state,
                    "step": status.step if status else 0,
                    "error": words[-1] if words and state is State.FAILED else "its process ended without a word",
                    "runs": [{"arm": arm, "seed": seed} for arm, seed in cohort.members],
                }
            )
    return found


def fail_unless_finished(folder, summary) -> None:
    """Raise what a failed run is worth: its last line, and where to read more.

    Raises:
        GroktermError: a worker failed or was lost.
    """
    failed = failures(folder)
    if not failed:
        return
    raise GroktermError(
        f"{folder.name} {summary.state}: {failed[-1]['error']}",
        f"`grokterm logs {folder.name}` shows more; `grokterm resume {folder.name}` goes on from the last checkpoint",
    )
