"""What a member is: the same as alone, whoever is beside it and wherever it stands."""

import copy

import numpy as np
import pytest
import torch
from engine import plain
from engine.cohorts import CPU, different_bits, member, trained
from torch.utils._python_dispatch import TorchDispatchMode

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.trainer import Trainer

# Members that differ in everything that may differ inside a cohort.
MIXED = [
    member(0),
    member(1, optimizer={"lr": 1e-2, "weight_decay": 0.0}),
    member(2, model={"init_scale": 2.0}, task={"split_seed": 9}),
    member(
        3, optimizer={"beta1": 0.0, "eps": 1e-4, "weight_decay": {"schedule": "linear", "initial": 3.0, "final": 0.0}}
    ),
    member(4, optimizer={"beta2": 0.999}),
]


def test_initial_weights_and_split_are_those_of_the_member_alone_bit_for_bit(device):
    together, parts = build_stack(MIXED, device), build_data(MIXED, device)
    for index, one in enumerate(MIXED):
        alone, own = build_stack([one], CPU), build_data([one], CPU)
        assert torch.equal(together.weights[index].cpu(), alone.weights[0])
        for part, mine in zip(parts, own, strict=True):
            assert torch.equal(part.inputs[index].cpu(), mine.inputs[0])
            assert torch.equal(part.answers[index].cpu(), mine.answers[0])


def test_the_first_weights_of_a_seed_never_change():
    """What seed 0 means is part of the format: stored numbers, on any platform."""
    stack, (_, test) = build_stack([member(0)], CPU), build_data([member(0)], CPU)
    first = stack.tensors(stack.weights)["W_E"][0, 0, :4].tolist()
    assert first == pytest.approx([0.0889055282, -0.2228383124, -0.0390910320, -0.0975652933], rel=1e-5)
    assert test.inputs[0, :6].tolist() == [[0, 5], [0, 7], [0, 9], [1, 2], [1, 6], [1, 8]]


def test_a_member_trains_as_it_would_alone(device):
    """Batched and single products round differently, so equal to rounding: 1e-5 after one step, and no drift by 60."""
    together = trained(MIXED, 1, device)
    first = together.state()
    together.advance(59)
    losses = together.drain()["train"][1]["train_loss"]
    for index, one in enumerate(MIXED):
        alone = trained([one], 1, device)
        own = alone.state()
        for name in first:
            if name.startswith("weights.") and "b_K" not in name:  # its gradient is nothing but rounding
                np.testing.assert_allclose(first[name][index], own[name][0], rtol=1e-5, atol=1e-6, err_msg=name)
        alone.advance(59)
        np.testing.assert_allclose(losses[:, index], alone.drain()["train"][1]["train_loss"][:, 0], rtol=1e-3)


def test_members_that_change_places_keep_their_bits(device):
    order = [3, 0, 4, 2, 1]
    here, there = trained(MIXED, 40, device), trained([MIXED[i] for i in order], 40, device)
    assert different_bits(here.state(), there.state(), order) == []
    one, other = here.drain(), there.drain()
    for stream, (_, columns) in one.items():
        for name, values in columns.items():
            assert np.array_equal(values[:, order], other[stream][1][name], equal_nan=True), f"{stream} {name}"


def test_a_nan_in_one_member_reaches_no_other(device):
    healthy, poisoned = trained(MIXED, 10, device), trained(MIXED, 10, device)
    state = copy.deepcopy(poisoned.state())
    state["weights.W_in"][2, 0, 0] = np.nan
    poisoned.load_state(state)
    for trainer in (healthy, poisoned):
        trainer.advance(30)
    others = [0, 1, 3, 4]
    assert different_bits(healthy.state(), poisoned.state(), others, others) == []
    poisoned.drain()
    assert poisoned.alive.tolist() == [True, True, False, True, True]
    assert poisoned.diverged_at.tolist() == [-1, -1, 10, -1, -1]
    frozen = poisoned.state()
    for name in frozen:
        if name.startswith(("weights.", "optimizer.")):
            assert frozen[name][2].tobytes() == state[name][2].tobytes(), name  # as it was when it froze


