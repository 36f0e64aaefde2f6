"""A small experiment, and helpers that watch and kill its real workers."""

import os
import time
from pathlib import Path

import numpy as np

from grokterm.record import open_folder
from grokterm.record.processes import process_start

TINY = {
    "title": "tiny",
    "seeds": 2,
    "task": {"kind": "modular", "operation": "add", "p": 11, "train_fraction": 0.6},
    "model": {"kind": "transformer", "d_model": 16, "heads": 2, "d_mlp": 32},
    "optimizer": {"kind": "adamw", "lr": 3e-3, "weight_decay": 1.0},
    "stop": {"steps": 300},
    "streams": {"train_every": 1, "eval_every": 5, "weights_every": 5, "sparsity_every": 50},
    "arms": {
        "static": {},
        "dynamic": {"optimizer": {"weight_decay": {"schedule": "linear", "initial": 3.0, "final": 0.0}}},
    },
}


def document(**sections) -> dict:
    """TINY with some sections changed: `document(stop={"steps": 50})`."""
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in TINY.items()}
    for name, change in sections.items():
        merged[name] = {**merged.get(name, {}), **change} if isinstance(change, dict) and name != "arms" else change
    return merged


def status(folder, cohort: int = 0):
    """The cohort's status as it is on disk now."""
    return open_folder(folder.path).cohorts[cohort].status()


def state(folder, cohort: int = 0) -> str:
    """The cohort's state as a reader derives it now."""
    return str(open_folder(folder.path).cohorts[cohort].state())


def events(folder, kind: str | None = None, cohort: int = 0):
    """The cohort's events, all or of one kind."""
    return [e for e in open_folder(folder.path).cohorts[cohort].events() if kind in (None, e.kind)]


def until(condition, seconds: float = 60.0, what: str = "it"):
    """Wait for `condition()` to be true and return its value; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


def step_of(folder) -> int:
    """The step in the status; -1 while there is none."""
    now = status(folder)
    return now.step if now and now.state != "queued" else -1


def wait_for_state(folder, *wanted: str, seconds: float = 90.0) -> str:
    """Wait until a reader says one of `wanted`; show the log if it doesn't."""
    try:
        return until(lambda: state(folder) in wanted and state(folder), seconds, f"{wanted}")
    except AssertionError as late:
        log = open_folder(folder.path).cohorts[0].log_tail(30)
        raise AssertionError(f"{late}; state {state(folder)}; log:\n" + "\n".join(log)) from None


def kill(folder, number: int) -> list[int]:
    """Send a signal to every living worker of an experiment; returns the processes."""
    hit = []
    for cohort in open_folder(folder.path).cohorts:
        now = cohort.status()
        if now and now.pid and process_start(now.pid) is not None and cohort.state().live:  # a zombie can be "killed"
            try:
                os.kill(now.pid, number)
                hit.append(now.pid)
            except ProcessLookupError:
                continue
    return hit


def numbers(folder, cohort: int = 0) -> dict[str, np.ndarray]:
    """Every recorded number of every stream except the clock: {"stream/column": array}."""
    reader = open_folder(folder.path).cohorts[cohort]
    found = {}
    for name in reader.stream_names():
        if name == "clock":
            continue
        table = reader.stream(name).read()
        found[f"{name}/step"] = table.steps
        found |= {f"{name}/{column}": values for column, values in table.columns.items()}
    return found


def assert_same_numbers(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> None:
    """Equal bit for bit, NaN equal to NaN."""
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def worker_log(folder) -> str:
    """What the worker said."""
    return "\n".join(open_folder(folder.path).cohorts[0].log_tail(200))


def folder_of(path: Path):
    """Open an experiment by its path."""
    return open_folder(path)
