"""`grokterm show`: one experiment."""

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs, examples
from grokterm.cli.out import data, emit_json, table
from grokterm.console.text import plain, steps, workers_done


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("show @last"))
    def show(name: Name, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Show one experiment: question, arms, state, every run, notes."""
        from grokterm.analysis import summarise
        from grokterm.errors import GroktermError
        from grokterm.record import find

        folder = find(runs, name)
        summary = summarise(folder)
        if summary.problem:
            raise GroktermError(summary.problem)
        if as_json:
            emit_json(_document(folder, summary))
        else:
            _print(folder, summary)


def _document(folder, summary) -> dict:
    from grokterm.analysis import damage, run_results
    from grokterm.jobs import fork_points

    spec, results = folder.spec(), run_results(folder)
    return {
        "path": folder.path,
        "summary": summary,
        "question": spec.question,
        "source": spec.source,
        "origin": spec.origin,
        "checkpoints": fork_points(folder),
        "arms": [
            {"name": arm.name, "about": arm.about, "spec": arm.spec.model_dump(), "past": folder.past(arm.name)}
            for arm in spec.arms
        ],
        "damaged": damage(results),
        "runs": results,
        "notes": folder.notes(),
        "provenance": [cohort.provenance() for cohort in folder.cohorts],
    }


def _print(folder, summary) -> None:
    from grokterm.analysis import damage, run_results
    from grokterm.cli.journal import journal_lines
    from grokterm.jobs import fork_points

    results, points, notes = run_results(folder), fork_points(folder), folder.notes()
    _head(folder, folder.spec(), summary, damage(results))
    _runs(results)
    if points:
        data(f"checkpoints: {', '.join(steps(point) for point in points)}")
    if notes:
        data()
    for line in journal_lines(notes):
        data(line)


def _head(folder, spec, summary, damaged: str) -> None:
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
    parts = f"{summary.state}{where}", f"step {steps(summary.step)} of {steps(summary.steps)}"
    data(f"state: {', '.join(filter(None, (*parts, workers_done(summary.done, summary.workers))))}")
    if damaged:
        data(f"damaged: {damaged}")
    if summary.dropped:
        data(f"writes that failed: {summary.dropped}; see `grokterm logs {folder.name}`")
    for arm in spec.arms:
        data(f"arm {arm.name}" + (f": {plain(arm.about)}" if arm.about else ""))
        for name, words in _changes(arm, folder.past(arm.name)):
            data(f"  {name} = {words}")
    data()


def _changes(arm, past) -> list[tuple[str, str]]:
    """What forks have changed in an arm: (field, `1.0, from step 500 3.0`)."""
    from grokterm.analysis import over_time
    from grokterm.spec import flat_fields

    told = over_time(flat_fields(arm.spec), past)
    return [(name, told[name]) for name in dict.fromkeys(name for part in past for name in part.values)]


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
