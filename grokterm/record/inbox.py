"""The worker's side of requests: what was asked, each once, and what to do with a file that is no request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from grokterm.record.control import ANSWERS, BadRequest, Request, list_requests
from grokterm.record.errors import DamagedRecord
from grokterm.record.events import Event
from grokterm.record.launch import Launch, read_launch
from grokterm.record.layout import CohortPaths
from grokterm.record.processes import identity

Say = Callable[[str, int | None, dict[str, Any]], Event]


class Inbox:
    """Lists and answers requests.

    Args:
        paths: the cohort.
        say: writes an event.
    """

    def __init__(self, paths: CohortPaths, say: Say) -> None:
        self._paths = paths
        self._say = say
        self._deaf = False  # the control folder can't be listed, and that was said
        self._done: set[str] = set()  # files that could not be removed; no request is obeyed twice
        self._me = identity()
        # The launcher may not have come to its word about this worker yet; then the one before is still there.
        launch = _launch(paths)
        self._past = launch.time if launch and launch.process not in (None, self._me) else None

    def requests(self) -> list[Request]:
        """What waits, in the order of asking. What can't be obeyed is refused by an event and removed."""
        waiting: list[Request] = []
        for found in self._list():
            if found.path.name in self._done:
                continue
            if isinstance(found, BadRequest):
                self._refuse(found.path, {"file": found.path.name, "why": found.why})
            elif self._is_for_another(found):
                # Asked of a worker that is gone. Who started this one did so later, and wants it to go on.
                data = {"request": found.id, "action": found.action, "why": "asked of an earlier worker"}
                self._refuse(found.path, data)
            else:
                waiting.append(found)
        return waiting

    def _list(self) -> list[Request | BadRequest]:
        """One that can't be listed, as happens for a moment on a network, holds nothing: the next look tries again."""
        try:
            found = list_requests(self._paths)
        except OSError as error:
            if not self._deaf:
                self._say("note", None, {"text": f"requests can't be read: {error.strerror or error}"})
            self._deaf = True
            return []
        self._deaf = False
        return found

    def _is_for_another(self, request: Request) -> bool:
        """Without a launch in it, or without a launch to compare, a request is for whoever reads it."""
        if request.worker == self._me or request.launch is None:
            return False
        launch = _launch(self._paths)
        return request.launch == self._past or (launch is not None and request.launch != launch.time)

    def answer(self, request: Request, step: int | None, kind: str | None, data: dict[str, Any]) -> Event:
        """Writes the event that answers a request, and removes the request."""
        answered = {"request": request.id, "action": request.action} | data
        event = self._say(kind or ANSWERS[request.action], step, answered)
        self._remove(request.path)
        return event

    def _refuse(self, path: Path, data: dict[str, Any]) -> None:
        self._say("refused", None, data)
        self._remove(path)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            self._done.add(path.name)


def _launch(paths: CohortPaths) -> Launch | None:
    try:
        return read_launch(paths.launch)
    except DamagedRecord:
        return None
