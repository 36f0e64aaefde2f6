"""Charts as files: a dialog that asks for form and name, and a thread that writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from grokterm.console.commands import WRITE, bindings
from grokterm.console.screens.page import rewrite
from grokterm.console.text import clip_middle, plain
from grokterm.console.widgets.keybar import KeyBar
from grokterm.errors import GroktermError

if TYPE_CHECKING:
    from grokterm.console.app import Console
    from grokterm.console.charts.model import Chart

_FORMS = {"svg": "picture that scales", "png": "picture of dots", "csv": "numbers, a table", "json": "numbers, JSON"}


class Write(ModalScreen[tuple[str, str] | None]):
    """Asks in which form and under which name; the answer is a name and its suffix, or None.

    Args:
        titles: of the charts that would be written.
        stem: the name offered, without its suffix.
    """

    BINDINGS = bindings(WRITE)
    CSS_PATH = "writing.tcss"
    AUTO_FOCUS = ""

    def __init__(self, titles: Sequence[str], stem: str) -> None:
        super().__init__()
        self._titles, self._stem, self._form = tuple(titles), stem, next(iter(_FORMS))

    def compose(self) -> ComposeResult:
        """What, under which name, where, and the keys of the forms."""
        named = ", ".join(self._titles)
        what = named if len(self._titles) == 1 else f"{len(self._titles)} charts: {named}"
        with Vertical():
            yield Static(f"Write {plain(what)}", id="question", markup=False)
            yield Static(id="forms", markup=False)
            yield Input(self._stem, id="name", placeholder="a name for the file")
            yield Static(f"into {_here()}", id="where", markup=False)
            yield KeyBar(WRITE)

    def on_mount(self) -> None:
        """The forms, with their keys."""
        self._tell()

    def _tell(self) -> None:
        from grokterm.console.charts.files import file_name

        ink, text = self.app.ink, Text(no_wrap=True)
        for form, words in _FORMS.items():
            sign = "›" if form == self._form else " "
            text.append(f"\n{sign} {form[0]}  ", f"bold {ink.accent}").append(f"{form.upper():<6}", ink.foreground)
            name = clip_middle(file_name(self._stem, f".{form}"), 30, 12)  # its end says of which kind it is
            text.append(f"{words:<22}", ink.muted).append(name, ink.foreground)
        rewrite(self.query_one("#forms", Static), text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer the name as it is written, without a suffix that one of the forms has anyway."""
        stem, _, suffix = event.value.strip().rpartition(".")
        self._stem = stem if stem and suffix.lower() in _FORMS else event.value.strip()
        self._tell()

    def on_input_submitted(self) -> None:
        """Enter means the same in the name."""
        self.action_write()

    def on_descendant_focus(self) -> None:
        """In the name letters are written, so the footer has other keys."""
        self.query_one(KeyBar).refresh()

    def on_descendant_blur(self) -> None:
        """The keys of the forms are back."""
        self.query_one(KeyBar).refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the name is written, the keys of the forms are letters."""
        if action in ("form", "rename") and self.focused is not None:
            return False
        return super().check_action(action, parameters)

    def action_mark(self, by: int) -> None:
        """Mark the form above or below."""
        forms = list(_FORMS)
        self._form = forms[min(max(0, forms.index(self._form) + by), len(forms) - 1)]
        self._tell()

    def action_write(self) -> None:
        """Write in the marked form."""
        self.action_form(self._form)

    def action_rename(self) -> None:
        """Change the name."""
        self.query_one(Input).focus()

    def action_form(self, form: str) -> None:
        """Write in this form."""
        self.dismiss((self._stem, f".{form}"))

    def action_cancel(self) -> None:
        """Write nothing."""
        if self.focused is not None:
            self.set_focus(None)
        else:
            self.dismiss(None)


def _here() -> str:
    try:
        return plain(Path.cwd())
    except OSError:
        return "a folder that is gone"


def write_charts(app: Console, charts: Callable[[], Sequence[Chart]], stem: str, suffix: str) -> None:
    """Write in a thread, and say where it is or why not. Leaving the console waits for it: half a picture is none.

    Args:
        charts: makes them, in that thread.
        stem, suffix: the answer of `Write`. Where the name is taken, another is found: nothing is overwritten.
    """

    def work() -> None:
        from grokterm.console.charts.files import free_path, write

        try:
            said, severity = f"written: {write(charts(), free_path(Path.cwd(), stem, suffix))}", "information"
        except OSError as error:
            said, severity = f"the folder of the console can't be reached: {error.strerror}", "error"
        except GroktermError as error:
            said, severity = " — ".join(filter(None, (error.message, error.hint))), "error"
        app.notify(plain(said), severity=severity, markup=False)

    app.aside(work, wait=True)
