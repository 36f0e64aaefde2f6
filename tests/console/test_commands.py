"""One table of commands: every entry can be carried out where it says, and every surface shows it."""

import pytest
from console.play import play, press, rush, screen_text, settle, shown, until
from console.world import grow, make, populate
from textual.command import CommandList

from grokterm.console.app import Console
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
    use,
)
from grokterm.console.palette import Commands, Palette
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.difference import Difference
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.fork import Fork
from grokterm.console.screens.help import Help
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.screens.page import Page
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


async def found(pilot, query: str) -> list[str]:
    """The titles that the palette finds on the screen in front, the best first."""
    hits = [hit async for hit in Commands(pilot.app.screen).search(query)]
    return [str(hit.text) for hit in sorted(hits, key=lambda hit: -hit.score)]


@pytest.mark.parametrize("fast", [True, False])
async def test_enter_in_the_palette_means_what_was_typed(runs, fast):
    typed = rush if fast else press
    async with play(runs) as pilot:
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: pilot.app.screen.query_one(CommandList).option_count > 5)
        await typed(pilot, *"zzz", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Palette)
        await press(pilot, "escape", "ctrl+p")
        await until(pilot, lambda: pilot.app.screen.query_one(CommandList).option_count > 5)
        await typed(pilot, *"help", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))


async def test_the_palette_finds_commands_by_what_they_do_and_by_their_keys(runs):
    async with play(runs) as pilot:
        assert (await found(pilot, "K"))[0] == "stop  (K)"
        assert (await found(pilot, "stop"))[0] == "stop  (K)"
        assert await found(pilot, "leave the device to others") == ["park  (P)"]
        assert await found(pilot, "no such words") == []


async def test_what_is_said_stands_in_place_of_the_keys_and_goes_again(runs):
    populate(runs)
    async with play(runs, (80, 24)) as pilot:
        lines = screen_text(pilot).splitlines()
        pilot.app.notify("it is done", timeout=2.0)
        await until(pilot, lambda: "it is done" in screen_text(pilot).splitlines()[-1])
        assert screen_text(pilot).splitlines()[:-1] == lines[:-1]
        await until(pilot, lambda: screen_text(pilot).splitlines() == lines)


async def test_a_mistake_in_many_words_takes_the_lines_it_needs_and_covers_nothing(runs):
    populate(runs)
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "end")
        pilot.app.notify("why it was refused, " * 6, severity="error")
        pilot.app.notify("something else went well")
        await until(pilot, lambda: "something else" in screen_text(pilot).splitlines()[-1])
        lines = screen_text(pilot).splitlines()
        assert lines[-3].startswith(" why it was") and lines[-2].startswith(" refused")
        assert any("sto6" in line for line in lines[:-3])
        pilot.app.notices = ()
        await until(pilot, lambda: "why it was" not in screen_text(pilot))


async def test_in_ascii_an_arrow_key_is_told_in_words(runs):
    app = Console(runs, ascii=True)
    async with shown(app, (100, 30)) as pilot:
        assert command("cursor_left").shown_keys == "Left h" and command("earlier").shown_keys == "<"
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Search for commands" in screen_text(pilot))
        assert "?" not in next(line for line in screen_text(pilot).splitlines() if "Search for commands" in line)
    use({})


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


@pytest.mark.parametrize("keys", [("K",), ("t",), ("f",), ("ctrl+p",), ("enter", "w")])
async def test_a_dialog_hides_the_page_beneath_which_rests(runs, keys):
    folder = make(runs, "20261122-135500-quickstart-run2", step=610, state="running")
    async with play(runs, (100, 30)) as pilot:
        page = pilot.app.screen
        await press(pilot, *keys[:-1])
        await pilot.press(keys[-1])
        await until(pilot, lambda: not isinstance(pilot.app.screen, Page))
        await pilot.pause()
        edges = [(line[:3] + line[-3:]).strip() for line in screen_text(pilot).splitlines()]
        assert not any(edges) or keys == ("ctrl+p",), edges
        assert "running" not in screen_text(pilot)
        shown = []
        page.show = shown.append
        grow(folder, 610, 700)
        await until(pilot, lambda: pilot.app.snapshot.detail.summary.step == 700)
        assert not shown
        del page.show
        await press(pilot, "escape", "escape")
        await until(pilot, lambda: pilot.app.screen is page and "700" in screen_text(pilot))
