"""The form of a new experiment: moving, changing, mistakes, arms."""

import pytest
from console.forms import THREE, form, go, judged, lines, write
from console.play import play, press, screen_text, toasts, until, words
from console.test_new import GOOD
from spec.test_plain_words import LIBRARY

from grokterm.console.commands import APP, FORM, commands_in, footer
from grokterm.console.screens.form import Form
from grokterm.console.screens.form_texts import blocks, folded_name
from grokterm.console.widgets.dialogs import Line
from grokterm.console.widgets.sheet import Sheet
from grokterm.record import list_folders


async def test_every_command_has_its_action_and_none_is_a_letter(runs, source):
    missing = [c.id for c in commands_in(FORM, APP) if not hasattr(Form, c.method)]
    assert missing == ["command_palette"]
    keys = [key for c in commands_in(FORM) for key in c.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(len(c.shown_key) > 1 for c in footer(FORM, 200))


async def test_letters_stay_letters(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "title", "quit? (q) /nT")
        assert page.draft.document["title"] == "quit? (q) /nT"
        assert pilot.app.screen is page


async def test_a_mistake_stands_under_its_field_while_it_is_typed(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        await write(pilot, "optimizer.lr", "fast")
        shown = lines(pilot)
        at = next(n for n, line in enumerate(shown) if line.startswith("•") and "fast" in line)
        assert 'expected a number, above 0 (given "fast")' in shown[at + 1]
        assert "1 mistake" in shown[0]
        await pilot.press("ctrl+u")
        await write(pilot, "optimizer.lr", "1e-2")
        assert "ready to start" in lines(pilot)[0] and "✖" not in screen_text(pilot)
        assert "2 arms x 1 seed = 2 runs, 100 steps" in words(pilot, "#totals")


async def test_mistakes_of_every_sort_are_told_in_our_words(runs, source):
    text = source.read_text().replace("lr = 1e-3", "lr = [1]")
    source.write_text(f'loss = {{ dtype = "float8" }}\nbatches = {{ size = {{}} }}\n{text}')
    async with play(runs, (120, 60)) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.lr")
        assert "expected a number, above 0 (given [1])" in screen_text(pilot)
        told = dict(page._judged.verdict.problems)
        assert told.keys() == {"optimizer.lr", "loss.dtype", "batches.size"}
        assert all(text.startswith("expected ") and not LIBRARY.search(text) for text in told.values())
        assert not LIBRARY.search(screen_text(pilot))


async def test_a_mistake_refuses_the_start_and_the_cursor_goes_to_it(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "stop.steps", "0")
        await go(pilot, "title")
        await press(pilot, "f5")
        assert pilot.app.screen is page and page._row.key == "stop.steps"
        assert "stop.steps" in toasts(pilot)
        assert not list_folders(runs)


async def test_what_cannot_be_seen_in_a_row_stands_at_the_top(runs, source):
    source.write_text(source.read_text() + "[optimizer2]\nlr = 1\n")
    async with play(runs) as pilot:
        await form(pilot, source)
        await go(pilot, "optimizer2")
        assert "unknown section" in screen_text(pilot)
        await press(pilot, "f8")
        await judged(pilot)
        assert "ready to start" in lines(pilot)[0]


async def test_choices_are_cycled_and_typed(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "task.operation")
        await press(pilot, "right", "right")
        assert page.draft.document["task"]["operation"] == "multiply"
        await press(pilot, "left", "left", "left")
        assert page.draft.document["task"]["operation"] == "cubic"
        await go(pilot, "model.bias")
        await press(pilot, "right")
        assert page.draft.document["model"]["bias"] is False


async def test_a_schedule_is_chosen_and_drawn(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.weight_decay")
        await press(pilot, "right")
        assert page.draft.document["optimizer"]["weight_decay"] == {"schedule": "linear", "initial": 1.0}
        await write(pilot, "optimizer.weight_decay.final", "0")
        assert "flat" in words(pilot, "#decay") and "█" in words(pilot, "#decay")
        await go(pilot, "optimizer.lr")
        await go(pilot, "optimizer.weight_decay")
        await press(pilot, "left")
        assert page.draft.document["optimizer"]["weight_decay"] == 1.0
        assert page.query_one(Sheet).cell.value == "1.0"


async def test_half_a_name_on_the_way_to_a_schedule_loses_nothing(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "arms.fall.optimizer.weight_decay", "cosine")
        assert page.draft.document["arms"]["fall"]["optimizer"]["weight_decay"] == {
            "schedule": "cosine",
            "initial": 1.0,
            "final": 0.0,
        }


async def test_undo_and_back_to_the_preset(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        began = page.draft.document
        await write(pilot, "stop.steps", "250")
        await write(pilot, "optimizer.lr", "0.5")
        assert "2 changes" in lines(pilot)[0]
        await press(pilot, "ctrl+z")  # the whole field, not its last letter
        assert page.draft.document["optimizer"]["lr"] == 1e-3
        await go(pilot, "stop.steps")
        assert "was 100 in small, F7" in words(pilot, "#about")
        await press(pilot, "f7")
        assert page.draft.document == began
        assert page.query_one(Sheet).cell.value == "100"
        await press(pilot, "f8")  # not set at all
        await judged(pilot)
        assert "missing" in screen_text(pilot)
        await press(pilot, "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        assert page.draft.document == began
        assert "nothing to undo" in toasts(pilot)


async def test_an_empty_value_is_the_default(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "model.d_mlp")
        await press(pilot, "backspace")
        assert "d_mlp" not in page.draft.document["model"]
        assert page.query_one(Sheet).cell.placeholder == "4 * d_model"


async def test_arms(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await write(pilot, "arms.flat.about", "the control")
        await press(pilot, "f3")
        assert page._row.path == ("arms", "flat-2")
        await pilot.press(*"copy of it")  # no name
        await press(pilot, "down")
        assert "keeps its name" in toasts(pilot)
        await press(pilot, "up")
        await pilot.press(*"again")
        await press(pilot, "down", "down")
        await pilot.press(*"lr")
        await press(pilot, "enter")
        assert page._row.path == ("arms", "again", "optimizer", "lr")
        await pilot.press(*"0.1")
        await judged(pilot)
        spec = page._judged.verdict.experiment
        assert [arm.spec.optimizer.lr for arm in spec.arms] == [1e-3, 1e-3, 0.1]
        assert spec.arm("again").about == "the control"
        await press(pilot, "pageup", "f8")
        assert list(page.draft.arms) == ["flat", "fall"]
        await press(pilot, "ctrl+z")
        assert list(page.draft.arms) == ["flat", "fall", "again"]


async def test_a_new_arm_and_a_new_axis(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, 'arms.""')
        await pilot.press(*"flat")
        await press(pilot, "enter")
        assert page._row.key == "arms.flat" and list(page.draft.arms) == ["flat", "fall"]
        await go(pilot, 'arms.""')
        await pilot.press(*"fl at")
        await press(pilot, "enter")
        assert "the name of an arm is 1 to 100 letters" in " ".join(screen_text(pilot).split())
        await pilot.press("ctrl+u", *"flat-3")
        await press(pilot, "enter")
        assert "flat-3" in page.draft.arms
        await go(pilot, 'grid.""')
        await pilot.press(*"optimizer.nothing")
        await press(pilot, "enter")
        assert "unknown field" in screen_text(pilot)
        await press(pilot, "ctrl+u")
        await pilot.press(*"train_fraction")
        await press(pilot, "enter")
        await pilot.press(*"0.4, 0.5, 0.6")
        await judged(pilot)
        assert "9 arms x 1 seed = 9 runs" in words(pilot, "#totals")


async def test_a_field_of_the_base_for_one_arm(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.lr")
        await press(pilot, "f4")
        assert isinstance(pilot.app.screen, Line)
        await pilot.press(*"fl")  # enough to tell which
        await press(pilot, "enter")
        assert page._row.path == ("arms", "flat", "optimizer", "lr")
        await pilot.press(*"0.2")
        await judged(pilot)
        await go(pilot, "optimizer.lr")
        assert "● 0.2" in next(line for line in lines(pilot) if line.startswith("  lr"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 15)])
async def test_the_field_in_focus_is_always_in_view(runs, source, size):
    async with play(runs, size) as pilot:
        page = await form(pilot, source)
        sheet = page.query_one(Sheet)
        for key in [*["down"] * 25, *["pagedown"] * 9, *["pageup"] * 4, *["up"] * 12]:
            await pilot.press(key)
            own, top = sheet.lines.of(sheet.lines.place), sheet.lines.scroll_offset.y
            assert top <= own.start and own.stop <= top + sheet.lines.size.height
            assert sheet.cell.region.y == sheet.region.y + own.start - top
        assert all(len(line) <= size[0] for line in lines(pilot))


async def test_a_hostile_preset_is_harmless(runs, source):
    source.write_text(
        'title = "[red]x[/red] [/] \\u001b[2J"\nseeds = 1\n[arms."a b"]\n[arms.ok]\nabout = "\\u001b]0;x\\u0007"\n'
        '[arms.ok.optimizer]\n"\\u001b[31m" = 3\n[grid]\n"\\u001b" = [1]\n[task]\np = "[bold]"\n'
    )
    async with play(runs, (80, 24)) as pilot:
        page = await form(pilot, source)
        for _ in range(len(page._rows)):
            await pilot.press("down")
            assert "\x1b" not in screen_text(pilot)
        assert "mistakes" in lines(pilot)[0]


async def test_a_thousand_arms(runs, source):
    values = ", ".join(str(n / 1001) for n in range(1, 1001))
    source.write_text(GOOD + f"[grid]\n'task.train_fraction' = [{values}]\n")
    async with play(runs) as pilot:
        page = await form(pilot, source)
        assert page._judged.verdict.problems or "1,000 arms" in words(pilot, "#totals")
        assert len(page._rows) < 100


def test_blocks_keep_their_ends():
    assert blocks([0.0, 1.0, 2.0, 4.0], 4, 4.0) == "▁▃▅█"
    assert blocks([4.0] * 120, 10, 4.0) == "█" * 10
    assert blocks([0.0] * 120, 3, 0.0) == "▁" * 3


async def test_hundreds_of_arms_are_walked_through_page_by_page(runs, source):
    source.write_text(GOOD + "".join(f"[arms.a{n:03}]\nabout = 'number {n}'\n" for n in range(390)))

    async def go_by_name(name: str) -> None:
        while page._row.key != 'arms.""':
            await pilot.press("up" if page._path[0] != "arms" else "down")
        await pilot.press(*name)
        await press(pilot, "enter")

    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go_by_name("a099")
        await press(pilot, "pagedown")
        assert page._row.key == "arms.a100"
        assert [row.label for row in page._rows if row.sort == "more"] == ["100 before", "190 more"]
        await press(pilot, "up")
        assert page._row.key == "arms.a099"
        await press(pilot, "pagedown", "f8")
        assert len(page.draft.arms) == 389 and "a100" not in page.draft.arms


async def test_what_another_kind_has_not_is_said(runs, source):
    source.write_text(THREE.replace("weight_decay = 1.0 }", "weight_decay = 1.0, beta1 = 0.8, clip = 1.0 }"))
    async with play(runs, (80, 24)) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.kind")
        await press(pilot, "right", "right")  # adam has it, sgd hasn't
        assert "sgd has no beta1 of that meaning: not kept; Ctrl-Z" in " ".join(words(pilot, "#about").split())
        assert page.draft.document["optimizer"] == {"kind": "sgd", "lr": 1e-3, "weight_decay": 1.0, "clip": 1.0}
        await press(pilot, "ctrl+z")
        assert page.draft.document["optimizer"]["beta1"] == 0.8 and "not kept" not in words(pilot, "#about")


async def test_the_learning_rate_is_drawn_where_it_changes(runs, source):
    async with play(runs) as pilot:
        await form(pilot, source)
        assert "learning rate" not in words(pilot, "#decay")
        await write(pilot, "optimizer.lr_schedule", "cosine")
        await until(pilot, lambda: "learning rate over 100 steps" in words(pilot, "#decay"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_long_names_are_told_apart(runs, source, size):
    source.write_text(THREE.replace("fall", "a-long-name-of-an-arm-that-falls"))
    name = "arms.a-long-name-of-an-arm-that-falls.optimizer.weight_decay"
    async with play(runs, size) as pilot:
        await form(pilot, source)
        for part in ("initial", "final"):
            await go(pilot, f"{name}.{part}")
            assert "".join(words(pilot, "#about").split()).startswith(f"{name}.{part}")
            assert all(len(line) <= size[0] for line in words(pilot, "#about").splitlines())


def test_a_dotted_name_is_folded_before_its_dots_and_whole_at_any_width():
    assert folded_name("arms.a.optimizer.weight_decay", 16) == "arms.a.optimizer\n.weight_decay"
    assert all(folded_name("arms.a.b", width).replace("\n", "") == "arms.a.b" for width in (-1, 0, 1, 5, 99))


async def test_a_mistyped_arm_is_no_new_one(runs, source):
    async with play(runs) as pilot:
        page = await form(pilot, source)
        await go(pilot, "optimizer.lr")
        await press(pilot, "f4", *"flet")
        assert "no arm flet; nearest: flat" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Line) and list(page.draft.arms) == ["flat", "fall"]
        await press(pilot, "backspace", "backspace", "a", "enter")
        assert page._row.path == ("arms", "flat", "optimizer", "lr")
