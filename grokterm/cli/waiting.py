"""What is said of an experiment that waits for a device, and how often."""

import time

from grokterm.console.text import ordinal, plain
from grokterm.names import short_name

PLAIN_EVERY = 10.0  # seconds between two lines where standard error is no terminal
MOST_NAMED = 5  # experiments that another waits for; `grokterm queue` has all


def waiting_line(folder, look) -> str:
    """Of an experiment that waits as a whole: its place in the line, and behind whom; "" where nobody is before it."""
    if look.summary.state != "queued":
        return ""
    from grokterm.jobs import line

    now, own = line(), folder.path.resolve()
    if own not in now.experiments:  # its worker loads, or is on another host
        return ""
    place = now.experiments.index(own)
    wanted = now.wanted(own)
    there = (one for one in now.holders(wanted) if one.folder != own)
    before = {one.folder: "is paused" if one.paused else "trains" for one in there}
    before |= dict.fromkeys(now.experiments[:place], "waits")
    who = [f"{plain(short_name(path.name)) or 'unknown'} ({what})" for path, what in before.items()]
    several = f", … ({len(who)} in all)" if len(who) > MOST_NAMED else ""
    behind = f", behind {', '.join(who[:MOST_NAMED])}{several}"
    return f"queued · {ordinal(place + 1)} in line for {' or '.join(wanted)}{behind}" if who else ""


class Told:
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
