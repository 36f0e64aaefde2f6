"""Terminals: what they can't do, how many colours they have, whether they are light, and plain ASCII."""

import signal

import pytest
from console.fake_terminal import BLACK, DA1, WHITE, FakeTerminal
from console.play import play, press, screen_text, settle, shown
from console.world import populate
from rich.cells import cell_len
from rich.color import Color, ColorSystem

from grokterm.console.app import Console
from grokterm.console.background import Late, shade_from_environment, shade_of
from grokterm.console.look import DARK, DARK_16, LIGHT_16, MARKED, MARKERS, STATES, THEMES, ink, theme_of
from grokterm.console.memory import Memory
from grokterm.console.plainascii import locale_without_unicode, to_ascii, wanted
from grokterm.console.terminal import colours

ASK = "from grokterm.console.background import ask; print('heard', ask(), flush=True)"
FINISHED = "20261122-120000-quickstart-fin3"


# --- what can't be drawn on


@pytest.mark.parametrize(
    "size, environment, said",
    [
        ((100, 30), {"TERM": "dumb"}, b"TERM is `dumb`"),
        ((100, 30), {"TERM": ""}, b"TERM is unset"),
        ((30, 30), {}, b"30x30 cells"),
        ((100, 5), {}, b"100x5 cells"),
    ],
)
def test_a_terminal_that_cannot_show_it_is_told_what_to_use(tmp_path, size, environment, said):
    with FakeTerminal("-m", "grokterm", "--runs", str(tmp_path), size=size, **environment) as terminal:
        assert terminal.end() == 2
        assert said in terminal.written and b"grokterm ls" in terminal.written
        assert b"\x1b" not in terminal.written and b"Traceback" not in terminal.written


def test_a_runs_folder_that_is_a_file_is_told_before_anything_is_drawn(tmp_path):
    (tmp_path / "runs").write_text("mine")
    with FakeTerminal("-m", "grokterm", "--runs", str(tmp_path / "runs"), size=(100, 30)) as terminal:
        assert terminal.end() == 2
        assert b"runs: not a folder" in terminal.written and b"--runs DIR" in terminal.written
        assert b"\x1b" not in terminal.written and b"Traceback" not in terminal.written


def test_a_size_that_a_shell_has_exported_is_not_believed(runs):
    words = ("-m", "grokterm", "--runs", str(runs))
    with FakeTerminal(*words, answer=DA1, size=(100, 30), COLUMNS="30", LINES="8") as terminal:
        terminal.until(b"Any key begins")
        terminal.type(b"q")
        assert terminal.end() == 0


# --- colours


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "standard"),
        ({"TERM": "linux"}, "standard"),
        ({"TERM": "xterm-kitty"}, "truecolor"),  # over ssh, which leaves COLORTERM behind
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "tmux-256color", "TMUX": "x", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "screen-256color", "TMUX": "x"}, "256"),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, "256"),
        ({"TERM": "screen", "STY": "1.pts", "TMUX": "x", "COLORTERM": "truecolor"}, "standard"),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, "standard"),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, "256"),
    ],
)
def test_how_many_colours(environment, expected):
    assert colours(environment) == expected


@pytest.mark.parametrize("theme", [DARK_16, LIGHT_16], ids=lambda theme: theme.name)
def test_sixteen_colours_keep_arms_apart(theme):
    drawn = ink(theme)
    arms = [drawn.arm(index) for index in range(len(MARKERS))]

    def number(colour: str) -> int:
        return Color.parse(colour).downgrade(ColorSystem.STANDARD).number

    assert len({number(arm) for arm in arms}) == len(arms)
    assert number(drawn.background) not in {number(arm) for arm in arms}
    assert all(number(drawn.mix(arm, 0.4)) not in (number(arm), number(drawn.background)) for arm in arms)
    assert number(drawn.muted) not in (number(drawn.background), number(drawn.foreground))


def test_every_theme_has_a_place():
    assert all(theme in THEMES for theme in (theme_of(shade, few) for shade in ("dark", "light") for few in (0, 1)))
    assert theme_of(None, False) is DARK


