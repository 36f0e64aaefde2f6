"""Keys that arrive together take effect in their order."""

import asyncio
from unittest.mock import patch

from console.play import play, settle
from console.world import make
from textual.widgets import Input

from grokterm.console.memory import Memory


async def burst(pilot, *keys):
    """Keys that come in one packet: none waits for what the one before does."""
    with patch("textual.app.wait_for_idle", lambda *_: asyncio.sleep(0)):
        await pilot.press(*keys)
    await settle(pilot)


def populate(runs):
    for place in range(4):
        make(runs, f"20261122-13300{place}-grid-aaa{place}", arms=1)


async def test_marks_before_the_filter_are_marks(tmp_path):
    populate(tmp_path)
    async with play(tmp_path) as pilot:
        await burst(pilot, "space", "down", "space", "slash", "g", "r", "i", "d")
        assert len(pilot.app.memory.marks) == 2
        assert pilot.app.memory.filter == pilot.app.focused.value == "grid"


async def test_corrections_are_made_where_they_were_typed(tmp_path):
    populate(tmp_path)
    async with play(tmp_path) as pilot:
        await burst(pilot, "slash", "a", "b", "c", *["backspace"] * 3, "x", "y", "left", "z")
        assert pilot.app.focused.value == "xzy"


async def test_a_dialog_gets_what_was_typed_behind_the_key_that_opens_it(tmp_path):
    populate(tmp_path)
    async with play(tmp_path) as pilot:
        await burst(pilot, "t", "b", "u", "r", "s", "t", "left", "left", "X")
        assert pilot.app.screen.query_one(Input).value == "burXst"
        await burst(pilot, "enter", "space", "down", "down", "space")
        assert len(pilot.app.memory.marks) == 2
    assert any("burXst" in notes.read_text() for notes in tmp_path.glob("*/notes.jsonl"))


async def test_a_key_that_goes_down_with_its_dialog_holds_up_nothing(tmp_path):
    populate(tmp_path)
    async with play(tmp_path, memory=Memory(None)) as pilot:
        for _ in range(2):
            await burst(pilot, "t", "escape", "slash", "escape", "question_mark", "escape", "n", "escape", "slash", "g")
            assert pilot.app.focused.value == "g"
            await burst(pilot, "escape", "escape")
            assert pilot.app.memory.filter == "" and not pilot.app.typing


async def test_tab_completes_and_never_leaves_the_filter(tmp_path):
    populate(tmp_path)
    async with play(tmp_path) as pilot:
        await burst(pilot, "slash", *"stat", "tab", "tab", "A")
        assert pilot.app.focused.value.startswith("state=") and pilot.app.focused.value.endswith("A")
        assert not pilot.app.memory.marks and not pilot.app.snapshot.arranged.archived
