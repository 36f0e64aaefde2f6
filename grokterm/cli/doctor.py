"""`grokterm doctor`: this machine, and what would go wrong on it."""

import typer

from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import emit_json, table


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("doctor"))
    def doctor(runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Look for what will fail here: torch, devices, disk, terminal. Exit code 1 where something will."""
        from grokterm.console.terminal import findings
        from grokterm.jobs import Check, examine

        checks = (*examine(runs), *(Check(*finding) for finding in findings()))
        if as_json:
            emit_json({"checks": checks})
        else:
            signs = {"good": "ok", "note": "!", "bad": "BAD"}
            rows = [[signs[c.verdict], c.name, c.detail + (f"\n→ {c.advice}" if c.advice else "")] for c in checks]
            table([("", "left"), ("what", "left"), ("found", "left")], rows)
        if any(check.verdict == "bad" for check in checks):
            raise typer.Exit(1)
