"""The footer: the commands of the screen that fit, from the one table."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.widget import Widget

from grokterm.console.commands import Command, footer, footer_width


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
        for entry in self._shown():
            line.append(entry.shown_key, key_style).append(f" {entry.label}  ", label_style)
        return line

    def _shown(self) -> tuple[Command, ...]:
        """What fits, of what the screen can do now."""

        def offered(entry: Command) -> bool | None:
            return self.screen.check_action(entry.method.removeprefix("action_"), ())

        return footer(self._scope, self.size.width, offered)

    async def on_click(self, event: events.Click) -> None:
        """Find the command under the pointer."""
        end = 0
        for entry in self._shown():
            end += footer_width([entry])
            if event.x < end:
                await self.screen.run_action(entry.action or entry.id)
                return
