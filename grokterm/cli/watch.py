"""`grokterm watch · logs`: follow an experiment that is already there."""

import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs
from grokterm.cli.out import data, emit_json
from grokterm.console.text import plain


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command()
    def watch(name: Name, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Follow an experiment to its end. Ctrl-C leaves; the workers go on."""
        from grokterm.cli.progress import fail_unless_finished, follow_to_the_end
        from grokterm.record import find

        folder = find(runs, name)
        summary = follow_to_the_end(folder)
        if as_json:
            emit_json(summary)
        fail_unless_finished(folder, summary)

    @app.command()
    def logs(
        name: Name,
        runs: Runs = RUNS,
        lines: Annotated[
            int, typer.Option("-n", "--lines", metavar="N", help="Lines to show of each worker.", min=1)
        ] = 50,
        follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as the log grows.")] = False,
    ) -> None:
        """Print the events and the log of an experiment's workers."""
        from grokterm.record import find

        folder = find(runs, name)
        seen: dict[int, int] = {}
        while True:
            for cohort in folder.cohorts:
                shown = _log_lines(cohort)
                for line in shown[-lines:] if cohort.index not in seen else shown[seen[cohort.index] :]:
                    data(line)
                seen[cohort.index] = len(shown)
            if not follow or not folder.state().live:
                return
            time.sleep(1.0)


def _log_lines(cohort) -> list[str]:
    """Events as lines, in the words of the console, then what the process said itself."""
    from grokterm.console.logbook import in_words

    lines = []
    for event in cohort.events():
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.time))
        step = "" if event.step is None else f" step {event.step:,}"
        lines.append(plain(f"{when} cohort {cohort.index}{step} {in_words(event)}"))
    said = cohort.log_tail(1000)
    if said:
        lines.append(f"-- worker.log of cohort {cohort.index}")
    return lines + [plain(line) for line in said]
