"""`grokterm pause · resume · stop · park · checkpoint`: a word to the workers of an experiment."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Name, Runs
from grokterm.cli.out import emit_json, say
from grokterm.errors import GroktermError

Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for the worker's answer; 0 asks and goes.", min=0)]

_DONE = {
    "pause": "paused; it keeps its memory. `grokterm resume {name}` goes on",
    "resume": "goes on",
    "stop": "stopped, with a checkpoint. `grokterm resume {name}` goes on from it",
    "park": "parked: checkpoint written, device free. `grokterm resume {name}` goes on",
    "checkpoint": "checkpoint written",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command()
    def pause(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Stop training for now and keep the memory."""
        _ask(name, "pause", runs, wait, as_json)

    @app.command()
    def stop(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint and end. What was measured stays."""
        _ask(name, "stop", runs, wait, as_json)

    @app.command()
    def park(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint and leave the device to others."""
        _ask(name, "park", runs, wait, as_json)

    @app.command()
    def checkpoint(name: Name, runs: Runs = RUNS, wait: Wait = 10.0, as_json: AsJson = False) -> None:
        """Write a checkpoint now, and keep it."""
        _ask(name, "checkpoint", runs, wait, as_json)

    @app.command()
    def resume(
        name: Name, runs: Runs = RUNS, device: Device = "auto", wait: Wait = 10.0, as_json: AsJson = False
    ) -> None:
        """Go on after a pause, or from the checkpoint of a parked, stopped, killed or failed run."""
        _resume(name, runs, device, wait, as_json)


def _ask(name: str, action: str, runs, wait: float, as_json: bool) -> None:
    from grokterm.jobs import request
    from grokterm.record import find

    folder = find(runs, name)
    answers = request(folder, action, wait)
    if as_json:
        emit_json({"experiment": folder.name, "action": action, "answers": answers})
    silent = [answer.cohort for answer in answers if not answer.answered]
    for answer in answers:
        if answer.answered:
            at = "" if answer.step is None else f" at step {answer.step:,}"
            say(f"{folder.name}{_which(answers, answer)}: {_DONE[action].format(name=folder.name)}{at}")
    if silent and wait:
        raise GroktermError(
            f"{folder.name}: no answer within {wait:g} s from cohort {', '.join(map(str, silent))}",
            "the request stays there and is obeyed when the worker next looks; see `grokterm logs`",
        )


def _which(answers, answer) -> str:
    return f" (cohort {answer.cohort})" if len(answers) > 1 else ""


def _resume(name: str, runs, device: str, wait: float, as_json: bool) -> None:
    from grokterm.jobs import check_device, resume
    from grokterm.record import State, find

    folder = find(runs, name)
    if any(cohort.state() is State.PAUSED for cohort in folder.cohorts):
        _ask(name, "resume", runs, wait, as_json)
        return
    check_device(device)
    started = resume(folder, device)
    if as_json:
        emit_json({"experiment": folder.name, "action": "resume", "workers": started})
    say(f"{folder.name}: {started} worker{'s' if started > 1 else ''} started. `grokterm watch {folder.name}` follows")
