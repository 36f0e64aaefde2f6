"""Words that no command takes: one line says which command, what is wrong, and what would be right."""

import pytest


@pytest.mark.parametrize(
    "typed, said",
    [
        ("run quickstart --seed 3", "run: no option --seed; nearest: --seeds; see `grokterm run --help`"),
        ("logs -z", "logs: no option -z; see `grokterm logs --help`"),
        ("--rns x", "no option --rns; nearest: --runs; see `grokterm --help`"),
        ("presets show --smal", "presets show: no option --smal; nearest: --small; see `grokterm presets show --help`"),
        ("ls --hepl", "ls: no option --hepl; nearest: --help; see `grokterm ls --help`"),
        ("run quickstart --mouse", "run: --mouse stands before the command: grokterm --mouse run …"),
        ("ls --theme dark", "ls: --theme stands before the command: grokterm --theme dark|light|auto ls …"),
        ("presets show x --mouse", "presets show: --mouse stands before the command: grokterm --mouse presets show …"),
        ("--json ls", "--json stands behind the command: grokterm ls … --json"),
        ("presets --small show x", "presets: --small stands behind the command: grokterm presets show … --small"),
        ("runn", "no command 'runn'; nearest: run; `grokterm --help` lists all"),
        ("presets shw", "presets: no command 'shw'; there is: show, check, save, path, fields; nearest: show"),
        ("run", "run: PRESET is missing; right would be a preset's name, or the path of a TOML file; see "),
        ("run a b", "run: got unexpected extra argument(s) (b); see `grokterm run --help`"),
        ("run x --seeds", "run: option '--seeds' requires an argument; see `grokterm run --help`"),
        (
            "presets check x --json=3",
            "presets check: option '--json' does not take a value; see `grokterm presets check",
        ),
        ("ls -n x", "ls: --number: input should be a valid integer"),
        ("--theme blue", "--theme: 'blue' is not one of 'dark', 'light', 'auto'; see `grokterm --help`"),
    ],
)
def test_one_line(answer, typed, said):
    code, out, err = answer(*typed.split())
    assert (code, out) == (2, "") and err.startswith(f"grokterm: {said}") and len(err.splitlines()) == 1, err


def test_several_mistakes_are_a_line_each_and_the_hint_stands_in_the_last(capsys):
    from grokterm.cli.main import _report
    from grokterm.errors import BadInput

    _report(BadInput(["task.p: one", "stop.steps: two"], "try three"))
    assert capsys.readouterr().err == "grokterm: task.p: one\ngrokterm: stop.steps: two; try three\n"
