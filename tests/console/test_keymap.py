"""Keys that the user has moved: where they are told, what is refused, and the file they stand in."""

import tomllib

import pytest
from cli.command import grokterm
from console.play import press, screen_text, shown, toasts, until, words
from console.world import make

from grokterm.console.app import Console
from grokterm.console.commands import APP, COMMANDS, HOME, command, commands_in, footer, told, use
from grokterm.console.keymap import known, resolve
from grokterm.console.look import state_look
from grokterm.console.palette import Commands
from grokterm.console.screens.help import Help, sections
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.settings import Settings, load_settings, template


@pytest.fixture(autouse=True)
def _own_keys_again():
    yield
    use({})


def settings(tmp_path, text: str) -> Settings:
    """What a file with this text says."""
    path = tmp_path / "console.toml"
    path.write_text(text)
    return load_settings(path)


async def test_a_moved_key_works_and_is_told_everywhere(runs):
    app = Console(runs, settings=Settings(keys={"new": "N,f2", "help": "z"}))
    async with shown(app, (100, 30)) as pilot:
        await press(pilot, "n", "question_mark")
        assert isinstance(app.screen, Home)
        assert "N new" in screen_text(pilot) and "z help" in screen_text(pilot)
        await press(pilot, "z")
        assert isinstance(app.screen, Help)
        assert "N F2" in words(pilot, "#body")
        await press(pilot, "escape", "N")
        assert isinstance(app.screen, New)
        await press(pilot, "escape", "f2")
        assert isinstance(app.screen, New)
        assert "new  (N)" in [hit.display async for hit in Commands(app.screen_stack[0]).discover()]


async def test_sentences_name_the_key_that_a_command_has_now(runs):
    app = Console(runs, settings=Settings(keys={"fork": "z", "repeat": "Z", "new": "N", "back": "B"}))
    async with shown(app, (100, 30)) as pilot:
        assert "N   chooses a preset" in words(pilot, "#empty")
        make(runs, "20261122-120000-quickstart-fin3")
        app.watcher.reread()
        await until(pilot, lambda: app.snapshot.arranged.rows)
        await press(pilot, "K")
        await until(pilot, lambda: "z forks it from a checkpoint, Z repeats it" in toasts(pilot))
        await press(pilot, "slash", *"nothing like it", "enter")
        assert "B shows everything again" in words(pilot, "#empty")


async def test_two_commands_can_change_places(runs):
    keys, problems = resolve({"new": "c", "compare": "n"})
    assert not problems
    app = Console(runs, settings=Settings(keys=keys))
    async with shown(app, (100, 30)) as pilot:
        await press(pilot, "c")
        assert isinstance(app.screen, New)


async def test_what_is_wrong_is_said_at_the_start(runs, tmp_path):
    app = Console(runs, settings=settings(tmp_path, '[keys]\npasue = "x"\n'))
    async with shown(app) as pilot:
        assert "keys.pasue" in toasts(pilot)


def test_a_console_without_settings_has_the_keys_of_the_table(runs):
    Console(runs, settings=Settings(keys={"new": "N"}))
    assert command("new").key == "N"
    Console(runs)
    assert command("new").key == "n"


def test_sentences_tell_the_moved_key():
    use({"pause": "f9"})
    assert "F9 goes on" in state_look("stopped").next_step
    assert told("{quit} leaves") == "q leaves"
    assert "F9" in {line[0] for section in sections(HOME) for line in section.lines}
    assert "F9" in {entry.shown_key for entry in footer(HOME, 118)}


