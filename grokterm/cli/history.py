"""`grokterm ls · show`: the experiments that are there, and one of them."""

import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs
from grokterm.cli.out import data, emit_json, say, table
from grokterm.console.text import age, duration, plain, rate, short_steps, steps
from grokterm.names import short_name


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command("ls")
    def listing(
        runs: Runs = RUNS,
        as_json: AsJson = False,
        number: Annotated[int, typer.Option("-n", help="Show the first N; 0 for all.", min=0)] = 30,
        filter: Annotated[
            str, typer.Option("--filter", help='Which ones: words and terms, as in "state=running lr>=0.001 -tag=old".')
        ] = "",
        sort: Annotated[
            str, typer.Option("--sort", help="By age, name, state, progress, t_grok, rate or starred; -age: reversed.")
        ] = "age",
        everything: Annotated[bool, typer.Option("--all", help="Archived ones as well.")] = False,
    ) -> None:
        """List experiments, newest first."""
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

    @app.command()
    def show(name: Name, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Show one experiment: question, arms, state, every run, notes."""
        from grokterm.analysis import run_results, summarise
        from grokterm.errors import GroktermError
        from grokterm.jobs import fork_points
        from grokterm.record import find

        folder = find(runs, name)
        summary = summarise(folder)
        if summary.problem:
            raise GroktermError(summary.problem)
        spec, results = folder.spec(), run_results(folder)
        if as_json:
            emit_json(
                {
                    "path": folder.path,
                    "summary": summary,
                    "question": spec.question,
                    "source": spec.source,
                    "origin": spec.origin,
                    "checkpoints": fork_points(folder),
                    "arms": [
                        {"name": arm.name, "about": arm.about, "spec": arm.spec.model_dump()} for arm in spec.arms
                    ],
                    "runs": results,
                    "notes": folder.notes(),
                    "provenance": [cohort.provenance() for cohort in folder.cohorts],
                }
            )
            return
        _head(folder, spec, summary)
        _runs(results)
        points = fork_points(folder)
        if points:
            data(f"checkpoints: {', '.join(steps(point) for point in points)}")
        for note in folder.notes():
            data(f"{note.kind}: {plain(note.value)}")


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
        left = f", {duration(s.eta)} left" if s.eta == s.eta else ""
        progress = f"{100 * s.progress:.0f} %{left}"
        rows.append([short_name(s.name), s.state, progress, rate(s.rate), len(s.seeds), grokked, age(now - s.created)])
    columns = ["experiment", "state", "progress", "rate", "seeds", "t_grok by arm (grokked/runs)", "age"]
    right = {"progress", "rate", "seeds", "age"}
    table([(c, "right" if c in right else "left") for c in columns], rows)
    for s in summaries:
        if s.problem:
            data(f"{short_name(s.name)}: {s.problem}")


def _head(folder, spec, summary) -> None:
    data(plain(spec.title or folder.name))
    for label, text in (
        ("question", spec.question),
        ("source", spec.source),
        ("expected", spec.expect),
        ("origin", spec.origin),
    ):
        if text:
            data(f"{label}: {plain(text)}")
    data(f"folder: {folder.path}")
    where = f" on {', '.join(summary.devices)}" if summary.devices else ""
    data(f"state: {summary.state}{where}, step {steps(summary.step)} of {steps(summary.steps)}")
    if summary.dropped:
        data(f"writes that failed: {summary.dropped}; see `grokterm logs {folder.name}`")
    for arm in spec.arms:
        data(f"arm {arm.name}: {plain(arm.about)}")
    data()


def _runs(results) -> None:
    scored = any(r.scored for r in results)
    columns = ["arm", "seed", "outcome", "step"]
    columns += (
        ["t_mem", "t_grok", "gap", "train acc", "test acc", "test loss"] if scored else ["train loss", "test loss"]
    )
    rows = [
        [r.arm, r.seed, r.state if r.outcome == "running" else r.outcome, steps(r.last_step)]
        + ([steps(x) for x in (r.t_mem, r.t_grok, r.gap)] if scored else [])
        + ([f"{x:.4f}" if x == x else "–" for x in (r.train_acc, r.test_acc)] if scored else [])
        + [f"{x:.4g}" if x == x else "–" for x in ((r.test_loss,) if scored else (r.train_loss, r.test_loss))]
        for r in results
    ]
    if any(r.intervened for r in results):
        columns.append("interventions")
        for row, r in zip(rows, results, strict=True):
            row.append(", ".join(f"{what} {steps(step)}" for what, step in r.intervened) or "–")
    left = ("arm", "outcome", "interventions")
    table([(c, "left" if c in left else "right") for c in columns], rows)
