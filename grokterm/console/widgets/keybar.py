"""The footer: the commands of the screen that fit, from the one table; while a line is written in, what ends that; or
for some seconds what was just said."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from grokterm.console.commands import DIALOGS, Command, footer, footer_width, told
from grokterm.console.text import fold

_MOST_LINES = 6


class KeyBar(Widget):
    """One line of keys. A click on one does what the key does.

    The bars of full screens show the notices of the app in place of the keys, and grow where those need more lines.
    A widget in which letters are only letters has `HINTS`, keys and what they do; with focus it stands for the screen.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar = {"keybar--key", "keybar--label", "keybar--said", "keybar--wrong"}

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope
        self._lines = 1
        self._drawn: tuple[tuple[str, str], ...] = ()

    def on_mount(self) -> None:
        """Follow what is said."""
        if self._scope not in DIALOGS:
            self.app.noticed.subscribe(self, lambda notices: self._told(), immediate=True)
            self.watch(self.screen, "focused", self.check, init=False)

    def on_unmount(self) -> None:
        """Follow it no longer, which would keep the bar and its page."""
        self.app.noticed.unsubscribe(self)

    def on_resize(self) -> None:
        """Lines are folded for the width."""
        self._told()

    def _told(self) -> None:
        lines = max(1, self._said().plain.count("\n") + 1)
        self.refresh(layout=lines != self._lines)
        self._lines = lines

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as what is said takes."""
        return self._lines

    def render(self) -> Text:
        """What was said; else the keys, each in the accent colour with a muted label."""
        said = self._said()
        return said if said else self._keys()

    def _said(self) -> Text:
        line = Text(no_wrap=True, end="")
        if self._scope in DIALOGS or not self.size.width:
            return line
        for notice in self.app.notices:
            style = self._style("said" if notice.severity == "information" else "wrong")
            words = "\n".join(fold(part, self.size.width, "", "") for part in notice.words.split("\n"))
            line.append("\n" if line else "").append(words, style)
        return Text("\n", no_wrap=True, end="").join(line.split("\n")[:_MOST_LINES])

    def _keys(self) -> Text:
        line = Text(no_wrap=True, end="")
        key_style, label_style = self._style("key"), self._style("label")
        self._drawn = self._pairs()
        for key, label in self._drawn:
            line.append(key, key_style).append(f" {label}  ", label_style)
        return line

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"keybar--{part}", partial=True)

    def check(self) -> None:
        """Draw the keys again, if they are others than those that are drawn."""
        if self.size.width and not self._said() and self._pairs() != self._drawn:
            self.refresh()

    def _hints(self) -> tuple[tuple[str, str], ...]:
        return tuple((told(key), label) for key, label in getattr(self.screen.focused, "HINTS", ()))

    def _pairs(self) -> tuple[tuple[str, str], ...]:
        """Keys and what they do."""
        return self._hints() or tuple((entry.shown_key, entry.label) for entry in self._shown())

    def _shown(self) -> tuple[Command, ...]:
        """What fits, of what the screen can do now."""
        can = getattr(self.screen, "offers", lambda action: self.screen.check_action(action, ()))
        return footer(self._scope, self.size.width, lambda entry: can(entry.method.removeprefix("action_")))

    async def on_click(self, event: events.Click) -> None:
        """Find the command under the pointer."""
        end = 0
        for entry in () if self._said() or self._hints() else self._shown():
            end += footer_width([entry]) + 2
            if event.x < end:
                await self.screen.run_action(entry.action or entry.id)
                return
