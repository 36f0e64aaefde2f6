"""Every optimizer in the trainer: resuming, neighbours, frozen members, decay scopes, the learning rate over time."""

import copy

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, different_bits, member, trained
from engine.test_members import _NoMeeting

from grokterm.engine.trainer import Trainer

SCHEDULE = {"schedule": "cosine", "warmup": 9, "final": 0.1}
OPTIMIZERS = {
    "adam": {"kind": "adam"},
    "sgd": {"kind": "sgd", "lr": 0.1, "momentum": 0.8, "nesterov": True},
    "rmsprop": {"kind": "rmsprop", "centered": True, "momentum": 0.5},
    "nadam": {"kind": "nadam"},
    "adagrad": {"kind": "adagrad"},
    "lion": {"kind": "lion", "lr": 3e-4},
    "muon": {"kind": "muon"},
    "grokfast": {"grokfast": {"kind": "ema"}},
    "grokfast, average": {"grokfast": {"kind": "ma", "window": 12}},
    "perpendicular": {"kind": "sgd", "lr": 0.1, "perpendicular": "rescaled", "normalise": True},
    "everything": {
        "kind": "nadam", "l1": 1e-4, "perpendicular": "equation", "egalitarian": True, "clip": 1.0, "decoupled": True,
        "cautious": True, "grokfast": {"kind": "ema"}, "decay_scope": "no_embeddings", "lr_schedule": SCHEDULE,
    },
}  # fmt: skip


