"""Computing something of what changes faster than it can be computed."""

from collections.abc import Callable
from typing import Any

from textual.message import Message
from textual.widget import Widget

THREAD = "latest"


class Latest:
    """Computes `work(argument)` in a thread, one at a time; of arguments that come meanwhile only the last counts.

    The outcome is posted as `Latest.Done`, which the widget hands to `done`; it says whether it is still of interest.

    Args:
        widget: whose message queue the outcome goes to.
        work: a pure function.
    """

    class Done(Message):
        """An outcome; sent by a thread."""

        def __init__(self, latest: "Latest", outcome: Any) -> None:
            super().__init__()
            self.latest, self.outcome = latest, outcome

    def __init__(self, widget: Widget, work: Callable[..., Any]) -> None:
        self._widget, self._work = widget, work
        self._next: tuple | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether an outcome is still to come."""
        return self._busy

    def ask(self, *arguments: Any) -> None:
        """Compute it for these."""
        self._next = arguments
        if not self._busy:
            self._begin()

    def done(self) -> bool:
        """The outcome has arrived: whether it is the latest. If not, the next is on its way."""
        self._busy = False
        if self._next is None:
            return True
        self._begin()
        return False

    def _begin(self) -> None:
        arguments, self._next, self._busy = self._next, None, True
        self._widget.app.aside(self._compute, arguments, name=THREAD)  # leaving the console doesn't wait for it

    def _compute(self, arguments: tuple) -> None:
        self._widget.post_message(self.Done(self, self._work(*arguments)))
