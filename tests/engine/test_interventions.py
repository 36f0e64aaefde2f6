"""Interventions against a loop in plain torch, beside other members, and across a resume."""

import copy

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, different_bits, trained
from engine.cohorts import member as transformer
from engine.test_members import _NoMeeting
from torch.nn import functional as F

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.interventions import KINDS
from grokterm.engine.trainer import Trainer
from grokterm.errors import BadInput
from grokterm.spec import Member, RunSpec

P, STEPS, AT = 11, 40, 12
MLP = {
    "model": {"kind": "mlp", "hidden": [24], "bias": True, "dtype": "float64"},
    "loss": {"dtype": "float64"},
    "optimizer": {"weight_decay": {"schedule": "linear", "initial": 2.0, "final": 0.5}},
}
CASES = {
    "change": {"lr": 2e-3, "weight_decay": 0.1, "beta1": 0.5, "beta2": 0.999, "eps": 1e-6},
    "collapse": {"factor": 0.0},
    "collapse, gradient": {"factor": 0.0, "of": "gradient"},
    "clamp_norm": {"factor": 0.9},
    "clamp_norm, given": {"norm": 3.0},
    "clamp_norm, each": {"per": "tensor"},
    "freeze": {"tensors": ["W_1", "b_*"]},
    "reset_optimizer": {},
    "transplant": {"experiment": "x", "neurons": [3, 7]},
}


def member(seed: int = 0, **sections) -> Member:
    """A member of the usual cohort; where `model` names an MLP, it replaces the transformer."""
    if "model" not in sections:
        return transformer(seed, **sections)
    later = {name: sections.pop(name) for name in ("model", "intervene") if name in sections}
    document = transformer(seed, **sections).spec.model_dump(exclude=set(later))
    return Member("arm", seed, RunSpec.model_validate(document | later))


def with_(case: str, seed: int = 0, at=AT, **sections):
    """A member of an MLP with one of the cases; "none" for one without."""
    table = {} if case == "none" else {case.partition(",")[0]: CASES[case] | {"at": at}}
    return member(seed, **{**MLP, **sections}, intervene=table)


def donor(seed: int = 5) -> dict[str, np.ndarray]:
    stack = build_stack([with_("none", seed)], CPU)
    return {name: tensor[0].numpy() for name, tensor in stack.tensors(stack.weights).items()}


def started(members, device=CPU) -> Trainer:
    return Trainer(members, device, donors=[donor() if m.spec.intervene.transplant else None for m in members])


def weights_of(trainer: Trainer, index: int = 0) -> dict[str, np.ndarray]:
    state = trainer.state()
    return {name[8:]: array[index] for name, array in state.items() if name.startswith("weights.")}


