"""What the keys do to experiments, from whichever screen shows them: to the marked ones, or to the one in view.

What a deed does is in `deeds`; here it is asked for, carried out in a thread, and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from grokterm.console import deeds
from grokterm.console.commands import told
from grokterm.console.deeds import Deed, Outcome, Undo, fits, listed
from grokterm.console.look import state_look
from grokterm.console.screens.page import Page
from grokterm.console.text import plain, plural
from grokterm.errors import BadInput, GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.app import Console

_LAST_NOTES = 3
# What needs an experiment that can be read.
OF_READABLE = ("compare", "difference", "fork", "repeat", "pause", "stop", "park", "checkpoint", "earlier", "later")
_BY_STATE = ("pause", "stop", "park", "checkpoint")  # keys whose deed depends on what an experiment is doing


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

    def aimed(self) -> tuple[Summary, ...]:
        """What is known of the experiments that commands would speak of."""
        return ()

    def offers(self, action: str) -> bool:
        """Only what can be done in the state that one of them is in. The key of anything else says why it can't."""
        kinds, aimed = {"pause": ("pause", "go on")}.get(action, (action,)), self.aimed()
        if action in OF_READABLE and aimed and all(one.problem for one in aimed):
            return False
        can = action not in _BY_STATE or any(fits(kind, one.state) for one in aimed for kind in kinds)
        can = can and (action != "undo" or bool(self.app.undoing))
        return can and super().offers(action)

    def do(
        self, deed: Deed, names: Sequence[str], then: Callable[[Outcome], None] | None = None, left: str = ""
    ) -> None:
        """Carry out a deed on these experiments, in a thread. `left`: a word about others that were chosen."""
        if names:
            # Leaving the console doesn't wait for it: a worker may take seconds to answer.
            self.app.aside(_carry_out, self.app, deed, tuple(names), then, left)

    def act(self, verb: str, names: Sequence[str], deed: Deed) -> None:
        """Do it; ask first where some of them aren't on the screen."""
        if self.unseen(names):
            self.ask(verb, "", names, deed)
        else:
            self.do(deed, names)

    def ask(self, verb: str, detail: str, names: Sequence[str], deed: Deed) -> None:
        """Ask first, then do it."""
        self._question(verb, detail, names, lambda: self.do(deed, names))

    def _question(self, verb: str, detail: str, names: Sequence[str], then: Callable[[], None]) -> None:
        from grokterm.console.widgets.dialogs import Question

        detail = "\n".join(filter(None, (self.unseen(names), detail)))
        who = plain(short_name(names[0])) if len(names) == 1 else f"{len(names)} experiments"
        some = "" if len(names) == 1 else f"{listed(names, 4)}.\n"
        question = Question(f"{verb} {who}?", f"{some}{detail}")
        self.app.push_screen(question, lambda yes: then() if yes else None)

    def request(self, what: str, deed: Deed, names: Sequence[str], verb: str = "", detail: str = "") -> None:
        """Ask the workers of those whose state allows it; say of how many, and why not of the others.

        Args:
            what: pause, go on, stop, park or checkpoint.
            verb, detail: of the question that comes first; without them it comes only where some aren't on the screen.
        """
        able = [summary.name for summary in self.summaries(names) if fits(what, summary.state)]
        if not able:
            self.do(partial(deeds.explain, what), names)
            return
        left = self._left(names, able)

        def go() -> None:
            whom = plain(short_name(able[0])) if len(able) == 1 else plural(len(able), "experiment")
            self.say(f"{what} asked of {whom}" + (f"; {left}" if left else ""))
            self.do(deed, able, left=left)

        if verb or self.unseen(able):
            self._question(verb or what.capitalize(), "\n".join(filter(None, (detail, left))), able, go)
        else:
            go()

    def _left(self, names: Sequence[str], able: Sequence[str]) -> str:
        """How many of those chosen aren't among the able ones, and what they are: `2 can't (1 failed, 1 finished)`."""
        known = {summary.name: state_look(summary.state).word for summary in self.summaries(names)}
        words = Counter(known.get(name, "gone") for name in names if name not in able)
        counted = ", ".join(f"{count} {word}" if len(words) > 1 else word for word, count in words.items())
        return f"{words.total()} can't ({counted})" if words else ""

    def action_pause(self) -> None:
        """Pause what runs; let go on what doesn't. Of several, those that run are paused; if none runs, all go on."""
        names = self.chosen()
        if len(names) < 2:
            self.act("Pause or let go on", names, deeds.pause_or_go_on)
        elif any(fits("pause", summary.state) for summary in self.summaries(names)):
            detail = told("Their memory stays on the device; {pause} lets them go on.")
            self.request("pause", deeds.pause, names, "Pause", detail)
        else:
            detail = "Each from where it is, or from its last checkpoint."
            self.request("go on", deeds.go_on, names, "Let go on", detail)

    def action_stop(self) -> None:
        """Ask, then stop."""
        names = self.chosen()
        ends = [summary for summary in self.summaries(names) if fits("stop", summary.state)]
        self.request("stop", deeds.stop, names, "Stop", _what_stopping_does(ends))

    def action_park(self) -> None:
        """Ask where there are several, then park."""
        names = self.chosen()
        detail = told("A checkpoint is written and the device is free; {pause} goes on.")
        self.request("park", deeds.park, names, *(("Park", detail) if len(names) > 1 else ()))

    def action_checkpoint(self) -> None:
        """A checkpoint now."""
        self.request("checkpoint", deeds.checkpoint, self.chosen())

    def action_note(self) -> None:
        """Ask for a line and keep it: a note, tags, or both."""
        from grokterm.console.widgets.dialogs import Line

        names = self.chosen()
        if names:
            line = Line(
                f"Note on {listed(names)}",
                "a note   #tag adds a tag   -#tag takes it away",
                detail="\n".join(filter(None, (self.unseen(names), _noted(self.summaries(names))))),
                check=_wrong_note,
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
        live = {one.name for one in self.summaries(names) if one.state is not None and one.state.live}
        able = [name for name in names if name not in live]
        if not able:
            self.do(deeds.put_in_bin, names)  # which refuses, and says why
        else:
            where = told("Into the folder .bin beside the experiments; {undo} takes it back.")
            hidden = "" if self.unseen(able) else self.unseen(names)  # else the question says it
            detail = "\n".join(filter(None, (hidden, where, self._left(names, able))))
            self.ask("Bin", detail, able, deeds.put_in_bin)

    def action_undo(self) -> None:
        """Take back the last deed."""
        if not self.app.undoing:
            self.say("Nothing to take back; stars, tags, archiving and the bin can be, until the console is left")
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

        folders = [open_folder(self.app.runs / name) for name in names]
        refused = deeds.refusals(folders, deeds.check_repeat)
        able = tuple(name for name in names if name not in refused)
        left = "" if not refused else next(iter(refused.values()))
        left = f"{len(refused)} can't: {left}" if refused and len(names) > 1 else left
        if not able:
            self.say(left, "error")
            self.app.watcher.reread(names)
            return
        try:
            offered = ",".join(map(str, next_seeds(open_folder(self.app.runs / able[0])))) if len(able) == 1 else ""
        except GroktermError as error:
            self.say(str(error), "error")
            return
        self.app.call_later(self._ask_seeds, able, offered, left)

    def _ask_seeds(self, names: tuple[str, ...], offered: str, left: str) -> None:
        from grokterm.console.widgets.dialogs import Line

        one = "The same again with new seeds: these are the next, or write a count or a list."
        detail = one if len(names) == 1 else "Each gets as many new seeds as it has, or so many."
        detail = "\n".join(filter(None, (detail, left)))
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
        problem = next((summary.problem for summary in self.summaries((name,)) if summary.problem), "")
        if name is None or problem:
            self.say(problem or self.nothing(), "error" if problem else "information")
        else:
            self.app.push_screen(Fork(name), lambda new: self.open_page(new) if new else None)

    def action_queue(self) -> None:
        """The devices and the line, on a page of their own."""
        from grokterm.console.screens.queue import QueuePage

        self.app.push_screen(QueuePage())

    def action_earlier(self) -> None:
        """One place forward in the line."""
        self._shift(-1)

    def action_later(self) -> None:
        """One place back in the line."""
        self._shift(1)

    def _shift(self, by: int) -> None:
        name = self.target()
        if name is None:
            self.say(self.nothing())
        else:
            self.do(partial(deeds.shift, by), (name,))

    def action_compare(self) -> None:
        """Compare the marked experiments, or the arms of this one."""
        from grokterm.console.screens.compare import Compare

        names = self.compared()
        if names:
            self.app.push_screen(Compare(names))

    def compared(self) -> tuple[str, ...]:
        """The experiments that `c` compares."""
        return self.chosen()


def _carry_out(
    app: Console, deed: Deed, names: tuple[str, ...], then: Callable[[Outcome], None] | None, left: str = ""
) -> None:
    """In a thread: do it, and say how it went. What is called on the app is safe from any thread."""
    from grokterm.record import open_folder

    outcome = deeds.carry_out([open_folder(app.runs / name) for name in names], deed)
    if outcome.undo is not None:
        app.undoing.append(outcome.undo)
    app.watcher.reread(names)
    app.notify(plain("; ".join(filter(None, (outcome.said, left)))), severity=outcome.severity)
    if then is not None:
        app.call_later(then, outcome)


def _take_back(app: Console, undo: Undo) -> None:
    outcome = deeds.take_back(undo)
    app.watcher.reread(undo.names)
    app.notify(plain(outcome.said), severity=outcome.severity)


def _what_stopping_does(summaries: Sequence[Summary]) -> str:
    """What becomes of those that train, start or wait; only what trains has something for a checkpoint."""
    states = {summary.state for summary in summaries}
    if states == {"queued"}:
        they, them = ("it is", "it") if len(summaries) == 1 else ("they are", "them")
        if not any(summary.progress for summary in summaries):
            return told(
                f"Nothing is trained yet: {they} only taken out of the line, and {{pause}} queues {them} again."
            )
        there = "The numbers stay, and {pause} goes on from the last checkpoint."
        return told(f"{they.capitalize()} taken out of the line. {there}")
    if "starting" in states and len(summaries) == 1:
        return told("It is about to train: what is done by then is kept in a checkpoint, and {pause} goes on.")
    first = "Those that train write a checkpoint first; those that wait leave the line."
    first = first if "queued" in states else "A checkpoint is written first."
    return told(f"{first} The numbers stay, and {{pause}} goes on from there.")


def _noted(summaries: Sequence[Summary]) -> str:
    """The tags and last notes of one experiment; the tags of several."""
    tags = dict.fromkeys(tag for summary in summaries for tag in summary.marks.tags)
    lines = [f"tags: {' '.join(f'#{tag}' for tag in tags) or 'none'}"]
    if len(summaries) == 1:
        lines += [f"· {plain(text)}" for text in summaries[0].marks.texts[-_LAST_NOTES:]]
    return "\n".join(lines)


def _wrong_seeds(text: str) -> str:
    return _wrong(deeds.read_seeds, text)


def _wrong_note(text: str) -> str:
    return _wrong(deeds.read_note, text)


def _wrong(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except BadInput as error:
        return " — ".join(filter(None, (error.message, error.hint)))
    return ""
