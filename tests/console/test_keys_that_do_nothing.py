"""A key that has nothing to act on says why, and neither the footer nor help offers it."""

import pytest
from console.forms import form, go, judged
from console.play import play, press, screen_text, toasts, until, words
from console.world import make

from grokterm.console.commands import EXPERIMENT, FORM, HOME, commands_in
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.help import sections
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.widgets.dialogs import Line

FINISHED = "20261122-120000-quickstart-fin3"


def footer(pilot) -> str:
    """The keys that are offered."""
    pilot.app.notices = ()
    return screen_text(pilot).splitlines()[-1]


def helped(pilot, *, now: bool) -> set[str]:
    """The keys that help tells of for where one is: those that do something there, or those that don't."""
    page = pilot.app.screen
    found = sections(page.SCOPE, page.focused, page.obstacle)
    headings = [part.heading for part in found]
    here = found[: headings.index("Everywhere") + 1]
    parts = here if now else [part for part in found if part.heading.startswith("Not now")]
    return {key for part in parts for line in part.lines for key in line[0].split()}


async def answer(pilot, key: str) -> str:
    """What is said after a key."""
    pilot.app.notices = ()
    await press(pilot, key)
    return toasts(pilot)


@pytest.mark.parametrize("tab", ["2", "6"])
async def test_without_charts_their_keys_say_where_charts_are(world, tab):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, tab)
        page = pilot.app.screen
        wrong = [e for e in commands_in(EXPERIMENT) if page.obstacle(e.method.removeprefix("action_"))]
        assert {"zoom_in", "toggle", "isolate", "write", "log_y", "filter"} <= {entry.id for entry in wrong}
        for entry in wrong:
            key = entry.key.split(",")[0]
            if key not in ("up", "down", "home", "end"):  # those scroll
                said = await answer(pilot, key)
                assert "no charts; 1 and 3" in said or "Nothing to filter" in said, entry.id
        told = helped(pilot, now=True)
        assert {"p", "c", "1", "j", "k", "?", "q"} <= told and not {"+", "y", "i", "w", "/", "Space"} & told
        assert {"+", "y", "i", "w", "/", "Space"} <= helped(pilot, now=False)


@pytest.mark.parametrize("tab", ["1", "2", "4", "5", "6"])
async def test_what_is_not_about_charts_works_on_every_tab(world, tab):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, tab)
        assert not any(map(pilot.app.screen.obstacle, ("new", "suspend", "pause", "fork", "repeat", "note")))
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, New)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ExperimentPage)


async def test_where_a_deed_fits_none_the_reason_is_told_and_nothing_is_done(world):
    async with play(world) as pilot:
        await press(pilot, "slash", *"state=finished", "enter", "a")
        said = await answer(pilot, "K")
        await until(pilot, lambda: toasts(pilot))
        assert isinstance(pilot.app.screen, Home) and "finished" in (said or toasts(pilot))


async def test_with_charts_help_tells_their_keys(world):
    async with play(world, open_at=FINISHED) as pilot:
        assert {"+", "y", "i", "w", "/", "Space"} <= helped(pilot, now=True)


