"""The page of a folder that can't be read: every tab says so and what to do, and no key is offered that can't work."""

import pytest
from console.play import play, press, screen_text, toasts, words
from console.test_keys_that_do_nothing import footer, helped
from console.world import break_, make

from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage

BROKEN = "20261122-120000-quickstart-fin3"


@pytest.fixture
def broken(runs):
    """Half a folder."""
    break_(make(runs, BROKEN))
    return runs


@pytest.mark.parametrize(
    ("tab", "said"),
    [("1", "No curves: "), ("2", "Nothing to compare: "), ("3", "No probes: "), ("4", "No configuration: ")],
)
async def test_every_tab_says_what_it_lacks_and_what_to_do(broken, tab, said):
    async with play(broken, (80, 24), open_at=BROKEN) as pilot:
        await press(pilot, tab)
        seen = " ".join(screen_text(pilot).split())
        assert said in seen and "r reads it again once it is mended; 5 and 6 show what can be read" in seen
        assert "matches the filter" not in seen and "? broken" in seen


async def test_what_there_is_can_still_be_read(broken):
    async with play(broken, open_at=BROKEN) as pilot:
        await press(pilot, "6")
        assert str(broken) in screen_text(pilot) and not pilot.app.screen.query_one("#unreadable").display
        await press(pilot, "5")
        assert "no event can be read in this folder" in words(pilot, "#line")


async def test_neither_footer_nor_help_offers_what_can_not_be(broken):
    async with play(broken, (250, 40), open_at=BROKEN) as pilot:
        for tab in "123456":
            await press(pilot, tab)
            assert not any(f" {word}" in footer(pilot) for word in ("d difference", "f fork", "R repeat", "c compare"))
            assert "t note" in footer(pilot) and "r re-read" in footer(pilot)
        assert {"d", "f", "R", "c", "w", "p", "K", "/"} & helped(pilot, now=True) == set()
        for key in ("w", "f", "d", "c", "p", "slash", "m"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, ExperimentPage)
            assert "can't be read as an experiment; r reads it again" in toasts(pilot)


async def test_the_history_offers_no_more_and_its_preview_has_no_filter(broken):
    async with play(broken, (250, 50)) as pilot:
        assert not any(f" {word}" in footer(pilot) for word in ("d difference", "f fork", "R repeat", "c compare"))
        assert "no arm can be read" in screen_text(pilot) and "matches the filter" not in screen_text(pilot)


async def test_a_filter_that_no_arm_matches_is_named(runs):
    make(runs, BROKEN)
    async with play(runs, open_at=BROKEN) as pilot:
        await press(pilot, "slash", *"nothing", "enter")
        assert "no arm matches the filter; Esc shows all" in screen_text(pilot)
        await press(pilot, "c", "slash", *"nothing", "enter", "end")
        assert isinstance(pilot.app.screen, Compare)
