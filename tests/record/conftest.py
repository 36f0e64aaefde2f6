"""A small experiment, its folder, and rows that follow from their step."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from grokterm.record import CohortWriter, create
from grokterm.spec import parse

SCRIPT = Path(__file__).with_name("scripted_worker.py")
DOCUMENT = {
    "title": "tiny [bold]experiment[/bold]",
    "seeds": 2,
    "task": {"kind": "modular", "operation": "add", "p": 7, "train_fraction": 0.5},
    "model": {"kind": "transformer", "d_model": 8, "heads": 2, "d_mlp": 16},
    "optimizer": {"kind": "adamw", "lr": 1e-3, "weight_decay": 1.0},
    "stop": {"steps": 100},
    "arms": {"static": {}, "high": {"optimizer": {"weight_decay": 3.0}}},
}
WIDTH = 4  # two arms, two seeds


@pytest.fixture
def experiment():
    return parse(DOCUMENT, "tiny.toml")


@pytest.fixture
def folder(runs, experiment):
    """A fresh experiment folder with one cohort of four members."""
    return create(runs, experiment)


@pytest.fixture
def cohort(folder):
    return folder.cohorts[0]


@pytest.fixture
def writer(cohort):
    """A writer as a worker holds it after its start."""
    writer = CohortWriter(cohort.path)
    assert writer.load_checkpoint() is None
    return writer


@pytest.fixture
def values():
    """Rows by step: `values([3, 4])` is [2, 4] float64, different for every step and member."""
    return lambda steps: np.sin(np.asarray(steps, float))[:, None] + np.arange(WIDTH)


@pytest.fixture
def until():
    """Waits for a condition and returns its value; fails after some seconds."""

    def wait(condition, seconds=30.0):
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.005)
        return value

    return wait


@pytest.fixture
def start_worker():
    """Starts scripted_worker.py as a process of its own; whatever still lives at the end is killed."""
    started = []

    def start(path, steps, checkpoint_every, pause=0.0):
        arguments = [str(path), str(steps), str(checkpoint_every), str(pause)]
        started.append(subprocess.Popen([sys.executable, str(SCRIPT), *arguments]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
