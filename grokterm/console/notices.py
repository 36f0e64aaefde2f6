"""What the console says in passing: a line or two in place of the keys, where it covers nothing, for some seconds."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import App
from textual.message import Message
from textual.reactive import var
from textual.signal import Signal

SECONDS = {"information": 5.0, "warning": 8.0, "error": 10.0}


@dataclass(frozen=True, eq=False)
class Notice:
    """Something said. `severity`: information, warning or error."""

    words: str
    severity: str


class Telling(App[None]):
    """An app that says things in its key bars: those of full screens show `notices`."""

    notices: var[tuple[Notice, ...]] = var(())

    def __init__(self) -> None:
        super().__init__()
        self.noticed: Signal[tuple[Notice, ...]] = Signal(self, "noticed")

    def watch_notices(self, notices: tuple[Notice, ...]) -> None:
        """Tell the key bars."""
        self.noticed.publish(notices)

    class Said(Message):
        """A notice from any thread."""

        def __init__(self, notice: Notice, seconds: float) -> None:
            super().__init__()
            self.notice, self.seconds = notice, seconds

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: str = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something, from any thread; here and not in Textual's toasts, which lie over what one looks at.

        Args:
            timeout: seconds for which it stays.
            markup: Textual's; here words are never markup.
        """
        words = " ".join(filter(None, (title, message)))
        self.post_message(self.Said(Notice(words, severity), timeout or SECONDS[severity]))

    def on_telling_said(self, message: Said) -> None:
        """A confirmation takes the place of the one before; what went wrong stays for its time."""
        others = tuple(notice for notice in self.notices if notice.severity != "information")
        self.notices = (*others, message.notice)
        self.set_timer(message.seconds, lambda: self._forget(message.notice))

    def _forget(self, old: Notice) -> None:
        self.notices = tuple(notice for notice in self.notices if notice is not old)
