"""Two small dialogs: a question with yes and no, and one line of text."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from grokterm.console.commands import LINE, QUESTION, bindings, told
from grokterm.console.text import plain, plain_lines
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
            yield Static(plain_lines(self._detail), id="detail", markup=False)
            yield KeyBar(QUESTION)

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Don't."""
        self.dismiss(False)


class Line(ModalScreen[str | None]):
    """Asks for one line of text; None when it was left with Esc.

    Args:
        title: what is asked for.
        placeholder: how it is written.
        detail: what is there already, and what will come of it.
        value: what stands in the line to begin with.
        check: what is wrong with a line, shown as it is typed; "" where nothing is. A wrong line isn't kept.
        empty: an empty line is an answer too.
    """

    BINDINGS = bindings(LINE)
    CSS_PATH = "dialogs.tcss"

    def __init__(
        self,
        title: str,
        placeholder: str,
        *,
        detail: str = "",
        value: str = "",
        check: Callable[[str], str] = lambda text: "",
        empty: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._placeholder, self._detail, self._value = title, placeholder, detail, value
        self._check, self._empty = check, empty

    def compose(self) -> ComposeResult:
        """A title, the input, what is wrong with it, the keys."""
        with Vertical():
            yield Static(plain(self._title), id="question", markup=False)
            if self._detail:
                yield Static(plain_lines(self._detail), id="detail", markup=False)
            yield Input(self._value, placeholder=self._placeholder)
            yield Static(id="wrong", markup=False)
            yield KeyBar(LINE)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong while it is typed."""
        self.query_one("#wrong", Static).update(plain(self._check(event.value.strip())))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter inside the input."""
        self.action_accept()

    def action_accept(self) -> None:
        """Keep what is written, if nothing is wrong with it."""
        text = self.query_one(Input).value.strip()
        if not text and not self._empty:
            self.query_one("#wrong", Static).update(told("Nothing is written yet; {cancel} leaves without it"))
        elif not self._check(text):
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Forget it."""
        self.dismiss(None)
