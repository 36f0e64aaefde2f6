"""The line in which a filter is written, with what it could go on with, or what is wrong with it, above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from grokterm.console.text import clip
from grokterm.errors import BadInput

Values = Callable[[object], Iterable[str]]


class _Line(Input):
    HINTS: ClassVar = (("Enter", "keep"), ("Tab", "complete"), ("{back}", "show all"))


class FilterBar(Vertical):
    """Hidden while there is no filter. A term that can't be understood changes nothing but the line above it, and Enter
    doesn't keep it.

    Args:
        values: the values that a key has in the history, for completion.
    """

    BINDINGS: ClassVar = [Binding("tab", "complete", "What is offered in grey.", show=False)]

    class Changed(Message):
        """There is another filter; `text` is the part of it that can be understood."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The filter was kept: back to what it filters."""

    def __init__(self, text: str, values: Values) -> None:
        super().__init__()
        self._text, self._values = text, values
        self.problem, self._kept = "", text
        self._refused = False  # Enter was pressed on what can't be understood

    def compose(self) -> ComposeResult:
        """The hint, the line."""
        yield Static(id="hint", markup=False)
        yield _Line(self._text, placeholder="words, or terms such as state=running lr>=0.001", id="filter")

    def on_mount(self) -> None:
        """The ghost text comes from the same completion as the line above."""
        self._input.suggester = _Ghost(self._values)
        self.display = bool(self._text)
        self.query_one("#hint").display = False

    @property
    def _input(self) -> Input:
        return self.query_one("#filter", Input)

    @property
    def text(self) -> str:
        """What is written."""
        return self._input.value.strip()

    def open(self) -> None:
        """Write in it."""
        self.display = True
        # At once and not in the next message: what is typed right behind the key must not be taken for commands.
        self.screen.set_focus(self._input)
        self.hint()

    def action_complete(self) -> None:
        """Write what is offered. Without an offer Tab stays here: what is typed next must not be taken for commands."""
        self._input.action_cursor_right()

    def clear(self) -> None:
        """No filter."""
        self._input.value = ""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        from grokterm.console.filtering import understood

        event.stop()
        self._kept, self.problem = understood(event.value)
        self._refused = False
        self.post_message(self.Changed(self._kept))
        self.hint()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter. One that isn't understood as a whole isn't what filters: it stays open, and says so."""
        event.stop()
        if self.problem:
            self._refused = True
            self.hint()
            return
        self.display = bool(self.text)
        self.post_message(self.Closed())

    def on_descendant_focus(self) -> None:
        """Show the hint."""
        self.hint()

    def on_descendant_blur(self) -> None:
        """What is wrong stays to be seen, the rest doesn't."""
        self.hint()

    def on_resize(self) -> None:
        """The hint is cut to the width."""
        self.hint()

    def hint(self) -> None:
        """Say what is wrong, or how the text could go on."""
        hint, typing = self.query_one("#hint", Static), self._input.has_focus
        hint.display = typing or bool(self.problem)
        if hint.display:
            if self.problem and (self._refused or not typing):
                holds = f"“{self._kept}” filters" if self._kept else "everything is shown"
                words, wrong = f"{self.problem}; until that is mended {holds}", True
            else:
                words, wrong = _hint(self._input.value if typing else "", self.problem, self._values)
            hint.set_class(wrong, "-wrong")
            hint.update(clip(words, max(10, self.size.width - 2)))


class _Ghost(Suggester):
    def __init__(self, values: Values) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text as it could go on; Tab and the right arrow accept it."""
        from grokterm.console.completing import complete

        return (complete(value, self._values).ghost or None) if value else None


def _hint(text: str, problem: str, values: Values) -> tuple[str, bool]:
    """The line, and whether it is about a mistake. A last term that could still become right isn't one yet."""
    from grokterm.console.completing import before_last, complete
    from grokterm.console.filtering import parse

    completion = complete(text, values)
    if problem and completion.options:
        try:
            parse(before_last(text))
        except BadInput:
            return problem, True
        return completion.words, False
    return (problem, True) if problem else (completion.words, False)
