"""What keys do to experiments: one, or all that are marked; and the way back."""

import shutil

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from console.world import _WRITERS, make

from grokterm.console import deeds
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.console.widgets.dialogs import Line, Question
from grokterm.errors import BadInput, GroktermError
from grokterm.record import open_folder

FINISHED = "20261122-120000-quickstart-fin3"
FAILED = "20261122-090000-quickstart-fai4"
RUNNING = "20261122-135500-quickstart-run2"


def names(pilot) -> list[str]:
    return [row.name for row in pilot.app.screen.history.rows]


async def said(pilot, part: str) -> None:
    await until(pilot, lambda: part in toasts(pilot))
    await settle(pilot)


def notes(world, name: str) -> list:
    return [(note.kind, note.value) for note in open_folder(world / name).notes()]


async def test_a_line_is_a_note_and_tags(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "t", *"see #paper -#old x", "enter")
        await said(pilot, "noted on quickstart-fin3 +#paper")
        assert notes(world, FINISHED) == [("note", "see x"), ("tag", "paper")]
        assert "#paper" in screen_text(pilot)
        await press(pilot, "t")
        assert "tags: #paper" in words(pilot, "#detail") and "see x" in words(pilot, "#detail")
        await press(pilot, *"-#paper", "enter")
        await said(pilot, "tagged on quickstart-fin3 -#paper")
        await press(pilot, "u")
        await said(pilot, "taken back: the tags of quickstart-fin3")
        assert open_folder(world / FINISHED).marks().tags == ("paper",)
        assert "stays" not in toasts(pilot)
        await press(pilot, "u")
        await said(pilot, "taken back: the tags of quickstart-fin3; the note stays")
        assert open_folder(world / FINISHED).marks().tags == ()
        assert open_folder(world / FINISHED).marks().texts == ("see x",)  # a note stays


async def test_star_and_archive_act_on_all_marked_and_are_taken_back_together(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "space", "space", "asterisk")
        await said(pilot, "2 starred")
        assert open_folder(world / FINISHED).marks().starred and open_folder(world / FAILED).marks().starred
        await press(pilot, "A")
        await said(pilot, "2 archived")
        await until(pilot, lambda: FINISHED not in names(pilot) and "2 archived" in words(pilot, "#title"))
        await press(pilot, "u")
        await said(pilot, "taken back: archiving of quickstart-fin3 and quickstart-fai4")
        await until(pilot, lambda: FINISHED in names(pilot))
        await press(pilot, "u")
        await until(pilot, lambda: not open_folder(world / FAILED).marks().starred)


async def test_what_another_console_has_changed_since_is_not_taken_back(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "asterisk")
        await said(pilot, "has a star")
        await press(pilot, "t", *"#paper -#none", "enter")
        await said(pilot, "tagged on quickstart-fin3 +#paper")
        for kind, value in (("untag", "paper"), ("tag", "other"), ("star", False)):
            open_folder(world / FINISHED).add_note(kind, value)
        before = notes(world, FINISHED)
        await press(pilot, "u")
        await said(pilot, "not taken back: quickstart-fin3: #paper was changed elsewhere since — its tags stay")
        await press(pilot, "u")
        await said(pilot, "its star was changed elsewhere since")
        assert notes(world, FINISHED) == before


@pytest.mark.parametrize("key", ["asterisk", "A", "C", "p", "D", "K"])
async def test_nothing_is_done_unasked_to_marked_ones_that_the_filter_hides(world, key):
    async with play(world) as pilot:
        await press(pilot, "space", "down", "space", "slash", *"fin3", "enter")
        assert names(pilot) == [FINISHED] and "2 marked, 1 hidden" in words(pilot, "#title")
        before = [notes(world, name) for name in pilot.app.memory.marks]
        await press(pilot, key)
        assert isinstance(pilot.app.screen, Question)
        hidden = "1 marked, 1 of them hidden" if key in "pKC" else "2 marked, 1 of them hidden"
        assert f"{hidden} by the filter: quickstart-run2." in words(pilot, "#detail")
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, Home)
        assert [notes(world, name) for name in pilot.app.memory.marks] == before


async def test_a_note_and_a_repeat_name_the_marked_ones_that_are_hidden(world):
    async with play(world) as pilot:
        await press(pilot, "space", "slash", *"fin3", "enter", "t")
        assert "1 marked, 1 of them hidden by the filter: quickstart-run2." in words(pilot, "#detail")
        await press(pilot, "escape", "R")
        await until(pilot, lambda: pilot.app.screen.query("#detail"))
        assert "hidden by the filter: quickstart-run2." in words(pilot, "#detail")