class ByHand:
    """One member in plain torch: an MLP on one-hot pairs, torch.optim.AdamW, and an intervention written out."""

    def __init__(self, case: str) -> None:
        one = with_(case)
        stack, (train, _) = build_stack([one], CPU), build_data([one], CPU)
        self.w = {name: tensor[0].clone().requires_grad_() for name, tensor in stack.tensors(stack.weights).items()}
        self.x = torch.cat([F.one_hot(train.inputs[0][:, k], P) for k in range(2)], 1).double()
        self.y, self.kind, self.fields = train.answers[0], case.partition(",")[0], CASES[case]
        self.optimizer = torch.optim.AdamW(self.w.values(), lr=3e-3, betas=(0.9, 0.98), eps=1e-8)
        self.decay = lambda t: 2.0 + (0.5 - 2.0) * t / 60

    def walk(self) -> dict[str, np.ndarray]:
        for step in range(STEPS):
            if step == AT:
                getattr(self, f"_{self.kind}")()
            self.one_step(step)
        return {name: tensor.detach().numpy() for name, tensor in self.w.items()}

    def one_step(self, step: int) -> None:
        self.optimizer.param_groups[0]["weight_decay"] = self.decay(step)
        z = torch.relu(self.x @ self.w["W_1"] + self.w["b_1"]) @ self.w["W_2"] + self.w["b_2"]
        if self.kind == "collapse" and step >= AT:
            right = F.one_hot(self.y, P)
            z = z * (1 - right) + (z.detach() * right if self.fields.get("of") == "gradient" else 0)
        self.optimizer.zero_grad()
        F.cross_entropy(z, self.y).backward()
        if self.kind == "freeze" and step >= AT:
            for name in ("W_1", "b_1", "b_2"):
                self.w[name].grad = None
        self.optimizer.step()
        if self.kind == "clamp_norm" and step >= AT:
            with torch.no_grad():
                self._rescale()

    def _rescale(self) -> None:
        if self.fields.get("per") == "tensor":
            for name, tensor in self.w.items():
                tensor.mul_(self.norms[name] / tensor.norm())
            return
        now = torch.cat([tensor.flatten() for tensor in self.w.values()]).norm()
        for tensor in self.w.values():
            tensor.mul_(self.fields.get("norm", self.fields.get("factor", 1.0) * self.norm) / now)

    def _change(self) -> None:
        self.optimizer.param_groups[0] |= {"lr": 2e-3, "betas": (0.5, 0.999), "eps": 1e-6}
        self.decay = lambda t: 0.1

    def _collapse(self) -> None: ...

    def _freeze(self) -> None: ...

    def _clamp_norm(self) -> None:
        self.norm = torch.cat([tensor.detach().flatten() for tensor in self.w.values()]).norm()
        self.norms = {name: tensor.detach().norm() for name, tensor in self.w.items()}

    def _reset_optimizer(self) -> None:
        self.optimizer = torch.optim.AdamW(self.w.values(), lr=3e-3, betas=(0.9, 0.98), eps=1e-8)

    def _transplant(self) -> None:
        with torch.no_grad():
            for j in (3, 7):
                self.w["W_1"][:, j] = torch.from_numpy(donor()["W_1"][:, j])
                self.w["b_1"][j] = torch.from_numpy(donor()["b_1"])[j]
                self.w["W_2"][j] = torch.from_numpy(donor()["W_2"][j])


@pytest.mark.parametrize("case", CASES)
def test_an_intervention_is_what_a_loop_by_hand_does(case):
    trainer = started([with_(case)])
    trainer.advance(AT)
    before = weights_of(trainer)
    trainer.advance(STEPS - AT)
    trainer.drain()
    ours, theirs = weights_of(trainer), ByHand(case).walk()
    for name, wanted in theirs.items():
        np.testing.assert_allclose(ours[name], wanted, rtol=1e-7, atol=1e-9, err_msg=name)
    same = trained([with_("none")], AT)
    assert all(before[name].tobytes() == array.tobytes() for name, array in weights_of(same).items())
    same.advance(STEPS - AT)
    assert max(np.abs(array - ours[name]).max() for name, array in weights_of(same).items()) > 1e-4
    assert trainer.intervened[case.partition(",")[0]].tolist() == [AT]


def test_every_kind_has_a_case():
    assert {case.partition(",")[0] for case in CASES} == set(KINDS)


@pytest.mark.parametrize("case", CASES)
def test_members_without_it_keep_their_bits(device, case):
    plain, mixed = ([with_("none", 0), with_(middle, 1), with_("none", 2)] for middle in ("none", case))
    alone, beside = trained(plain, STEPS, device), started(mixed, device)
    beside.advance(STEPS)
    state, other = alone.state(), beside.state()
    assert different_bits(state, {name: other[name] for name in state}, [0, 2], [0, 2]) == []
    assert "weights.W_2" in different_bits(state, {name: other[name] for name in state}, [1], [1])


