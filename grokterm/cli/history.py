"""`grokterm ls`: the experiments that are there."""

import sys
import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import GAP, data, emit_json, say, width
from grokterm.cli.progress import time_left
from grokterm.console.text import age, clip, clip_name, duration, percent, plain, rate, short_steps
from grokterm.names import short_name

_GROKS = "t_grok by arm (grokked/runs)"
_RIGHT = {"progress", "rate", "seeds", "age"}
_PADDED = 40  # cells to which names are filled up where they are whole, twice as many for t_grok: a long one moves
# its own line alone
_LEAST = 44  # cells of names and t_grok, before other columns are left out


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
        """List experiments, newest first, a line each.

        On a terminal what is too long is shortened: names keep the letters that find them. In a pipe names are whole.
        """
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
    """One line for each: on a terminal what is too long is shortened, elsewhere all is whole."""
    room = width() if sys.stdout.isatty() else None
    names = [short_name(s.name) for s in summaries]
    groks = ["" if s.problem or not s.scored else _groks(s) for s in summaries]
    facts = _facts(summaries)
    if room is None:
        sizes = [min(_longest(names), _PADDED), min(_longest([_GROKS, *groks]), 2 * _PADDED)]
    else:
        facts = _narrow(summaries, facts, room, _longest(names) + _longest(groks))
        sizes = _shared(_left(facts, room), _longest(names), _longest(groks))
        names = [clip_name(s.name, sizes[0]) for s in summaries]
        groks = [_groks(s, sizes[1]) if grok else "" for s, grok in zip(summaries, groks, strict=True)]
    heading = _GROKS if len(_GROKS) <= sizes[1] else clip("t_grok by arm", sizes[1])
    old = facts.pop("age")
    columns = {"experiment": names, **facts, heading: groks, "age": old}
    widths = [_longest([name, *cells]) for name, cells in columns.items()]
    widths[0], widths[-2] = max(min(widths[0], sizes[0]), len("experiment")), min(widths[-2], sizes[1])
    _lines(columns, widths)
    for s in summaries:
        if s.problem:
            data(f"{short_name(s.name)}: {s.problem}")


def _groks(summary, room: int | None = None) -> str:
    """Median t_grok and how many grokked, arm after arm. In few cells without the names of the arms; then as many arms
    as fit whole, and how many there are besides."""
    values = [f"{short_steps(arm.t_grok)} ({arm.grokked}/{arm.runs})" for arm in summary.arms.values()]
    named = plain(" ".join(f"{name} {value}" for name, value in zip(summary.arms, values, strict=True)))
    if room is None or _size(named) <= room:
        return named
    fewer = (" ".join((*values[:count], f"+{len(values) - count}")) for count in range(len(values) - 1, -1, -1))
    return next((line for line in (" ".join(values), *fewer) if len(line) <= room), "")


def _facts(summaries, brief: bool = False) -> dict[str, list[str]]:
    """The columns that are neither name nor t_grok; of a broken experiment its age alone.

    Args:
        brief: the time left in few words.
    """
    now, rows = time.time(), []
    for s in summaries:
        words = f"{'~' if s.eta_rough else ''}{duration(s.eta)}" if brief else time_left(s)
        progress = f"{percent(s.progress)} %" + (f", {words}" if s.eta == s.eta else "")
        known = (str(s.state), progress, rate(s.rate), str(len(s.seeds)))
        rows.append((*(("broken", "", "", "") if s.problem else known), age(now - s.created)))
    return dict(zip(("state", "progress", "rate", "seeds", "age"), map(list, zip(*rows, strict=True)), strict=True))


def _narrow(summaries, facts: dict[str, list[str]], room: int, need: int) -> dict[str, list[str]]:
    """`facts` in fewer cells, and in fewer columns, where names and t_grok have no room beside them."""
    if _left(facts, room) < need:
        facts = _facts(summaries, brief=True)
    for column in ("rate", "seeds"):
        if _left(facts, room) < min(need, _LEAST):
            del facts[column]
    return facts


def _left(facts: dict[str, list[str]], room: int) -> int:
    """Cells that are left for names and t_grok together."""
    return room - GAP - sum(GAP + _longest([name, *cells]) for name, cells in facts.items())


def _shared(room: int, names: int, groks: int) -> list[int]:
    """Cells of names and of t_grok, which take so many where they may."""
    own = min(names, max(room - groks, room * 9 // 20, len("experiment")))
    return [own, max(room - own, 6)]


def _longest(cells: list[str]) -> int:
    return max(map(_size, cells), default=0)


def _size(cell: str) -> int:
    from rich.cells import cell_len

    return cell_len(plain(cell))


def _lines(columns: dict[str, list[str]], widths: list[int]) -> None:
    """Headings, a rule, and a line for each row. What is longer than its column moves the rest of its line."""
    rows = [tuple(columns), *zip(*columns.values(), strict=True)]
    for number, row in enumerate(rows):
        cells = [
            " " * (size - _size(cell)) + cell if name in _RIGHT else cell + " " * (size - _size(cell))
            for name, cell, size in zip(columns, map(plain, row), widths, strict=True)
        ]
        data((" " * GAP).join(cells).rstrip())
        if not number:
            data("─" * (sum(widths) + GAP * (len(widths) - 1)))