async def test_the_bin_asks_refuses_what_runs_and_is_undone(world):
    async with play(world) as pilot:
        await press(pilot, "D")
        await said(pilot, "is running")
        assert isinstance(pilot.app.screen, Home)  # nothing to ask about
        await press(pilot, "space", "down", "space", "D")
        assert isinstance(pilot.app.screen, Question)
        assert "Bin quickstart-fin3?" in words(pilot, "#question")
        assert "1 can't (running)" in words(pilot, "#detail")
        await press(pilot, "y")
        await said(pilot, "quickstart-fin3 is in the bin")
        await until(pilot, lambda: FINISHED not in names(pilot))
        assert (world / ".bin" / FINISHED).is_dir()
        await press(pilot, "u")
        await until(pilot, lambda: FINISHED in names(pilot))
        assert (world / FINISHED).is_dir()


@pytest.mark.parametrize(
    ("downs", "key", "part"),
    [
        (2, "p", "is finished: nothing to pause or resume — f forks it from a checkpoint, R repeats it"),
        (2, "K", "is finished: nothing to stop — f forks it"),
        (2, "P", "is finished: nothing to park"),
        (2, "C", "is finished: nothing to checkpoint"),
        (3, "K", "is failed: nothing to stop — p lets it go on"),
        (2, "greater_than_sign", "doesn't wait"),
    ],
)
async def test_what_makes_no_sense_says_what_does(world, downs, key, part):
    async with play(world) as pilot:
        await press(pilot, *["down"] * downs, key)
        await said(pilot, part)
        assert isinstance(pilot.app.screen, Home)


async def test_several_are_asked_about_by_name(world):
    async with play(world) as pilot:
        await press(pilot, "a", "K")
        assert "Stop 2 experiments?" in words(pilot, "#question")  # what runs and what waits; the others are done
        assert "quickstart-run2 and quickstart-que2" in words(pilot, "#detail")
        await press(pilot, "n", "p")
        assert "Pause quickstart-run2?" in words(pilot, "#question")


async def test_the_page_of_an_experiment_acts_on_that_one(world):
    async with play(world) as pilot:
        await press(pilot, "space", "down", "enter")
        assert isinstance(pilot.app.screen, ExperimentPage)
        await press(pilot, "K")
        await said(pilot, "is finished: nothing to stop")


async def test_repeat_offers_the_next_seeds(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, Line))
        assert pilot.app.screen.query_one("Input").value == "4,5,6,7"
        await press(pilot, "x", "enter")
        assert "expected a count (4) or a list" in words(pilot, "#wrong")
        assert isinstance(pilot.app.screen, Line)


async def test_a_fork_of_something_without_checkpoints_says_so(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "f")
        await until(pilot, lambda: "no checkpoint yet" in words(pilot, "#outcome"))
        await press(pilot, "enter", "escape")
        assert isinstance(pilot.app.screen, Home)


async def test_of_several_it_is_said_how_many_are_asked_and_why_not_the_others(world, monkeypatch):
    asked = []

    def request(folder, action):
        asked.append(folder.name)
        return ()

    monkeypatch.setattr("grokterm.jobs.request", request)
    make(world, "20261122-135000-quickstart-run7", step=300, state="running")
    async with play(world) as pilot:
        await press(pilot, "a", "p")
        assert "Pause 2 experiments?" in words(pilot, "#question")
        left = "5 can't (1 queued, 1 finished, 1 failed, 1 lost, 1 stopped)"
        assert left in words(pilot, "#detail")
        said = []
        pilot.app.watch(pilot.app, "notices", lambda now: said.extend(n.words for n in now), init=False)
        await press(pilot, "y")
        await until(pilot, lambda: f"2 paused; {left}" in toasts(pilot))
        assert f"pause asked of 2 experiments; {left}" in said
        assert sorted(asked) == ["20261122-135000-quickstart-run7", RUNNING]
        await press(pilot, "C")
        await until(pilot, lambda: f"2 checkpointed; {left}" in toasts(pilot))


