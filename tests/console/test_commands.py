"""One table of commands: every entry can be carried out where it says, and every surface shows it."""

import pytest
from console.play import play, press, screen_text

from grokterm.console.commands import (
    APP,
    COMMANDS,
    COMPARE,
    EXPERIMENT,
    FORK,
    HELP,
    HOME,
    NEW,
    QUEUE,
    commands_in,
    footer,
    footer_width,
)
from grokterm.console.look import DARK, ink
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.fork import Fork
from grokterm.console.screens.help import Help, help_text
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.screens.queue import QueuePage
from grokterm.console.widgets.dialogs import Line, Question

SCREENS = {
    HOME: Home,
    NEW: New,
    EXPERIMENT: ExperimentPage,
    COMPARE: Compare,
    HELP: Help,
    QUEUE: QueuePage,
    FORK: Fork,
    "question": Question,
    "line": Line,
}


@pytest.mark.parametrize("scope", SCREENS)
def test_every_command_has_its_action(scope):
    common = (APP,) if scope not in ("question", "line", FORK) else ()
    missing = [c.id for c in commands_in(scope, *common) if not hasattr(SCREENS[scope], c.method)]
    assert missing in ([], ["command_palette"])  # that one is the app's


@pytest.mark.parametrize("scope", SCREENS)
def test_no_key_means_two_things_on_one_screen(scope):
    common = (APP,) if scope not in ("question", "line", FORK) else ()
    keys = [key for c in commands_in(scope, *common) for key in c.key.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("scope", SCREENS)
@pytest.mark.parametrize("width", [20, 40, 78, 118, 300])
def test_the_footer_fits_and_keeps_what_matters(scope, width):
    shown = footer(scope, width)
    assert footer_width(shown) <= width
    if scope not in ("question", "line", FORK):
        assert {"help"} <= {c.id for c in shown}
    if width == 300:
        assert {c.id for c in commands_in(scope)} - {"command_palette"} <= {c.id for c in shown}


def test_help_tells_every_command_and_every_state():
    written = help_text(HOME, ink(DARK)).plain
    for command in COMMANDS:
        if set(command.where) - {"question", "line", FORK}:
            assert command.help in written
    assert "lost" in written and "stalled" in written


async def test_the_palette_offers_what_the_keys_do(runs):
    async with play(runs) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause(0.5)
        assert "Choose a preset and start an experiment" in screen_text(pilot)


async def test_a_key_can_be_moved(runs):
    async with play(runs) as pilot:
        pilot.app.set_keymap({"new": "N"})
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, Home)
        await press(pilot, "N")
        assert isinstance(pilot.app.screen, New)
