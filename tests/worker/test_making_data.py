"""A real worker whose data take minutes: it says how far it is, has a heartbeat, and can be sent away meanwhile."""

import signal

import pytest
from worker.lab import events, kill, state, status, until, wait_for_state, worker_log

from grokterm.jobs import launch, request
from grokterm.record import create
from grokterm.spec import parse

MILLIONS_OF_CODES = {
    "task": {"kind": "m-height", "data_seed": 0, "train_per_group": 100_000, "validation_per_group": 100_000},
    "model": {"kind": "mlp", "hidden": [8]},
    "optimizer": {"kind": "adamw", "lr": 1e-3, "weight_decay": 0.1},
    "loss": {"kind": "log2_mse", "head": "softplus"},
    "stop": {"steps": 10},
}


@pytest.fixture
def folder(runs):
    """An experiment whose worker makes its data."""
    folder = create(runs, parse(MILLIONS_OF_CODES, "codes"))
    launch(folder, "cpu")
    until(lambda: "generating codes" in worker_log(folder), what="a word about the data")
    yield folder
    kill(folder, signal.SIGKILL)


@pytest.mark.parametrize(("action", "ending"), [("stop", "stopped"), ("park", "parked")])
def test_a_worker_that_makes_its_data(folder, action, ending):
    assert state(folder) == "starting"
    beat = status(folder).heartbeat
    until(lambda: status(folder).heartbeat > beat, what="a heartbeat")
    assert "it makes its data" in request(folder, "pause")[0].refused
    assert request(folder, action)[0].answered
    assert wait_for_state(folder, ending) == ending
    assert events(folder)[-1].kind == ending and not events(folder, "started")
    assert "Traceback" not in worker_log(folder)
