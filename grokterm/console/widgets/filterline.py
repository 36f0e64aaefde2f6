"""The line at the bottom of a page in which is written what its list shall contain."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message
from textual.widgets import Input


class FilterLine(Input):
    """Hidden until it is opened; a page hears of every letter, and when the line has been left with Enter.

    Args:
        placeholder: what may be written.
        stays: it is shown for as long as something is written in it; else the page shows what that is.
    """

    HINTS: ClassVar = (("Enter", "keep"), ("{back}", "show all"))

    class Sifted(Message):
        """`text` is written now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Back to what is filtered; what is written holds."""

    def __init__(self, placeholder: str = "", *, stays: bool = False, id: str = "filter") -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True)
        self._stays = stays
        self.display = False

    @property
    def text(self) -> str:
        """What is written, without blanks around it."""
        return self.value.strip()

    def open(self, text: str | None = None) -> None:
        """Write in it, beginning with `text`, or with what is there."""
        if text is not None:
            with self.prevent(Input.Changed):
                self.value = text
        self.display = True
        # At once and not in the next message: what is typed right behind the key must not be taken for commands.
        self.screen.set_focus(self)

    def clear(self) -> None:
        """No filter, and no line."""
        self.value, self.display = "", False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        event.stop()
        self.post_message(self.Sifted(self.text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.display = self._stays and bool(self.text)
        self.post_message(self.Left())
