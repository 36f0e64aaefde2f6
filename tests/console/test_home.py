"""The history, driven by keys on folders on disk."""

import os
from pathlib import Path

import pytest
from console.play import chart_lines, play, press, screen_text, settle, toasts, until, words
from console.world import break_, grow, make

from grokterm.console.memory import Memory
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.record import open_folder

FINISHED = "20261122-120000-quickstart-fin3"


def names(pilot) -> list[str]:
    return [line.name for line in pilot.app.screen.history.rows]


async def test_the_history_shows_every_experiment_newest_first(world):
    async with play(world) as pilot:
        assert [name[-4:] for name in names(pilot)] == ["run2", "que2", "fin3", "fai4", "los5", "sto6"]
        seen = screen_text(pilot)
        for word in ("▶ running", "◷ queued", "✔ finished", "✖ failed", "✖ lost", "▣ stopped", "67%", "31/s", "20m"):
            assert word in seen
        assert "6 experiments · 1 running" in words(pilot, "#title")


async def test_an_empty_folder_says_what_to_do(runs):
    async with play(runs / "not-there-yet") as pilot:
        assert "No experiments in" in words(pilot, "#empty") and "n   chooses a preset" in words(pilot, "#empty")
        await press(pilot, "enter", "space", "c", "p", "K", "t")  # none of these has anything to act on
        assert isinstance(pilot.app.screen, Home)


async def test_a_runs_folder_that_is_a_file_says_so(runs):
    path = runs / "file"
    path.write_text("")
    async with play(path) as pilot:
        assert "not a folder" in words(pilot, "#empty")


async def test_what_can_not_be_kept_for_the_next_visit_is_said_once(world, tmp_path):
    for file in (tmp_path / "view", Path(os.environ["GROKTERM_STATE"]) / "summaries"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("in the way")
    memory = Memory(tmp_path / "view" / "console.json", world)
    async with play(world, memory=memory) as pilot:
        said = []
        pilot.app.watch(pilot.app, "notices", lambda now: said.extend(now), init=True)
        await until(pilot, lambda: any("the history can't be kept for the next visit" in one.words for one in said))
        for text in ("a", "b", "c"):
            memory.remember(filter=text)
            pilot.app.keep()
            await settle(pilot)
        words = [one.words for one in dict.fromkeys(said) if "next visit" in one.words]
        assert len(words) == 2 and words[1].endswith("console.json: Not a directory")
        (tmp_path / "view").unlink()
        pilot.app.keep()
        assert (tmp_path / "view" / "console.json").is_file()


async def test_the_preview_follows_the_cursor(world):
    async with play(world) as pilot:
        assert "step 610 of 900" in words(pilot, "#words")
        await press(pilot, "down", "down", "down")
        assert "device-side assert" in words(pilot, "#words")
        assert any("┤" in line for line in chart_lines(pilot, "#small-accuracy"))


async def test_enter_opens_and_escape_comes_back_and_never_leaves(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, ExperimentPage) and pilot.app.screen.target() == FINISHED
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, Home)
        assert pilot.app.screen.target() == FINISHED


async def test_filtering_by_words(world):
    async with play(world) as pilot:
        await press(pilot, "slash", *"fai")
        assert names(pilot) == ["20261122-090000-quickstart-fai4"]
        await press(pilot, "enter")
        assert "1 shown" in words(pilot, "#title")
        await press(pilot, "escape")
        assert len(names(pilot)) == 6
        await press(pilot, "slash", *"zzz")
        assert "Nothing matches" in words(pilot, "#empty")


async def test_letters_in_the_filter_stay_letters(world):
    async with play(world) as pilot:
        await press(pilot, "slash", *"kqnp")
        assert isinstance(pilot.app.screen, Home)
        assert pilot.app.screen.query_one("#filter").value == "kqnp"


async def test_marks_choose_what_is_compared(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "space", "down", "down", "space", "c")
        assert isinstance(pilot.app.screen, Compare)
        assert pilot.app.memory.marks == (FINISHED, "20261120-140000-quickstart-sto6")
        rows = words(pilot, "#rows").splitlines()
        assert rows[1].startswith(" ● fin3:static") and "sto6" in rows[6]
        assert len(rows) == 8 and "a wider window has room for" in rows[7]
        await press(pilot, "escape", "escape")
        assert pilot.app.memory.marks == ()


async def test_new_numbers_arrive_by_themselves(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=200, state="running")
    async with play(runs) as pilot:
        assert "step 200 of 900" in words(pilot, "#words")
        grow(folder, 200, 500)
        await until(pilot, lambda: "step 500 of 900" in words(pilot, "#words"))
        await settle(pilot)
        assert any("500" in line for line in chart_lines(pilot, "#small-loss"))


async def test_a_new_experiment_appears_and_a_removed_one_goes(world):
    async with play(world) as pilot:
        make(world, "20261122-135959-quickstart-new9")
        open_folder(world / FINISHED).path.rename(world.parent / "elsewhere")
        await press(pilot, "r")
        await until(pilot, lambda: names(pilot)[0].endswith("new9") and FINISHED not in names(pilot))
        assert pilot.app.screen.target().endswith("run2")  # the cursor stays with its experiment


async def test_a_broken_folder_is_shown_as_such_and_disturbs_nothing(world):
    break_(open_folder(world / FINISHED))
    async with play(world) as pilot:
        assert len(names(pilot)) == 6 and "? broken" in screen_text(pilot)
        await press(pilot, "down", "down")
        for key in "pKPCf":
            await press(pilot, key)
            await until(pilot, lambda: "no cohorts" in toasts(pilot))
            assert isinstance(pilot.app.screen, Home)
            pilot.app.notices = ()
        await press(pilot, "enter")
        assert "no cohorts" in " ".join(words(pilot, "#message").split())


async def test_a_note_is_kept_with_the_experiment(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "t", *"qk?", "enter")
        notes = open_folder(world / FINISHED).notes()
        assert [(note.kind, note.value) for note in notes] == [("note", "qk?")]


HOSTILE = "[bold]x[/bold] \x1b[2J\x1b]0;gone\x07 \u202e[link=x]"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_names_and_titles_are_only_text(runs, size):
    make(runs, "20261122-120000-sweep[lr=1e-3][red]-aaaa", title=HOSTILE)
    async with play(runs, size) as pilot:
        seen = screen_text(pilot)
        assert "sweep[lr=1e-3]" in seen and "[bold]x[/bold]" in seen
        await press(pilot, "enter")
        seen += screen_text(pilot)
        await press(pilot, "K")
        seen += screen_text(pilot)
        assert "\x1b" not in seen and "\x07" not in seen and "\u202e" not in seen


async def test_nothing_is_drawn_when_nothing_changed(world):
    make(world, "20261122-135900-quickstart-old2")
    async with play(world) as pilot:
        await press(pilot, "down")
        before = pilot.app.snapshot
        pilot.app.watcher.reread()
        await pilot.pause(1.5)
        assert pilot.app.snapshot.detail.curves is not None
        assert pilot.app.snapshot.history == before.history
