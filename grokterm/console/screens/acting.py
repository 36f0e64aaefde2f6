"""What the keys do to experiments, from whichever screen shows them: to the marked ones, or to the one in view.

What a deed does is in `deeds`; here it is asked for, carried out in a thread, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from grokterm.console import deeds
from grokterm.console.deeds import Deed, Outcome, Undo, listed
from grokterm.console.screens.page import Page
from grokterm.console.text import plain
from grokterm.errors import BadInput, GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.app import Console

_LAST_NOTES = 3


class Acting(Page):
    """A page with experiments as the target of its commands."""

    def target(self) -> str | None:
        """The name of the experiment in view, or highlighted."""
        return None

    def chosen(self) -> tuple[str, ...]:
        """The experiments that commands speak of. Where there is none, that is said."""
        name = self.target()
        if name is None:
            self.say(self.nothing())
        return (name,) if name is not None else ()

    def nothing(self) -> str:
        """Why there is nothing to do something to, and what to do about that."""
        return "No experiment is chosen here"

    def summaries(self, names: Sequence[str]) -> tuple[Summary, ...]:
        """What is known of these experiments."""
        wanted = set(names)
        return tuple(summary for summary in self.app.snapshot.history if summary.name in wanted)

    def unseen(self, names: Sequence[str]) -> str:
        """A sentence about those of `names` that aren't on the screen, or "": nothing is done to them unasked."""
        return ""

    def say(self, words: str, severity: str = "information") -> None:
        """One line at the edge of the screen."""
        self.app.notify(plain(words), severity=severity)

    def do(self, deed: Deed, names: Sequence[str], then: Callable[[Outcome], None] | None = None) -> None:
        """Carry out a deed on these experiments, in a thread."""
        if names:
            # Leaving the console doesn't wait for it: a worker may take seconds to answer.
            self.app.aside(_carry_out, self.app, deed, tuple(names), then)

    def act(self, verb: str, names: Sequence[str], deed: Deed) -> None:
        """Do it; ask first where some of them aren't on the screen."""
        if self.unseen(names):
            self.ask(verb, "", names, deed)
        else:
            self.do(deed, names)

    def ask(self, verb: str, detail: str, names: Sequence[str], deed: Deed) -> None:
        """Ask first, then do it."""
        from grokterm.console.widgets.dialogs import Question

        detail = "\n".join(filter(None, (self.unseen(names), detail)))
        who = plain(short_name(names[0])) if len(names) == 1 else f"{len(names)} experiments"
        some = "" if len(names) == 1 else f"{listed(names, 4)}.\n"
        question = Question(f"{verb} {who}?", f"{some}{detail}")
        self.app.push_screen(question, lambda yes: self.do(deed, names) if yes else None)

    def action_pause(self) -> None:
        """Pause what runs; let go on what doesn't. Of several, those that run are paused; if none runs, all go on."""
        names = self.chosen()
        if len(names) < 2:
            self.act("Pause or let go on", names, deeds.pause_or_go_on)
            return
        running = [s.name for s in self.summaries(names) if s.state in ("running", "starting")]
        if running:
            self.ask("Pause", "Their memory stays on the device; p lets them go on.", running, deeds.pause)
        else:
            self.ask("Let go on", "Each from where it is, or from its last checkpoint.", names, deeds.go_on)

    def action_stop(self) -> None:
        """Ask, then stop."""
        detail = "A checkpoint is written first. The numbers stay, and p goes on from there."
        self._ask_live("Stop", detail, deeds.stop)

    def action_park(self) -> None:
        """Ask where there are several, then park."""
        self._ask_live("Park", "A checkpoint is written and the device is free; p goes on.", deeds.park)

    def action_checkpoint(self) -> None:
        """A checkpoint now."""
        self.act("Write a checkpoint of", self.chosen(), deeds.checkpoint)

    def _ask_live(self, verb: str, detail: str, deed: Deed) -> None:
        names = self.chosen()
        live = [s.name for s in self.summaries(names) if s.state is not None and s.state.live]
        if not live:
            self.do(deed, names)  # which says why not, and what could be done instead
        elif len(names) == 1 and deed is deeds.park:
            self.act(verb, names, deed)
        else:
            self.ask(verb, detail, live, deed)

    def action_note(self) -> None:
        """Ask for a line and keep it: a note, tags, or both."""
        from grokterm.console.widgets.dialogs import Line

        names = self.chosen()
        if names:
            line = Line(
                f"Note on {listed(names)}",
                "a note   #tag adds a tag   -#tag takes it away",
                detail="\n".join(filter(None, (self.unseen(names), _noted(self.summaries(names))))),
            )
            self.app.push_screen(line, lambda text: self.do(partial(deeds.note, text), names) if text else None)

    def action_star(self) -> None:
        """Star all of them, or take the stars away if all have one."""
        names = self.chosen()
        value = not all(summary.marks.starred for summary in self.summaries(names))
        self.act("Star" if value else "Take the star from", names, partial(deeds.mark, "star", value))

    def action_archive(self) -> None:
        """Into the archive, or out of it if all are in it."""
        names = self.chosen()
        value = not all(summary.marks.archived for summary in self.summaries(names))
        self.act("Archive" if value else "Take out of the archive", names, partial(deeds.mark, "archive", value))

    def action_bin(self) -> None:
        """Ask, then move to the bin."""
        names = self.chosen()
        live = [summary for summary in self.summaries(names) if summary.state is not None and summary.state.live]
        if names and len(live) == len(names):
            self.do(deeds.put_in_bin, names)  # which refuses, and says why
        elif names:
            where = "Into the folder .bin beside the experiments; u takes it back."
            self.ask("Bin", where, names, deeds.put_in_bin)

    def action_undo(self) -> None:
        """Take back the last deed."""
        if not self.app.undoing:
            self.say("Nothing to take back: stars, archive, tags and the bin of this visit can be")
            return
        undo = self.app.undoing.pop()
        self.app.aside(_take_back, self.app, undo)

    def action_repeat(self) -> None:
        """Ask for seeds, then start the same again with them."""
        names = self.chosen()
        if names:
            self.app.aside(self._offer_seeds, names)

    def _offer_seeds(self, names: tuple[str, ...]) -> None:
        from grokterm.jobs import next_seeds
        from grokterm.record import open_folder

        try:
            offered = ",".join(map(str, next_seeds(open_folder(self.app.runs / names[0])))) if len(names) == 1 else ""
        except GroktermError as error:
            self.say(str(error), "error")
            return
        self.app.call_later(self._ask_seeds, names, offered)

    def _ask_seeds(self, names: tuple[str, ...], offered: str) -> None:
        from grokterm.console.widgets.dialogs import Line

        one = "The same again with new seeds: these are the next, or write a count or a list."
        detail = one if len(names) == 1 else "Each gets as many new seeds as it has, or so many."
        line = Line(
            f"Repeat {listed(names)}",
            "a count (4) or a list (7,8,9)",
            detail="\n".join(filter(None, (self.unseen(names), detail))),
            value=offered,
            check=_wrong_seeds,
            empty=True,
        )
        self.app.push_screen(line, lambda text: self._repeat(names, text) if text is not None else None)

    def _repeat(self, names: tuple[str, ...], text: str) -> None:
        self.do(partial(deeds.repeat, deeds.read_seeds(text)), names, self._open_new if len(names) == 1 else None)

    def _open_new(self, outcome: Outcome) -> None:
        if outcome.new:
            self.open_page(outcome.new)

    def open_page(self, name: str) -> None:
        """Show an experiment on a page of its own."""
        from grokterm.console.screens.experiment import ExperimentPage

        self.app.push_screen(ExperimentPage(name))

    def action_fork(self) -> None:
        """Choose a checkpoint and changes, then start the fork."""
        from grokterm.console.screens.fork import Fork

        name = self.target()
        if name is None:
            self.say(self.nothing())
        else:
            self.app.push_screen(Fork(name), lambda new: self.open_page(new) if new else None)

    def action_compare(self) -> None:
        """Compare the marked experiments, or the arms of this one."""
        from grokterm.console.screens.compare import Compare

        names = self.compared()
        if names:
            self.app.push_screen(Compare(names))

    def compared(self) -> tuple[str, ...]:
        """The experiments that `c` compares."""
        return self.chosen()


