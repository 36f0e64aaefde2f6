"""What can be done to one experiment, from whichever screen shows it: pause, resume, stop, note. In threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from grokterm.console.screens.page import Page
from grokterm.console.text import plain
from grokterm.errors import GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.app import Console


class Acting(Page):
    """A page with one experiment as the target of its commands."""

    def target(self) -> str | None:
        """The name of the experiment that commands speak of."""
        return None

    def action_pause(self) -> None:
        """Pause what runs; let go on what doesn't."""
        self._do(pause_or_resume)

    def action_stop(self) -> None:
        """Ask, then stop."""
        from grokterm.console.widgets.dialogs import Question

        name = self.target()
        if name is not None:
            question = Question(
                f"Stop {plain(short_name(name))}?",
                "It writes a checkpoint first. Its numbers stay, and p lets it go on later.",
            )
            self.app.push_screen(question, lambda yes: self._do(stop, name) if yes else None)

    def action_note(self) -> None:
        """Ask for a line and keep it with the experiment."""
        from grokterm.console.widgets.dialogs import Line

        name = self.target()
        if name is not None:
            line = Line(f"Note on {plain(short_name(name))}", "what should be remembered?")
            self.app.push_screen(line, lambda text: self._do(partial(add_note, text=text), name) if text else None)

    def action_compare(self) -> None:
        """Compare the marked experiments, or the arms of this one."""
        from grokterm.console.screens.compare import Compare

        names = self.compared()
        if names:
            self.app.push_screen(Compare(names))

    def compared(self) -> tuple[str, ...]:
        """The experiments that `c` compares."""
        name = self.target()
        return self.app.memory.marks or ((name,) if name else ())

    def _do(self, deed: Callable, name: str | None = None) -> None:
        name = name or self.target()
        if name is not None:
            # A daemon of its own: a worker may take seconds to answer, and leaving the console doesn't wait for that.
            threading.Thread(target=_carry_out, args=(self.app, deed, name), daemon=True).start()


def _carry_out(app: Console, deed: Callable, name: str) -> None:
    """In a thread: do it, and say how it went. Both calls on the app are safe from any thread."""
    from grokterm.record import open_folder

    try:
        said, severity = deed(open_folder(app.runs / name)), "information"
    except GroktermError as error:
        said, severity = " — ".join(filter(None, (error.message, error.hint))), "error"
    app.notify(plain(said), severity=severity, markup=False)
    app.watcher.reread()


def pause_or_resume(folder) -> str:
    """Pause a running experiment, wake a paused one, start a worker for one that has none. Says what was done."""
    from grokterm.jobs import request, resume
    from grokterm.record import State

    state = folder.state()
    if state in (State.RUNNING, State.STARTING):
        return _said(request(folder, "pause"), f"{folder.name} is paused; its memory stays on the device")
    if state is State.PAUSED:
        return _said(request(folder, "resume"), f"{folder.name} goes on")
    if state.resumable:
        resume(folder)
        return f"{folder.name}: a worker goes on from the last checkpoint"
    if state is State.STALLED:
        why = "is silent, but its process isn't proven gone"
        return f"{folder.name} {why}; nothing was started. If you know it is gone: grokterm resume --force"
    return f"{folder.name} is {state}: nothing to pause or resume"


def stop(folder) -> str:
    """Ask the workers to write a checkpoint and end."""
    from grokterm.jobs import request

    answers = request(folder, "stop")
    begun = any(answer.step is not None for answer in answers)
    return _said(answers, f"{folder.name} is stopped, {'with a checkpoint' if begun else 'before training began'}")


def add_note(folder, text: str) -> str:
    """Keep a note with the experiment."""
    folder.add_note("note", text)
    return f"noted on {folder.name}"


def _said(answers, done: str) -> str:
    refused = [answer.refused for answer in answers if answer.refused]
    if refused:
        return f"refused: {refused[0]}"
    silent = [answer for answer in answers if not answer.answered]
    if silent:
        return "the worker hasn't answered yet; it obeys when it next looks"
    at = {answer.step for answer in answers if answer.step is not None}
    return f"{done}, at step {min(at):,}" if at else done
