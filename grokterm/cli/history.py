"""`grokterm ls`: the experiments that are there."""

import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import data, emit_json, say, table
from grokterm.cli.progress import time_left
from grokterm.console.text import age, percent, rate, short_steps
from grokterm.names import short_name


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(
        "ls",
        epilog=examples(
            "ls --filter 'state=running lr>=0.001 -tag=old'",
            "ls --filter 'arm=dynamic age<2d' --sort t_grok",
            "ls --sort=-age -n 0 --all",
        ),
    )
    def listing(
        runs: Runs = RUNS,
        as_json: AsJson = False,
        number: Annotated[
            int, typer.Option("-n", "--number", metavar="N", help="How many to show; 0 for all.", min=0)
        ] = 30,
        filter: Annotated[
            str,
            typer.Option(
                "--filter", metavar="TEXT", help="Which ones: words, and terms such as state=running or -tag=old."
            ),
        ] = "",
        sort: Annotated[
            str,
            typer.Option(
                "--sort", metavar="KEY", help="age, name, state, progress, t_grok, rate or starred; -age: reversed."
            ),
        ] = "age",
        everything: Annotated[bool, typer.Option("--all", help="Archived ones as well.")] = False,
    ) -> None:
        """List experiments, newest first."""
        _list(runs, as_json, number, filter, sort, everything)


def _list(runs, as_json: bool, number: int, filter: str, sort: str, everything: bool) -> None:
    plain_list = sort == "age" and not filter.strip()
    arranged, total = _arranged(runs, filter, sort, everything, number if plain_list else 0)
    shown = arranged.rows[:number] if number else arranged.rows
    if as_json:
        emit_json({"runs": runs, "total": total, "experiments": shown})
        return
    if not total:
        say(f"no experiments in {runs} yet: `grokterm demo` makes one, `grokterm presets` lists what can be run")
        return
    if shown:
        _table(shown)
    elif filter.strip():
        say(f"none of {total} experiments matches: {filter}")
    if arranged.archived:
        say(f"{arranged.archived} archived: grokterm ls --all")
    if plain_list and number and total - arranged.archived > number:
        say(f"{total - arranged.archived - number} older ones: grokterm ls -n 0")
    elif arranged.shown > len(shown):
        say(f"{arranged.shown - len(shown)} more that match: grokterm ls -n 0")


def _arranged(runs, text: str, sort: str, everything: bool, most: int):
    """What matches, in order; see `console.arranging`. Also how many experiments there are.

    Args:
        most: read no more than are needed to show so many and to know that there are more; 0 reads all.
    """
    from grokterm.analysis import SummaryCache
    from grokterm.console.arranging import SORTS, Arranger, Query
    from grokterm.console.filtering import parse
    from grokterm.console.listing import Listing
    from grokterm.errors import BadInput

    names = [known.name for known in SORTS]
    if sort.removeprefix("-") not in names:
        raise BadInput(f"--sort {sort}: right would be one of {', '.join(names)}, or one of them behind a -")
    try:
        wanted = parse(text)
    except BadInput as error:
        raise BadInput(f"--filter {error.message}") from error
    if everything and not wanted.asks("archived"):
        wanted = parse(f"{text} archived=any")
    listing = Listing(runs, SummaryCache(runs))
    listing.look()
    visible = 0
    for name in listing.names:
        line = listing.read(name)
        visible += everything or not line.marks.archived
        if most and visible > most:
            break
    listing.save(now=True)
    if listing.problem:
        say(listing.problem)
    query = Query(wanted, sort.removeprefix("-"), sort.startswith("-"))
    return Arranger(listing.fields).arrange(listing.lines(), query, time.time()), listing.total


def _table(summaries) -> None:
    now = time.time()
    rows = []
    for s in summaries:
        if s.problem:
            rows.append([short_name(s.name), "broken", "", "", "", "", age(now - s.created)])
            continue
        grokked = " ".join(
            f"{name} {short_steps(arm.t_grok)} ({arm.grokked}/{arm.runs})" for name, arm in s.arms.items() if s.scored
        )
        left = f", {time_left(s)}" if s.eta == s.eta else ""
        progress = f"{percent(s.progress)} %{left}"
        rows.append([short_name(s.name), s.state, progress, rate(s.rate), len(s.seeds), grokked, age(now - s.created)])
    columns = ["experiment", "state", "progress", "rate", "seeds", "t_grok by arm (grokked/runs)", "age"]
    right = {"progress", "rate", "seeds", "age"}
    table([(c, "right" if c in right else "left") for c in columns], rows)
    for s in summaries:
        if s.problem:
            data(f"{short_name(s.name)}: {s.problem}")
