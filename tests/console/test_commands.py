"""One table of commands: every entry can be carried out where it says, and every surface shows it."""

import pytest
from console.play import play, press, screen_text, until
from console.world import populate

from grokterm.console.commands import (
    APP,
    COMPARE,
    DIALOGS,
    DIFFERENCE,
    EXPERIMENT,
    FIRST,
    FORK,
    HELP,
    HOME,
    NEW,
    QUEUE,
    WRITE,
    command,
    commands_in,
    footer,
    footer_width,
)
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.difference import Difference
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.fork import Fork
from grokterm.console.screens.help import Help
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.screens.queue import QueuePage
from grokterm.console.screens.writing import Write
from grokterm.console.widgets.dialogs import Line, Question

SCREENS = {
    HOME: Home,
    NEW: New,
    EXPERIMENT: ExperimentPage,
    COMPARE: Compare,
    HELP: Help,
    DIFFERENCE: Difference,
    WRITE: Write,
    QUEUE: QueuePage,
    FORK: Fork,
    "question": Question,
    "line": Line,
}


@pytest.mark.parametrize("scope", SCREENS)
def test_every_command_has_its_action(scope):
    common = () if scope in DIALOGS else (APP,)
    missing = [c.id for c in commands_in(scope, *common) if not hasattr(SCREENS[scope], c.method)]
    assert missing in ([], ["command_palette"])  # that one is the app's


@pytest.mark.parametrize("scope", SCREENS)
def test_no_key_means_two_things_on_one_screen(scope):
    common = () if scope in DIALOGS else (APP,)
    keys = [key for c in commands_in(scope, *common) for key in c.key.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("scope", SCREENS)
@pytest.mark.parametrize("width", [20, 40, 78, 118, 198, 300])
def test_the_footer_fits_and_keeps_what_matters(scope, width):
    shown = footer(scope, width)
    assert footer_width(shown) <= width
    if scope not in DIALOGS:
        assert {"help"} <= {c.id for c in shown}


@pytest.mark.parametrize("scope", [HOME, EXPERIMENT, COMPARE])
def test_a_wide_footer_has_all_that_a_newcomer_needs_and_a_narrow_one_its_beginning(scope):
    first = [*FIRST[APP], *FIRST[scope]]
    assert set(first) <= {c.id for c in footer(scope, 200)}
    narrow = {c.id for c in footer(scope, 78)}
    assert narrow == set(first[: len(narrow)]) and len(narrow) >= 6


def test_the_footer_names_commands_that_there_are():
    for scope, names in FIRST.items():
        assert set(names) <= {c.id for c in commands_in(scope, APP)}


def test_what_cannot_be_done_now_is_left_out_of_the_footer():
    assert "pause" not in {c.id for c in footer(HOME, 200, lambda entry: entry.id != "pause")}


async def test_the_palette_offers_what_the_keys_do(runs):
    async with play(runs) as pilot:
        await pilot.press("ctrl+p", *"new")
        await until(pilot, lambda: "Choose a preset" in screen_text(pilot))
        assert "Choose a preset and start an experiment" in screen_text(pilot)


async def test_a_click_on_the_footer_does_what_the_key_does(runs):
    populate(runs)
    async with play(runs, (100, 30)) as pilot:
        column = screen_text(pilot).splitlines()[-1].index("n new")
        await pilot.click(offset=(column, 29))
        await press(pilot)
        await pilot.pause()
        assert isinstance(pilot.app.screen, New)


def test_keys_have_the_names_that_are_on_the_keyboard():
    assert [command(name).shown_key for name in ("help", "save", "cursor_left", "launch")] == ["?", "Ctrl-S", "←", "F5"]
    assert command("bin").shown_keys == "D Del"
