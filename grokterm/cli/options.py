"""Options and arguments that several commands share, described once."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.out import remember_runs


def _runs_said(context: typer.Context, runs: Path) -> Path:
    """The commands that are named in answers need the option too."""
    if context.get_parameter_source("runs").name == "COMMANDLINE":
        remember_runs(runs)
    elif context.parent is None:
        remember_runs(None)
    return runs


Runs = Annotated[
    Path,
    typer.Option(
        "--runs",
        metavar="DIR",
        envvar="GROKTERM_RUNS",
        help="Folder that holds the experiments.",
        show_default=True,
        callback=_runs_said,
    ),
]
RUNS = Path("runs")

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")
]

Device = Annotated[
    str,
    typer.Option("--device", metavar="DEVICE", help="auto (a GPU where there is one), cpu, cuda (any GPU) or cuda:N."),
]

Force = Annotated[
    bool,
    typer.Option("--force", help="Also where a worker went silent on another host: you know that it is gone."),
]

Oversize = Annotated[
    bool, typer.Option("--force", help="Start it also where one run alone needs more memory than the device has.")
]

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="An experiment: its folder's name, any unique part of it, a path, or @last.",
        show_default=False,
    ),
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME",
        help="Experiments: folder names, unique parts of them, paths, or @last.",
        show_default=False,
    ),
]


def examples(*lines: str) -> str:
    """What stands below the help of a command: lines to type, which are not folded."""
    return "\n".join(("\b", "For example:", *(f"  grokterm {line}" for line in lines)))
