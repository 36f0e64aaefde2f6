"""A worker before it trains: it waits for a device or makes its data. It has a heartbeat and can be sent away."""

import time
from collections.abc import Callable

from grokterm.engine.log import say
from grokterm.record import CohortWriter

BEAT = 0.5  # seconds between two heartbeats
SAY = 1.0  # seconds between two lines about data that are being made


class Leave(Exception):
    """The process was asked to go before it had begun to train; the record already holds the last word, `ending`."""

    def __init__(self, ending: str) -> None:
        super().__init__(ending)
        self.ending = ending


def stand_by(writer: CohortWriter, interrupted: Callable[[], str | None], state: str, why: str) -> None:
    """One tick: a heartbeat now and then, and an ear for requests.

    Args:
        writer: the cohort's record.
        interrupted: says the name of a signal that asks the process to leave, or None.
        state: what the worker says of itself.
        why: what it does, for requests that can't be answered now.

    Raises:
        Leave: asked to stop or park, by request or by signal.
    """
    if interrupted():
        raise Leave(writer.event("parked", signal=interrupted()).kind)
    for request in writer.requests():
        if request.action in ("pause", "checkpoint"):
            writer.answer(request, None, kind="refused", why=f"{why} and has nothing to keep; park or stop it")
            continue
        answer = writer.answer(request, None)
        if request.action in ("stop", "park"):
            raise Leave(answer.kind)
    if writer.status.state != state or time.time() - writer.status.heartbeat_at >= BEAT:
        writer.commit(state=state)


class MakingData:
    """The progress of data that take long (`grokterm.engine.tasks.Progress`): stands by, and says in the log how far.

    Args:
        writer, interrupted: as of `stand_by`.
    """

    def __init__(self, writer: CohortWriter, interrupted: Callable[[], str | None]) -> None:
        self._writer, self._interrupted, self._said = writer, interrupted, time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        stand_by(self._writer, self._interrupted, "starting", "it makes its data")
        if time.monotonic() - self._said >= SAY:
            self._said = time.monotonic()
            say(f"generating {what} {100 * done // total} %")
