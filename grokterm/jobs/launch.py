"""Starts workers: processes of their own that share a folder with the rest of grokterm, and no memory.

`subprocess` and not `multiprocessing`: the worker must be the child of nobody it can lose, must not inherit a
terminal, and must start from inside a running Textual app.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from grokterm.errors import BadInput, GroktermError
from grokterm.record import CohortFolder, ExperimentFolder, State

# What a worker reads. Another folder for locks would be another line in front of the same devices.
_PATHS = ("GROKTERM_STATE", "GROKTERM_CACHE", "TMPDIR", "TEMP", "TMP")


def launch(folder: ExperimentFolder, device: str = "auto") -> None:
    """Start a worker for every cohort that never had one. They wait in line until a device is free.

    Args:
        folder: a new experiment.
        device: `auto`, `cpu`, `cuda` or `cuda:N`; check it with `check_device` before the folder is created.
    """
    for cohort, moment in zip(folder.cohorts, moments(), strict=False):
        start(folder.path, cohort, device, moment)


def resume(folder: ExperimentFolder, device: str = "auto", force: bool = False) -> int:
    """Start workers for cohorts that were parked, stopped, killed or failed; each goes on from its checkpoint.

    Args:
        folder: the experiment.
        device: as of `launch`.
        force: also for stalled cohorts, because a person knows that their workers are gone: two workers would
            spoil each other's numbers. One whose process is seen alive on this host is refused all the same.

    Returns:
        how many were started.

    Raises:
        BadInput: nothing to resume, because everything is running or finished, or silent and perhaps running.
        DamagedRecord: the folder has no cohorts.
    """
    if not folder.cohorts:
        folder.check()
    states = {cohort: cohort.state() for cohort in folder.cohorts}
    stalled = {cohort: cohort.silence() for cohort, state in states.items() if state is State.STALLED}
    idle = [cohort for cohort, state in states.items() if state.resumable]
    if force:
        idle += [cohort for cohort, silence in stalled.items() if silence.pid is None]
    if not idle and stalled:
        # One that is certainly alive is the better reason: what to do about it is not `--force`.
        worst = max(stalled.values(), key=lambda silence: silence.pid is not None)
        raise BadInput(f"{folder.name} is {worst}", worst.hint)
    if not idle:
        found = ", ".join(sorted(set(states.values())))
        raise BadInput(f"{folder.name} has nothing to resume: it is {found}")
    for cohort, moment in zip(idle, moments(), strict=False):
        start(folder.path, cohort, device, moment)
    return len(idle)


def moments() -> Iterator[int]:
    """The time in nanoseconds, later every time it is asked for: workers stand in line by the time of their launch."""
    last = 0
    while True:
        last = max(time.time_ns(), last + 1)
        yield last


def environment() -> dict[str, str]:
    """The environment of this process for one in another folder: paths in it that are relative are written out."""
    written = {name: str(Path(path).absolute()) for name in _PATHS if (path := os.environ.get(name))}
    if modules := os.environ.get("PYTHONPATH"):  # in which an empty part is the current folder
        parts = [str(Path(part).absolute()) for part in modules.split(os.pathsep)]
        written["PYTHONPATH"] = os.pathsep.join(parts)
    return os.environ | written


def start(experiment: Path, cohort: CohortFolder, device: str, moment: int) -> None:
    """Start one worker in a session of its own, its input closed and its output in the cohort's log.

    Args:
        experiment: the experiment's folder.
        cohort: what it is to train.
        device: as of `launch`.
        moment: the time of the launch in nanoseconds, which is the worker's place in the line for the device.
    """
    command = [sys.executable, "-m", "grokterm.engine", str(experiment.absolute()), "--cohort", str(cohort.index)]
    try:
        with cohort.log_path.open("ab") as log:
            worker = subprocess.Popen(
                [*command, "--device", device, "--launched", str(moment)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                env=environment(),
            )
    except OSError as problem:
        raise GroktermError(f"no worker could be started for {cohort.path}: {problem.strerror}") from problem
    cohort.announce(device, worker.pid, moment / 1e9)
