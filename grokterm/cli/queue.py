"""`grokterm queue · move`: who trains, who waits, and who goes first."""

import time
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs
from grokterm.cli.out import data, emit_json, say, table
from grokterm.console.text import age, plain
from grokterm.errors import BadInput
from grokterm.names import short_name


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command()
    def queue(as_json: AsJson = False) -> None:
        """Show the devices of this machine, who trains on them, and who waits in which order."""
        from grokterm.jobs import devices, line

        here, now = devices(), line()
        if as_json:
            emit_json({"devices": here, "holding": now.holding, "waiting": now.waiting})
        else:
            _show(here, now)

    @app.command()
    def move(
        name: Name,
        earlier: Annotated[bool, typer.Option("--earlier", help="One place forward.")] = False,
        later: Annotated[bool, typer.Option("--later", help="One place back.")] = False,
        first: Annotated[bool, typer.Option("--first", help="To the front: it is next.")] = False,
        last: Annotated[bool, typer.Option("--last", help="To the end of the line.")] = False,
        runs: Runs = RUNS,
        as_json: AsJson = False,
    ) -> None:
        """Let an experiment that waits for a device wait shorter or longer."""
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


def _show(devices, line) -> None:
    rows = [
        [
            device.name,
            f"{sum(h.device == device.name for h in line.holding)} of {device.slots}",
            _percent(device.load),
            f"{device.memory_used / 2**30:.1f} of {device.memory_total / 2**30:.1f} GiB",
            device.title,
        ]
        for device in devices
    ]
    columns = [("device", "left"), ("slots in use", "right"), ("load", "right"), ("memory", "right"), ("what", "left")]
    table(columns, rows)
    now = time.time()
    if line.holding:
        data()
        rows = [
            [f"{h.device} slot {h.slot}", _who(h), h.state, age(now - h.since) if h.since else ""] for h in line.holding
        ]
        table([("training", "left"), ("experiment", "left"), ("state", "left"), ("since", "right")], rows)
    if line.waiting:
        data()
        rows = [
            [str(number), _who(w), " or ".join(w.devices), age(now - w.since) if w.since else ""]
            for number, w in enumerate(line.waiting, 1)
        ]
        table([("waiting", "left"), ("experiment", "left"), ("for", "left"), ("since", "right")], rows)
        say("`grokterm move NAME --first` lets one go ahead")
    elif not line.holding:
        say("nobody trains, and nobody waits")


def _who(item) -> str:
    """The experiment, and which of its cohorts, where it has several."""
    from grokterm.record import open_folder

    if not item.folder.name:
        return "unknown"
    several = len(open_folder(item.folder).cohorts) > 1
    return plain(short_name(item.folder.name)) + (f", cohort {item.cohort}" if several else "")


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.0f} %"
