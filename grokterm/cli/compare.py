"""`grokterm compare`: arms side by side, with statistics that hold."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import GAP, data, drawn, emit_json, table, width
from grokterm.console.text import fold, plain
from grokterm.errors import NotFound
from grokterm.nearest import instead

_NAME = 24  # the name of an arm that is longer may be folded to this

Contenders = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME",
        help="Experiments (all their arms), EXPERIMENT:ARM, or arms of the experiment named before them. "
        "The others are measured against the first.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(
        epilog=examples(
            "compare @last", "compare @last static dynamic", "compare quickstart-b9ng:dynamic quickstart-k3f9"
        )
    )
    def compare(
        names: Contenders,
        runs: Runs = RUNS,
        as_json: AsJson = False,
        chart: Annotated[bool, typer.Option(help="Draw the test accuracy of the arms, or the test loss.")] = True,
    ) -> None:
        """Compare arms: time to grok, gap, speed-up, log-rank test. Runs that never grok are censored."""
        from grokterm.analysis import compare
        from grokterm.record import DamagedRecord

        items = contenders(names, runs)
        try:
            comparison = compare(items)
        except DamagedRecord as problem:
            raise _all_damaged({folder.path: folder for folder, _ in items}.values()) or problem from None
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
        DamagedRecord: folders that can't be read, each in a line.
    """
    from grokterm.analysis import arms_of
    from grokterm.record import find

    chosen: list[tuple] = []  # (folder, arm names that were typed for it)
    known: list[str] | None = []  # arms of the last one; None where it can't be read
    for name in names:
        if known and name in known:
            chosen[-1][1].append(name)
            continue
        place, colon, arm = name.rpartition(":")
        try:
            chosen.append((find(runs, place), [arm]) if colon else (find(runs, name), []))
        except NotFound as problem:
            if known is None:
                continue  # perhaps an arm of one that is refused below
            arms = instead(name, known, f"arms of {chosen[-1][0].name}") if known else ""
            hint = arms if arms and not colon else problem.hint
            raise NotFound(problem.message, hint) from None
        known = _arms(chosen[-1][0])
    if any(_arms(folder) is None for folder, _ in chosen):
        raise _all_damaged(folder for folder, _ in chosen)
    return [item for folder, arms in chosen for item in ([(folder, arm) for arm in arms] or arms_of(folder))]


def _arms(folder) -> list[str] | None:
    """The names of its arms; None where it can't be read."""
    from grokterm.record import DamagedRecord

    try:
        folder.check()
        return [arm.name for arm in folder.spec().arms]
    except DamagedRecord:
        return None


def _all_damaged(folders):
    """One error for all of these folders that can't be read; None where all can."""
    from grokterm.analysis import unreadable
    from grokterm.record import DamagedRecord

    found = unreadable(folders)
    return DamagedRecord(tuple(found.values())) if found else None


def show_comparison(comparison, items, chart: bool = True) -> None:
    """The comparison as a table, a chart, and sentences."""
    labels = [row.label for row in comparison.rows]
    experiments = dict.fromkeys(folder.name for folder, _ in items)
    if len(experiments) > 1:
        data(_paragraph(f"experiments: {', '.join(map(plain, experiments))}"))
        data()
    _grid(labels, _metrics(comparison), "")
    if chart:
        from grokterm.cli.picture import test_chart

        data()
        for line in test_chart(items, min(width(), 100), 16):
            drawn(line)
    data()
    for sentence in comparison.verdict:
        data(_paragraph(f"• {sentence}"))
    if comparison.differing:
        data()
        data("what differs")
        fields = comparison.differing.items()
        _grid(labels, [(field, [_cell(value) for value in values]) for field, values in fields], "field")
    data()
    for warning in comparison.warnings:
        data(_paragraph(f"note: {warning}"))
    data(_paragraph(f"how: {comparison.method}"))


def _cell(value: object) -> str:
    from grokterm.spec import words_of

    if isinstance(value, dict | list | tuple):
        return words_of(value)
    return "" if value is None else str(value)


