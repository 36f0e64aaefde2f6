"""Asks workers to do something and waits for their answer, which is an event in the record."""

import time
from dataclasses import dataclass

from grokterm.errors import BadInput
from grokterm.record import CohortFolder, ExperimentFolder

ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """What became of a request to one cohort.

    Attributes:
        answered: False if the worker was silent for the time given.
        step: where it was obeyed; None where training had not begun.
    """

    cohort: int
    action: str
    answered: bool
    step: int | None


def request(folder: ExperimentFolder, action: str, wait: float = ANSWER_SECONDS) -> tuple[Answer, ...]:
    """Ask every living worker of an experiment to do `action`, and wait for their answers.

    A request that isn't answered in time stays in the folder: the worker obeys when it next looks.

    Args:
        action: pause, resume (after a pause), park, stop or checkpoint. `park` leaves a checkpoint and frees
            the device; `pause` keeps the memory.
        wait: seconds; 0 to ask and go.

    Raises:
        BadInput: no worker is there to hear it.
    """
    listening = [cohort for cohort in folder.cohorts if cohort.state().live]
    if not listening:
        states = ", ".join(sorted({str(c.state()) for c in folder.cohorts}))
        raise BadInput(f"{folder.name} has no worker to {action}: it is {states}", _what_instead(action, folder.name))
    asked = [(cohort, cohort.request(action)) for cohort in listening]
    deadline = time.monotonic() + wait
    return tuple(_await(cohort, key, action, deadline) for cohort, key in asked)


def _await(cohort: CohortFolder, key: str, action: str, deadline: float) -> Answer:
    while True:
        event = cohort.answer_to(key)
        if event is not None:
            return Answer(cohort.index, action, True, event.step)
        if time.monotonic() >= deadline:
            return Answer(cohort.index, action, False, None)
        time.sleep(0.05)


def _what_instead(action: str, name: str) -> str | None:
    return f"`grokterm resume {name}` starts it again from its checkpoint" if action in ("pause", "resume") else None
