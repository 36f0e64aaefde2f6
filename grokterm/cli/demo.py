"""`grokterm demo`: the quickstart, in the console on a terminal and headless without one."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Runs, examples
from grokterm.cli.out import say
from grokterm.cli.terminal import has_terminal, open_console


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("demo", "demo --headless"))
    def demo(
        runs: Runs = RUNS,
        device: Device = "auto",
        headless: Annotated[bool, typer.Option("--headless", help="No console, even on a terminal.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Watch twelve small networks grok within a minute. A comparison says which weight decay did it."""
        from grokterm.cli.run import begin, finish

        folder = begin("quickstart", [], None, device, runs)
        if has_terminal() and not (headless or as_json):
            open_console(runs, folder.name)
            say(f"`grokterm compare {folder.name}` prints the comparison; `grokterm` opens the console again")
        else:
            finish(folder, as_json)
