"""`grokterm queue · move`: who trains, who waits, and who goes first."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs, examples
from grokterm.cli.out import data, emit_json, say, table
from grokterm.console.text import duration, plain
from grokterm.errors import BadInput
from grokterm.names import name_from
from grokterm.sizes import size

_LOOK = 0.1  # seconds


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command(epilog=examples("queue"))
    def queue(runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """Show the devices, who trains on them, and who waits. The first in line is the next."""
        from grokterm.jobs import devices, line

        devices()  # the load of the CPU is that since the last look
        time.sleep(_LOOK)
        here, now = devices(), line()
        if as_json:
            emit_json({"devices": here, "holding": now.holding, "waiting": now.waiting})
        else:
            _show(here, now, runs.resolve())

    @app.command(epilog=examples("move @last --first"))
    def move(
        name: Name,
        earlier: Annotated[bool, typer.Option("--earlier", help="One place forward.")] = False,
        later: Annotated[bool, typer.Option("--later", help="One place back.")] = False,
        first: Annotated[bool, typer.Option("--first", help="To the front: it is next.")] = False,
        last: Annotated[bool, typer.Option("--last", help="To the end of the line.")] = False,
        runs: Runs = RUNS,
        as_json: AsJson = False,
    ) -> None:
        """Move an experiment in the line in front of the devices."""
        from grokterm import jobs
        from grokterm.record import find

        if earlier + later + first + last != 1:
            raise BadInput("move where to? Say one of --earlier, --later, --first, --last")
        folder = find(runs, name)
        far = 10**9  # beyond the end of any line
        place = jobs.move(folder, -1 if earlier else 1 if later else -far if first else far)
        of = len(jobs.line().experiments)
        if as_json:
            emit_json({"experiment": folder.name, "place": place, "of": of})
        say(f"{folder.name} is number {place} of {of} in the line")


def _show(devices, line, runs: Path) -> None:
    """The same order as the queue of the console: devices with who trains there, then who waits, by experiment."""
    rows = [
        [
            device.name,
            f"{sum(h.device == device.name for h in line.holding)} of {device.slots}",
            _percent(device.load),
            f"{size(device.memory_used)} of {size(device.memory_total)}",
            device.title,
        ]
        for device in devices
    ]
    columns = [
        ("device", "left"),
        ("slots in use", "right"),
        ("load", "right"),
        ("memory", "right"),
        ("hardware", "left"),
    ]
    table(columns, rows)
    now = time.time()
    if line.holding:
        data()
        table(
            [("training on", "left"), ("experiment", "left"), ("state", "left"), ("held for", "right")],
            [[f"{h.device} slot {h.slot}", _who(h, runs), h.state, _since(now, h.since)] for h in line.holding],
        )
    if line.waiting:
        data()
        columns = [("place", "left"), ("experiment", "left"), ("workers", "right"), ("waits for", "left")]
        table([*columns, ("waiting", "right")], list(_waiting(line, now, runs)))
        say("`grokterm move NAME --first` lets one go ahead")
    elif not line.holding:
        say("nobody trains, and nobody waits")


def _waiting(line, now: float, runs: Path) -> Iterator[list]:
    """A row for each experiment in line, under the number that `move` speaks of."""
    for place, folder in enumerate(line.experiments, 1):
        workers = [one for one in line.waiting if one.folder == folder]
        wanted = dict.fromkeys(device for one in workers for device in one.devices)
        since = min((one.since for one in workers if one.since), default=0.0)
        yield [place, _name(folder, runs), len(workers), " or ".join(wanted), _since(now, since)]


def _who(holding, runs: Path) -> str:
    """The experiment, and which of its cohorts, where it has several."""
    from grokterm.record import open_folder

    several = holding.folder.name and len(open_folder(holding.folder).cohorts) > 1
    return _name(holding.folder, runs) + (f", cohort {holding.cohort}" if several else "")


def _name(folder: Path, runs: Path) -> str:
    return plain(name_from(runs, folder))


def _since(now: float, since: float) -> str:
    return duration(now - since) if since else ""


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.0f} %"