def test_a_member_that_explodes_is_frozen_where_it_was_last_finite(device):
    cohort = [member(0), member(1, optimizer={"lr": 1e20, "weight_decay": 0.0})]
    trainer = trained(cohort, 20, device)
    streams = trainer.drain()
    assert trainer.alive.tolist() == [True, False] and 0 < trainer.diverged_at[1] < 20
    at = trainer.diverged_at[1]
    assert not np.isfinite(streams["train"][1]["train_loss"][at:, 1]).any()
    assert np.isfinite(streams["train"][1]["train_loss"][:, 0]).all()
    assert np.isfinite(trainer.state()["weights.W_E"]).all()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_groups_change_nothing_but_rounding(device, size):
    whole, parts = Trainer(MIXED, device), Trainer(MIXED, device)
    parts._stack.group(size)
    for trainer in (whole, parts):
        trainer.advance(20)
    one, other = whole.drain(), parts.drain()
    for name in ("train_loss", "train_acc"):
        np.testing.assert_allclose(one["train"][1][name], other["train"][1][name], rtol=1e-4)


def test_one_step_and_two_hundred_are_those_of_the_plain_network_under_torch_s_adamw(device):
    """The whole machine against thirty textbook lines: float64 softmax, biases, decay, the lot."""
    one = member(0, stop={"steps": 200}, loss={"dtype": "float64"}, task={"p": 13})
    trainer = Trainer([one], device)
    weights = {
        name: t[0].clone().requires_grad_() for name, t in trainer._stack.tensors(trainer._stack.weights).items()
    }
    start = {name: weight.detach().clone() for name, weight in weights.items()}
    optimizer = torch.optim.AdamW(weights.values(), 3e-3, (0.9, 0.98), 1e-8, 1.0, foreach=False)
    pairs, answers = trainer._train.inputs[0], trainer._train.answers[0]
    losses = []
    for step in range(200):
        optimizer.zero_grad()
        loss = plain.loss(weights, one.spec.model, pairs, answers, torch.float64)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
        if step == 0:
            trainer.advance(1)
            ours = trainer._stack.tensors(trainer._stack.weights)
            for name, weight in weights.items():
                if name != "b_K":  # its gradient is 0 but for rounding, which Adam turns into steps
                    assert (ours[name][0] - weight).abs().max() < 1e-5, name
                    assert (weight - start[name]).abs().max() > 1e-3, name
    trainer.advance(199)
    np.testing.assert_allclose(trainer.drain()["train"][1]["train_loss"][:, 0], losses, rtol=2e-3)
    assert losses[-1] < 0.5 * losses[0]


class _NoMeeting(TorchDispatchMode):
    """Fails on every operation that makes the host wait for the device or copies between the two."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.name()
        if name.startswith(
            ("aten::_local_scalar_dense", "aten::is_nonzero", "aten::equal", "aten::nonzero", "aten::lift_fresh")
        ):
            raise AssertionError(f"{name} waits for the device")
        return func(*args, **kwargs)


@pytest.mark.parametrize("model", [{}, {"dropout": 0.2, "positions": "sinusoidal"}], ids=["default", "dropout"])
def test_a_step_never_waits_for_the_device(device, model):
    """On a CPU the operations that would wait are watched; on a GPU the driver is asked as well."""
    plateau = {"schedule": "phases", "high": 2.0, "low": 0.0, "fall": 4, "switch": "plateau"}
    cohort = [member(0, model=model), member(1, model=model, optimizer={"weight_decay": plateau})]
    trainer = Trainer(cohort, device)
    trainer.advance(1)  # a first call may set up libraries
    try:
        if device.type == "cuda":
            torch.cuda.set_sync_debug_mode("error")
        with _NoMeeting():
            trainer.advance(40)
            trainer.close()
    finally:
        if device.type == "cuda":
            torch.cuda.set_sync_debug_mode("default")
    with pytest.raises(AssertionError, match="waits"), _NoMeeting():
        bool(torch.ones(1) > 0)
    assert trainer.drain()["train"][0].tolist() == list(range(41))
