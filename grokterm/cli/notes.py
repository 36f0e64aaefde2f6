"""`grokterm note · tag · rm`: what people add to an experiment, and taking one out of the way."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, Force, Name, Names, Runs
from grokterm.cli.out import data, say
from grokterm.console.text import plain


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command()
    def note(
        name: Name,
        text: Annotated[str | None, typer.Argument(help="The note; without it, notes are printed.")] = None,
        runs: Runs = RUNS,
    ) -> None:
        """Add a note to an experiment, or print its notes."""
        from grokterm.record import find

        folder = find(runs, name)
        if text is not None:
            folder.add_note("note", text)
            return
        for entry in folder.notes():
            data(f"{entry.kind}: {plain(entry.value)}")

    @app.command()
    def tag(name: Name, tags: Annotated[list[str], typer.Argument(help="Tags to add.")], runs: Runs = RUNS) -> None:
        """Tag an experiment."""
        from grokterm.record import find

        folder = find(runs, name)
        for word in tags:
            folder.add_note("tag", word)

    @app.command()
    def rm(names: Names, runs: Runs = RUNS, force: Force = False) -> None:
        """Move experiments to the bin (`.bin` in the runs folder). A running one is refused."""
        from grokterm.record import find, remove

        for folder in [find(runs, name) for name in names]:
            say(f"{folder.name} is now in {remove(folder, force)}")
