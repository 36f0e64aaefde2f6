"""The network of seed 000 to the parameter, and every short cut against the plain network."""

from itertools import product

import pytest
import torch
from engine.cohorts import CPU, run_spec
from engine.oracle import assert_plain, network

from grokterm.engine.models import Transformer
from grokterm.engine.models.look_up import OneHotLookUp, look_up
from grokterm.engine.stack import Stack
from grokterm.spec.shown import Tokens

EVERY_OPTION = list(
    product((1, 2), ("none", "pre", "post"), (True, False), ("learned", "none"), (True, False), ("relu", "gelu"))
)
THREE_LAYERS = list(product((3,), ("none", "pre", "post"), (True,), ("learned",), (True, False), ("relu",)))
CASES = [(torch.float64, 1e-12, *options) for options in EVERY_OPTION + THREE_LAYERS]
CASES += [(torch.float32, 1e-5, *options) for options in EVERY_OPTION if options[-1] == "relu"]


def _network(seed: int, spec, p: int, std: float | None = None) -> Transformer:
    spec = spec if std is None else spec.model_copy(update={"init_std": std})
    return network(seed, spec, _pairs(p))


def _pairs(p: int) -> Tokens:
    return Tokens(values=p, sequence=(None, None, p), outputs=p)


def _model(**values):
    return run_spec(model=values).model


def test_the_paper_s_network_has_227313_parameters():
    made = _network(0, _model(d_model=128, heads=4, d_mlp=512), 113)
    sizes = {made.field_name(path): parameter.numel() for path, parameter in made.named_parameters()}
    parts = {
        "W_E": 14_592,
        "W_pos": 384,
        "attention": 66_048,
        "mlp": 131_712,
        "unembedding": 14_577,
    }
    attention = [f"{kind}_{name}" for kind in "Wb" for name in "QKVO"]
    assert sizes.pop("W_E") == parts["W_E"]
    assert sizes.pop("W_pos") == parts["W_pos"]
    assert sum(sizes.pop(name) for name in attention) == parts["attention"]
    assert sum(sizes.pop(name) for name in ("W_in", "b_in", "W_out", "b_out")) == parts["mlp"]
    assert sum(sizes.pop(name) for name in ("W_U", "b_U")) == parts["unembedding"]
    assert not sizes and sum(parts.values()) == 227_313


def test_shapes_and_names_are_the_field_s():
    made = _network(0, _model(d_model=12, heads=3, d_head=5, d_mlp=20, norm="pre", layers=2), 7)
    shapes = {made.field_name(path): tuple(parameter.shape) for path, parameter in made.named_parameters()}
    assert (
        shapes["W_E"] == (8, 12) and shapes["W_pos"] == (3, 12) and shapes["W_U"] == (12, 7) and shapes["b_U"] == (7,)
    )
    assert (
        shapes["blocks.1.W_Q"] == (3, 12, 5)
        and shapes["blocks.1.W_O"] == (3, 5, 12)
        and shapes["blocks.0.b_K"] == (3, 5)
    )
    assert shapes["blocks.0.ln1.weight"] == shapes["ln_final.bias"] == (12,)


def test_initial_weights_are_normal_biases_zero_and_gains_one():
    made = _network(3, _model(d_model=128, heads=4, d_mlp=512, norm="post"), 113, std=0.25)
    for path, parameter in made.named_parameters():
        kind = path.rpartition(".")[2]
        if kind.startswith("W_"):
            spread = (
                5 / parameter.numel() ** 0.5
            )  # five standard errors of the mean, in sigma; more than three of the spread
            assert abs(parameter.mean()) < 0.25 * spread, path
            assert abs(parameter.std() / 0.25 - 1) < spread, path
        else:
            assert bool((parameter == (1 if kind == "weight" else 0)).all()), path


@pytest.mark.parametrize(("dtype", "tolerance", "layers", "norm", "bias", "positions", "causal", "activation"), CASES)
def test_loss_and_gradients_are_those_of_the_plain_network(
    device, dtype, tolerance, layers, norm, bias, positions, causal, activation
):
    options = {"layers": layers, "norm": norm, "bias": bias, "positions": positions}
    _assert_plain(options | {"causal": causal, "activation": activation}, 7, device, dtype, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize(("p", "composed"), [(7, True), (23, False)])
def test_one_layer_without_norms_with_composed_weights_and_without(device, p, composed, dtype, tolerance):
    """Weights are composed where that is less work, which depends on the sizes: both ways give the plain network's."""
    for bias, activation in product((True, False), ("relu", "gelu")):
        made = _assert_plain({"bias": bias, "activation": activation}, p, device, dtype, tolerance)
        assert made._composed is composed


def _assert_plain(options: dict, p: int, device: torch.device, dtype: torch.dtype, tolerance: float) -> Transformer:
    spec = _model(d_model=12, heads=3, d_head=5, d_mlp=20, **options)
    return assert_plain(spec, _pairs(p), device, dtype, tolerance)


def test_a_network_without_positions_cannot_tell_a_from_b():
    made = _network(0, _model(positions="none", layers=2), 11)
    pairs = torch.tensor([[3, 8], [8, 3]])
    logits = made(pairs)
    assert torch.allclose(logits[0], logits[1], atol=1e-6) is False  # causal: b sees a, a does not see b
    assert torch.allclose(*_network(0, _model(positions="none"), 11)(pairs), atol=1e-6)  # one layer: "=" sees a set


def test_the_one_hot_look_up_is_the_look_up():
    """The GPU's form of it, on any device: forward the same bits, backward the same sum; also mapped over members."""
    generator = torch.Generator().manual_seed(1)
    table = torch.randn(3, 9, 4, generator=generator, dtype=torch.float64).requires_grad_()
    rows = torch.randint(0, 9, (3, 20, 2), generator=generator)
    weight = torch.randn(3, 20, 2, 4, generator=generator, dtype=torch.float64)
    found = {}
    for name, function in (("ours", OneHotLookUp.apply), ("torch", lambda table, rows: look_up((table,), rows)[0])):
        out = torch.func.vmap(function)(table, rows)
        (gradient,) = torch.autograd.grad((out * weight).sum(), table)
        found[name] = (out, gradient)
    assert torch.equal(found["ours"][0], found["torch"][0])
    assert torch.allclose(found["ours"][1], found["torch"][1], rtol=1e-14, atol=1e-14)


def test_the_stack_holds_every_member_s_own_weights():
    spec = _model()
    networks = [_network(seed, spec, 11) for seed in range(3)]
    stack = Stack(networks, CPU)
    for path, tensor in zip(
        (p for p, _ in networks[0].named_parameters()), stack.tensors(stack.weights).values(), strict=True
    ):
        for index, one in enumerate(networks):
            assert torch.equal(tensor[index], one.get_parameter(path))
    assert stack.tensors(stack.weights)["W_E"].data_ptr() == stack.weights.data_ptr()  # views, not copies
