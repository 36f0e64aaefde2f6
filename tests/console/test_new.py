"""The preset picker on a folder with good, bad and oddly named presets."""

import threading

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from console.world import populate

from grokterm.console.costs import line_words
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.form import Form
from grokterm.console.screens.help import Help
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.widgets.dialogs import Question
from grokterm.errors import BadInput
from grokterm.jobs import Device, Estimate
from grokterm.jobs import Line as Waits
from grokterm.spec import my_folder

GOOD = """
seeds = 1
task = { operation = "add", p = 5, train_fraction = 0.5 }
model = { d_model = 8, heads = 2, d_mlp = 16 }
optimizer = { lr = 1e-3, weight_decay = 1.0 }
stop = { steps = 100 }
"""
BAD = GOOD.replace("lr = 1e-3", "lr = -1.0").replace("p = 5", "p = 1")


@pytest.fixture
def presets(tmp_path, monkeypatch):
    """An empty folder that the program takes for that of its presets."""
    folder = tmp_path / "presets"
    folder.mkdir()
    monkeypatch.setattr("grokterm.spec.presets.presets_folder", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def _history(runs):
    populate(runs)


async def test_a_preset_with_mistakes_shows_them_and_does_not_start(runs, presets):
    (presets / "bad.toml").write_text(BAD)
    folders = set(runs.iterdir())
    async with play(runs) as pilot:
        await press(pilot, "n")
        shown = " ".join(words(pilot, "#words").split())
        assert "optimizer.lr" in shown and "task.p" in shown
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, New)
        said = toasts(pilot)
        assert len(said.splitlines()) == 2
        assert all(" ".join(line.split()) in shown for line in said.splitlines())
    assert set(runs.iterdir()) == folders


async def test_small_forms_can_be_asked_for_while_the_presets_are_still_read(runs, monkeypatch):
    from grokterm import spec

    go = threading.Event()
    monkeypatch.setattr(spec, "list_presets", lambda real=spec.list_presets: go.wait(30) and real())
    async with play(runs) as pilot:
        await pilot.press("n", "s")
        assert "reading the presets" in words(pilot, "#words")
        go.set()
        await settle(pilot)
        assert "small forms" in words(pilot, "#title") and not toasts(pilot)


async def test_a_preset_that_is_no_toml_is_refused_with_the_words_beside_it(runs, presets):
    (presets / "bad.toml").write_text("stop = {")
    async with play(runs) as pilot:
        await press(pilot, "n", "enter")
        assert "line 1" in toasts(pilot)
        assert " ".join(toasts(pilot).split()) in " ".join(words(pilot, "#words").split())


@pytest.mark.parametrize(("file", "head"), [("MyPreset.toml", ""), ("plain.toml", 'name = "another-name"')])
async def test_a_preset_whose_experiment_has_another_name_is_read_once(runs, presets, monkeypatch, file, head):
    (presets / file).write_text(head + GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")  # waits until nothing is being read any more
        assert "1 arm x 1 seed" in words(pilot, "#words")


async def test_cautions_are_shown_before_the_start(runs, presets):
    (presets / "short.toml").write_text(GOOD.replace("steps = 100", "steps = 40"))
    async with play(runs) as pilot:
        await press(pilot, "n")
        assert "milestones.window 50 can't be observed" in words(pilot, "#words")
        assert not isinstance(pilot.app.screen, ExperimentPage)


async def test_one_that_is_too_large_asks_before_it_starts(runs, presets, monkeypatch):
    """Here every run is too large; whether it is started is what matters, so no worker is."""
    (presets / "one.toml").write_text(GOOD)
    launched = []
    monkeypatch.setattr("grokterm.jobs.launch", lambda folder, device: launched.append(folder.name))
    monkeypatch.setattr("grokterm.jobs.room.devices", lambda: (Device("cpu", "", 0, 0, 10_000, 1),))
    folders = set(runs.iterdir())
    async with play(runs) as pilot:
        for way in ("enter", "f5"):
            await press(pilot, "n")
            if way == "f5":
                await press(pilot, "e")
                await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.draft is not None)
            page = pilot.app.screen
            await press(pilot, way)
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            assert "one run alone needs about" in screen_text(pilot)
            await press(pilot, "escape")
            assert pilot.app.screen is page and set(runs.iterdir()) == folders and not launched
            await press(pilot, way)
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            await press(pilot, "y")
            await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
            (name,) = {path.name for path in runs.iterdir()} - {path.name for path in folders}
            assert launched.pop() == name
            folders = set(runs.iterdir())
            await press(pilot, "escape")


