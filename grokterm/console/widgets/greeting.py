"""The very first start: three things to do. It goes with any key; those that it names then do what they always do."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from grokterm.console.commands import command
from grokterm.console.text import plain

_LINES = (
    ("new", "starts an experiment; `quickstart` groks within a minute"),
    ("help", "shows every key, and what the signs mean"),
    ("quit", "leaves; experiments go on without the console"),
)


class Greeting(ModalScreen[None]):
    """A small box over the history, or over the experiment that the demonstration has started.

    Args:
        behind: the short name of the experiment, or "".
    """

    CSS_PATH = "greeting.tcss"

    def __init__(self, behind: str = "") -> None:
        super().__init__()
        self._behind = behind

    def compose(self) -> ComposeResult:
        """Three lines."""
        width = max(len(command(name).shown_key) for name, _ in _LINES)
        words = Text("A laboratory for grokking\n\n", style="bold")
        if self._behind:
            words.append(f"{plain(self._behind)} is behind this.\n\n", "not bold")
        for name, meaning in _LINES:
            words.append(f"{command(name).shown_key:<{width}}", "bold").append(f"   {meaning}\n", "not bold")
        words.append("\nAny key begins.", "not bold dim")
        yield Static(words, markup=False)

    def on_key(self, event: events.Key) -> None:
        """Go; a key that was named does what it does."""
        event.stop()
        event.prevent_default()
        self.dismiss()
        if any(event.key in command(name).key.split(",") for name, _ in _LINES):
            self.app.call_after_refresh(self.app.simulate_key, event.key)

    def on_click(self) -> None:
        """Go."""
        self.dismiss()
