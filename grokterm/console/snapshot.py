"""The watcher: one thread that reads the folders, computes what is expensive, and publishes one frozen `Snapshot`.

Screens never read a folder. Requests that arrive while it works merge into its next round, and nothing is published
when nothing changed, so that nothing is drawn either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.console.arranging import Arranged, Query
from grokterm.console.terminal import slow_line

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.arranging import Arranger
    from grokterm.console.detail import Detail, Focus
    from grokterm.console.listing import Listing
    from grokterm.console.machine import Machine

LIST_SECONDS = 2.0  # how often the history is looked at
# How often the open experiment is read: as often as a worker writes, and half of that where every byte goes over SSH.
FOCUS_SECONDS = 1.0 if slow_line() else 0.5
_PATIENCE = 0.15  # seconds of reading after which the part of the history that is known is published
_AGES_SECONDS = 30.0  # how often a filter by age is answered anew


@dataclass(frozen=True)
class Snapshot:
    """What is known at one moment.

    Attributes:
        history: a line for every experiment read so far, newest first.
        total: experiments in the folder; more than in `history` while they are first read, -1 before the first look.
        arranged: what the history shows, by the query of `Watcher.arrange`.
        focus: the name asked for by `Watcher.focus`. detail: that experiment, None until it is read.
        machine: the line for the devices, and the devices while `Watcher.watch_machine`; None where nobody asks.
        problem: why the runs folder can't be read, or "".
        unkept: why the history can't be kept for the next visit, or "".
        binned: experiments in the bin, counted where there are no others.
    """

    history: tuple[Summary, ...] = ()
    total: int = -1
    arranged: Arranged = field(default_factory=Arranged)
    focus: str | None = None
    detail: Detail | None = None
    machine: Machine | None = None
    problem: str = ""
    unkept: str = ""
    binned: int = 0

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
        clock: unix seconds; what ages are measured against.
    """

    def __init__(
        self,
        runs: Path,
        publish: Callable[[Snapshot], None],
        failed: Callable[[BaseException], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(name="watcher", daemon=True)
        self._runs, self._publish, self._failed, self._clock = runs, publish, failed, clock
        self._wake = threading.Condition()
        self._wanted: str | None = None
        self._query = Query()
        self._seen: tuple[str, ...] = ()
        self._machine_for: set[str] = set()
        self._again, self._now, self._stopping, self._resting = False, False, False, False
        self._changed: set[str] = set()
        self._snapshot = EMPTY
        self._arranged_at, self._problem, self._binned = 0.0, "", 0
        self._line: dict[str, int] = {}  # the places by which it was arranged
        self._listing: Listing
        self._arranger: Arranger
        self._focus: Focus | None = None

    @property
    def wanted(self) -> str | None:
        """What `focus` asked for last."""
        return self._wanted

    @property
    def query(self) -> Query:
        """What `arrange` asked for last."""
        return self._query

    @property
    def resting(self) -> bool:
        """Everything that was asked for has been read and handed on: for whoever drives the console by a script."""
        return self._resting and not self._asked

    def focus(self, name: str | None) -> None:
        """Follow this experiment closely from now on."""
        with self._wake:
            if name != self._wanted:
                self._wanted = name
                self._wake.notify()

    def arrange(self, query: Query) -> None:
        """Show this part of the history from now on."""
        with self._wake:
            if query != self._query:
                self._query = query
                self._wake.notify()

    def look_at(self, names: tuple[str, ...]) -> None:
        """These are on the screen: look at them in every round."""
        with self._wake:
            self._seen = names

    def watch_machine(self, who: str, wanted: bool) -> None:
        """Whether a screen looks at the devices. `who` tells screens apart: one goes as another comes."""
        with self._wake:
            if wanted and who not in self._machine_for:
                self._machine_for.add(who)
                self._now = True
                self._wake.notify()
            elif not wanted:
                self._machine_for.discard(who)

    def reread(self, names: Iterable[str] | None = None) -> None:
        """Look again now: read everything, or what somebody here has just changed."""
        with self._wake:
            self._now = True
            if names is None:
                self._again = True
            else:
                self._changed.update(names)
            self._wake.notify()

    def stop(self) -> None:
        """End the thread; doesn't wait for it."""
        with self._wake:
            self._stopping = True
            self._wake.notify()

    def run(self) -> None:
        """The loop."""
        # With their numbers and Arrow: after the first paint.
        from grokterm.analysis import SummaryCache
        from grokterm.console.arranging import Arranger
        from grokterm.console.listing import Listing

        try:
            self._listing, next_list = Listing(self._runs, SummaryCache(self._runs)), 0.0
            self._arranger = Arranger(self._listing.fields)
            while not self._stopping:
                with self._wake:
                    again, now, changed = self._again, self._now, self._changed
                    self._again, self._now, self._changed = False, False, set()
                if again or (self._focus is not None and self._focus.name in changed):
                    self._focus = None
                self._listing.distrust(changed)
                self._read_focus()
                if again or now or time.monotonic() >= next_list:
                    self._read_history(again)
                    self._read_machine()
                    next_list = time.monotonic() + LIST_SECONDS
                self._arrange()
                self._rest(next_list)
            self._listing.save(now=True)
        except BaseException as error:  # noqa: BLE001 - handed to the app, which ends with it
            self._failed(error)

    @property
    def _asked(self) -> bool:
        """Somebody has asked for something since it was last looked at."""
        focused = self._focus.name if self._focus else None
        return self._stopping or self._now or focused != self._wanted or self._snapshot.arranged.query != self._query

    def _rest(self, next_list: float) -> None:
        with self._wake:
            if not self._asked:
                until_list = next_list - time.monotonic()
                self._resting = True
                self._wake.wait(max(0.0, min(until_list, FOCUS_SECONDS) if self._focus else until_list))
                self._resting = False

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
        self._put(focus=wanted, detail=detail)

    def _read_history(self, again: bool) -> None:
        from grokterm.errors import GroktermError

        try:
            self._listing.look(again)
        except GroktermError as error:
            self._problem = str(error)
            return
        self._problem = ""
        self._binned = 0 if self._listing.total else self._listing.count_binned()
        published = time.monotonic()
        if self._snapshot.total < 0:
            self._arrange()  # what was known the last time
        for name in self._listing.due((*self._claimed(), *self._seen)):
            if self._stopping:
                return
            self._listing.read(name)
            if time.monotonic() - published > _PATIENCE or self._snapshot.arranged.query != self._query:
                self._arrange()
                self._read_focus()
                published = time.monotonic()
            elif self._wanted != (self._focus.name if self._focus else None):
                self._read_focus()
        self._arrange()
        self._listing.save()
        self._put(unkept=self._listing.problem)

    def _claimed(self) -> list[str]:
        """What waits and trains on this machine, and has perhaps been let go on by somebody else just now."""
        from grokterm.record.line import claimed_folders

        runs = self._runs.resolve()
        return [path.name for path in claimed_folders() if path.parent == runs]

    def _read_machine(self) -> None:
        queued = any(line.state == "queued" for line in self._snapshot.history)
        watched = bool(self._machine_for)
        if watched or queued:
            from grokterm.console.machine import read_machine

            self._put(machine=read_machine(self._runs, watched))
        else:
            self._put(machine=None)

    def _arrange(self) -> None:
        if self._problem:
            self._put(history=(), total=0, arranged=Arranged(self._query), problem=self._problem)
        else:
            self._put(total=self._listing.total, problem="", binned=self._binned, **self._arranged())

    def _arranged(self) -> dict[str, object]:
        """The history and what of it is shown, anew only if the history or the query has changed."""
        history, query, before = self._listing.lines(), self._query, self._snapshot
        late = query.filter.asks_age and time.monotonic() - self._arranged_at > _AGES_SECONDS
        line = before.machine.places if before.machine is not None else {}
        same = history == before.history and query == before.arranged.query and line == self._line
        if same and not late:
            return {}
        self._arranged_at, self._line = time.monotonic(), line
        return {"history": history, "arranged": self._arranger.arrange(history, query, self._clock(), line)}
