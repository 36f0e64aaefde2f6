"""Who goes first where the processor is short: whoever sits at the keyboard, not the worker behind.

Without it the console answers two to three times later while workers take every core.
"""

import os
import time
from pathlib import Path

from grokterm.engine.log import say

NICENESS = 5  # about a third of the share of a process that isn't nice
ENVIRONMENT = "GROKTERM_NICE"
_GROUP = Path("/proc/self/autogroup")
_TRIES = 30


def give_way() -> None:
    """Make this thread, and those that it starts, `$GROKTERM_NICE` nice (0 to 19, else 5), unless they are already.

    Linux may weigh sessions before it looks at the processes in them, so that a session of our own is made as nice.
    Where the system doesn't allow it, the log says so: the worker trains all the same.
    """
    said = os.environ.get(ENVIRONMENT, "").strip()
    wanted = int(said) if said.isdecimal() and int(said) <= 19 else NICENESS
    already = os.getpriority(os.PRIO_PROCESS, 0)
    wanted = max(wanted, already)
    if not wanted:
        return
    try:
        if wanted > already:
            os.setpriority(os.PRIO_PROCESS, 0, wanted)
        if os.getsid(0) == os.getpid() and _GROUP.exists():
            _weigh_session(wanted)
    except OSError as problem:
        say(f"the priority stays as it is: {problem}")


def _weigh_session(wanted: int) -> None:
    for left in reversed(range(_TRIES)):
        try:
            _GROUP.write_text(str(wanted))
            return
        except BlockingIOError:  # Linux takes one such wish every tenth of a second, of all users together
            if not left:
                raise
            time.sleep(0.1)
