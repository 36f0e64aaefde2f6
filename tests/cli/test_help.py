"""`--help`: it fits on a terminal of 80 columns, nothing is cut short, and its examples are what the program takes."""

import shlex

import pytest
import typer
from typer.testing import CliRunner

from grokterm.cli.main import app

GROUP = typer.main.get_command(app)
NAMES = [(name,) for name in GROUP.commands] + [("presets", name) for name in GROUP.commands["presets"].commands]


def help_of(*words) -> str:
    done = CliRunner().invoke(app, [*words, "--help"], prog_name="grokterm", env={"COLUMNS": "80"})
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("words", [(), *NAMES], ids=lambda words: " ".join(words) or "grokterm")
def test_it_fits_and_every_option_is_explained(words):
    said = help_of(*words)
    assert said.startswith(" ".join(("Usage: grokterm", *words)))
    assert max(map(len, said.splitlines())) <= 80
    command = GROUP
    for word in words:
        command = command.commands[word]
    for parameter in command.params:
        assert parameter.help, parameter.name
        assert parameter.metavar or getattr(parameter, "is_flag", False), f"{parameter.name}: what kind of value?"


@pytest.mark.parametrize("words", [(), ("presets",)], ids=["grokterm", "presets"])
def test_no_line_of_the_list_is_cut_short(words):
    listed = help_of(*words).partition("Commands:\n")[2].splitlines()
    assert len(listed) >= 5 and not [line for line in listed if line.endswith("...")]


def test_examples_are_what_the_program_takes():
    seen = 0
    for words in NAMES:
        for line in help_of(*words).partition("For example:\n")[2].splitlines():
            program, *typed = shlex.split(line)
            assert program == "grokterm" and tuple(typed[: len(words)]) == words
            command = GROUP
            for word in words:
                command = command.commands[word]
            command.make_context(typed[0], typed[len(words) :])  # raises where an option isn't known
            seen += 1
    assert seen > 10