async def test_a_fork_is_not_asked_for_seeds(world):
    _WRITERS[open_folder(world / RUNNING).cohorts[0].path].event("forked", step=300, of=FINISHED)
    async with play(world) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "is a fork of" in toasts(pilot) and "repeat 20261122-120000" in toasts(pilot))
        assert isinstance(pilot.app.screen, Home)
        await press(pilot, "space", "space", "R")
        await until(pilot, lambda: isinstance(pilot.app.screen, Line))
        assert "Repeat quickstart-que2" in words(pilot, "#question")
        assert "1 can't: " in words(pilot, "#detail") and "is a fork of" in words(pilot, "#detail")


@pytest.mark.parametrize("key", ["asterisk", "A", "p", "K", "C", "R", "D"])
async def test_a_folder_that_is_gone_is_said_to_be_gone_and_leaves_the_history(world, key):
    async with play(world) as pilot:
        await press(pilot, "down", "down")
        shutil.rmtree(world / FINISHED)
        await pilot.press(key)
        await until(pilot, lambda: toasts(pilot) or isinstance(pilot.app.screen, Question))
        if isinstance(pilot.app.screen, Question):
            await pilot.press("y")
        await until(pilot, lambda: "quickstart-fin3: its folder is gone from" in toasts(pilot))
        await until(pilot, lambda: all(row.name != FINISHED for row in pilot.app.screen.history.rows))


async def test_what_was_done_to_a_folder_that_is_gone_is_not_taken_back(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "asterisk")
        await until(pilot, lambda: "has a star" in toasts(pilot))
        shutil.rmtree(world / FINISHED)
        await pilot.press("u")
        await until(pilot, lambda: "not taken back: quickstart-fin3: its folder is gone" in toasts(pilot))
        await settle(pilot)


async def test_the_same_said_by_somebody_else_since_is_not_taken_back(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "asterisk")
        await said(pilot, "has a star")
        await press(pilot, "t", *"#paper", "enter")
        await said(pilot, "tagged on quickstart-fin3 +#paper")
        for kind, value in (("tag", "paper"), ("star", True)):
            open_folder(world / FINISHED).add_note(kind, value)
        await press(pilot, "u")
        await said(pilot, "#paper was changed elsewhere since")
        await press(pilot, "u")
        await said(pilot, "its star was changed elsewhere since")
        marks = open_folder(world / FINISHED).marks()
        assert marks.starred and marks.tags == ("paper",)


async def test_a_tag_does_not_begin_as_one_that_is_taken_away(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "t", *"#-bad")
        assert "a tag can't begin with '-' (given '-bad') — right would be 'bad'" in words(pilot, "#wrong")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Line) and notes(world, FINISHED) == []
        await press(pilot, "left", "left", "left", "backspace", "end", "enter")
        await said(pilot, "tagged on quickstart-fin3 +#bad")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain words", ("plain words", (), ())),
        ("#a #b -#c", ("", ("a", "b"), ("c",))),
        ("a # b -# c #", ("a # b -# c #", (), ())),
        ("#a twice #a", ("twice", ("a",), ())),
    ],
)
def test_notes_are_read(text, result):
    assert deeds.read_note(text) == result


@pytest.mark.parametrize(
    ("text", "result"), [("", None), ("4", 4), ("7,", (7,)), ("7,8", (7, 8)), ("7 8 9", (7, 8, 9))]
)
def test_seeds_are_read(text, result):
    assert deeds.read_seeds(text) == result


@pytest.mark.parametrize("text", ["x", "-1", "4.5", "1,,x"])
def test_seeds_that_are_none_are_refused(text):
    with pytest.raises(BadInput, match="expected a count"):
        deeds.read_seeds(text)


def test_a_seed_that_is_listed_twice_is_refused():
    with pytest.raises(BadInput, match="seed 5 is listed twice"):
        deeds.read_seeds("5,7,5")


def test_results_are_summed_up(runs):
    folders = [make(runs, f"20261122-12000{i}-quickstart-fin{i}") for i in range(2, 7)]

    def some(folder):
        if folder.name.endswith(("5", "6")):
            raise GroktermError(f"{folder.name[-4:]} won't", "try later")
        return deeds.Done("done", f"{folder.name[-4:]} is done")

    assert deeds.carry_out(folders, some).said == "3 done, 2 refused: fin5 won't — try later"
    assert deeds.carry_out(folders[:1], some).said == "fin2 is done"
    assert deeds.carry_out(folders[3:4], some).severity == "error"
    assert deeds.listed([folder.name for folder in folders]) == "quickstart-fin2, quickstart-fin3 and 3 more"


def test_a_mistake_of_ours_is_not_swallowed(runs):
    def broken(folder):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deeds.carry_out([make(runs, "20261122-120000-quickstart-fin0")], broken)
