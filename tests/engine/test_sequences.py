"""The transformer on every form of sequence, short cuts and all, against the plain network."""

from itertools import product

import pytest
import torch
from engine.cohorts import CPU, run_spec
from engine.oracle import assert_plain, every_sample, network

from grokterm.engine.models.rows import sinusoids
from grokterm.engine.stack import Stack
from grokterm.spec.shown import Tokens

V = 4  # values; constants are V and V + 1
FORMS = {
    "x": (None,),
    "x y": (None, None),
    "x y =": (None, None, V),
    "x y z": (None, None, None),
    "x + y =": (None, V, None, V + 1),
    "x + y": (None, V, None),
    "x + y + z =": (None, V, None, V, None, V + 1),
    "> x y": (V, None, None),
    "> x + =": (V, None, V, V + 1),
}
OPTIONS = list(product((True, False), (True, False), ("learned", "sinusoidal", "none")))


def _model(**values):
    return run_spec(model={"d_model": 6, "heads": 3, "d_head": 2, "d_mlp": 7, "init_std": 0.3} | values).model


def _shown(form: str) -> Tokens:
    return Tokens(values=V, sequence=FORMS[form], outputs=5)


@pytest.mark.parametrize("norm", ["none", "pre", "post"])
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize("form", FORMS)
def test_losses_and_gradients_are_those_of_the_plain_network(form, layers, norm):
    chosen = (
        OPTIONS if layers == 1 else OPTIONS[len(form) % 2 :: 2] if layers == 2 else OPTIONS[layers + len(form) :: 5]
    )
    for bias, causal, positions in chosen:
        model = _model(layers=layers, norm=norm, bias=bias, causal=causal, positions=positions)
        assert_plain(model, _shown(form), CPU, torch.float64, 1e-11)


@pytest.mark.parametrize("form", ["x y", "x + y ="])
def test_float32_on_every_device(device, form):
    for layers in (1, 2):
        assert_plain(_model(layers=layers, positions="sinusoidal"), _shown(form), device, torch.float32, 1e-5)


@pytest.mark.parametrize(("form", "composed"), [("x + y =", True), ("> x + =", True), ("x y", False), ("> x y", False)])
def test_weights_are_composed_only_where_the_last_token_is_constant(form, composed):
    model = _model(d_model=12, d_head=5, d_mlp=20)
    assert assert_plain(model, _shown(form), CPU, torch.float64, 1e-11)._composed is composed


@pytest.mark.parametrize("form", FORMS)
def test_the_spec_counts_every_parameter(form):
    shown = _shown(form)
    for layers, norm, (bias, _, positions) in product((1, 2, 4), ("none", "pre", "post"), OPTIONS):
        model = _model(layers=layers, norm=norm, bias=bias, positions=positions)
        real = sum(parameter.numel() for parameter in network(0, model, shown).parameters())
        assert model.parameters(shown) == real, (layers, norm, bias, positions)


def test_sinusoids_are_those_of_the_paper():
    table = sinusoids(3, 5)
    assert table.shape == (3, 5)
    assert table[0].tolist() == [0, 1, 0, 1, 0]
    expected = [0.9092974268256817, -0.4161468365471424, 0.0502165994, 0.9987383515, 0.0012619144]  # by hand, at t = 2
    assert table[2].tolist() == pytest.approx(expected, abs=1e-9)


def test_fixed_positions_are_no_weights_and_stay(device):
    """They tell a from b, and they are neither trained nor recorded."""
    model = _model(positions="sinusoidal")
    stack = Stack([network(seed, model, _shown("x y =")).float() for seed in range(2)], device)
    assert "W_pos" not in stack.names and not any("waves" in name for name in stack.names)
    inputs = every_sample(V, 2).expand(2, V * V, 2).to(device)
    ((_, (logits,)),) = stack.map(lambda net, data: (net(data),), inputs)
    assert not torch.allclose(logits[:, 1], logits[:, V], atol=1e-4)  # (0, 1) and (1, 0)
