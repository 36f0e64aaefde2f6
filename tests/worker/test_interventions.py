"""Interventions from the preset to the record, with real workers."""

import numpy as np
import pytest
from worker.lab import document, events, numbers, wait_for_state

from grokterm.analysis import run_results
from grokterm.errors import BadInput, GroktermError
from grokterm.jobs import fork, launch
from grokterm.record import create, open_folder, read_donors
from grokterm.spec import parse


def weights(folder, step, name="W_in"):
    """A tensor of every member in the checkpoint of a step."""
    (file,) = [file for file in folder.cohorts[0].checkpoints() if file.step == step]
    return file.load().tensors[f"weights.{name}"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def donor(place, tmp_path_factory):
    """An experiment that has ended: two arms, two seeds, 60 steps, kept checkpoints."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    patch.setenv("GROKTERM_SLOTS", "cpu=8")
    folder = create(place, parse(document(stop={"steps": 60}), "donor"))
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    patch.undo()
    return folder


def with_(place, model=None, **tables):
    """An experiment whose second arm has these interventions, and these fields of a model; made, not started."""
    arms = {"plain": {}, "treated": {"intervene": tables, "model": model or {}}}
    sections = document(arms=arms, stop={"steps": 120}, streams={"checkpoint_every": 50})
    return create(place, parse(sections, "patient"))


def run(folder):
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    return folder


def told(folder):
    return [(e.data["what"], e.data["arm"], e.data["seed"], e.step) for e in events(folder, "intervened")]


def test_a_transplant_is_read_from_another_experiment_and_told(place, donor):
    table = {"at": 50, "experiment": "donor", "neurons": [0, 5]}
    folder = run(with_(place, transplant=table, freeze={"at": 50, "tensors": ["W_in"]}))
    assert len(folder.cohorts) == 1
    written = folder.spec().arm("treated").spec.intervene.transplant
    assert (written.experiment, written.arm, written.step, written.seed) == (donor.name, "static", 60, None)
    end, given, before = weights(folder, 120), weights(donor, 60), weights(folder, 50)
    for seed in (0, 1):  # frozen from the same step on, so the end shows what was copied
        np.testing.assert_array_equal(end[2 + seed][:, [0, 5]], given[seed][:, [0, 5]])
        np.testing.assert_array_equal(end[2 + seed][:, 6:], before[2 + seed][:, 6:])
    wanted = {(what, "treated", seed, 50) for what in ("transplant", "freeze") for seed in (0, 1)}
    assert set(told(folder)) == wanted and len(told(folder)) == 4
    done = {(r.arm, r.seed): r.intervened for r in run_results(folder)}
    assert done["plain", 0] == () and set(done["treated", 1]) == {("transplant", 50), ("freeze", 50)}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"experiment": "nobody"}, "intervene.transplant.experiment: "),
        ({"arm": "none"}, "has no run none/0; there is: static/0, static/1"),
        ({"seed": 7}, "has no run static/7"),
        ({"step": 59}, "has no kept checkpoint at step 59; there is: "),
        ({"neurons": None, "tensors": ["W_9"]}, 'intervene.transplant.tensors: no tensor "W_9"; nearest: W_'),
        (
            {"neurons": None, "tensors": ["ln1.*"]},
            'intervene.transplant.tensors: no tensor "ln1.*"; there is: W_E, W_K',
        ),
    ],
)
def test_a_donor_that_is_not_there_is_one_line_and_leaves_no_folder(place, donor, change, line):
    table = {"at": 50, "experiment": donor.name, "neurons": "all"} | change
    before = sorted(place.iterdir())
    with pytest.raises(BadInput) as refused:
        with_(place, {"norm": "pre"}, transplant={name: value for name, value in table.items() if value is not None})
    assert line in refused.value.message and sorted(place.iterdir()) == before


def test_neurons_of_another_network_are_refused(place, donor):
    arms = {"run": {"intervene": {"transplant": {"at": 5, "experiment": donor.name, "neurons": "all"}}}}
    wide = parse(document(arms=arms, model={"d_mlp": 64}), "wide")
    with pytest.raises(BadInput, match=r"neurons of a transformer of 2,587 weights don't fit into a transformer of"):
        create(place, wide)


def test_a_donor_that_went_away_is_said_by_the_worker(place, donor):
    folder = with_(place, transplant={"at": 50, "experiment": donor.name, "neurons": "all"})
    hidden = donor.path.rename(place / ".hidden")
    try:
        with pytest.raises(GroktermError, match=r"intervene.transplant: .*"):
            read_donors(place, folder.planned(folder.cohorts[0]))
    finally:
        hidden.rename(donor.path)


def test_a_fork_goes_on_with_interventions_and_takes_new_ones(place):
    original = run(with_(place, clamp_norm={"at": 20}, collapse={"at": 60}))
    same = fork(original, 50, device="cpu")
    wait_for_state(same, "finished")
    np.testing.assert_array_equal(weights(same, 120), weights(original, 120))
    assert set(told(same)) == set(told(original)) and len(told(original)) == 4
    norms = numbers(original)["weights/weight_norm"][4:, 2:]  # rows from step 20 on
    np.testing.assert_allclose(norms, np.broadcast_to(norms[:1], norms.shape), rtol=1e-6)
    other = fork(
        original, 50, ["arms.treated.intervene.collapse.at=80", "arms.plain.intervene.clamp_norm.at=70"], device="cpu"
    )
    wait_for_state(other, "finished")
    assert {(what, arm, step) for what, arm, _, step in told(other)} == {
        ("clamp_norm", "treated", 20),
        ("collapse", "treated", 80),
        ("clamp_norm", "plain", 70),
    }
    norms = numbers(other)["weights/weight_norm"]
    assert np.ptp(norms[14:, 0]) < 1e-5 < np.ptp(norms[:14, 0]) and np.ptp(norms[4:, 2]) < 1e-5
    with pytest.raises(BadInput, match=r"intervene\.freeze\.at: step 30 is before the checkpoint of step 50"):
        fork(original, 50, ['arms.plain.intervene.freeze={at=30, tensors=["W_E"]}'])
    with pytest.raises(BadInput, match=r"intervene\.change\.lr: can't come or go in a fork"):
        fork(original, 50, ["arms.plain.intervene.change={at=60, lr=1e-4}"])
    assert open_folder(other.path).problem is None