async def test_in_a_form_help_tells_no_key_that_is_typed(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        parts = {part.heading: part for part in sections(FORM, page.focused, page.obstacle)}
        assert [line[0] for line in parts["Everywhere"].lines] == ["Esc", "F1", "Ctrl-P"]
        assert {line[0] for line in parts["Everywhere else"].lines} == {"r", "T", "q"}
        assert {"F5", "F7", "F8", "Ctrl-Z", "↓ Tab"} <= {line[0] for part in parts.values() for line in part.lines}
        await press(pilot, "f1")
        assert "While a line is written" not in screen_text(pilot)


async def test_while_a_filter_is_written_help_tells_no_letters(world):
    async with play(world) as pilot:
        await press(pilot, "slash")
        assert {"Esc", "Tab", "F1"} <= helped(pilot, now=True)
        assert {"p", "n", "q", "Space"} & helped(pilot, now=True) == set()
        assert {"p", "n", "Space"} <= helped(pilot, now=False)


async def test_on_charts_a_key_without_effect_says_why(world):
    async with play(world, open_at=FINISHED) as pilot:
        for key in ("0", "minus", "left_square_bracket"):
            assert "The whole x axis is in view; + shows" in await answer(pilot, key)
        await press(pilot, *["plus"] * 12)
        assert "as close as it gets" in await answer(pilot, "plus")
        assert "smoothed; s does" in await answer(pilot, "S")
        await press(pilot, *"ssssss")
        assert "as smooth as it gets; S" in await answer(pilot, "s")
        await press(pilot, "0", "plus", *["right_square_bracket"] * 3)
        assert "ends here" in await answer(pilot, "right_square_bracket")
        await press(pilot, "m")
        assert "These are numbers; m draws curves" in await answer(pilot, "M")
        await press(pilot, "m", "a")
        assert "No arm is drawn; a shows all" in await answer(pilot, "plus")


async def test_one_arm_is_alone_already(runs):
    make(runs, FINISHED, arms=1)
    async with play(runs, open_at=FINISHED) as pilot:
        assert "only one arm" in await answer(pilot, "i")


async def test_at_home_keys_of_curves_need_a_preview(world):
    async with play(world, (80, 24)) as pilot:
        before = pilot.app.memory.view
        for entry in commands_in(HOME):
            if entry.about == "curves":
                assert "No curves are in view" in await answer(pilot, entry.key.split(",")[0]), entry.id
        assert pilot.app.memory.view == before
        assert "only pane" in await answer(pilot, "tab") and "again" in await answer(pilot, "r")
        assert "Nothing to go back from; q" in await answer(pilot, "escape")
    async with play(world, (120, 40)) as pilot:
        assert await answer(pilot, "y") == "" and pilot.app.memory.view != before


async def test_in_a_form_a_key_without_effect_says_why(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        await go(pilot, "optimizer.lr")
        assert "is as it was in small" in await answer(pilot, "f7")
        await go(pilot, "optimizer.clip")
        assert "isn't set: there is nothing to take away" in await answer(pilot, "f8")
        await go(pilot, 'arms.""')
        assert "F7 is for a value" in await answer(pilot, "f7")
        await press(pilot, *["pagedown"] * 9)
        assert "last section" in await answer(pilot, "pagedown")


async def test_without_arms_f4_makes_the_first_by_a_name_that_is_one(runs, tmp_path):
    from console.test_new import GOOD

    source = tmp_path / "plain.toml"
    source.write_text(GOOD)
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.lr")
        await press(pilot, "f4")
        assert "There is no arm yet" in words(pilot, "#detail")
        await press(pilot, *"a b", "enter")
        assert isinstance(pilot.app.screen, Line) and "the name of an arm is 1 to 100" in words(pilot, "#wrong")
        await press(pilot, "backspace", "backspace", *"b", "enter")
        await judged(pilot)
        assert pilot.app.screen is page and page._row.path == ("arms", "ab", "optimizer", "lr")
        assert "Write what optimizer.lr is in ab; F8" in toasts(pilot)


async def test_the_footer_offers_what_the_state_allows(world):
    async with play(world, (200, 50)) as pilot:
        assert "p pause" in footer(pilot) and "K stop" in footer(pilot)
        await press(pilot, "down", "down")
        assert "K stop" not in footer(pilot) and "p pause" not in footer(pilot) and "t note" in footer(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ExperimentPage)
        assert "p pause" not in footer(pilot) and "K stop" not in footer(pilot) and "c compare" in footer(pilot)
        await press(pilot, "escape", "down")
        assert "K stop" not in footer(pilot) and "p pause" in footer(pilot)  # failed: it can go on
        await press(pilot, "home", "space")
        await press(pilot, "end")
        assert "K stop" in footer(pilot)  # what is marked counts


async def test_the_footer_of_an_empty_history_begins(runs):
    async with play(runs, (200, 50)) as pilot:
        assert "n new" in footer(pilot)
        assert not any(words in footer(pilot) for words in ("p pause", "Enter open", "c compare", "t note", "o sort"))
