"""Fixtures for code of the user's own: a folder with some, and processes that start at once."""

import signal

import pytest
import torch
from own.lab import make_lab
from warm import warm_looks, warm_workers
from worker.lab import kill

from grokterm.jobs import described, launch
from grokterm.record import create
from grokterm.spec import load


@pytest.fixture(autouse=True)
def _denormals():
    """Training in this process has them flushed to zero; the tests that come later need them."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(autouse=True)
def _warm(monkeypatch, tmp_path):
    """Workers, and the process that looks at modules, are forked from one that has loaded torch; nothing is beside."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    warm_workers(monkeypatch)
    warm_looks(monkeypatch)


@pytest.fixture
def lab(tmp_path):
    """The preset of a folder of code that is right."""
    return make_lab(tmp_path / "lab")


@pytest.fixture
def started(runs):
    """start(preset, *overrides) -> an experiment folder with its workers running."""
    folders = []

    def start(preset, *overrides):
        folder = create(runs, described(load(preset, overrides)))
        folders.append(folder)
        launch(folder, "cpu")
        return folder

    yield start
    for folder in folders:
        kill(folder, signal.SIGKILL)
