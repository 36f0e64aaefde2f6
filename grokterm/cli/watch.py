"""`grokterm watch · logs`: follow an experiment that is already there."""

import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs, examples
from grokterm.cli.out import data, emit_json

FOLLOW_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command(epilog=examples("watch @last"))
    def watch(name: Name, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Follow an experiment to its end. Ctrl-C leaves; the workers go on."""
        from grokterm.cli.progress import fail_unless_finished, follow_to_the_end
        from grokterm.record import find

        folder = find(runs, name)
        summary = follow_to_the_end(folder)
        if as_json:
            emit_json(summary)
        fail_unless_finished(folder, summary)

    @app.command(epilog=examples("logs @last -n 20", "logs @last --follow"))
    def logs(
        name: Name,
        runs: Runs = RUNS,
        lines: Annotated[
            int, typer.Option("-n", "--lines", metavar="N", help="Lines to show of each worker.", min=1)
        ] = 50,
        follow: Annotated[
            bool, typer.Option("-f", "--follow", help="Go on as the log grows; with --json, wait for its end.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Print the events and the log of an experiment's workers."""
        from grokterm.cli.logs import CohortLog, document
        from grokterm.record import find

        folder = find(runs, name)
        if as_json:
            while follow and folder.state().live:
                time.sleep(FOLLOW_SECONDS)
            emit_json(document(folder, lines))
            return
        logs = [CohortLog(cohort, lines) for cohort in folder.cohorts]
        while True:
            live = follow and folder.state().live  # before the look, which so has the last words of all workers
            for log in logs:
                for line in log.look(over=not live):
                    data(line)
            if not live:
                return
            time.sleep(FOLLOW_SECONDS)
