"""`grokterm note · tag · star · archive · rm · restore`: what people add, and taking an experiment out of the way."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Force, Name, Names, Runs, examples
from grokterm.cli.out import data, emit_json, say

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
        as_json: AsJson = False,
    ) -> None:
        """Add a note to an experiment, or print what was said about it."""
        _note(runs, name, text, as_json)

    @app.command(epilog=examples("tag @last odd", "tag @last odd --off"))
    def tag(name: Name, tags: Tags, runs: Runs = RUNS, off: Untag = False, as_json: AsJson = False) -> None:
        """Tag an experiment. `grokterm ls --filter tag=odd` finds those tagged odd."""
        _tag(runs, name, tags, off, as_json)

    @app.command(epilog=examples("star @last"))
    def star(names: Names, runs: Runs = RUNS, off: Unstar = False, as_json: AsJson = False) -> None:
        """Star experiments. `grokterm ls --filter star=yes` finds them."""
        _mark("star", runs, names, not off, as_json)

    @app.command(epilog=examples("archive k3f9 b9ng", "archive k3f9 --off"))
    def archive(names: Names, runs: Runs = RUNS, off: Unarchive = False, as_json: AsJson = False) -> None:
        """Take experiments out of the lists. Nothing is moved; `grokterm ls --all` shows them."""
        _mark("archive", runs, names, not off, as_json)

    @app.command(epilog=examples("rm k3f9"))
    def rm(names: Names, runs: Runs = RUNS, force: Force = False, as_json: AsJson = False) -> None:
        """Move experiments to the bin (`.bin` in the runs folder). A running one is refused."""
        _remove(runs, names, force, as_json)

    @app.command(epilog=examples("restore k3f9"))
    def restore(
        names: Annotated[
            list[str], typer.Argument(metavar="NAME", help="Names in the bin, or unique parts.", show_default=False)
        ],
        runs: Runs = RUNS,
        as_json: AsJson = False,
    ) -> None:
        """Take experiments out of the bin again."""
        _restore(runs, names, as_json)


def _note(runs: Path, name: str, text: str | None, as_json: bool) -> None:
    from grokterm.cli.journal import journal_lines
    from grokterm.record import find

    folder = find(runs, name)
    added = folder.add_note("note", text) if text is not None else None
    if added:
        say(f"noted on {folder.name}")
    if as_json:
        emit_json({"experiment": folder.name, "added": added, "notes": folder.notes()})
    elif not added:
        notes = folder.notes()
        for line in journal_lines(notes):
            data(line)
        if not notes:
            say(f"nobody has said anything about {folder.name} yet")


def _tag(runs: Path, name: str, tags: list[str], off: bool, as_json: bool) -> None:
    from grokterm.record import check_note, find

    folder, kind = find(runs, name), "untag" if off else "tag"
    for word in tags:
        check_note(kind, word)
    for word in tags:
        folder.add_note(kind, word)
    now = folder.marks().tags
    if as_json:
        added, removed = ([], tags) if off else (tags, [])
        emit_json({"experiment": folder.name, "added": added, "removed": removed, "tags": now})
    say(f"{folder.name}: {' '.join(f'#{tag}' for tag in now) or 'no tags'}")


def _mark(kind: str, runs: Path, names: list[str], value: bool, as_json: bool) -> None:
    folders = _found(runs, names)
    for folder in folders:
        folder.add_note(kind, value)
    if as_json:
        emit_json({"experiments": [folder.name for folder in folders], kind: value})


def _remove(runs: Path, names: list[str], force: bool, as_json: bool) -> None:
    """Into the bin; nothing is moved where one of them is refused."""
    from grokterm.record import check_removable, remove

    folders, moved = _found(runs, names), []
    for folder in folders:
        check_removable(folder, force)
    for folder in folders:
        moved.append({"experiment": folder.name, "path": remove(folder, force)})
        say(f"{folder.name} is now in {moved[-1]['path']}")
    if as_json:
        emit_json({"removed": moved})


def _restore(runs: Path, names: list[str], as_json: bool) -> None:
    """Out of the bin; nothing is moved where one of them isn't there."""
    from grokterm.record import find_removed, restore

    moved = []
    for name in dict.fromkeys(find_removed(runs, name).name for name in names):
        path = restore(runs, name)
        moved.append({"experiment": path.name, "path": path})
        say(f"restored: {path}")
    if as_json:
        emit_json({"restored": moved})


def _found(runs: Path, names: list[str]) -> list:
    """The experiments of these names, each once."""
    from grokterm.record import find

    return list({folder.path: folder for folder in (find(runs, name) for name in names)}.values())
