"""Asks workers to do something and waits for their answer, which is an event in the record."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from grokterm.errors import BadInput
from grokterm.record import CohortFolder, Event, ExperimentFolder, State

ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """What became of a request to one cohort.

    Attributes:
        answered: False if the worker was silent for the time given.
        step: where it was obeyed; None where training had not begun.
        refused: why it was not obeyed, though answered; None where it was.
        kind, data: of the event that is the answer.
    """

    cohort: int
    action: str
    answered: bool
    step: int | None
    refused: str | None = None
    kind: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def request(folder: ExperimentFolder, action: str, wait: float = ANSWER_SECONDS) -> tuple[Answer, ...]:
    """Ask every living worker of an experiment to do `action`, and wait for their answers.

    A request that isn't answered in time stays in the folder: the worker obeys when it next looks.

    Args:
        action: pause, resume (after a pause), park, stop or checkpoint. `park` leaves a checkpoint and frees
            the device; `pause` keeps the memory. `resume` is asked of paused workers only, where there are some.
        wait: seconds; 0 to ask and go.

    Raises:
        BadInput: no worker is there to hear it.
        DamagedRecord: the folder has no cohorts.
    """
    if not folder.cohorts:
        folder.check()
    states = {cohort: cohort.state() for cohort in folder.cohorts}
    listening = [cohort for cohort in folder.cohorts if states[cohort].live]
    if action == "resume":
        listening = [cohort for cohort in listening if states[cohort] is State.PAUSED] or listening
    if not listening:
        found = ", ".join(sorted(set(states.values())))
        hint = _what_instead(states.values(), folder.name)
        raise BadInput(f"{folder.name} has no worker to {action}: it is {found}", hint)
    asked = [(cohort, cohort.request(action)) for cohort in listening]
    deadline = time.monotonic() + wait
    return tuple(_await(cohort, key, action, deadline) for cohort, key in asked)


def _await(cohort: CohortFolder, key: str, action: str, deadline: float) -> Answer:
    while True:
        event = cohort.answer_to(key)
        if event is not None:
            return Answer(cohort.index, action, True, event.step, _refusal(event), event.kind, event.data)
        if time.monotonic() >= deadline:
            return Answer(cohort.index, action, False, None)
        time.sleep(0.05)


def _refusal(event: Event) -> str | None:
    """Why an answer is a no: the worker didn't obey, or the checkpoint that was asked for could not be written."""
    if event.kind == "refused":
        return str(event.data.get("why", "the worker gave no reason"))
    if event.data.get("written") is False:
        return "the checkpoint could not be written; `grokterm logs` says why"
    return None


def _what_instead(states: Iterable[State], name: str) -> str | None:
    if any(state.resumable for state in states):
        return f"`grokterm resume {name}` starts it again"
    return None
