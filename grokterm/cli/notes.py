"""`grokterm note · tag · star · archive · rm · restore`: what people add, and taking an experiment out of the way."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, Force, Name, Names, Runs, examples
from grokterm.cli.out import data, say

Tags = Annotated[list[str], typer.Argument(metavar="TAG", help="Tags, one word each.", show_default=False)]
Untag = Annotated[bool, typer.Option("--off", help="Take these tags away.")]
Unstar = Annotated[bool, typer.Option("--off", help="Take the star away.")]
Unarchive = Annotated[bool, typer.Option("--off", help="Bring them back into the lists.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command(epilog=examples("note @last 'the third seed looks odd'", "note @last"))
    def note(
        name: Name,
        text: Annotated[
            str | None, typer.Argument(metavar="TEXT", help="The note. Without it, everything said so far is printed.")
        ] = None,
        runs: Runs = RUNS,
    ) -> None:
        """Add a note to an experiment, or print what was said about it."""
        _note(runs, name, text)

    @app.command(epilog=examples("tag @last odd", "tag @last odd --off"))
    def tag(name: Name, tags: Tags, runs: Runs = RUNS, off: Untag = False) -> None:
        """Tag an experiment. `grokterm ls --filter tag=odd` finds those tagged odd."""
        _tag(runs, name, tags, off)

    @app.command(epilog=examples("star @last"))
    def star(names: Names, runs: Runs = RUNS, off: Unstar = False) -> None:
        """Star experiments. `grokterm ls --filter star=yes` finds them."""
        _mark("star", runs, names, not off)

    @app.command(epilog=examples("archive k3f9 b9ng", "archive k3f9 --off"))
    def archive(names: Names, runs: Runs = RUNS, off: Unarchive = False) -> None:
        """Take experiments out of the lists. Nothing is moved; `grokterm ls --all` shows them."""
        _mark("archive", runs, names, not off)

    @app.command(epilog=examples("rm k3f9"))
    def rm(names: Names, runs: Runs = RUNS, force: Force = False) -> None:
        """Move experiments to the bin (`.bin` in the runs folder). A running one is refused."""
        _remove(runs, names, force)

    @app.command(epilog=examples("restore k3f9"))
    def restore(
        names: Annotated[
            list[str], typer.Argument(metavar="NAME", help="Names in the bin, or unique parts.", show_default=False)
        ],
        runs: Runs = RUNS,
    ) -> None:
        """Take experiments out of the bin again."""
        from grokterm.record import restore as take_out

        for name in names:
            say(f"restored: {take_out(runs, name)}")


def _note(runs: Path, name: str, text: str | None) -> None:
    from grokterm.cli.journal import journal_lines
    from grokterm.record import find

    folder = find(runs, name)
    if text is not None:
        folder.add_note("note", text)
        say(f"noted on {folder.name}")
        return
    notes = folder.notes()
    for line in journal_lines(notes):
        data(line)
    if not notes:
        say(f"nobody has said anything about {folder.name} yet")


def _tag(runs: Path, name: str, tags: list[str], off: bool) -> None:
    from grokterm.record import check_note, find

    folder, kind = find(runs, name), "untag" if off else "tag"
    for word in tags:
        check_note(kind, word)
    for word in tags:
        folder.add_note(kind, word)
    say(f"{folder.name}: {' '.join(f'#{tag}' for tag in folder.marks().tags) or 'no tags'}")


def _remove(runs: Path, names: list[str], force: bool) -> None:
    from grokterm.record import find, remove

    for folder in [find(runs, name) for name in names]:
        say(f"{folder.name} is now in {remove(folder, force)}")


def _mark(kind: str, runs: Path, names: list[str], value: bool) -> None:
    from grokterm.record import find

    for folder in [find(runs, name) for name in names]:
        folder.add_note(kind, value)