@pytest.mark.parametrize("at", [AT, "memorised"])
@pytest.mark.parametrize("halfway", [AT, 20, 30])
def test_resuming_gives_the_bits_of_never_having_stopped(device, at, halfway):
    fast = {"optimizer": {"lr": 3e-2, "weight_decay": 1.0}, "milestones": {"memorised": 0.3}}
    cohort = [with_(case, seed, at, **fast) for seed, case in enumerate(CASES)]
    straight, first, second = (started(cohort, device) for _ in range(3))
    straight.advance(60)
    first.advance(halfway)
    first.drain()
    second.load_state(first.state())
    second.advance(60 - halfway)
    assert different_bits(straight.state(), second.state()) == []
    straight.drain(), second.drain()
    assert {k: v.tolist() for k, v in straight.intervened.items()} == {
        k: v.tolist() for k, v in second.intervened.items()
    }
    assert all(due.max() > 0 for due in straight.intervened.values())


@pytest.mark.parametrize("name, column, least", [("memorised", "train_acc", 0.99), ("grokked", "test_acc", 0.3)])
def test_a_milestone_is_the_update_after_its_first_evaluation(name, column, least):
    sections = {
        "optimizer": {"lr": 3e-2, "weight_decay": 1.0},
        "stop": {"steps": 200},
        "milestones": {"grokked": 0.3},
    }
    for after in (0, 3):
        table = {"change": {"at": name, "after": after, "weight_decay": 7.0}}
        trainer = Trainer([member(0, **sections, intervene=table)], CPU)
        trainer.advance(120)
        rows = trainer.drain()
        steps, columns = rows["eval"]
        seen = int(steps[columns[column][:, 0] >= least][0])
        assert 0 < seen < 110 and trainer.intervened["change"].tolist() == [seen + 1 + after]
        decay = dict(zip(rows["weights"][0].tolist(), rows["weights"][1]["weight_decay"][:, 0], strict=True))
        assert all((value == 7.0) == (step > seen + after) for step, value in decay.items())


def test_a_step_that_ran_out_of_memory_is_done_again_whole():
    cohort = [with_(case, seed) for seed, case in enumerate(CASES)]
    calm, shaken = started(cohort), started(cohort)
    for trainer in (calm, shaken):
        trainer.advance(AT)
    link = shaken._optimizer.links[-1]
    update, link.update = link.update, lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no memory left"))
    with pytest.raises(torch.OutOfMemoryError):
        shaken.advance(1)
    link.update = update
    for trainer in (calm, shaken):
        trainer.advance(8)
    assert different_bits(calm.state(), shaken.state()) == []


def test_nothing_waits_for_the_device():
    trainer = started([with_(case, seed, "memorised") for seed, case in enumerate(CASES)])
    trainer.advance(1)
    with _NoMeeting():
        trainer.advance(20)


def test_a_frozen_member_is_left_alone(device):
    cohort = [with_("transplant"), with_("clamp_norm", 1), with_("reset_optimizer", 2)]
    trainer = started(cohort, device)
    trainer.advance(AT - 4)
    state = copy.deepcopy(trainer.state())
    for name in state:
        if name.startswith("weights.W_1"):
            state[name][:, 0, 0] = np.nan
    trainer.load_state(state)
    trainer.advance(10)
    trainer.drain()
    assert not trainer.alive.any() and all(due.max() == -1 for due in trainer.intervened.values())
    rest = [name for name in state if name.startswith(("weights", "optimizer"))]
    assert different_bits({n: state[n] for n in rest}, trainer.state()) == []


def test_evaluations_during_a_collapse_are_of_the_network_as_it_is():
    fast = {"optimizer": {"lr": 3e-2, "weight_decay": 1.0}, "stop": {"steps": 80}}
    collapsed, plain = started([with_("collapse", at=40, **fast)]), started([with_("none", **fast)])
    rows, wanted = [], []
    for trainer, into in ((collapsed, rows), (plain, wanted)):
        trainer.advance(41)
        into.append(trainer.drain())
    at = rows[0]["eval"][0].tolist().index(40)
    for column, values in wanted[0]["eval"][1].items():
        assert rows[0]["eval"][1][column][: at + 1].tolist() == values[: at + 1].tolist()
    minimised, as_it_is = (found[0]["train"][1]["train_loss"][40, 0] for found in (rows, wanted))
    assert minimised > as_it_is + 0.5


