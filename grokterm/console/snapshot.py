"""The watcher: one thread that reads the folders, computes what is expensive, and publishes one frozen `Snapshot`.

Screens never read a folder. Requests that arrive while it works merge into its next round, and nothing is published
when nothing changed, so that nothing is drawn either.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.detail import Detail, Focus
    from grokterm.console.listing import Listing

LIST_SECONDS = 2.0  # how often the history is read
# How often the open experiment is read: as often as a worker writes, and half of that where every byte goes over SSH.
FOCUS_SECONDS = 1.0 if "SSH_CONNECTION" in os.environ else 0.5
_PATIENCE = 0.15  # seconds of reading after which the part of the history that is known is published


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
        self._listing: Listing
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
        from grokterm.console.listing import Listing  # with its numbers and Arrow: after the first paint

        try:
            self._listing, next_list = Listing(self._runs), 0.0
            while not self._stopping:
                with self._wake:
                    again, self._reread = self._reread, False
                if again:
                    self._focus = None
                self._read_focus()
                if again or time.monotonic() >= next_list:
                    self._read_history(again)
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

    def _put(self, **changes: object) -> None:
        snapshot = replace(self._snapshot, **changes)
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self._publish(snapshot)

    def _read_focus(self) -> None:
        from grokterm.console.detail import Focus

        wanted = self._wanted
        if wanted is None:
            self._focus = None
            self._put(focus=None, detail=None)
            return
        if self._focus is None or self._focus.name != wanted:
            self._focus = Focus(self._listing.folder(wanted))
        detail = self._focus.read()
        self._listing.put(detail.summary)
        self._put(focus=wanted, detail=detail, history=self._listing.lines())

    def _read_history(self, again: bool) -> None:
        from grokterm.errors import GroktermError

        try:
            self._listing.look(again)
        except GroktermError as error:
            self._put(history=(), total=0, problem=str(error))
            return
        published = time.monotonic()
        for name in self._listing.due(again):
            if self._stopping:
                return
            self._listing.read(name)
            if time.monotonic() - published > _PATIENCE:
                self._put_history()
                self._read_focus()
                published = time.monotonic()
        self._put_history()

    def _put_history(self) -> None:
        self._put(history=self._listing.lines(), total=self._listing.total, problem="")