def cohort(name: str) -> list:
    """Two members with numbers of their own: the second has twice the learning rate."""
    fields = {"weight_decay": 0.1, "lr": 3e-3} | OPTIMIZERS[name]
    return [member(seed, optimizer=fields | {"lr": fields["lr"] * (seed + 1)}) for seed in range(2)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_resuming_gives_the_bits_of_never_having_stopped(device, name):
    straight, first, second = (Trainer(cohort(name), device) for _ in range(3))
    straight.advance(30)
    first.advance(15)
    first.drain()
    second.load_state(first.state())
    second.advance(15)
    assert different_bits(straight.state(), second.state()) == []
    ours, theirs = straight.drain(), second.drain()
    assert np.array_equal(ours["train"][1]["train_loss"][15:], theirs["train"][1]["train_loss"])
    assert ours["train"][1]["train_loss"][-1].max() < ours["train"][1]["train_loss"][0].min()  # and it learns


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_member_that_blows_up_changes_nothing_for_the_other(device, name):
    healthy, poisoned = trained(cohort(name), 5, device), trained(cohort(name), 5, device)
    state = copy.deepcopy(poisoned.state())
    state["weights.W_in"][1, 0, 0] = np.nan
    poisoned.load_state(state)
    for trainer in (healthy, poisoned):
        trainer.advance(10)
        trainer.drain()
    assert poisoned.alive.tolist() == [True, False]
    assert different_bits(healthy.state(), poisoned.state(), [0], [0]) == []
    frozen = poisoned.state()
    for key in frozen:
        if key.startswith("optimizer."):
            assert frozen[key][1].tobytes() == state[key][1].tobytes(), key


@pytest.mark.parametrize("name", ["muon", "perpendicular", "everything", "grokfast, average"])
def test_members_that_change_places_keep_their_bits(device, name):
    runs = [*cohort(name), member(7, optimizer=OPTIMIZERS[name] | {"weight_decay": 0.2, "lr": 1e-3})]
    here, there = trained(runs, 20, device), trained([runs[i] for i in (2, 0, 1)], 20, device)
    assert different_bits(here.state(), there.state(), [2, 0, 1]) == []


@pytest.mark.parametrize("name", ["muon", "everything", "grokfast, average"])
def test_a_step_that_fails_halfway_leaves_no_trace(name):
    trainer, calm = (trained(cohort(name), 5) for _ in range(2))
    last = trainer._optimizer.links[-1]
    update, last.update = last.update, lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no memory left"))
    with pytest.raises(torch.OutOfMemoryError):
        trainer.advance(1)
    last.update = update
    for one in (trainer, calm):
        one.advance(5)
    assert different_bits(calm.state(), trainer.state()) == []


@pytest.mark.parametrize("schedule", [{"schedule": "warmup", "warmup": 9}, SCHEDULE, {"schedule": "step", "every": 7}])
def test_the_learning_rate_is_recorded_where_it_changes(device, schedule):
    """The second member's stays constant, and its bits are those of a cohort without any schedule."""
    runs = [member(seed, optimizer={"lr_schedule": s}) for seed, s in enumerate([schedule, None])]
    trainer, plain = trained(runs, 60, device), trained([member(seed) for seed in range(2)], 60, device)
    trainer.close()
    weights = trainer.drain()["weights"][1]
    factor = runs[0].spec.optimizer.lr_schedule.at(np.array([*range(0, 60, 5), 59]), 60)
    np.testing.assert_allclose(weights["lr"][:, 0], 3e-3 * factor, rtol=1e-14)
    assert weights["lr"][:, 1].tolist() == [3e-3] * 13
    assert weights["weight_decay_integral"][-1].tolist() == [60.0, 60.0]  # of lambda alone
    assert different_bits(trainer.state(), plain.state(), [1], [1]) == []
    assert "lr" not in plain.drain()["weights"][1]


def test_embeddings_are_what_the_network_calls_so(device):
    """Without a gradient's help (lr 1e-9, lambda 1e7) only the decay moves anything: 1 % a step."""
    for scope, decayed in (("embeddings", {"W_E", "W_pos"}), ("no_embeddings", {"W_Q", "W_out", "W_U"})):
        trainer = Trainer([member(0, optimizer={"lr": 1e-9, "weight_decay": 1e7, "decay_scope": scope})], device)
        before = trainer.state()
        trainer.advance(1)
        after = trainer.state()
        for name in ("W_E", "W_pos", "W_Q", "W_out", "W_U"):
            ratio = np.linalg.norm(after[f"weights.{name}"]) / np.linalg.norm(before[f"weights.{name}"])
            assert ratio == pytest.approx(0.99 if name in decayed else 1.0, abs=1e-5), name


def test_muon_moves_matrices_and_leaves_embeddings_and_biases_to_adamw():
    muon, adamw = (trained([member(0, optimizer={"kind": kind})], 1).state() for kind in ("muon", "adamw"))
    start = Trainer([member(0)], CPU).state()
    for name in ("W_E", "W_pos", "W_U", "b_Q", "b_out", "b_U"):
        assert np.array_equal(muon[f"weights.{name}"], adamw[f"weights.{name}"]), name
    for name in ("W_Q", "W_O", "W_in", "W_out"):
        step = muon[f"weights.{name}"] - start[f"weights.{name}"] * (1 - 3e-3)
        values = np.linalg.svd(step[0], compute_uv=False)
        size = 3e-3 * 0.2 * max(step.shape[-2:]) ** 0.5
        assert 0.5 * size < values[..., 0].min() and values.max() < 1.3 * size, name


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "everything"])
def test_no_link_waits_for_the_device(device, name):
    """All but the SVD of `egalitarian`, which on a GPU does and says so."""
    trainer = trained(cohort(name), 1, device)
    try:
        if device.type == "cuda":
            torch.cuda.set_sync_debug_mode("error")
        with _NoMeeting():
            trainer.advance(15)
    finally:
        if device.type == "cuda":
            torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("kind", ["cross_entropy", "stablemax", "taylor_softmax", "mse"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_every_loss_trains_the_network_and_resumes(kind, dtype):
    """Two members, the second with a scale and a temperature of its own where the loss has them."""
    fields = {"kind": kind, "dtype": dtype}
    other = {"logit_scale": 2.0} | ({"temperature": 1.5, "label_smoothing": 0.1} if kind != "mse" else {})
    runs = [member(0, loss=fields), member(1, loss=fields | other)]
    straight, first, second = (Trainer(runs, CPU) for _ in range(3))
    straight.advance(40)
    first.advance(20)
    second.load_state(first.state())
    second.advance(20)
    assert different_bits(straight.state(), second.state()) == []
    losses = straight.drain()["train"][1]["train_loss"]
    assert (losses[-1] < losses[0]).all() and np.isfinite(losses).all()


def test_the_shares_of_samples_that_have_run_out_of_digits(device):
    """Weights made large: every margin is beyond what float16 can hold, and float64 hardly notices."""
    shares = {}
    for dtype in ("float16", "float32", "float64"):
        streams = {"numerics_every": 5}
        trainer = Trainer([member(seed, loss={"dtype": dtype}, streams=streams) for seed in range(2)], device)
        state = trainer.state()
        state["weights.W_U"] = state["weights.W_U"] * 60
        trainer.load_state(state)
        trainer.advance(1)
        trainer.close()
        steps, columns = trainer.drain()["numerics"]
        assert steps.tolist() == [0, 1] and list(columns) == ["train_collapsed", "train_zero_loss"]
        assert (columns["train_collapsed"] >= columns["train_zero_loss"]).all()
        shares[dtype] = columns["train_collapsed"][0]
    assert (shares["float16"] > shares["float32"]).all() and (shares["float32"] >= shares["float64"]).all()
    assert shares["float16"].max() <= 1
    assert "numerics" not in trained([member(0)], 1, device).drain()