async def test_without_colours_nothing_is_coloured_and_the_cursor_still_shows(runs, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    populate(runs)
    async with play(runs, (100, 30)) as pilot:
        await press(pilot, "down")
        table = pilot.app.screen.history
        strips = list(pilot.app.screen._compositor.render_strips())
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert styles and not [style for style in styles if style.color or style.bgcolor]
        row = strips[table.region.y + 2]
        assert any(segment.style and segment.style.reverse for segment in row)


# --- plain ASCII


async def test_every_screen_in_ascii(runs):
    populate(runs)
    app = Console(runs, ascii=True)
    async with shown(app, (120, 40)) as pilot:
        assert screen_text(pilot).isascii() and "X lost" in screen_text(pilot)
        for keys in (
            ["question_mark"], ["escape", "n"], ["e"], ["escape", "escape", "Q"], ["escape", "K"], ["escape", "slash"],
            ["escape", "down", "down", "enter"], ["plus", "left"], ["m"], ["m", "2"], ["3"], ["4"], ["5"], ["6"],
            ["t"], ["escape", "w"], ["escape", "ctrl+p"], ["escape", "c"], ["v"], ["d"],
        ):  # fmt: skip
            await press(pilot, *keys)
            assert screen_text(pilot).isascii(), keys
        assert len(set(screen_text(pilot))) > 20


def test_ascii_keeps_cells_and_tells_things_apart():
    text = "╭─╮│▶ ✔ ✖ … λ 漢字 é ⣿⠁ ━─┄ 🍌 ∫λ °"
    assert to_ascii(text).isascii()
    assert len(to_ascii(text)) == cell_len(text)
    signs = (*MARKERS, MARKED, *{look.glyph for look in STATES.values()})  # all can stand in one line
    assert len(set(signs)) == len(set(map(to_ascii, signs))) == len(signs)
    assert to_ascii("━") != to_ascii("─") != to_ascii("┄")
    glyphs = [STATES[name].glyph for name in ("running", "paused", "finished", "failed", "stopped", "stalled")]
    assert len(set(map(to_ascii, glyphs))) == len(glyphs)
    assert to_ascii("plain \x1b[31m\n") == "plain \x1b[31m\n"


@pytest.mark.parametrize(
    "environment, why",
    [
        ({"LC_ALL": "C"}, "LC_ALL=C"),
        ({"LANG": "de_DE.ISO-8859-1"}, "LANG=de_DE.ISO-8859-1"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "de_DE.ISO-8859-1"}, ""),
        ({"LANG": "C.utf8"}, ""),
        ({}, ""),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, "TERM=linux, whose font has few signs"),
    ],
)
def test_ascii_where_the_locale_wants_it(monkeypatch, environment, why):
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert locale_without_unicode() == why
    assert wanted() is bool(why) and wanted(True) and not wanted(False)
    monkeypatch.setenv("GROKTERM_ASCII", "0")
    assert not wanted(True)