def _paragraph(words: str) -> str:
    """Words folded for a terminal, which would break them anywhere; a file gets them in one line."""
    return fold(words, width(), rest="  ") if sys.stdout.isatty() else words


def _grid(labels: list[str], metrics: list[tuple[str, list[str]]], corner: str) -> None:
    """Arms as columns where they fit, since a terminal is taller than it is wide; else as rows, with as many metrics in
    each table as fit beside the names. Names may be folded, a number never is.

    Args:
        labels: the arms.
        metrics: (heading, a cell for each arm).
        corner: the heading of the first column where metrics are rows.
    """
    room = width()
    sizes = [max(min(len(label), _NAME), *(len(cells[i]) for _, cells in metrics)) for i, label in enumerate(labels)]
    if max(len(corner), *(len(heading) for heading, _ in metrics)) + sum(GAP + size for size in sizes) <= room:
        columns = [(label, "right") for label in labels]
        table([(corner, "left"), *columns], [[heading, *cells] for heading, cells in metrics])
        return
    left = min(max(map(len, labels)), _NAME)
    for number, block in enumerate(_blocks(metrics, room - left)):
        if number:
            data()
        columns = [(heading, "right") for heading, _ in block]
        rows = [[label, *(cells[i] for _, cells in block)] for i, label in enumerate(labels)]
        table([("arm", "left"), *columns], rows)


def _blocks(metrics: list[tuple[str, list[str]]], room: int) -> list[list[tuple[str, list[str]]]]:
    """The metrics in as few groups as fit into `room` cells."""
    blocks, used = [], room
    for heading, cells in metrics:
        size = max(map(len, (heading, *cells)))
        if used + GAP + size > room:
            blocks.append([])
            used = 0
        blocks[-1].append((heading, cells))
        used += GAP + size
    return blocks


def _number(value: float) -> str:
    from grokterm.console.text import number

    return number(value, 3)


def _metrics(comparison) -> list[tuple[str, list[str]]]:
    """(heading, a cell for each arm). How runs ended otherwise is said where one did; what isn't at its end, too."""
    from grokterm.analysis.words import median_words, p_value, speed_up_words

    rows, going = comparison.rows, comparison.going
    counts = [
        (word, [getattr(row, f"n_{word}") for row in rows])
        for word in ("incomplete", "censored", "diverged", "running")
    ]
    cells: list[tuple[str, Callable]] = [
        ("t_mem, median (95 %)", lambda row: median_words(row.t_mem, row.n_incomplete > 0)),
        ("t_grok, median (95 %)", lambda row: median_words(row.t_grok, row.n_incomplete > 0)),
        ("first touch", lambda row: median_words(row.t_touch, row.n_incomplete > 0)),
        ("gap, median (95 %)", lambda row: median_words(row.gap, row.n_incomplete > 0)),
        ("speed-up (95 %)", lambda row: speed_up_words(row.speed_up)),
        ("log-rank p", lambda row: p_value(row.p)),
        ("p, permutation", lambda row: p_value(row.p_exact)),
        ("p, Holm", lambda row: p_value(row.p_holm)),
        ("∫λ to median t_grok", lambda row: _number(row.integral_at_grok)),
        ("∫λ at the end", lambda row: _number(row.integral_at_end) + (" so far" if row in going else "")),
        ("train loss", lambda row: _number(row.train_loss)),
        ("test loss", lambda row: _number(row.test_loss)),
    ]
    counted = [(word, [str(n) for n in numbers]) for word, numbers in counts if any(numbers)]
    if not any(row.scored for row in rows):
        span = [" to ".join(map(_number, row.test_loss_range)) for row in rows]
        losses = [(heading, [cell(row) for row in rows]) for heading, cell in cells[-3:]]
        return [("runs", [str(row.n) for row in rows]), *counted, *losses, ("test loss, range", span)]
    return [
        ("grokked", [f"{row.n_grokked} of {row.n}" for row in rows]),
        *counted,
        *((heading, [cell(row) for row in rows]) for heading, cell in cells),
    ]
