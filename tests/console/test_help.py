"""Help: what has focus first, every command, the search; and the greeting of the very first start."""

import pytest
from console.play import play, press, screen_text, shown, toasts, words
from console.world import make, populate
from textual.binding import Binding
from textual.widget import Widget

from grokterm.console.app import Console
from grokterm.console.commands import COMMANDS, DIALOGS, EXPERIMENT, HOME
from grokterm.console.look import STATES
from grokterm.console.memory import Memory
from grokterm.console.screens.help import Help, matching, sections, written
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.widgets.greeting import Greeting


class Pane(Widget):
    """A widget with keys of its own."""

    HELP = "A pane\n\nWith more about it."
    BINDINGS = (Binding("up,k", "move(-1)", "The row above."), Binding("x", "hidden", "", show=False))


def test_what_has_focus_comes_first_then_the_screen():
    found = sections(EXPERIMENT, Pane())
    assert (found[0].heading, found[0].lines) == ("A pane", (("↑ k", "The row above.", ""),))
    assert found[1].heading == "Experiment: what has focus"
    assert [section.heading for section in found[-2:]] == ["Signs", "States"]


def test_help_tells_every_command_and_every_state():
    for scope in (HOME, EXPERIMENT):
        told = {line[1] for section in sections(scope) for line in section.lines}
        assert {entry.help for entry in COMMANDS if set(entry.where) - set(DIALOGS)} <= told
        states = " ".join(line[0] for line in sections(scope)[-1].lines)
        assert all(look.word in states for look in STATES.values())


def test_no_command_is_told_twice():
    lines = [line[:2] for section in sections(HOME)[:-2] for line in section.lines]
    assert len(lines) == len(set(lines))


def test_a_key_is_found_as_a_key_and_words_anywhere():
    found = matching(sections(HOME), "K")
    assert [line[0] for section in found for line in section.lines] == ["K"]
    assert {line[0] for section in matching(sections(HOME), "checkpoint ends") for line in section.lines} <= {"K"}
    assert "P" in {line[0] for section in matching(sections(HOME), "DEVICE later") for line in section.lines}
    assert matching(sections(HOME), "no such thing") == ()


async def test_searching_help(runs):
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "question_mark", "slash", *"seeds")
        assert "Seeds as median" in words(pilot, "#body") and "Pause" not in words(pilot, "#body")
        await press(pilot, *"zzz")
        assert "Nothing here speaks of" in words(pilot, "#body")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Help) and "Pause" in words(pilot, "#body")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home)
        await press(pilot, "question_mark", "question_mark")
        assert isinstance(pilot.app.screen, Home)


async def test_lines_of_help_fit(runs):
    async with play(runs, (60, 24)) as pilot:
        await press(pilot, "question_mark")
        assert all(len(line) <= 60 for line in words(pilot, "#body").splitlines())


async def test_the_first_start_greets_once_and_the_key_does_what_it_does(runs, tmp_path):
    populate(runs)
    memory = Memory(tmp_path / "view.json", runs)
    app = Console(runs, memory=memory, greet=not memory.greeted)
    async with shown(app, (80, 24)) as pilot:
        assert isinstance(app.screen, Greeting) and " is behind this." not in screen_text(pilot)
        await press(pilot, "n")
        assert isinstance(app.screen, New)
        assert memory.greeted


async def test_the_greeting_of_the_demonstration_names_what_it_has_started(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", state="queued")
    app = Console(runs, folder.name, greet=True)
    async with shown(app, (80, 24)) as pilot:
        assert isinstance(app.screen, Greeting) and "quickstart-run2 is behind this." in screen_text(pilot)


@pytest.mark.parametrize("key", ["escape", "x"])
async def test_a_key_that_the_greeting_does_not_name_only_takes_it_away(runs, key):
    app = Console(runs, greet=True)
    async with shown(app, (80, 24)) as pilot:
        await press(pilot, key)
        assert isinstance(app.screen, Home) and not toasts(pilot)


async def test_ctrl_c_says_how_to_leave(runs):
    async with play(runs) as pilot:
        await press(pilot, "ctrl+c")
        assert toasts(pilot) == "q leaves the console; what trains goes on"


def test_between_a_sign_and_its_meaning_there_is_a_blank():
    from grokterm.console.look import DARK, MARKERS, ink

    for width in (60, 80, 120):
        lines = str(written(sections(HOME), width, ink(DARK))).splitlines()
        assert any(f"{' '.join(MARKERS)} the arms" in line for line in lines)
        assert all(len(line) <= width for line in lines)
