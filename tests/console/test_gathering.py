"""The history gathers: filter, sort, group, fold, mark; and remembers how."""

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from console.world import make, populate
from textual import events
from textual.keys import _character_to_key

from grokterm.console.memory import Memory
from grokterm.record import open_folder


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


def names(pilot) -> list[str]:
    return [row.name[-4:] for row in pilot.app.screen.history.rows]


def hint(pilot) -> str:
    return words(pilot, "#hint")


async def test_a_filter_by_terms_reads_the_specs(world):
    make(world, "20261119-140000-quickstart-fas7", overrides=("optimizer.lr=0.01",))
    async with play(world) as pilot:
        await press(pilot, "slash", *"lr>0.005")
        assert names(pilot) == ["fas7"] and "1 shown" in words(pilot, "#title")
        await press(pilot, "escape", "slash", *"-lr>0.005 state=fin*")
        assert names(pilot) == ["fin3"]


async def test_a_mistake_is_told_beside_the_filter_and_changes_nothing(world):
    async with play(world, (80, 24)) as pilot:
        await press(pilot, "slash", *"state=failed")
        assert names(pilot) == ["fai4"]
        await press(pilot, *" lrr=3")
        assert names(pilot) == ["fai4"] and hint(pilot) == "lrr: no such key; nearest: lr"
        assert pilot.app.memory.filter == "state=failed"
        await press(pilot, "enter")
        assert "lrr: no such key" in screen_text(pilot)
        await press(pilot, "escape")
        assert len(names(pilot)) == 6 and "lrr" not in screen_text(pilot)


async def test_keys_and_values_are_completed(world):
    async with play(world) as pilot:
        await press(pilot, "slash")
        assert "words, or state=" in hint(pilot)
        await press(pilot, *"sta")
        assert hint(pilot).startswith("state  star")
        await press(pilot, "right", "f")
        assert hint(pilot) == "state: finished  failed"
        await press(pilot, "right")
        assert pilot.app.screen.query_one("#filter").value == "state=finished"
        assert names(pilot) == ["fin3"]
        await press(pilot, *" weight_decay=")
        await until(pilot, lambda: "1  3" in hint(pilot))  # what is there, before what could be


async def test_letters_that_arrive_together_with_the_key_are_written_in_the_filter(world):
    async with play(world) as pilot:
        for letter in "/t/a":
            pilot.app.post_message(events.Key(_character_to_key(letter), letter))
        await until(pilot, lambda: pilot.app.screen.query_one("#filter").value == "t/a")


async def test_the_filter_order_and_group_are_remembered(world):
    memory = Memory(None)
    async with play(world, memory=memory) as pilot:
        await press(pilot, "slash", *"state!=lost", "enter", "o", "O", "G")
    assert (memory.filter, memory.sort, memory.reverse, memory.group) == ("state!=lost", "name", True, "preset")
    async with play(world, memory=memory) as pilot:
        assert names(pilot) == ["tart", "sto6", "run2", "que2", "fin3", "fai4"]
        assert "state!=lost" in screen_text(pilot) and "experiment ▲" in screen_text(pilot)


async def test_a_filter_of_another_version_is_no_obstacle(world):
    memory = Memory(None)
    memory.remember(filter="nonsense=3", sort="nonsense", group="nonsense")
    async with play(world, memory=memory) as pilot:
        assert len(names(pilot)) == 6


async def test_sorting_goes_through_the_columns(world):
    async with play(world) as pilot:
        assert "age ▼" in screen_text(pilot)
        await press(pilot, "o", "o")
        assert names(pilot)[0] == "run2" and "state ▼" in screen_text(pilot)
        await press(pilot, "O")
        assert names(pilot)[-1] == "run2" and "state ▲" in screen_text(pilot)


async def test_groups_are_folded_and_marked_as_a_whole(world):
    async with play(world) as pilot:
        await press(pilot, "G", "G", "home")
        assert "▾ running  1" in screen_text(pilot)
        await press(pilot, "p")
        assert "heading of a group" in toasts(pilot)
        await press(pilot, "space")
        assert [name[-4:] for name in pilot.app.memory.marks] == ["run2"]
        await press(pilot, "enter")
        assert "▸ running  1" in screen_text(pilot) and "run2" not in names(pilot)
        await press(pilot, "enter")
        assert "run2" in names(pilot)


async def test_grouping_says_what_the_key_does_next(world):
    async with play(world, (80, 24)) as pilot:
        await press(pilot, "G", "G", "G")
        assert toasts(pilot) == "Grouped by tag; G again ends the groups"
        assert "grouped by tag (G)" in words(pilot, "#title")
        await press(pilot, "G")
        assert toasts(pilot) == "No groups; G again groups by preset" and "grouped" not in words(pilot, "#title")


async def test_all_or_nothing_is_marked(world):
    async with play(world) as pilot:
        await press(pilot, "a")
        assert len(pilot.app.memory.marks) == 6 and "6 marked" in words(pilot, "#title")
        await press(pilot, "a")
        assert pilot.app.memory.marks == ()


async def test_tags_are_in_the_row_where_there_is_room_and_the_star_before_the_name(world):
    folder = open_folder(world / "20261122-120000-quickstart-fin3")
    folder.add_note("tag", "paper")
    folder.add_note("star", True)
    async with play(world) as pilot:
        assert "#paper" in screen_text(pilot) and "★ quickstart-fin3" in screen_text(pilot)
    async with play(world, (80, 24)) as pilot:
        assert "#paper" not in screen_text(pilot) and "★ quickst" in screen_text(pilot)


async def test_the_archive_is_hidden_and_counted(world):
    open_folder(world / "20261122-120000-quickstart-fin3").add_note("archive", True)
    async with play(world) as pilot:
        assert "fin3" not in names(pilot) and "1 archived" in words(pilot, "#title")
        await press(pilot, "slash", *"archived=yes")
        assert names(pilot) == ["fin3"]


async def test_empty_keys_say_why(runs):
    async with play(runs) as pilot:
        for key in (
            "enter",
            "space",
            "a",
            "c",
            "p",
            "K",
            "P",
            "C",
            "f",
            "R",
            "t",
            "asterisk",
            "A",
            "D",
            "less_than_sign",
        ):
            before = pilot.app.notices
            await press(pilot, key)
            assert pilot.app.notices[-1] not in before, key
        assert "No experiments in" in toasts(pilot)
        await press(pilot, "u")
        assert "Nothing to take back" in toasts(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (300, 90)])
async def test_lines_are_whole_with_wide_letters_and_hostile_tags(runs, size):
    folder = make(runs, "20261122-120000-漢字漢字漢字漢字漢字漢字漢字-aaaa", title="漢字 [b]x[/b] \x1b[2J", arms=8)
    folder.add_note("tag", "[red]\x1b[31m\u202e漢字漢字漢字漢字")
    folder.add_note("note", "\x1b]0;gone\x07 " + "long " * 100)
    async with play(runs, size) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        assert "\x1b" not in seen and "\u202e" not in seen and "\x07" not in seen
        row = next(strip for strip in pilot.app.screen._compositor.render_strips() if "finished" in strip.text)
        assert row.cell_length == size[0] and "100%" in row.text
        assert "more arms" in seen or "name-8" in seen  # arms aren't left out without a word
