"""What `grokterm queue` prints of a line."""

from pathlib import Path

from console.world import make

from grokterm.cli.queue import _show
from grokterm.jobs.devices import Device
from grokterm.jobs.line import Holding, Line, Waiting


def test_experiments_stand_in_the_order_and_under_the_numbers_of_the_line(runs, capsys):
    trains, later, sooner = (
        make(runs, f"20261122-12000{i}-quickstart-{name}", state="queued").path
        for i, name in enumerate(("held", "late", "soon"))
    )
    cpu = Device("cpu", "2 cores", 0.25, 3 * 10**9, 24 * 10**9, 2)
    waiting = [Waiting(sooner, 0, ("cpu",), 11, 1.0), Waiting(later, 0, ("cuda:0", "cpu"), 12, 2.0)]
    waiting.append(Waiting(sooner, 1, ("cuda:0",), 13, 3.0))  # the second worker of the first in line
    waiting.append(Waiting(Path("/sweeps/20261122-120009-lin-wd-else"), 0, ("cpu",), 14, 4.0))
    _show([cpu], Line(tuple(waiting), (Holding("cpu", 0, trains, 0, 10, 0.0, "running"),)), sooner.parent)
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["cpu", "1", "of", "2", "25", "%", "3", "GB", "of", "24", "GB", "2", "cores"] in said
    assert ["cpu", "slot", "0", "quickstart-held", "running"] in said
    assert ["place", "experiment", "workers", "waits", "for", "waiting"] in said
    assert said[-1][:4] == ["3", "lin-wd-else", "(/sweeps)", "1"]
    assert [line[:6] for line in said[-3:-1]] == [
        ["1", "quickstart-soon", "2", "cpu", "or", "cuda:0"], ["2", "quickstart-late", "1", "cuda:0", "or", "cpu"]
    ]  # fmt: skip