def test_the_command_line_prints_ascii_too(runs, tmp_path):
    from cli.command import grokterm

    populate(runs)
    done = grokterm("--ascii", "compare", FINISHED, "--runs", str(runs), cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.isascii() and "static" in done.stdout
    assert not grokterm("compare", FINISHED, "--runs", str(runs), cwd=tmp_path).stdout.isascii()
    assert grokterm("ls", "--runs", str(runs), cwd=tmp_path, GROKTERM_ASCII="1").stdout.isascii()


# --- dark or light


@pytest.mark.parametrize(
    "answer, shade",
    [
        ("\x1b]11;rgb:ffff/ffff/ffff\x07", "light"),
        ("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", "dark"),
        ("\x1b]11;rgb:f/f/f\x07", "light"),
        ("\x1b]11;rgba:fdfd/f6f6/e3e3/ffff\x07", "light"),
        ("x\x1b]11;rgb:0000/0000/ffff\x07y", "dark"),
        ("\x1b]11;?\x07", ""),
        ("\x1b]10;rgb:ffff/ffff/ffff\x07", ""),
        ("", ""),
    ],
)
def test_an_answer_is_read(answer, shade):
    assert shade_of(answer) == shade


def test_colorfgbg_is_read():
    found = [shade_from_environment({"COLORFGBG": said}) for said in ("15;0", "0;15", "0;default;7", "12;8", "x", "")]
    assert found == ["dark", "light", "light", "dark", "", ""]


@pytest.mark.parametrize(
    "answer, heard",
    [
        (WHITE + DA1, b"heard ('light', False)"),
        (BLACK + DA1, b"heard ('dark', False)"),
        (DA1, b"heard ('', False)"),
        (b"keys" + WHITE + DA1, b"heard ('light', False)"),
        (b"", b"heard ('', True)"),
        (b"x" * 3000, b"heard ('', True)"),
    ],
)
def test_a_terminal_is_asked_and_left_as_it_was(answer, heard):
    with FakeTerminal("-c", ASK, answer=answer) as terminal:
        assert terminal.end() == 0
        assert heard in terminal.written
        assert terminal.settings == terminal.before


def test_nobody_is_asked_where_there_is_no_terminal():
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    assert done.stdout == b"heard ('', False)\n" and done.stderr == b""


@pytest.mark.parametrize("end", [b"\x07", b"\x1b\\"])
async def test_a_late_answer_sets_the_theme_and_presses_no_key(runs, end):
    from textual import events
    from textual._xterm_parser import XTermParser

    app = Console(runs, late=True)
    async with shown(app, (100, 30)) as pilot:
        parser = XTermParser()
        said = (b"\x1b]11;rgb:ffff/ffff/ffff" + end + b"\x1b[?62;4;22c").decode()
        keys = [event for event in (*parser.feed(said), *parser.feed("")) if isinstance(event, events.Key)]
        for event in keys:
            await app.on_event(event)
        await settle(pilot)
        assert app.theme == "grokterm-light"
        assert len(app.screen_stack) == 1
        await press(pilot, "n")  # and keys are keys again
        assert len(app.screen_stack) == 2


def test_keys_that_are_no_answer_pass():
    late = Late()
    assert [late.swallows(key) for key in ("n", "]", "x", None, "^", "q")] == [False, True, False, False, True, False]


async def test_the_theme_is_kept(runs, tmp_path):
    memory = Memory(tmp_path / "view.json", runs)
    async with play(runs, memory=memory) as pilot:
        await press(pilot, "T")
        assert pilot.app.theme == "grokterm-light"
    assert memory.theme == "light"


# --- a real process on a terminal


def test_the_console_takes_the_light_of_its_terminal_and_leaves_it_as_it_was(runs):
    with FakeTerminal("-m", "grokterm", "--runs", str(runs), answer=WHITE + DA1, COLORTERM="truecolor") as terminal:
        terminal.until(b"48;2;247;247;244", b"Any key begins")
        terminal.type(b"q")
        assert terminal.end() == 0
        assert terminal.settings == terminal.before
    words = ("-m", "grokterm", "--theme", "dark", "--runs", str(runs))
    with FakeTerminal(*words, answer=WHITE, COLORTERM="truecolor") as terminal:
        terminal.until(b"48;2;18;22;28", b"No experiments")
        assert b"]11;?" not in terminal.written  # there is nothing to ask
        assert b"Any key begins" not in terminal.written  # once
        terminal.type(b"q")
        assert terminal.end() == 0


def test_a_terminal_that_answers_late_presses_no_keys(runs):
    words = ("-m", "grokterm", "--runs", str(runs))
    with FakeTerminal(*words, answer=WHITE + DA1, after=1.5, COLORTERM="truecolor") as terminal:
        terminal.until(b"48;2;18;22;28", b"Any key begins")
        terminal.until(b"48;2;247;247;244")  # light after all
        assert b"Show every key" not in terminal.written and b"New experiment" not in terminal.written
        terminal.type(b"q")
        assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_it_leaves_in_order_when_it_is_told_to(runs, number):
    with FakeTerminal("-m", "grokterm", "--no-mouse", "--runs", str(runs), answer=DA1) as terminal:
        terminal.until(b"No experiments")
        assert b"?1000h" not in terminal.written  # the mouse is the terminal's
        terminal.child.send_signal(number)
        assert terminal.end() == 0
        assert terminal.settings == terminal.before
        assert b"?1049l" in terminal.written


async def test_without_focus_nothing_is_drawn_until_it_is_back(runs):
    populate(runs)
    async with play(runs, (100, 30)) as pilot:
        app = pilot.app
        app.app_focus = False
        await pilot.pause()
        shown = app.snapshot
        app.watcher.reread()
        app.post_message(Console.Arrived(app.watcher._snapshot.__class__()))
        await pilot.pause()
        assert app.snapshot is shown
        app.app_focus = True
        await pilot.pause()
        assert app.snapshot is not shown


async def test_a_storm_of_sizes_ends_well(runs):
    populate(runs)
    async with play(runs, (100, 30), open_at=FINISHED) as pilot:
        for width, height in ((20, 5), (300, 90), (81, 24), (41, 12), (120, 40)):
            await pilot.resize_terminal(width, height)
        await settle(pilot)
        assert all(len(line) == 120 for line in screen_text(pilot).splitlines())
