"""What a worker is asked for: to pause, go on, stop or park, to write a checkpoint, to wait elsewhere in the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grokterm.console.commands import told
from grokterm.console.deeds.doing import Done
from grokterm.console.text import ordinal
from grokterm.errors import BadInput, GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.record import ExperimentFolder, State

_LOADING_SECONDS = 0.5  # a worker that loads answers when it has; one that makes its data refuses at once


def fits(what: str, state: State | None) -> bool:
    """Whether it can be done in this state: who asks in another is told why not, and what could be done instead.

    Args:
        what: pause, go on, stop, park or checkpoint.
        state: None where it isn't known; then nothing can.
    """
    from grokterm.record import State

    if state is None:
        return False
    if what == "pause":
        return state in (State.RUNNING, State.STARTING)
    if what == "go on":
        return state is State.PAUSED or state.resumable
    return state in (State.RUNNING, State.STARTING, State.PAUSED) if what == "checkpoint" else state.live


def explain(what: str, folder: ExperimentFolder) -> Done:
    """Why it can't be done; nothing is done either where it can be only since a moment ago.

    Raises:
        BadInput, DamagedRecord: always one or the other.
    """
    state, name = _state(folder), short_name(folder.name)
    if fits(what, state):
        raise BadInput(f"{name} has only just become {state}; nothing was done", "ask once more")
    raise _unfit(what, name, state)


def pause(folder: ExperimentFolder) -> Done:
    """Pause what runs; its memory stays on the device. A worker that still loads obeys when training begins."""
    return _asked(folder, "pause", "paused", "is paused; its memory stays on the device")


def go_on(folder: ExperimentFolder) -> Done:
    """Wake what is paused; start a worker for what has none and isn't done."""
    from grokterm.jobs import resume
    from grokterm.record import State

    state, name = _state(folder), short_name(folder.name)
    if state is State.PAUSED:
        return _asked(folder, "go on", "going on", "goes on")
    if state is State.STALLED:
        why = "is silent, but its process may still be there; nothing was started"
        raise BadInput(f"{name} {why}", f"if you know it is gone: grokterm resume {name} --force")
    if not fits("go on", state):
        raise _unfit("go on", name, state)
    begun = _begun(folder)
    resume(folder)
    how = "goes on from the last checkpoint" if begun else "begins at step 0"
    return Done("going on", f"{name}: a worker {how} as soon as a device is free")


def pause_or_go_on(folder: ExperimentFolder) -> Done:
    """One or the other, by what it is doing; a pause that is asked for and not obeyed yet is taken back."""
    from grokterm.jobs import request
    from grokterm.record import State

    if folder.state() is State.STARTING and any(_to_pause(cohort.asked()) for cohort in folder.cohorts):
        request(folder, "resume", wait=_LOADING_SECONDS)
        return Done(
            "going on", f"{short_name(folder.name)}: the pause is taken back; it trains as soon as it has loaded"
        )
    return pause(folder) if fits("pause", folder.state()) else go_on(folder)


def _to_pause(asked: Sequence[str]) -> bool:
    """Of what is asked of a worker and not answered, the last word is a pause."""
    return next((action for action in reversed(asked) if action in ("pause", "resume")), "") == "pause"


def stop(folder: ExperimentFolder) -> Done:
    """Ask the workers to write a checkpoint and end; those that wait leave the line."""
    out = "is taken out of the line; " + (
        "{pause} goes on from its last checkpoint"
        if _begun(folder)
        else "nothing was trained, and {pause} queues it again"
    )
    return _asked(folder, "stop", "stopped", "is stopped; {pause} goes on from its checkpoint", out)


def park(folder: ExperimentFolder) -> Done:
    """Ask the workers to write a checkpoint and leave the device."""
    from grokterm.record import State

    if folder.state() is State.QUEUED:
        return _asked(folder, "park", "parked", "has left the line; {pause} puts it back, at the end")
    return _asked(folder, "park", "parked", "is parked: the device is free, and {pause} goes on")


def checkpoint(folder: ExperimentFolder) -> Done:
    """Ask the workers for a checkpoint that is kept."""
    return _asked(folder, "checkpoint", "checkpointed", "has a checkpoint; {fork} forks from it")


def shift(by: int, folder: ExperimentFolder) -> Done:
    """Earlier or later in the line for the device."""
    from grokterm.jobs import move

    place = move(folder, by)
    return Done("moved", f"{short_name(folder.name)} is {ordinal(place)} in line")


def _state(folder: ExperimentFolder) -> State:
    """What it is doing, of a folder that can be read: of another nothing is known."""
    folder.check()
    return folder.state()


def _begun(folder: ExperimentFolder) -> bool:
    """Steps were done, here or before a fork."""
    return any((status := cohort.status()) is not None and status.step for cohort in folder.cohorts)


def _unfit(what: str, name: str, state: State) -> BadInput:
    return BadInput(f"{name} is {state}: nothing to {'pause or resume' if what == 'go on' else what}", _instead(state))


def _asked(folder: ExperimentFolder, what: str, word: str, said: str, untrained: str = "") -> Done:
    """Ask the workers and tell their answer: `said`, or `untrained` where none of them had begun to train."""
    from grokterm.jobs import request
    from grokterm.record import State

    name, state = short_name(folder.name), _state(folder)
    if not fits(what, state):
        raise _unfit(what, name, state)
    loading = what == "pause" and state is State.STARTING
    wait = {"wait": _LOADING_SECONDS} if loading else {}
    answers = request(folder, "resume" if what == "go on" else what, **wait)
    refused = [answer.refused for answer in answers if answer.refused]
    if refused and len(refused) == len(answers):
        raise GroktermError(f"{name}: {refused[0]}")
    if not all(answer.answered for answer in answers):
        if loading:
            later = "pause asked for; it takes effect when training begins, and {pause} takes it back"
            return Done("asked to pause", f"{name}: {told(later)}")
        return Done("asked", f"{name}: the worker hasn't answered yet; it obeys when it next looks")
    steps = [answer.step for answer in answers if answer.step is not None]
    if answers and not steps:
        said = untrained or said
    but = f"; {len(refused)} of {len(answers)} workers not: {refused[0]}" if refused else ""
    return Done(word, f"{name} {told(said)}" + (f" (step {min(steps):,})" if steps else "") + but)


def _instead(state: str) -> str:
    from grokterm.record import State

    if state is State.FINISHED:
        return told("{fork} forks it from a checkpoint, {repeat} repeats it with new seeds")
    if state is State.QUEUED:
        return told("it waits in line: {earlier} and {later} move it, {stop} takes it out")
    if state is State.CREATED:
        return told("{pause} starts it")
    return told("{pause} lets it go on" if state.resumable else "{stop} stops it")
