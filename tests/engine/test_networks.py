"""Every network but the transformer, against the same made of torch's own layers; and stacked against alone."""

import copy

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, different_bits, member, trained
from engine.textbook import textbook

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.models import KINDS, build_network
from grokterm.engine.stack import Stack
from grokterm.engine.trainer import Trainer
from grokterm.spec import Member, RunSpec, memory_of, work_of
from grokterm.spec.models import MLP
from grokterm.spec.shown import Numbers
from grokterm.spec.work import parameters_of

HEIGHTS = {"kind": "m-height", "n": [9], "k": [4], "groups": [[9, 4, 2], [9, 4, 3]], "train_per_group": 20}
HEIGHTS |= {"validation_per_group": 10, "data_seed": 1}
PAIRS = {"kind": "modular", "operation": "add", "p": 11, "train_fraction": 0.6}
NETWORKS = {
    "mlp": (PAIRS, {"kind": "mlp", "hidden": [12, 10]}),
    "mlp bias gelu": (PAIRS, {"kind": "mlp", "hidden": [12], "bias": True, "activation": "gelu"}),
    "mlp quadratic": (PAIRS, {"kind": "mlp", "hidden": [16], "activation": "quadratic"}),
    "mlp embedded": (PAIRS, {"kind": "mlp", "hidden": [12, 12, 12], "embedding": 6, "bias": True}),
    "mlp tied": (PAIRS, {"kind": "mlp", "hidden": [12, 12, 12], "embedding": 6, "bias": True, "tied": True}),
    "mlp of numbers": (HEIGHTS, {"kind": "mlp", "hidden": [12, 8], "bias": True}),
    "lstm": (PAIRS, {"kind": "lstm", "embedding": 6, "hidden": 8}),
    "lstm of one layer": (PAIRS, {"kind": "lstm", "embedding": 6, "hidden": 8, "layers": 1}),
    "rnn": (PAIRS, {"kind": "rnn", "embedding": 6, "hidden": 8, "layers": 2}),
    "rnn forwards relu": (
        PAIRS,
        {"kind": "rnn", "embedding": 6, "hidden": 8, "bidirectional": False, "nonlinearity": "relu"},
    ),
    "resnet": (HEIGHTS, {"kind": "resnet", "channels": 3, "blocks": 2, "beside": 4, "hidden": 6}),
}


def network_member(name: str, seed: int = 0, dtype: str = "float64", **more: dict) -> Member:
    """A member with one of the networks above, on its task; `more` replaces values of sections."""
    task, model = NETWORKS[name]
    numbers = task["kind"] == "m-height"
    sections = {
        "task": task,
        "model": model | {"dtype": dtype},
        "optimizer": {"kind": "adamw", "lr": 3e-3, "weight_decay": 0.5},
        "loss": {"kind": "log2_mse", "head": "softplus"} if numbers else {"kind": "cross_entropy"},
        "stop": {"steps": 60},
        "streams": {"train_every": 1, "eval_every": 5, "weights_every": 5, "sparsity_every": 20},
    }
    sections["loss"] |= {"dtype": dtype}
    sections |= {name: sections.get(name, {}) | values for name, values in more.items()}
    return Member("arm", seed, RunSpec.model_validate(sections))


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_gradients_and_fifty_steps_are_those_of_torch_s_layers_and_adamw(name):
    one = network_member(name)
    trainer = Trainer([one], CPU)
    own = trainer._stack.tensors(trainer._stack.weights)
    network = textbook(one, {name: tensor[0] for name, tensor in own.items()})
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, (0.9, 0.98), 1e-8, 0.5, foreach=False)
    part, losses = trainer._train, []
    for step in range(50):
        optimizer.zero_grad()
        losses.append(_loss(network(part.inputs[0]), part.answers[0]))
        losses[-1].backward()
        optimizer.step()
        if step == 0:
            trainer.advance(1)
            gradients = trainer._stack.tensors(trainer._stack.gradients)
            for tensor, parameter, turned in network.named():
                gradient = parameter.grad.T if turned else parameter.grad
                torch.testing.assert_close(gradients[tensor][0], gradient, rtol=1e-11, atol=1e-13, msg=tensor)
                torch.testing.assert_close(
                    own[tensor][0], parameter.T if turned else parameter, rtol=1e-7, atol=1e-10, msg=tensor
                )
    trainer.advance(49)
    found = trainer.drain()["train"][1]["train_loss"][:, 0]
    np.testing.assert_allclose(found[0], losses[0].item(), rtol=1e-12)
    np.testing.assert_allclose(found, [loss.item() for loss in losses], rtol=1e-6)
    assert found[-1] < found[0]


