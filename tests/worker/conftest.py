"""Fixtures that make small experiments and start real workers on them."""

import signal

import pytest
from warm import warm_workers
from worker.lab import document, kill

from grokterm.jobs import launch
from grokterm.record import create
from grokterm.spec import parse


@pytest.fixture(autouse=True)
def _warm(monkeypatch):
    """Workers are forked from a process that has loaded torch."""
    warm_workers(monkeypatch)


@pytest.fixture
def made(runs):
    """make(**sections) -> a new experiment folder that nobody trains yet."""
    started = []

    def make(**sections):
        folder = create(runs, parse(document(**sections), "tiny"))
        started.append(folder)
        return folder

    yield make
    for folder in started:
        kill(folder, signal.SIGKILL)


@pytest.fixture
def started(made):
    """start(**sections) -> a new experiment folder with its workers running."""

    def start(**sections):
        folder = made(**sections)
        launch(folder, "cpu")
        return folder

    return start
