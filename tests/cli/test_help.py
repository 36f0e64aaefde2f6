"""`--help`: it fits on a terminal of 80 columns, nothing is cut short, and its examples are what the program takes."""

import dis
import inspect
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from grokterm.cli.main import app

GROUP = typer.main.get_command(app)
NAMES = [(name,) for name in GROUP.commands] + [("presets", name) for name in GROUP.commands["presets"].commands]
OPTION = re.compile(r"--[a-z][a-z-]+")
BENCHMARK = re.compile(r"`python (tests/bench/\w+\.py)([^`]*)`")


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


@pytest.mark.parametrize("words", NAMES, ids=" ".join)
def test_every_command_has_an_example_that_the_program_takes(words):
    lines = help_of(*words).partition("For example:\n")[2].splitlines()
    assert lines
    for line in lines:
        program, *typed = shlex.split(line)
        assert program == "grokterm" and tuple(typed[: len(words)]) == words
        command = GROUP
        for word in words:
            command = command.commands[word]
        command.make_context(typed[0], typed[len(words) :])  # raises where an option isn't known


def test_every_command_answers_as_json():
    """All but the one that answers nothing."""
    without = {words for words in NAMES if "--json" not in help_of(*words)}
    assert without == {("serve",)}


def test_the_exit_codes_are_told():
    told = help_of().partition("Exit codes:\n")[2]
    assert [line.split()[0] for line in told.splitlines()] == ["0", "1", "2", "3", "130"]


def test_every_option_is_used():
    """No function behind a command takes something that it doesn't look at."""
    for words in NAMES:
        command = GROUP
        for word in words:
            command = command.commands[word]
        code = inspect.unwrap(command.callback).__code__
        read = {one.argval for one in dis.get_instructions(code) if one.opname.startswith(("LOAD_FAST", "LOAD_DEREF"))}
        names = set(code.co_varnames[: code.co_argcount])
        assert names <= read | set(code.co_cellvars), (words, names - read)


def test_the_readme_names_what_there_is():
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text("utf-8")
    words = set(re.findall(r"(?:^|[`\n]|bin/)grokterm ([a-z]+)", text))
    assert len(words) > 10 and words <= set(GROUP.commands), words - set(GROUP.commands)
    shorter = "\n".join(re.findall(r"^grokterm .+$", text, re.MULTILINE))
    assert set(re.findall(r"· ([a-z]+)", shorter)) <= set(GROUP.commands)
    commands = [GROUP, *GROUP.commands.values(), *GROUP.commands["presets"].commands.values()]
    options = {option for command in commands for one in command.params for option in (*one.opts, *one.secondary_opts)}
    elsewhere = {"--help", "--system-site-packages"}
    benchmarks = BENCHMARK.findall(text)
    for path, arguments in benchmarks:
        assert all(f'"{option}"' in (root / path).read_text("utf-8") for option in OPTION.findall(arguments)), path
    assert benchmarks and set(OPTION.findall(BENCHMARK.sub("", text))) <= options | elsewhere
    paths = re.findall(r"(?:tests/bench|docs|runs|grokterm|\.github)/[\w.-]+\.(?:py|md|svg)", text)
    assert paths and all((root / path).is_file() for path in paths)