def _loss(outputs: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    if answers.is_floating_point():
        return ((1 + torch.nn.functional.softplus(outputs[:, 0])).log2() - answers).square().mean()
    return torch.nn.functional.cross_entropy(outputs, answers)


@pytest.mark.parametrize("name", ["lstm", "rnn"])
@pytest.mark.parametrize(("features", "operands"), [(5, 5), (6, 2)])
def test_numbers_are_read_operand_by_operand(name, features, operands):
    shown = Numbers(features=features, outputs=3, operands=operands)
    spec = network_member(name).spec.model
    network = KINDS[spec.kind](spec, shown).double()
    network.initialise(torch.Generator().manual_seed(0))
    weights = {network.field_name(path): parameter for path, parameter in network.named_parameters()}
    assert "W_E" not in weights and sum(tensor.numel() for tensor in weights.values()) == spec.parameters(shown)
    task = type("Task", (), {"shown": shown})
    reference = textbook(type("Member", (), {"spec": type("Spec", (), {"model": spec, "task": task})}), weights)
    inputs = torch.randn(7, features, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(network(inputs), reference(inputs), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", NETWORKS)
def test_counts_of_the_spec_are_those_of_the_network(name):
    one = network_member(name)
    parameters = sum(parameter.numel() for parameter in build_network(one).parameters())
    assert parameters_of(one.spec) == parameters
    _assert_tensors_are_those_of_the_network(one)
    alone, three = [one], [network_member(name, seed) for seed in range(3)]
    assert work_of(three) == pytest.approx(3 * work_of(alone)) and work_of(alone) > 6 * 20 * parameters / 4
    assert memory_of(three) > 2.9 * memory_of(alone) > 2.9 * 9 * 8 * parameters


def _assert_tensors_are_those_of_the_network(one: Member) -> None:
    network = build_network(one)
    own = {network.field_name(path): tuple(parameter.shape) for path, parameter in network.named_parameters()}
    assert list(one.spec.model.tensors(one.spec.task.shown).items()) == list(own.items())


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("norm", ["none", "pre", "post"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "none"])
def test_tensors_of_the_spec_are_those_of_the_transformer(layers, norm, bias, positions):
    model = {"layers": layers, "norm": norm, "bias": bias, "positions": positions, "d_head": 5}
    _assert_tensors_are_those_of_the_network(member(model=model))


@pytest.mark.parametrize(
    ("model", "task", "parameters"),
    [
        ({"kind": "mlp"}, PAIRS | {"p": 113}, 107_800),
        ({"kind": "resnet"}, HEIGHTS, 1_027_585),
        # 48 x 128, then 4 (128 + 256 + 2) 256 and 4 (256 + 256 + 2) 256, then 257 x 47
        ({"kind": "lstm"}, PAIRS | {"p": 47}, 48 * 128 + 1024 * (386 + 514) + 257 * 47),
        # 60 x 128, then both directions: (128 + 128 + 2) 128 and twice (256 + 128 + 2) 128, then 257 x 59
        ({"kind": "rnn"}, PAIRS | {"p": 59}, 60 * 128 + 256 * (258 + 2 * 386) + 257 * 59),
        ({"kind": "mlp", "embedding": 128, "hidden": [256] * 3, "tied": True}, PAIRS | {"p": 97}, None),
    ],
)
def test_the_papers_networks_have_as_many_parameters(model, task, parameters):
    numbers = task["kind"] == "m-height"
    name = "resnet" if numbers else "mlp"
    one = network_member(name)
    sections = one.spec.model_dump() | {"task": task, "model": model}
    network = build_network(Member("arm", 0, RunSpec.model_validate(sections)))
    shapes = {path: tuple(tensor.shape) for path, tensor in network.named_parameters()}
    if parameters is None:  # Lou's: two embeddings joined, one matrix between the hidden layers
        assert shapes == {"W_E": (97, 128), "W_1": (256, 256), "W_2": (256, 256), "W_3": (256, 97)}
    else:
        assert sum(int(np.prod(shape)) for shape in shapes.values()) == parameters


def test_initial_weights_follow_torch_s_rules_times_the_scale():
    for name, fans in {"rnn": {"layers.1.W_ih": 8, "W_U": 16}, "resnet": {"blocks.0.1.W": 27, "W_hidden": 112}}.items():
        one, twice = network_member(name), network_member(name, model={"init_scale": 2.0})
        plain, scaled = (dict(build_network(m).named_parameters()) for m in (one, twice))
        for tensor, fan in fans.items():
            largest = plain[tensor].abs().max().item() * fan**0.5
            assert 0.9 < largest <= 1, tensor
            torch.testing.assert_close(scaled[tensor], 2 * plain[tensor])
    assert bool((plain["stem.ln.weight"] == 1).all()) and bool((scaled["stem.ln.bias"] == 0).all())


@pytest.mark.parametrize("name", NETWORKS)
def test_a_member_trains_as_it_would_alone_and_feels_no_neighbour(name):
    """Members that take turns are those alone to the bit; mapped ones to rounding."""
    cohort = [network_member(name, seed, "float32") for seed in range(3)]
    together = trained(cohort, 20)
    alone = [trained([one], 20) for one in cohort]
    losses = together.drain()["train"][1]["train_loss"]
    state, own = together.state(), [trainer.state() for trainer in alone]
    for index, trainer in enumerate(alone):
        np.testing.assert_allclose(losses[:, index], trainer.drain()["train"][1]["train_loss"][:, 0], rtol=2e-3)
        if together._stack._network.looped:
            assert different_bits(own[index], state, [0], [index]) == []
    poisoned = Trainer([cohort[2], cohort[1], cohort[0]], CPU)
    start = poisoned.state()
    start[next(tensor for tensor in start if tensor.startswith("weights."))][1].fill(np.nan)
    poisoned.load_state(start)
    poisoned.advance(20)
    assert different_bits(poisoned.state(), state, [2, 0], [0, 2]) == []
    poisoned.drain()
    assert poisoned.alive.tolist() == [True, False, True]


@pytest.mark.parametrize("name", ["lstm", "resnet", "mlp tied"])
def test_a_run_goes_on_from_its_state_with_the_same_bits(name):
    cohort = [network_member(name, seed, "float32", batches={"size": 16}) for seed in range(2)]
    whole, first, second = trained(cohort, 30), trained(cohort, 13), Trainer(cohort, CPU)
    second.load_state(copy.deepcopy(first.state()))
    second.advance(17)
    assert different_bits(whole.state(), second.state()) == []


@pytest.mark.parametrize(("dtype", "close"), [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("name", [name for name in NETWORKS if name.startswith("mlp")])
def test_members_in_turn_are_members_mapped(name, dtype, close):
    cohort = [network_member(name, seed, dtype) for seed in range(3)]
    train, _ = build_data(cohort, CPU)
    found = []
    for looped in (False, True):
        stack = build_stack(cohort, CPU)
        stack._network.looped = looped
        ((_, (outputs,)),) = stack.map(lambda network, inputs: (network(inputs),), train.inputs)
        outputs.square().mean((1, 2)).sum().backward()
        found.append((outputs.detach(), stack.gradients.clone()))
    for mapped, in_turn in zip(*found, strict=True):
        torch.testing.assert_close(mapped, in_turn, rtol=close, atol=close)


@pytest.mark.parametrize("name", ["lstm", "resnet"])
def test_looped_members_run_in_smaller_groups_after_memory_ran_out(name):
    cohort = [network_member(name, seed, "float32") for seed in range(4)]
    whole, parts = Trainer(cohort, CPU), Trainer(cohort, CPU)
    parts.halve()
    assert parts.group_size == 2
    for trainer in (whole, parts):
        trainer.advance(20)
    assert different_bits(whole.state(), parts.state()) == []


@pytest.mark.parametrize(("name", "examined"), [
    ("mlp embedded", ["W_E", "W_1", "W_2", "W_3", "W_4"]),
    ("lstm of one layer", ["W_E", "W_U", "W_ih", "W_hh"]),
    ("resnet", ["W_beside", "W_hidden", "W_out", "stem.W"]
     + [f"blocks.{block}.{half}.W" for block in (0, 1) for half in (0, 1)]),
])  # fmt: skip
def test_sparsity_is_that_of_all_matrices(name, examined):
    trainer = trained([network_member(name)], 1)
    columns = trainer.drain()["sparsity"][1]
    assert list(dict.fromkeys(column.rpartition(".")[0] for column in columns)) == examined


def test_sparsity_of_a_transformer_is_that_of_embedding_queries_and_unembedding():
    (one,) = (member(model={"layers": 2}),)
    examined = Stack([build_network(one)], CPU).examined
    assert examined == ("W_E", "W_U", "blocks.0.W_Q", "blocks.1.W_Q")


def test_muon_moves_kernels_and_leaves_gains_to_adamw():
    cohort = [network_member("resnet", optimizer={"kind": "muon"})]
    trainer = Trainer(cohort, CPU)
    (link,) = (link for link in trainer._optimizer.links if hasattr(link, "names"))
    assert set(link.names) == {"W_beside", "W_hidden", "stem.W"} | {
        f"blocks.{block}.{half}.W" for block in (0, 1) for half in (0, 1)
    }
    trainer.advance(3)
    trainer.drain()
    assert trainer.alive.all()


def test_the_matrices_that_have_a_row_for_each_output_are_known():
    """Kernels as torch lays them out, where the others are the W of x W."""
    found = {name: build_stack([network_member(name)], CPU).turned for name in NETWORKS}
    gates = {f"layers.{layer}.W_{which}" for layer in (0, 1) for which in ("ih", "hh")}
    assert found["lstm"] == gates and found["rnn"] == gates | {f"{name}_back" for name in gates}
    assert found["lstm of one layer"] == {"W_ih", "W_hh"}
    assert found["resnet"] == {"stem.W"} | {f"blocks.{block}.{half}.W" for block in (0, 1) for half in (0, 1)}
    assert not any(turned for name, turned in found.items() if name.startswith("mlp"))


@pytest.mark.slow
@pytest.mark.parametrize("perpendicular", ["rescaled", "off"])
def test_prieto_s_mlp_generalises_at_once_with_the_perpendicular_gradient_and_never_without(perpendicular):
    """Their configuration: AdamW, lr 0.01, no decay, 40 % of p = 113, full batch; one epoch is one step."""
    adamw = {"kind": "adamw", "lr": 0.01, "weight_decay": 0.0, "beta2": 0.999, "perpendicular": perpendicular}
    spec = {"task": PAIRS | {"p": 113, "train_fraction": 0.4}, "model": {"kind": "mlp"}, "optimizer": adamw}
    spec |= {"loss": {"kind": "cross_entropy", "dtype": "float32"}, "stop": {"steps": 300}}
    spec |= {"streams": {"eval_every": 50, "weights_every": 0, "sparsity_every": 0}}
    trainer = trained([Member("arm", 0, RunSpec.model_validate(spec))], 300)
    trainer.close()
    scores = {name: values[-1, 0] for name, values in trainer.drain()["eval"][1].items()}
    assert scores["train_acc"] == 1.0
    if perpendicular == "off":
        assert scores["test_acc"] < 0.05
    else:
        assert scores["test_acc"] >= 0.99


def test_tied_layers_must_be_alike():
    with pytest.raises(ValueError, match=r"tied layers need equal widths; hidden is \[12, 10\]"):
        MLP(hidden=[12, 10], tied=True)
