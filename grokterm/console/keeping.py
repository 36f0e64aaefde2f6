"""What is kept for the next visit, and a word where that can't be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from grokterm.console.text import plain

if TYPE_CHECKING:
    from grokterm.console.memory import Memory
    from grokterm.console.snapshot import Snapshot


class Keeping(App[None]):
    """An app that keeps its view. The watcher keeps the history."""

    memory: Memory
    snapshot: Snapshot
    _unkept: frozenset[str] = frozenset()  # what has been said and is still so

    def keep(self) -> None:
        """Write the view down if it has changed; what can't be written is said once for as long as it lasts."""
        self.memory.save()
        now = frozenset(filter(None, (self.memory.problem, self.snapshot.unkept)))
        for problem in sorted(now - self._unkept):
            self.notify(plain(problem), severity="warning")
        self._unkept = now
