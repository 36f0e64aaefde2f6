"""The worker's side of requests: what was asked, each once, and what to do with a file that is no request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from grokterm.record.control import ANSWERS, BadRequest, Request, list_requests
from grokterm.record.errors import DamagedRecord
from grokterm.record.events import Event
from grokterm.record.launch import read_launch
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
        self._done: set[str] = set()  # files that could not be removed; no request is obeyed twice

    def requests(self) -> list[Request]:
        """What waits, in the order of asking. What can't be obeyed is refused by an event and removed."""
        waiting: list[Request] = []
        listed = list_requests(self._paths)
        launched = _launch_time(self._paths) if listed else 0.0
        for found in listed:
            if found.path.name in self._done:
                continue
            if isinstance(found, BadRequest):
                self._refuse(found.path, {"file": found.path.name, "why": found.why})
            elif found.time < launched:
                # Asked of a worker that is gone. Who started this one did so later, and wants it to go on.
                data = {"request": found.id, "action": found.action, "why": "older than this launch"}
                self._refuse(found.path, data)
            else:
                waiting.append(found)
        return waiting

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


def _launch_time(paths: CohortPaths) -> float:
    """When this worker was asked for; 0, which makes every request one for this worker, where nobody says."""
    try:
        launch = read_launch(paths.launch)
    except DamagedRecord:
        return 0.0
    if launch is None:
        return 0.0
    if launch.process is not None and launch.process != identity():
        # The launch of a worker before: the word about this one is not written yet.
        return psutil.Process().create_time()
    return launch.time
