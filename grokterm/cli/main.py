"""The `grokterm` command: where commands are registered and errors are caught, both in one place."""

import os
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grokterm import __version__
from grokterm.cli import (
    again,
    compare,
    control,
    demo,
    doctor,
    estimate,
    export,
    history,
    keys,
    notes,
    plot,
    presets,
    queue,
    run,
    serve,
    show,
    watch,
)
from grokterm.cli.options import RUNS, Runs, examples
from grokterm.cli.out import say, unprinted
from grokterm.cli.terminal import open_console
from grokterm.cli.usage import Commands, UsageError, refusal
from grokterm.console.text import plain
from grokterm.errors import GroktermError

EXIT_CODES = """\b
Exit codes:
  0    done
  1    a run failed, or an experiment can't be read or written
  2    bad input, or no terminal for the console; nothing was created
  3    no such experiment, preset or device
  130  interrupted; the workers go on"""

app = typer.Typer(
    name="grokterm",
    cls=Commands,
    help="A terminal laboratory for grokking: networks that fit their training set and generalise long afterwards.\n\n"
    "Without a command it opens the console.",
    epilog=examples("demo", "run quickstart --seeds 8", "compare @last") + "\n\n" + EXIT_CODES,
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    demo,
    run,
    again,
    estimate,
    presets,
    compare,
    plot,
    history,
    show,
    watch,
    queue,
    control,
    notes,
    export,
    serve,
    keys,
    doctor,
)
for module in COMMANDS:
    module.register(app)


EVERYWHERE = ("--ascii", "--no-ascii", "--debug")  # options that may stand before a command or behind it


class Theme(StrEnum):
    """What `--theme` may be."""

    DARK = "dark"
    LIGHT = "light"
    AUTO = "auto"


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"grokterm {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def console(
    context: typer.Context,
    runs: Runs = RUNS,
    ascii: Annotated[
        bool | None,
        typer.Option(
            "--ascii/--no-ascii",
            help="Draw with ASCII alone, in every command, before or behind its name.",
            show_default=False,
        ),
    ] = None,
    theme: Annotated[
        Theme | None,
        typer.Option(
            "--theme",
            metavar="dark|light|auto",
            help="Colours, kept for the next time; auto asks the terminal.",
            show_default=False,
        ),
    ] = None,
    mouse: Annotated[
        bool | None,
        typer.Option("--mouse/--no-mouse", help="Use the mouse, or leave it to the terminal.", show_default=False),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Open the console on the experiments in --runs."""
    if debug:
        os.environ["GROKTERM_DEBUG"] = "1"
    if ascii is not None:
        os.environ["GROKTERM_ASCII"] = str(int(ascii))  # so that it holds for every command, and for what they start
    if context.invoked_subcommand is None:
        open_console(runs, theme=theme, mouse=mouse)
    elif context.get_parameter_source("runs").name == "COMMANDLINE":
        os.environ["GROKTERM_RUNS"] = str(runs)  # `grokterm --runs X ls` means the same as `grokterm ls --runs X`


def main() -> None:
    """Entry point. Turns every error a user can cause into one line and an exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started it, as in `grokterm ls >&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the end
    code = _run()
    try:
        sys.stdout.flush()
    except OSError as problem:
        code = code or _lost(problem)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left would be written at exit
    sys.exit(code)


def _run() -> int:
    """The command line, and its exit code."""
    try:
        # Commands return nothing; `typer.Exit` its code.
        return app(_everywhere_first(sys.argv[1:]), prog_name="grokterm", standalone_mode=False) or 0
    except GroktermError as problem:
        _report(problem)
        return problem.exit_code
    except UsageError as problem:
        refused = refusal(problem, typer.main.get_command(app), sys.argv[1:])
        _report(refused)
        return refused.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except SystemExit as end:
        lost = isinstance(end.__context__, BrokenPipeError)  # which Typer makes a 1
        return 0 if lost else end.code


def _everywhere_first(words: list[str]) -> list[str]:
    """The words of the command line, what holds for every command before the command. What is behind `--` stays."""
    end = words.index("--") if "--" in words else len(words)
    moved = [word for word in words[:end] if word in EVERYWHERE]
    return moved + [word for word in words[:end] if word not in EVERYWHERE] + words[end:]


def _lost(problem: OSError) -> int:
    """The exit code where the answer did not get out. That nobody reads on is no failure: `grokterm ls | head`."""
    if isinstance(problem, BrokenPipeError):
        return 0
    _report(unprinted(problem))
    return 1


def _report(problem: GroktermError) -> None:
    if os.environ.get("GROKTERM_DEBUG"):
        traceback.print_exc()
    *others, last = getattr(problem, "problems", None) or (problem.message,)
    for line in (*others, "; ".join(filter(None, (last, problem.hint)))):
        say(f"grokterm: {plain(line)}")
