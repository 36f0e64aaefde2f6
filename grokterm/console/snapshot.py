"""The watcher: one thread that reads the folders, computes what is expensive, and publishes one frozen `Snapshot`.

Screens never read a folder. Requests that arrive while it works merge into its next round, and nothing is published
when nothing changed, so that nothing is drawn either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.detail import Detail, Focus
    from grokterm.record import ExperimentFolder

LIST_SECONDS = 2.0  # how often the history is read
FOCUS_SECONDS = 0.5  # how often the open experiment is read, which is how often a worker writes
_PATIENCE = 0.15  # seconds of reading after which the part of the history that is known is published
_SETTLED_A_ROUND = 25  # experiments that have ended and are looked at again in each round: someone may resume them


@dataclass(frozen=True)
class Snapshot:
    """What is known at one moment.

    Attributes:
        history: a line for every experiment read so far, newest first.
        total: experiments in the folder; more than in `history` while they are first read, -1 before the first look.
        focus: the name asked for by `Watcher.focus`. detail: that experiment, None until it is read.
        problem: why the runs folder can't be read, or "".
    """

    history: tuple[Summary, ...] = ()
    total: int = -1
    focus: str | None = None
    detail: Detail | None = None
    problem: str = ""

    @property
    def loading(self) -> bool:
        """The history isn't complete yet."""
        return len(self.history) < self.total or self.total < 0


EMPTY = Snapshot()


class Watcher(threading.Thread):
    """Reads `runs` until `stop`.

    Args:
        publish: called in this thread with every new snapshot; it must be safe to call from another thread.
        failed: called in this thread with an exception that ended it.
    """

    def __init__(
        self, runs: Path, publish: Callable[[Snapshot], None], failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(name="watcher", daemon=True)
        self._runs, self._publish, self._failed = runs, publish, failed
        self._wake = threading.Condition()
        self._wanted: str | None = None
        self._reread, self._stopping = False, False
        self._snapshot = EMPTY
        self._folders: dict[str, ExperimentFolder] = {}
        self._summaries: dict[str, Summary] = {}
        self._names: tuple[str, ...] = ()
        self._turn = 0
        self._focus: Focus | None = None

    @property
    def wanted(self) -> str | None:
        """What `focus` asked for last."""
        return self._wanted

    def focus(self, name: str | None) -> None:
        """Follow this experiment closely from now on."""
        with self._wake:
            if name != self._wanted:
                self._wanted = name
                self._wake.notify()

    def reread(self) -> None:
        """Read everything again now."""
        with self._wake:
            self._reread = True
            self._wake.notify()

    def stop(self) -> None:
        """End the thread; doesn't wait for it."""
        with self._wake:
            self._stopping = True
            self._wake.notify()

    def run(self) -> None:
        """The loop."""
        try:
            next_list = 0.0
            while not self._stopping:
                with self._wake:
                    all_again, self._reread = self._reread, False
                if all_again:
                    self._forget()
                self._read_focus()
                if all_again or time.monotonic() >= next_list:
                    self._read_history()
                    next_list = time.monotonic() + LIST_SECONDS
                self._rest(next_list)
        except BaseException as error:  # noqa: BLE001 - handed to the app, which ends with it
            self._failed(error)

    def _rest(self, next_list: float) -> None:
        with self._wake:
            if self._stopping or self._reread or (self._focus.name if self._focus else None) != self._wanted:
                return
            until_list = next_list - time.monotonic()
            self._wake.wait(max(0.0, min(until_list, FOCUS_SECONDS) if self._focus else until_list))

    def _forget(self) -> None:
        self._folders.clear()
        self._summaries.clear()
        self._focus = None

    def _put(self, **changes: object) -> None:
        snapshot = replace(self._snapshot, **changes)
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self._publish(snapshot)

    def _read_focus(self) -> None:
        from grokterm.console.detail import Focus
        from grokterm.record import open_folder

        wanted = self._wanted
        if wanted is None:
            self._focus = None
            self._put(focus=None, detail=None)
            return
        if self._focus is None or self._focus.name != wanted:
            self._focus = Focus(self._folders.get(wanted) or open_folder(self._runs / wanted))
        self._put(focus=wanted, detail=self._focus.read())

    def _read_history(self) -> None:
        from grokterm.errors import GroktermError
        from grokterm.record import list_folders

        try:
            folders = list_folders(self._runs)
        except GroktermError as error:
            self._put(history=(), total=0, problem=str(error))
            return
        self._names = tuple(folder.name for folder in folders)
        known = self._folders
        self._folders = {folder.name: known.get(folder.name, folder) for folder in folders}
        self._summaries = {name: old for name, old in self._summaries.items() if name in self._folders}
        published = time.monotonic()
        for name in self._due():
            if self._stopping:
                return
            self._summaries[name] = self._summary(name)
            if time.monotonic() - published > _PATIENCE:
                self._put_history()
                self._read_focus()
                published = time.monotonic()
        self._put_history()

    def _put_history(self) -> None:
        history = tuple(self._summaries[name] for name in self._names if name in self._summaries)
        self._put(history=history, total=len(self._names), problem="")

    def _due(self) -> list[str]:
        """Names to read in this round: new ones, those that move, and a few of those that have ended, in turn."""
        settled = [name for name in self._names if name in self._summaries and not _moves(self._summaries[name])]
        start = self._turn % max(1, len(settled))
        turn = set((settled[start:] + settled[:start])[:_SETTLED_A_ROUND])
        self._turn = start + _SETTLED_A_ROUND
        return [
            name for name in self._names if name not in self._summaries or name in turn or _moves(self._summaries[name])
        ]

    def _summary(self, name: str) -> Summary:
        from grokterm.analysis import summarise

        return summarise(self._folders[name])


def _moves(summary: Summary) -> bool:
    return summary.state is not None and summary.state.live
