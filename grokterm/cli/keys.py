"""`grokterm keys`: the table of commands, and a settings file to move keys in."""

from typing import Annotated

import typer

from grokterm.cli.options import AsJson, examples
from grokterm.cli.out import data, emit_json, table


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("keys", "keys --init"))
    def keys(
        as_json: AsJson = False,
        init: Annotated[
            bool, typer.Option("--init", help="Write a settings file with every command in it, to be changed.")
        ] = False,
    ) -> None:
        """List every key of the console. Those moved in console.toml are shown as they are now."""
        from grokterm.console.commands import COMMANDS, PLACES, commands_in, use
        from grokterm.console.settings import load_settings, settings_file

        if init:
            path = _write(settings_file())
            if as_json:
                emit_json({"path": path})
            else:
                data(f"wrote {path}")
            return
        use(load_settings().keys)
        entries = commands_in(*PLACES)
        if as_json:
            known = [
                {"id": one.id, "keys": one.key.split(","), "label": one.label, "where": one.where, "help": one.help}
                for one in entries
            ]
            emit_json({"keys": known})
            return
        own = {entry.id: entry.key for entry in COMMANDS}
        rows = [
            [e.shown_keys, e.id + (" *" if own[e.id] != e.key else ""), e.help, ", ".join(PLACES[w] for w in e.where)]
            for e in entries
        ]
        table([("key", "left"), ("id", "left"), ("what it does", "left"), ("where", "left")], rows)


def _write(path):
    """The file with every command commented out.

    Raises:
        BadInput: there is one already, it can't be written, or nobody knows where.
    """
    from grokterm.console.settings import template
    from grokterm.errors import BadInput

    if path is None:
        raise BadInput("there is no home folder to write settings to", "set GROKTERM_CONFIG to a folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise BadInput(f"{path} is there already", "it stays as it is") from None
    except OSError as problem:
        raise BadInput(f"{path}: {problem.strerror}", "GROKTERM_CONFIG names another folder") from None
    return path
