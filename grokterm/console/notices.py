"""What the console says in passing: a line or two in place of the keys, where it covers nothing, for some seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from textual.app import App
from textual.message import Message
from textual.reactive import var
from textual.signal import Signal

SECONDS = {"information": 5.0, "warning": 8.0, "error": 10.0}
_NEWS = 1.0  # seconds for which something is news on another screen too: what led there is said before it is shown


@dataclass(frozen=True, eq=False)
class Notice:
    """Something said. `severity`: information, warning or error. `at`: when, by `time.monotonic`."""

    words: str
    severity: str
    at: float = field(default_factory=time.monotonic)


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
        """It takes the place of what was said before. Warnings stay for their time, and the last error stays beside
        what isn't one."""
        errors = [] if message.notice.severity == "error" else [n for n in self.notices if n.severity == "error"]
        self.notices = (*self._warnings(), *errors[-1:], message.notice)
        self.set_timer(message.seconds, lambda: self._forget(message.notice))

    def turn_page(self) -> None:
        """Another screen is in front: what was said on the one before is no news here, unless it has led here."""
        since = time.monotonic() - _NEWS
        self.notices = (*self._warnings(), *(n for n in self.notices if n.severity != "warning" and n.at >= since))

    def _warnings(self) -> list[Notice]:
        return [notice for notice in self.notices if notice.severity == "warning"]

    def _forget(self, old: Notice) -> None:
        self.notices = tuple(notice for notice in self.notices if notice is not old)