async def test_presets_of_ones_own_stand_apart_and_the_cursor_passes_over_headings(runs, presets):
    (presets / "one.toml").write_text(GOOD)
    (my_folder() / "two.toml").write_text(GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")
        shown = screen_text(pilot)
        places = [shown.index(word) for word in ("came with grokterm", "   one ", " yours ", "   two ")]
        assert places == sorted(places)
        page, seen = pilot.app.screen, []
        for key in ("down", "down", "up", "up", "end", "home"):
            await press(pilot, key)
            seen.append(page.highlighted.name)
        assert seen == ["two", "two", "one", "one", "two", "one"]


async def test_presets_of_a_document_stand_under_it(runs, presets):
    (presets / "alone.toml").write_text(GOOD)
    (presets / "table.toml").write_text('document = "Smith et al."' + GOOD)
    (presets / "figure.toml").write_text('document = "Jones"' + GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")
        shown = screen_text(pilot)
        names = ("came with grokterm", "   alone ", " Jones ", "   figure ", " Smith et al. ", "   table ", " yours ")
        places = [shown.index(name) for name in names]
        assert places == sorted(places)


async def test_the_small_form_is_shown_and_changed(runs, presets):
    (presets / "one.toml").write_text(GOOD + "[small]\nseeds = 2\nstop.steps = 60\n")
    (presets / "two.toml").write_text(GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")
        assert "1 arm x 1 seed, 100 steps" in words(pilot, "#words")
        await press(pilot, "s")
        assert "1 arm x 2 seeds, 60 steps" in words(pilot, "#words")
        assert "small forms" in screen_text(pilot)
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, Form)
        assert "one-small" in screen_text(pilot)
        await press(pilot, "escape", "down")
        assert "has no small form" in " ".join(words(pilot, "#words").split())
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, New)
        await press(pilot, "s")
        assert "1 arm x 1 seed, 100 steps" in words(pilot, "#words")


async def test_a_name_that_both_have_is_told_apart(runs, presets):
    (presets / "one.toml").write_text(GOOD)
    (my_folder() / "one.toml").write_text(GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")
        assert "one (by its path)" in screen_text(pilot)
        await press(pilot, "down")
        assert pilot.app.screen.highlighted.mine
        assert str(my_folder()) in "".join(words(pilot, "#words").split())


async def test_the_filter(runs, presets):
    for name in ("alpha", "beta"):
        (presets / f"{name}.toml").write_text(f'question = "is {name[0]} first?"' + GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n", "slash", *"B FIRST")
        assert pilot.app.screen.highlighted.name == "beta"
        await press(pilot, *"x")
        assert "No preset matches" in words(pilot, "#words")
        await press(pilot, "escape")
        assert pilot.app.screen.highlighted is not None
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, Form)


async def test_the_time_here_and_how_to_find_it_out(runs, presets, monkeypatch):
    (presets / "one.toml").write_text(GOOD)
    known = [Estimate(float("nan"), "not measured here")]
    monkeypatch.setattr("grokterm.jobs.estimate", lambda *_: known[0])
    monkeypatch.setattr("grokterm.jobs.measure", lambda *_: Estimate(40.0, "measured just now"))
    async with play(runs) as pilot:
        await press(pilot, "n")
        await until(pilot, lambda: "m trains a few steps" in words(pilot, "#words"))
        assert "starts at once" in words(pilot, "#words")
        await press(pilot, "m")
        await until(pilot, lambda: "about 40s on cpu, measured just now" in words(pilot, "#words"))


async def test_a_measurement_that_fails_says_why(runs, presets, monkeypatch):
    (presets / "one.toml").write_text(GOOD)

    def fail(*_):
        raise BadInput("no measurement: memory ran out")

    monkeypatch.setattr("grokterm.jobs.measure", fail)
    async with play(runs) as pilot:
        await press(pilot, "n", "m")
        await until(pilot, lambda: "no measurement: memory ran out" in words(pilot, "#words"))


def test_the_line_in_words(tmp_path):
    from grokterm.jobs import Holding, Waiting

    waits = tuple(Waiting(tmp_path / name, 0, ("cpu",), 1) for name in "aab")
    holds = (Holding("cpu", 0, tmp_path, 0, 1),)
    assert line_words(Waits(slots={"cpu": 1})) == "starts at once"
    assert line_words(Waits(holding=holds, slots={"cpu": 1})) == "waits for a free device"
    assert line_words(Waits(holding=holds, slots={"cpu": 1, "cuda:0": 1})) == "starts at once"
    assert line_words(Waits(waits, holds, {"cpu": 1})) == "2 experiments wait before it"


async def test_what_is_started_opens_in_place_of_the_picker_and_of_what_lies_over_it(runs, presets, monkeypatch):
    (presets / "one.toml").write_text(GOOD)
    go_on = threading.Event()
    monkeypatch.setattr("grokterm.jobs.launch", lambda folder, device: go_on.wait(30))
    async with play(runs) as pilot:
        await press(pilot, "n")
        await pilot.press("enter", "question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))
        go_on.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        assert not any(isinstance(page, New | Help) for page in pilot.app.screen_stack)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home)


async def test_after_a_refusal_one_can_start_again(runs, presets, monkeypatch):
    (presets / "one.toml").write_text(GOOD)
    answers = [BadInput("no room"), None]

    def launch(folder, device):
        if answer := answers.pop(0):
            raise answer

    monkeypatch.setattr("grokterm.jobs.launch", launch)
    async with play(runs) as pilot:
        await press(pilot, "n", "enter")
        assert isinstance(pilot.app.screen, New) and "no room" in toasts(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))


async def test_what_the_form_kept_is_in_the_list(runs, presets):
    (presets / "one.toml").write_text(GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.draft is not None)
        await press(pilot, "ctrl+s", *"mine", "enter", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, New) and "mine" in screen_text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 20)])
async def test_hostile_presets_are_harmless(runs, presets, size):
    folder = my_folder()
    (folder / "[red]x[.toml").write_text('title = "[/] \\u001b[2J [bold]"\nquestion = """a\nb\t\\u0007"""\n' + GOOD)
    (folder / "\x1b[31m.toml").write_text("x")
    (folder / ("long" * 50 + ".toml")).write_text(GOOD)
    values = ", ".join(str(n) for n in range(2, 1002))
    (folder / "many.toml").write_text(GOOD + f"grid.'optimizer.weight_decay' = [{values}]\n")
    async with play(runs, size) as pilot:
        await press(pilot, "n")
        for _ in range(6):
            await press(pilot, "down")
            assert "\x1b" not in screen_text(pilot)
            assert all(len(line) == size[0] for line in screen_text(pilot).splitlines())
