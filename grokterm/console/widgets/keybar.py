"""The footer: the commands of the screen that fit, from the one table."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.widget import Widget

from grokterm.console.commands import footer, footer_width


class KeyBar(Widget):
    """One line of keys. A click on one does what the key does."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar = {"keybar--key", "keybar--label"}

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def render(self) -> Text:
        """Key in the accent colour, label muted."""
        line = Text(no_wrap=True, end="")
        key_style = self.get_component_rich_style("keybar--key", partial=True)
        label_style = self.get_component_rich_style("keybar--label", partial=True)
        for entry in footer(self._scope, self.size.width):
            line.append(entry.shown_key, key_style).append(f" {entry.label}  ", label_style)
        return line

    async def on_click(self, event: events.Click) -> None:
        """Find the command under the pointer."""
        end = 0
        for entry in footer(self._scope, self.size.width):
            end += footer_width([entry]) + 2
            if event.x < end:
                await self.screen.run_action(entry.action or entry.id)
                return
