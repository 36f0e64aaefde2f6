"""The worker process: `python -m grokterm.engine FOLDER --cohort N --device auto`.

Started by `grokterm.jobs` in a session of its own, with its standard output and error in `worker.log`. It outlives
the console, the shell and the connection; SIGTERM and SIGINT make it leave a checkpoint and go.
"""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from grokterm.engine.devices import acceptable_devices, cuda_devices
from grokterm.engine.lifeline import hold_lifeline, show_life
from grokterm.engine.log import say, say_traceback
from grokterm.engine.priority import give_way
from grokterm.engine.slots import hold_slot, only_worker
from grokterm.engine.standby import Leave, stand_by
from grokterm.errors import BadInput, GroktermError, NotFound
from grokterm.record import CohortFolder, CohortWriter, ExperimentFolder, open_folder, read_donors
from grokterm.record.capacity import threads_of_slot


class Signals:
    """Remembers the signal that asked the process to leave; ignores the end of the terminal."""

    def __init__(self) -> None:
        self.name: str | None = None
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._remember)

    def _remember(self, number: int, _frame) -> None:
        self.name = signal.Signals(number).name

    def __call__(self) -> str | None:
        return self.name


def main(arguments: list[str] | None = None) -> int:
    """Run one worker. Returns the exit code: 0 it ended as asked, 1 it failed, 2 it was refused."""
    parser = argparse.ArgumentParser(prog="grokterm.engine", description="train one cohort of an experiment")
    parser.add_argument("folder", nargs="?", type=Path, help="the experiment's folder")
    parser.add_argument("--cohort", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument(
        "--launched", type=int, default=time.time_ns(), help="place in the line: when it was launched, ns"
    )
    parser.add_argument("--probe", action="store_true", help="print torch's version and devices as JSON, and exit")
    parser.add_argument("--measure", type=Path, metavar="SPEC", help="time a few steps, print them as JSON, and exit")
    parser.add_argument("--describe", type=Path, metavar="SPEC", help="look at its modules, print as JSON, and exit")
    asked = parser.parse_args(arguments)
    if asked.probe:
        print(json.dumps(probe()))
        return 0
    if asked.describe is not None:
        hold_lifeline()
        answer = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what the user's code prints, at its exit too, is no answer
        look_at_modules(asked.describe, lambda said: print(json.dumps(said), file=answer, flush=True))
        return 0
    if asked.folder is None and asked.measure is None:
        parser.error("which folder?")
    try:
        if asked.measure is not None:
            print(json.dumps(time_steps(asked.measure, asked.device)))
            return 0
        folder, cohort = find_cohort(asked.folder, asked.cohort)
        with only_worker(cohort.path):
            return work(folder, cohort, asked.device, asked.launched, Signals())
    except GroktermError as problem:
        say(str(problem))
        return 2


def find_cohort(path: Path, index: int) -> tuple[ExperimentFolder, CohortFolder]:
    """The experiment at `path` and its cohort number `index`.

    Raises:
        GroktermError: the folder is broken, or has no such cohort.
    """
    folder = open_folder(path)
    if folder.problem:
        raise GroktermError(folder.problem)
    if index not in range(len(folder.cohorts)):
        raise NotFound(f"{path} has {len(folder.cohorts)} cohorts, numbered from 0; there is no {index}")
    return folder, folder.cohorts[index]


def probe() -> dict:
    """What torch offers on this machine."""
    import torch  # deferred: see devices.cuda_devices

    gpus = cuda_devices()
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "devices": ["cpu", *gpus],
        "names": {gpu: torch.cuda.get_device_name(gpu) for gpu in gpus},
    }


def time_steps(source: Path, device: str) -> dict:
    """A few real steps of the preset in `source`, timed on the first device that `device` accepts."""
    best = acceptable_devices(device)[0]
    if best == "cpu":  # as its workers would
        give_way()
    from grokterm.engine.measure import measure  # deferred: see train

    return measure(source, best)


def look_at_modules(source: Path, answer: Callable[[dict], None]) -> None:
    """Answer what the modules of the user's own in `source` turned out to be.

    Args:
        answer: is given {"looking": name, "at": "data" or "network"} before each, which may take long; at last
            {"arms": ...}, or {"problem": why they can't be trained}.
    """
    from grokterm.engine.describe import describe  # deferred: see train

    def begin(name: str, at: str) -> None:
        show_life()
        answer({"looking": name, "at": at})

    try:
        answer({"arms": describe(source, begin)})
    except BadInput as problem:
        answer({"problem": str(problem)})


def work(folder: ExperimentFolder, cohort: CohortFolder, device: str, launched: int, signals: Signals) -> int:
    """Wait for a slot, train, and leave a last word in the record whatever happens."""
    writer = CohortWriter(cohort.path)
    try:
        devices = acceptable_devices(device)
        place = str(folder.path.resolve()), cohort.index
        waiting = partial(stand_by, writer, signals, "queued", "it waits in line")
        with hold_slot(devices, launched, waiting, *place) as held:
            train(folder, cohort, writer, held, signals)
        return 0
    except Leave as leave:
        writer.close(state=leave.ending)
        return 0
    except BaseException as problem:  # noqa: BLE001 - whatever it was, it is the last word in the record
        writer.event("failed", writer.status.step, error=_last_line(problem, folder, cohort))
        writer.close(state="failed")
        say_traceback()
        return 1


def _last_line(problem: BaseException, folder: ExperimentFolder, cohort: CohortFolder) -> str:
    """What a worker failed of: our own sentence as it is, whatever else with its type."""
    if isinstance(problem, GroktermError):
        return "; ".join(problem.message.splitlines())
    plain = " ".join(traceback.format_exception_only(problem)[-1].split())
    if "torch" not in sys.modules:
        return plain
    from grokterm.engine.own import of_network  # deferred: see train

    return of_network(problem, folder.planned(cohort)[0].spec.model) or plain


def train(folder: ExperimentFolder, cohort: CohortFolder, writer: CohortWriter, device: str, signals: Signals) -> None:
    """Train the cohort on `device`."""
    writer.commit(state="starting", device=device)
    if device == "cpu":  # before there are threads; one with a GPU has to be prompt, and takes little
        give_way()
    import torch  # deferred: a worker that waits has not loaded it

    from grokterm.engine.worker import Worker

    torch.set_num_threads(threads_of_slot())
    members = folder.planned(cohort)
    donors = read_donors(folder.path.parent, members)
    Worker(members, writer, cohort, torch.device(device), signals, donors).train()


if __name__ == "__main__":
    sys.exit(main())
