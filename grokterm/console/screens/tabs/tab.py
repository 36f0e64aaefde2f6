"""What every tab is: a part of the experiment page that draws, reads and computes only while it is in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.message import Message

from grokterm.console.curves import Curves
from grokterm.errors import GroktermError

if TYPE_CHECKING:
    from pathlib import Path

    from grokterm.console.app import Console
    from grokterm.console.detail import Detail
    from grokterm.console.panel import Panel
    from grokterm.record import ExperimentFolder


class Tab(Vertical):
    """A tab.

    Args:
        folder: of the experiment.
    """

    PLACEHOLDER = ""  # what the filter is for; "" where there is nothing to filter
    FOCUS = ""  # what gets the keys when the tab comes in front
    OF_ARMS = False  # the filter chooses among the arms, and the page does that; else among what the tab shows
    CHARTED = False  # it has a legend and a grid of charts, and the page draws its `panels` of its `curves` there
    app: Console

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.detail: Detail | None = None

    class Ready(Message):
        """The tab can be drawn into."""

    def on_mount(self) -> None:
        """Say so, once everything in it is there too."""
        self.call_after_refresh(self.post_message, self.Ready())

    def show(self, detail: Detail) -> None:
        """Draw what has changed; called while in front only."""
        self.detail = detail

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The charts of a tab that has some."""
        return ()

    @property
    def curves(self) -> Curves:
        """What they are made of."""
        return self.detail.curves if self.detail is not None else Curves()

    def sift(self, text: str) -> None:
        """Show only what contains this text."""

    def sifted(self) -> str:
        """How much of it the filter leaves, in words; "" where that is said elsewhere."""
        return ""

    def differing(self) -> bool:
        """Show only where arms differ; False in a tab that has nothing of the kind."""
        return False

    def reread(self) -> None:
        """Read everything again."""


class ReadingTab(Tab):
    """A tab that needs more than the snapshot holds: it reads in a thread, again and again while something trains."""

    SECONDS = 1.0

    class Read(Message):
        """What was read, or why it can't be; sent by the thread."""

        def __init__(self, found: object, problem: str = "") -> None:
            super().__init__()
            self.found, self.problem = found, problem

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.found: object = None
        self.problem = ""
        self._reading = False
        self._read_at: Detail | None = None  # what was known when it was last read

    def on_mount(self) -> None:
        """Read again from time to time."""
        self.set_interval(self.SECONDS, self._again)

    def read(self, folder: ExperimentFolder) -> object:
        """Read and compute; runs in a thread. Equal results are shown once.

        Raises:
            GroktermError: it can't be read; that is then said in place of it.
        """
        raise NotImplementedError

    def tell(self) -> None:
        """Show `found`, or `problem`."""

    def show(self, detail: Detail) -> None:
        """Read for the first time, and when nothing trains any more; between them the clock decides."""
        first = self.detail is None
        super().show(detail)
        if first or (self._outdated and not self._live):
            self.reread()
        if not first:
            self.tell()

    @property
    def _live(self) -> bool:
        state = self.detail.summary.state if self.detail else None
        return state is not None and state.live

    @property
    def _outdated(self) -> bool:
        """Something has happened since it was read; a tab that wasn't in front may have missed the end of training."""
        return self.detail is not self._read_at

    def on_show(self) -> None:
        """Brought to the front again."""
        if self._outdated:
            self.reread()

    def _again(self) -> None:
        if self.display and self.screen.in_front and (self._live or self._outdated):
            self.reread()

    def reread(self) -> None:
        """Read again now, unless that is being done."""
        if not self._reading:
            self._reading, self._read_at = True, self.detail
            self.run_worker(self._work, thread=True, group="read")

    def _work(self) -> None:
        from grokterm.record import open_folder

        try:
            self.post_message(self.Read(self.read(open_folder(self.folder))))
        except (GroktermError, OSError) as error:
            self.post_message(self.Read(None, str(error) or type(error).__name__))

    def on_reading_tab_read(self, message: Read) -> None:
        """Show what is new."""
        message.stop()
        self._reading = False
        if message.found != self.found or message.problem != self.problem or self.found is None:
            self.found, self.problem = message.found, message.problem
            if self.display:
                self.tell()