@pytest.mark.parametrize(
    "asked, said",
    [
        ({"pasue": "x"}, "nearest: pause"),
        ({"new": "hyperspace"}, "'hyperspace' is no key"),
        ({"new": ""}, "is no key"),
        ({"new": 3}, "must be a key or a list"),
        ({"new": []}, "must be a key or a list"),
        ({"new": ["N", 3]}, "must be a key or a list"),
        ({"new": "c"}, "c is taken by 'compare'"),
        ({"quit": "?"}, "? is taken by 'help'"),
        ({"new": "j"}, "j is taken by moving about"),
        ({"new": "ctrl+c"}, "Ctrl-C is taken by"),
        ({"yes": "n"}, "n is taken by 'no'"),
        ({"new": "Z", "compare": "Z"}, "Z is taken by"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_left_out(asked, said):
    moved, problems = resolve(asked)
    assert len(problems) == 1 and said in problems[0] and "\n" not in problems[0]
    assert len(moved) == len(asked) - 1


def test_the_same_key_on_two_screens_is_no_clash():
    assert resolve({"start": "f9", "new": "f9"}) == ({"start": "f9", "new": "f9"}, ())


def test_keys_are_written_as_on_the_keyboard_or_as_textual_names_them():
    moved, problems = resolve({"new": ["N", "f2"], "help": "!", "stop": "shift+w", "park": "ctrl+k", "mark": "space"})
    assert not problems
    assert moved == {"new": "N,f2", "help": "exclamation_mark", "stop": "W", "park": "ctrl+k", "mark": "space"}


def test_every_key_of_the_table_is_known():
    assert [key for entry in COMMANDS for key in entry.key.split(",") if not known(key)] == []


@pytest.mark.parametrize(
    "text, said",
    [
        ("[look]\ntheme = 'blue'", "auto or dark or light"),
        ("[look]\nascii = 1", "true or false"),
        ("[look]\nsize = 3", "look.size means nothing"),
        ("look = 3", "must be a table"),
        ("[colours]\n", "[colours] means nothing"),
        ("[look\n", "not TOML"),
        ("look = " + "[" * 900 + "]" * 900, "not TOML"),
        ("look = 1" + "0" * 5000, "not TOML"),
    ],
)
def test_a_bad_settings_file_is_one_line(tmp_path, text, said):
    found = settings(tmp_path, text)
    assert len(found.problems) == 1 and said in found.problems[0]
    assert (found.theme, found.ascii, found.keys) == ("", None, {})


def test_a_settings_file_in_another_encoding_is_one_line(tmp_path):
    path = tmp_path / "console.toml"
    path.write_bytes(b"\xff\xfe[look]")
    assert "can't be read" in load_settings(path).problems[0]
    assert "can't be read" in load_settings(tmp_path).problems[0]  # a folder
    assert load_settings(tmp_path / "none.toml") == Settings()


def test_settings_are_read(tmp_path):
    found = settings(tmp_path, "[look]\ntheme = 'light'\nascii = true\nmouse = false\n[keys]\nnew = 'N'")
    assert found == Settings("light", True, False, {"new": "N"})


def test_the_written_file_has_every_command_and_can_be_taken_as_it_is(tmp_path):
    path = tmp_path / "deep" / "console.toml"
    done = grokterm("keys", "--init", cwd=tmp_path, GROKTERM_CONFIG=str(path.parent))
    assert done.returncode == 0 and str(path) in done.stdout
    assert path.read_text() == template()
    assert load_settings(path) == Settings()
    lines = [line.removeprefix("# ") for line in path.read_text().splitlines()[1:]]
    everything = tomllib.loads("\n".join(lines))
    moved, problems = resolve(everything["keys"])
    assert not problems and set(moved) == {entry.id for entry in COMMANDS}
    again = grokterm("keys", "--init", cwd=tmp_path, GROKTERM_CONFIG=str(path.parent))
    assert again.returncode == 2 and "is there already" in again.stderr


def test_the_keys_command_shows_moved_keys(tmp_path):
    (tmp_path / "console.toml").write_text('[keys]\nnew = "N"\n')
    done = grokterm("keys", cwd=tmp_path, GROKTERM_CONFIG=str(tmp_path))
    assert "new *" in done.stdout
    assert all(entry.id in done.stdout for entry in commands_in(HOME, APP))


def test_doctor_tells_what_is_wrong_in_the_settings(tmp_path):
    (tmp_path / "console.toml").write_text('[keys]\npasue = "N"\n')
    done = grokterm("doctor", cwd=tmp_path, GROKTERM_CONFIG=str(tmp_path))
    assert "keys.pasue: no such command" in done.stdout