def _carry_out(app: Console, deed: Deed, names: tuple[str, ...], then: Callable[[Outcome], None] | None) -> None:
    """In a thread: do it, and say how it went. What is called on the app is safe from any thread."""
    from grokterm.record import open_folder

    outcome = deeds.carry_out([open_folder(app.runs / name) for name in names], deed)
    if outcome.undo is not None:
        app.undoing.append(outcome.undo)
    app.notify(plain(outcome.said), severity=outcome.severity)
    app.watcher.reread(names)
    if then is not None:
        app.call_later(then, outcome)


def _take_back(app: Console, undo: Undo) -> None:
    outcome = deeds.take_back(undo)
    app.notify(plain(outcome.said), severity=outcome.severity)
    app.watcher.reread(undo.names)


def _noted(summaries: Sequence[Summary]) -> str:
    """The tags and last notes of one experiment; the tags of several."""
    tags = dict.fromkeys(tag for summary in summaries for tag in summary.marks.tags)
    lines = [f"tags: {' '.join(f'#{tag}' for tag in tags) or 'none'}"]
    if len(summaries) == 1:
        lines += [f"· {plain(text)}" for text in summaries[0].marks.texts[-_LAST_NOTES:]]
    return "\n".join(lines)


def _wrong_seeds(text: str) -> str:
    try:
        deeds.read_seeds(text)
    except BadInput as error:
        return error.message
    return ""
