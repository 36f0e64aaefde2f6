"""Two small dialogs: a question with yes and no, and one line of text."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from grokterm.console.commands import LINE, QUESTION, bindings
from grokterm.console.text import plain
from grokterm.console.widgets.keybar import KeyBar


class Question(ModalScreen[bool]):
    """Asks before something is done; the answer is True or False."""

    BINDINGS = bindings(QUESTION)
    CSS_PATH = "dialogs.tcss"

    def __init__(self, question: str, detail: str) -> None:
        super().__init__()
        self._question, self._detail = question, detail

    def compose(self) -> ComposeResult:
        """The question, what will happen, the keys."""
        with Vertical():
            yield Static(plain(self._question), id="question", markup=False)
            yield Static(plain(self._detail), id="detail", markup=False)
            yield KeyBar(QUESTION)

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Don't."""
        self.dismiss(False)


class Line(ModalScreen[str | None]):
    """Asks for one line of text; None when it was left with Esc or nothing was written."""

    BINDINGS = bindings(LINE)
    CSS_PATH = "dialogs.tcss"

    def __init__(self, title: str, placeholder: str) -> None:
        super().__init__()
        self._title, self._placeholder = title, placeholder

    def compose(self) -> ComposeResult:
        """A title, the input, the keys."""
        with Vertical():
            yield Static(plain(self._title), id="question", markup=False)
            yield Input(placeholder=self._placeholder)
            yield KeyBar(LINE)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter inside the input."""
        self.action_accept()

    def action_accept(self) -> None:
        """Keep what is written."""
        self.dismiss(self.query_one(Input).value.strip() or None)

    def action_cancel(self) -> None:
        """Forget it."""
        self.dismiss(None)
