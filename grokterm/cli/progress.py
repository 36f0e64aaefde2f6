"""The progress line: one line on standard error that follows an experiment."""

import shutil
import sys

from grokterm.cli.out import printable, say
from grokterm.cli.waiting import Told, waiting_line
from grokterm.console.text import clip, duration, number, plain, rate, steps, workers_done
from grokterm.errors import GroktermError

_SEPARATOR = " · "


def follow_to_the_end(folder) -> object:
    """Draw the progress line until no worker is left, and return the last summary.

    Raises:
        GroktermError: the folder can't be read.
        KeyboardInterrupt: Ctrl-C. The workers go on; what to do is said before it is raised again.
    """
    from grokterm.jobs import follow

    told = Told()
    drawing = sys.stderr.isatty()
    look = None
    try:
        for look in follow(folder):
            waiting = waiting_line(folder, look)
            if drawing:
                room = shutil.get_terminal_size().columns - 1
                sys.stderr.write("\r\x1b[2K" + printable(clip(waiting, room) if waiting else line_of(look, room)))
                sys.stderr.flush()
            elif not look.over and told.due(line := waiting or line_of(look), look.summary.state):
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
    begun = any(cohort.checkpoints() for cohort in folder.cohorts)
    how = "goes on from the last checkpoint" if begun else "begins again; there is no checkpoint yet"
    raise GroktermError(
        f"{folder.name} {summary.state}: {failed[-1]['error']}",
        f"`grokterm logs {folder.name}` shows more; `grokterm resume {folder.name}` {how}",
    )
