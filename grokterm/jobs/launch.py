"""Starts workers: processes of their own that share a folder with the rest of grokterm, and no memory.

`subprocess` and not `multiprocessing`: the worker must be the child of nobody it can lose, must not inherit a
terminal, and must start from inside a running Textual app.
"""

import subprocess
import sys
from pathlib import Path

from grokterm.errors import BadInput, GroktermError
from grokterm.record import CohortFolder, ExperimentFolder


def launch(folder: ExperimentFolder, device: str = "auto") -> None:
    """Start a worker for every cohort that never had one. They wait in line until a device is free.

    Args:
        folder: a new experiment.
        device: `auto`, `cpu`, `cuda` or `cuda:N`; check it with `check_device` before the folder is created.
    """
    for cohort in folder.cohorts:
        start(folder.path, cohort, device)


def resume(folder: ExperimentFolder, device: str = "auto") -> int:
    """Start workers for cohorts that were parked, stopped, killed or failed; each goes on from its checkpoint.

    Returns:
        how many were started.

    Raises:
        BadInput: nothing to resume, because everything is running or finished.
    """
    idle = [cohort for cohort in folder.cohorts if cohort.state().resumable]
    if not idle:
        states = ", ".join(sorted({str(c.state()) for c in folder.cohorts}))
        raise BadInput(f"{folder.name} has nothing to resume: it is {states}")
    for cohort in idle:
        start(folder.path, cohort, device)
    return len(idle)


def start(experiment: Path, cohort: CohortFolder, device: str) -> None:
    """Start one worker in a session of its own, its input closed and its output in the cohort's log."""
    command = [sys.executable, "-m", "grokterm.engine", str(experiment.absolute()), "--cohort", str(cohort.index)]
    try:
        with cohort.log_path.open("ab") as log:
            worker = subprocess.Popen(
                [*command, "--device", device],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )
    except OSError as problem:
        raise GroktermError(f"no worker could be started for {cohort.path}: {problem.strerror}") from problem
    cohort.announce(device, worker.pid)
