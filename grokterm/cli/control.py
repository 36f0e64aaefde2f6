"""`grokterm pause · resume · stop · park · checkpoint`: a word to the workers of an experiment."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Force, Name, Runs, examples
from grokterm.cli.out import emit_json, say
from grokterm.errors import GroktermError

Wait = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", help="Seconds to wait for the worker's answer; 0 asks and goes.", min=0),
]

_DONE = {
    "pause": "paused; it keeps its memory and its device, so what waits goes on waiting (park frees it). "
    "`grokterm resume {name}` goes on",
    "resume": "goes on",
    "stop": "stopped, with a checkpoint. `grokterm resume {name}` goes on from it",
    "park": "parked: checkpoint written, device free. `grokterm resume {name}` goes on",
    "checkpoint": "checkpoint written",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command(epilog=examples("pause @last"))
    def pause(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Stop training for now and keep the memory."""
        _ask(name, "pause", runs, wait, as_json)

    @app.command(epilog=examples("stop k3f9"))
    def stop(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint and end. What was measured stays."""
        _ask(name, "stop", runs, wait, as_json)

    @app.command(epilog=examples("park @last --wait 60"))
    def park(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint and leave the device to others."""
        _ask(name, "park", runs, wait, as_json)

    @app.command(epilog=examples("checkpoint @last"))
    def checkpoint(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint now, and keep it."""
        _ask(name, "checkpoint", runs, wait, as_json)

    @app.command(epilog=examples("resume @last"))
    def resume(
        name: Name,
        runs: Runs = RUNS,
        device: Device = "auto",
        wait: Wait = 10.0,
        as_json: AsJson = False,
        force: Force = False,
    ) -> None:
        """Go on after a pause, or from the last checkpoint. That of a parked, stopped, killed or failed run."""
        _resume(name, runs, device, wait, as_json, force)


def _ask(name: str, action: str, runs, wait: float, as_json: bool) -> None:
    from grokterm.jobs import request
    from grokterm.record import find

    folder = find(runs, name)
    answers = request(folder, action, wait)
    if as_json:
        emit_json({"experiment": folder.name, "action": action, "answers": answers})
    _tell(folder, answers, wait)


def _tell(folder, answers, wait: float) -> None:
    """Say what was obeyed, and raise what was not.

    Raises:
        GroktermError: a worker refused, or was silent.
    """
    name, wrong, hint = folder.name, [], None
    reasons = {answer.refused for answer in answers}
    alike = len(reasons) == 1 and None not in reasons  # then it is said once
    for answer in answers:
        who = f"{name} (cohort {answer.cohort})" if len(answers) > 1 and not alike else name
        if answer.refused is not None:
            wrong.append(f"{who}: {answer.action} refused: {answer.refused}")
        elif answer.answered:
            at = "" if answer.step is None else f" at step {answer.step:,}"
            say(f"{who}: {_done(answer, folder).format(name=name)}{at}")
        elif wait:
            wrong.append(f"{who}: no answer within {wait:g} s")
            hint = "the request stays there and is obeyed when the worker next looks; see `grokterm logs`"
    if wrong:
        raise GroktermError("; ".join(dict.fromkeys(wrong)), hint)


def _done(answer, folder) -> str:
    """What an obeyed request came to. A worker that had not begun has nothing to keep in a checkpoint."""
    if answer.step is None and answer.action in ("stop", "park"):
        status = folder.cohorts[answer.cohort].status()
        if status is not None and status.step:  # it has trained before, and waited to go on
            return f"{answer.kind} before it went on. `grokterm resume {{name}}` goes on from its last checkpoint"
        return f"{answer.kind} before training began. `grokterm resume {{name}}` starts it again"
    return _DONE[answer.action]


def _resume(name: str, runs, device: str, wait: float, as_json: bool, force: bool) -> None:
    """Wake the cohorts that are paused, and start workers for those that have none."""
    from grokterm.jobs import check_device, memory_caution, request, resume
    from grokterm.record import State, find

    folder = find(runs, name)
    states = [cohort.state() for cohort in folder.cohorts]
    paused = State.PAUSED in states
    answers, started = (), 0
    if not paused or any(state.resumable or (force and state is State.STALLED) for state in states):
        check_device(device)
        if caution := memory_caution(folder.spec(), device, advise=False):
            say(f"note: {caution}")
        started = resume(folder, device, force)
    if paused:
        answers = request(folder, "resume", wait)
    if as_json:
        emit_json({"experiment": folder.name, "action": "resume", "workers": started, "answers": answers})
    if started:
        workers = f"{started} worker{'s' if started > 1 else ''} started"
        say(f"{folder.name}: {workers}. `grokterm watch {folder.name}` follows")
    for cohort, state in zip(folder.cohorts, states, strict=True):
        if state is State.STALLED and not force:
            silence = cohort.silence()
            say(f"note: cohort {cohort.index} is {silence}; {silence.hint}")
    _tell(folder, answers, wait)
