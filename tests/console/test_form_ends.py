"""What becomes of a form: saved, started, left."""

import pytest
from console.forms import THREE, form, judged, lines, write
from console.play import play, press, screen_text, settle, toasts, until, words
from textual.widgets import Input

from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.form import Form
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.widgets.dialogs import Line, Question
from grokterm.jobs import Device
from grokterm.record import list_folders, open_folder
from grokterm.spec import draft_of, load, my_folder


async def test_saving_asks_before_it_writes_over(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "stop.steps", "250")
        for answer in ("", "n", "y"):
            await press(pilot, "ctrl+s")
            await pilot.press(*"mine")
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, Question) is bool(answer)
            if answer:
                await press(pilot, answer)
            if answer == "n":  # back to the name
                assert pilot.app.screen.query_one(Input).value == "mine"
                await press(pilot, "escape")
            assert load("mine").arms[0].spec.stop.steps == (260 if answer == "y" else 250)
            if not answer:
                await press(pilot, "ctrl+u", *"260")
                await judged(pilot)
        await press(pilot, "ctrl+s", *"quickstart", "enter")
        assert "came with grokterm" in words(pilot, "#wrong") and isinstance(pilot.app.screen, Line)
        await press(pilot, "escape")
        assert [path.name for path in my_folder().iterdir()] == ["mine.toml"]
        await press(pilot, "escape")  # everything is kept: nothing is asked
        assert page not in pilot.app.screen_stack


async def test_leaving_asks_where_changes_would_be_lost(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "stop.steps", "250")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Question)
        await press(pilot, "n")
        assert pilot.app.screen is page
        await press(pilot, "escape", "y")
        assert isinstance(pilot.app.screen, Home)


async def test_starting_makes_the_experiment_and_goes_there(runs, source, monkeypatch):
    launched = []
    monkeypatch.setattr("grokterm.jobs.launch", lambda folder, device="auto": launched.append(folder.name))
    (my_folder() / "small.toml").write_text(source.read_text())
    async with play(runs) as pilot:
        await press(pilot, "n", "end", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.draft is not None)
        await judged(pilot)
        await write(pilot, "stop.steps", "250")
        await press(pilot, "f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        assert not any(isinstance(page, Form | New) for page in pilot.app.screen_stack)
    assert len(launched) == 1
    assert open_folder(runs / launched[0]).spec().arms[0].spec.stop.steps == 250


async def test_an_experiment_is_begun_again_with_changes(runs, source):
    document = load(source).to_document()
    async with play(runs) as pilot:
        page = await form(pilot, draft_of(document, "small"))
        assert "ready to start" in lines(pilot)[0]
        await write(pilot, "arms.fall.optimizer.weight_decay.final", "0.5")
        assert page._judged.verdict.experiment.arm("fall").spec.optimizer.weight_decay.final == 0.5


async def test_what_is_no_preset_is_refused_in_one_line(runs, tmp_path):
    (tmp_path / "bad.toml").write_text("stop = {")
    async with play(runs) as pilot:
        for source, why in ((tmp_path / "bad.toml", "line 1"), ("nothere", "no preset is called 'nothere'")):
            pilot.app.push_screen(Form(source))
            await settle(pilot)
            assert isinstance(pilot.app.screen, Home) and why in toasts(pilot)


@pytest.fixture
def two_devices(monkeypatch):
    """A machine with a GPU as well, and the devices that workers were started for."""
    asked = []
    both = (Device("cpu", "c", 0.0, 0, 8 << 30, 1), Device("cuda:0", "g", 0.0, 0, 80 << 30, 1))
    monkeypatch.setattr("grokterm.jobs.devices", lambda: both)
    monkeypatch.setattr("grokterm.jobs.prepare.check_device", lambda device: None)
    monkeypatch.setattr("grokterm.jobs.launch", lambda folder, device: asked.append(device))
    return asked


@pytest.mark.parametrize("edit", [False, True])
async def test_the_device_is_chosen_where_it_starts(runs, source, two_devices, edit):
    my_folder().mkdir(parents=True, exist_ok=True)
    (my_folder() / "aa.toml").write_text(THREE)
    async with play(runs) as pilot:
        await press(pilot, "n", "slash", *"aa", "enter")
        assert "device: auto (or cpu, cuda:0), d changes it" in " ".join(words(pilot, "#words").split())
        await press(pilot, "d", "d")
        assert "device: cuda:0" in words(pilot, "#words") and "on cuda:0" not in words(pilot, "#title")
        if edit:
            await press(pilot, "e")
            await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.draft is not None)
            await judged(pilot)
            assert "ready to start on cuda:0 (or auto, cpu)" in lines(pilot)[0]
            await press(pilot, "f9", "f9")
            assert "ready to start on cpu (or auto, cuda:0)" in lines(pilot)[0]
        await press(pilot, "f5" if edit else "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
    assert two_devices == ["cpu" if edit else "cuda:0"]


async def test_a_refused_start_names_the_field_alone(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        await write(pilot, "optimizer.lr", "-1")
        await press(pilot, "f5")
        assert toasts(pilot).startswith("optimizer.lr: expected a number") and "small.toml" not in toasts(pilot)


async def test_what_starts_changed_says_so(runs, source, two_devices):
    async with play(runs) as pilot:
        await form(pilot, source)
        await write(pilot, "stop.steps", "250")
        await press(pilot, "f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, Home))
    assert list_folders(runs)[0].title == "small, with steps = 250" and two_devices == ["auto"]


async def test_a_name_that_could_not_be_written_is_kept(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        await press(pilot, "ctrl+s", *"a b", "enter")
        assert "expected 1 to 64 letters" in words(pilot, "#wrong")
        assert pilot.app.screen.query_one(Input).value == "a b"
        await press(pilot, "escape")
        my_folder().parent.mkdir(parents=True, exist_ok=True)
        my_folder().rmdir() if my_folder().is_dir() else None
        my_folder().write_text("a file in the way")
        await press(pilot, "ctrl+s", *"mine", "enter")
        assert "can't be written" in words(pilot, "#detail")
        assert pilot.app.screen.query_one(Input).value == "mine"


async def test_a_preset_without_a_name_is_not_saved_and_nothing_closes(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        await write(pilot, "stop.steps", "250")
        await press(pilot, "ctrl+s", "ctrl+u", "enter")
        assert isinstance(pilot.app.screen, Line) and "Nothing is written yet" in screen_text(pilot)
        await press(pilot, *"mine", "enter")
        assert load("mine").arms[0].spec.stop.steps == 250
