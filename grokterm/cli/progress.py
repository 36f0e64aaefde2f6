"""The progress line: one line on standard error that follows an experiment."""

import shutil
import sys
import time

from grokterm.cli.out import printable, say
from grokterm.console.text import clip, duration, number, ordinal, plain, rate, steps, workers_done
from grokterm.errors import GroktermError
from grokterm.names import short_name

_SEPARATOR = " · "
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
            room = shutil.get_terminal_size().columns - 1 if drawing else None
            line = waiting_line(folder, look) or line_of(look, room)
            if drawing:
                sys.stderr.write("\r\x1b[2K" + printable(clip(line, room)))
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


def line_of(look, room: int | None = None) -> str:
    """State, step, what has grokked, time left, accuracies and rate in one line; losses where there is no accuracy.

    Args:
        room: cells that there are; None is as many as it takes. Where they are few, every part is written shorter, and
            what still doesn't fit is left out from the end, where what is needed least stands.
    """
    problem = look.summary.problem
    if problem:
        return plain(problem) if room is None else clip(problem, room)
    whole, short = zip(*_parts(look), strict=True)
    line = _SEPARATOR.join(whole)
    if room is None or len(line) <= room:
        return line
    fitting = (_SEPARATOR.join(short[:count]) for count in range(len(short), 0, -1))
    return next((line for line in fitting if len(line) <= room), clip(short[0], room))


def _parts(look) -> list[tuple[str, str]]:
    """The parts of the line, what is needed most first: each as it is, and shorter."""
    summary = look.summary
    step, budget = steps(summary.step), steps(summary.steps)
    parts = [(f"{summary.state}",) * 2, (f"step {step} of {budget}", f"{step}/{budget}")]
    if summary.scored:
        grokked = sum(arm.grokked for arm in summary.arms.values())
        runs = sum(arm.runs for arm in summary.arms.values())
        parts.append((f"{grokked} of {runs} grokked", f"{grokked}/{runs} grokked"))
    if summary.eta == summary.eta:
        parts.append((time_left(summary), f"{'~' if summary.eta_rough else ''}{duration(summary.eta)} left"))
    for name in ("test", "train"):
        if summary.scored:
            share = getattr(look, f"{name}_acc")
            parts.append((f"{name} {_percent(share)}", f"{name} {_percent(share, short=True)}"))
        else:
            parts.append((f"{name} loss {number(getattr(look, f'{name}_loss'))}",) * 2)
    if summary.rate == summary.rate:
        parts.append((rate(summary.rate),) * 2)
    if turns := workers_done(summary.done, summary.workers):
        parts.append((turns, f"{summary.done}/{summary.workers} workers"))
    return parts


def time_left(summary) -> str:
    """`40s left`, or `about 40s left` where some of it hasn't begun."""
    return f"{'about ' if summary.eta_rough else ''}{duration(summary.eta)} left"


def _percent(value: float, short: bool = False) -> str:
    if value != value:
        return "–"
    return f"{int(100 * value)} %" if short else f"{100 * value:.1f} %"  # short, 99.9 is not yet 100


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
