"""`grokterm compare`: arms side by side, with statistics that hold."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs
from grokterm.cli.out import data, emit_json, say, table, width

Contenders = Annotated[
    list[str],
    typer.Argument(
        help="Experiments (all their arms), EXPERIMENT:ARM, or arms of the experiment named before them. "
        "The others are measured against the first.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command()
    def compare(
        names: Contenders,
        runs: Runs = RUNS,
        as_json: AsJson = False,
        chart: Annotated[bool, typer.Option(help="Draw the test accuracy of the arms.")] = True,
    ) -> None:
        """Compare arms: time to grok with censoring, gap, speed-up, log-rank test, integral of weight decay."""
        from grokterm.analysis import compare

        items = contenders(names, runs)
        comparison = compare(items)
        if as_json:
            emit_json(comparison.to_json())
        else:
            show_comparison(comparison, items, chart)


def contenders(names: list[str], runs) -> list:
    """(folder, arm) pairs from what was typed.

    Args:
        names: experiments, `EXPERIMENT:ARM`, or arms of the experiment named before them.
        runs: the folder of experiments.

    Raises:
        NotFound, BadInput: no such experiment or arm, or a name that fits several.
    """
    from grokterm.analysis import arms_of
    from grokterm.record import find

    chosen: list[tuple] = []  # (folder, arm names that were typed for it)
    for name in names:
        known = [arm.name for arm in chosen[-1][0].spec().arms] if chosen else []
        if name in known:
            chosen[-1][1].append(name)
            continue
        place, colon, arm = name.rpartition(":")
        chosen.append((find(runs, place), [arm]) if colon else (find(runs, name), []))
    return [item for folder, arms in chosen for item in ([(folder, arm) for arm in arms] or arms_of(folder))]


def show_comparison(comparison, items, chart: bool = True) -> None:
    """The comparison as a table, a chart, and sentences."""
    _table(comparison)
    if chart:
        from grokterm.cli.picture import accuracy_chart

        data()
        for line in accuracy_chart(items, min(width(), 100), 16):
            data(line)
    data()
    for sentence in comparison.verdict:
        data(f"• {sentence}")
    if comparison.differing:
        data()
        data("what differs")
        rows = [[field, *values] for field, values in comparison.differing.items()]
        table([("field", "left"), *((row.label, "left") for row in comparison.rows)], rows)
    if comparison.warnings:
        say()
    for warning in comparison.warnings:
        say(f"note: {warning}")


def _table(comparison) -> None:
    """Arms as columns where they fit, since a terminal is taller than it is wide; arms as rows where there are many."""
    metrics = [(heading, [cell(row) for row in comparison.rows]) for heading, cell in _METRICS]
    if len(comparison.rows) <= max(2, (width() - 24) // 20):
        columns = [("", "left"), *((row.label, "right") for row in comparison.rows)]
        table(columns, [[heading, *cells] for heading, cells in metrics])
        return
    rows = [[row.label, *(cells[i] for _, cells in metrics)] for i, row in enumerate(comparison.rows)]
    table([("arm", "left"), *((heading, "right") for heading, _ in metrics)], rows)


def _outcome(row) -> str:
    parts = [f"{row.n_grokked} of {row.n}"]
    counts = [(row.n_censored, "censored"), (row.n_diverged, "diverged"), (row.n_running, "running")]
    return ", ".join(parts + [f"{count} {word}" for count, word in counts if count])


def _median(median) -> str:
    from grokterm.console.text import steps

    if median.value != median.value and median.low != median.low:
        return "not reached"
    value = "not reached" if median.value != median.value else steps(median.value)
    return f"{value} ({steps(median.low)} to {_upper(median.high)})"


def _upper(high: float) -> str:
    from grokterm.console.text import steps

    return steps(high) if high == high else "∞"


def _speed_up(row) -> str:
    from grokterm.console.text import number

    ratio = row.speed_up
    if ratio is None:
        return "1"
    value = number(ratio.value, 2) if ratio.value == ratio.value else f"≥ {number(ratio.at_least, 2)}"
    if ratio.low != ratio.low and ratio.high != ratio.high:
        return value
    low = number(ratio.low, 2) if ratio.low == ratio.low else "0"
    high = number(ratio.high, 2) if ratio.high == ratio.high else "∞"
    return f"{value} ({low} to {high})"


def _p(value: float) -> str:
    return "–" if value != value else "<0.001" if value < 0.001 else f"{value:.2g}"


def _number(value: float) -> str:
    from grokterm.console.text import number

    return number(value, 3)


_METRICS = (
    ("grokked", _outcome),
    ("t_mem, median (95 %)", lambda row: _median(row.t_mem)),
    ("t_grok, median (95 %)", lambda row: _median(row.t_grok)),
    ("first touch", lambda row: _median(row.t_touch)),
    ("gap, median (95 %)", lambda row: _median(row.gap)),
    ("speed-up (95 %)", _speed_up),
    ("log-rank p", lambda row: _p(row.p)),
    ("p, permutation", lambda row: _p(row.p_exact)),
    ("p, Holm", lambda row: _p(row.p_holm)),
    ("∫λ at t_grok", lambda row: _number(row.integral_at_grok)),
    ("∫λ at the end", lambda row: _number(row.integral_at_end)),
    ("train loss", lambda row: _number(row.train_loss)),
    ("test loss", lambda row: _number(row.test_loss)),
)