def test_forgetting_reaches_every_memory(device):
    """After a reset at step 10, NAdam with both filters goes on as a new run from the same weights does."""
    for more in ({"kind": "nadam", "grokfast": {"kind": "ema"}}, {"grokfast": {"kind": "ma", "window": 4}}):
        sections = {"optimizer": {"weight_decay": 0.1} | more, "task": {"train_fraction": 0.6}}
        reset = trained([member(0, **sections, intervene={"reset_optimizer": {"at": 10}})], 10, device)
        fresh = Trainer([member(0, **sections)], device)
        state = {name: array for name, array in reset.state().items() if name.startswith("weights.")}
        fresh.load_state(fresh.state() | state)
        for trainer in (reset, fresh):
            trainer.advance(9)
        for name in state.keys() - {"weights.b_K"}:  # its gradient is nothing but rounding
            np.testing.assert_allclose(reset.state()[name], fresh.state()[name], rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("model", ["transformer", "mlp", "embedded"])
def test_top_neurons_are_the_purest_waves(model):
    sections = {
        "transformer": {},
        "mlp": {"model": {"kind": "mlp", "hidden": [32]}},
        "embedded": {"model": {"kind": "mlp", "hidden": [32], "embedding": 11}},
    }[model]
    one = member(0, **sections, intervene={"transplant": {"at": 0, "experiment": "x", "top": 2}})
    stack = build_stack([member(9, **sections)], CPU)
    given = {name: tensor[0].numpy().copy() for name, tensor in stack.tensors(stack.weights).items()}
    into, out = ("W_in", "W_out") if model == "transformer" else ("W_1", "W_2")
    wave = np.cos(2 * np.pi * 3 * np.arange(P) / P)
    if model == "transformer":  # the embedding holds a wave in one direction, and two neurons read that one alone
        given["W_E"][:P, 0], given["W_E"][:P, 1:] = wave, np.random.default_rng(0).normal(size=(P, 15))
        for head, (value, mixed) in enumerate(zip(given["W_V"], given["W_O"], strict=True)):
            value[:], mixed[:] = 0, 0
            value[:8, :] = np.eye(8) * (head == 0)
            value[8:, :] = np.eye(8) * (head == 1)
            mixed[:, :8] = np.eye(8) * (head == 0)
            mixed[:, 8:] = np.eye(8) * (head == 1)
        given["W_in"][:, [4, 20]] = 0
        given["W_in"][0, [4, 20]] = 2.0, -1.0
    elif model == "embedded":
        given["W_E"][:] = np.eye(P)
    if model != "transformer":
        given[into][:, [4, 20]] = np.concatenate([wave, 2 * wave])[:, None]
    trainer = Trainer([one], CPU, donors=[given])
    before = weights_of(trainer)
    trainer._interventions.begin(0, trainer._count, trainer._alive)
    after = weights_of(trainer)
    moved = np.flatnonzero((before[into] != after[into]).any(axis=0))
    assert moved.tolist() == [4, 20]
    assert np.flatnonzero((before[out] != after[out]).any(axis=1)).tolist() == [4, 20]
    assert after[out][4].tobytes() == given[out][4].tobytes()


def test_weights_of_another_shape_are_refused():
    given = donor() | {"W_1": np.zeros((22, 30))}
    with pytest.raises(BadInput, match=r"W_1 is \[22, 30\] in the other run and \[22, 24\] in this one"):
        Trainer([with_("transplant")], CPU, donors=[given])
