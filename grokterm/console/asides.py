"""Work in threads of its own, whose mistakes end the console as mistakes do everywhere else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

from textual.app import App


class Asides(App[None]):
    """An app that does things aside."""

    def aside(self, work: Callable[..., None], *arguments: object, wait: bool = False, name: str = "aside") -> None:
        """Do `work` in a thread of its own. A mistake in it ends the console.

        Args:
            wait: leaving the console waits for it.
            name: of the thread.
        """

        context = copy_context()  # in which Textual keeps which app this is

        def watched() -> None:
            try:
                context.run(work, *arguments)
            except BaseException as error:  # noqa: BLE001 - raised again where it ends the console
                self.fail_later(error)

        threading.Thread(target=watched, name=name, daemon=not wait).start()

    def fail_later(self, error: BaseException) -> None:
        """From any thread. (`call_from_thread` would hand the error back to the thread, where nobody sees it.)"""
        self.call_later(self._fail, error)

    def _fail(self, error: BaseException) -> None:
        raise error
