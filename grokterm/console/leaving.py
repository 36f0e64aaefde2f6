"""Ways out of the console besides `q`: a terminal that is gone, a signal, a server that was killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from grokterm.console.text import plain

if TYPE_CHECKING:
    from grokterm.console.memory import Memory
    from grokterm.console.snapshot import Snapshot

_SERVER_SECONDS = 2.0  # how often the server is looked for


class Leaving(App[None]):
    """An app that leaves in order however it is told to."""

    memory: Memory

    def leave_when_told(self, leave_by: Callable[[int], None]) -> None:
        """From now on leave at SIGHUP and SIGTERM, and with the server that started this.

        Args:
            leave_by: called with an exit code; ends the process if it hasn't gone by itself soon.
        """
        self._leave_by, self._loop = leave_by, asyncio.get_running_loop()
        for end in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(end, self._told_to_leave)
        if "GROKTERM_SERVER" in os.environ:
            self.set_interval(_SERVER_SECONDS, self._leave_with_server)

    def _told_to_leave(self, number: int, _frame: object) -> None:
        """The terminal is gone, or somebody wants us gone: leave as if `q` had been pressed, at the latest soon.

        Whoever writes to a terminal that is gone may wait for ever, and then nothing of the loop runs any more; so this
        is a handler of the process and not of the loop, and `leave_by` sets the end.
        """
        self.memory.save()
        self._leave_by(128 + number)
        self._loop.call_soon_threadsafe(self.call_later, self.action_quit)

    def _leave_with_server(self) -> None:
        """A server that was killed can't say so."""
        if os.getppid() != int(os.environ["GROKTERM_SERVER"]):
            self.exit()


def farewell(snapshot: Snapshot) -> str:
    """What still trains when the console is left, or "": leaving it stops nothing."""
    live = [line.name for line in snapshot.history if line.state is not None and line.state.live]
    if not live:
        return ""
    names = ", ".join(plain(name) for name in live[:3]) + (f" and {len(live) - 3} more" if len(live) > 3 else "")
    return f"{names}: still training, without the console. `grokterm` shows it again."
