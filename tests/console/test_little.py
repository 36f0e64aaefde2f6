"""The history where there is little: a small screen, nothing that matches, everything in the bin or the archive."""

import pytest
from console.play import play, press, screen_text, settle, until, words
from console.test_keys_that_do_nothing import footer
from console.world import make, populate

from grokterm.console.screens.home import Home
from grokterm.record import open_folder

FIRST = "20261122-120000-quickstart-fin3"
OF_ONE = ("Enter open", "Space mark", "c compare", "t note", "d difference", "o sort", "f fork")


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


@pytest.mark.parametrize("size", [(40, 10), (80, 12), (40, 17)])
async def test_on_a_small_screen_the_list_comes_first(world, size):
    async with play(world, size) as pilot:
        assert "running" in screen_text(pilot).splitlines()[2]
        assert pilot.app.screen.history.size.height == size[1] - 2
    async with play(world, (200, 12)) as pilot:
        assert pilot.app.screen.query_one("#beside").size.height  # beside it there is room


async def test_an_empty_list_offers_nothing_that_needs_a_row(world):
    async with play(world, (250, 50)) as pilot:
        assert all(offer in footer(pilot) for offer in OF_ONE[:5])
        await press(pilot, "slash", *"nothing like it", "enter")
        await until(pilot, lambda: "Nothing matches" in screen_text(pilot))
        assert not any(offer in footer(pilot) for offer in OF_ONE) and "/ filter" in footer(pilot)
        await press(pilot, "escape", "space", "slash", *"nothing like it", "enter")
        assert "t note" in footer(pilot) and "Enter open" not in footer(pilot)  # to what is marked


async def test_with_everything_archived_nothing_is_offered_that_needs_a_row(runs):
    make(runs, FIRST).add_note("archive", True)
    async with play(runs, (250, 50)) as pilot:
        assert "1 experiment in the archive" in screen_text(pilot)
        assert not any(offer in footer(pilot) for offer in OF_ONE) and "/ filter" in footer(pilot)


async def test_with_everything_in_the_bin_the_bin_is_named(runs):
    make(runs, FIRST)
    async with play(runs, (140, 30)) as pilot:
        await press(pilot, "D", "y")
        await until(pilot, lambda: "1 experiment in the bin of" in screen_text(pilot))
        assert "u takes back" in screen_text(pilot) and "restore NAME" in screen_text(pilot)
        assert "yet" not in words(pilot, "#empty")
        await press(pilot, "u")
        await until(pilot, lambda: "fin3" in screen_text(pilot) and pilot.app.snapshot.binned == 0)
    async with play(runs / "elsewhere") as pilot:
        assert "No experiments in" in screen_text(pilot)


async def test_a_filter_that_is_not_understood_is_not_kept(world):
    async with play(world, (160, 40)) as pilot:
        await press(pilot, "slash", *"state=running", "enter", "slash", "end", *" l>=abc", "enter")
        hint = words(pilot, "#hint")
        assert "l: no such key" in hint and "until that is mended “state=running” filters" in hint
        assert pilot.app.focused.id == "filter" and pilot.app.memory.filter == "state=running"
        await press(pilot, *["backspace"] * 7, "enter")
        assert pilot.app.focused.id == "history" and not pilot.app.screen.query_one("#hint").display
        await press(pilot, "slash", *"l>=abc", "enter")
        assert "until that is mended everything is shown" in words(pilot, "#hint")
        pilot.app.screen.set_focus(pilot.app.screen.history)  # as a click does
        await settle(pilot)
        assert "until that is mended everything is shown" in words(pilot, "#hint")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home) and not pilot.app.screen.query_one("#hint").display


def test_the_bin_is_counted(runs):
    from grokterm.record import count_binned, remove

    assert count_binned(runs) == 0
    make(runs, FIRST)
    remove(open_folder(runs / FIRST))
    assert count_binned(runs) == 1
