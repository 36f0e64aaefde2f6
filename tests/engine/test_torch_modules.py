"""Lou, Wang and Yang's network: torch's own encoder, and torch's own initial weights."""

import math

import pytest
import torch
from engine.cohorts import CPU, run_spec
from engine.oracle import every_sample, network
from scipy import stats
from torch import nn

from grokterm.engine.stack import Stack
from grokterm.spec.shown import Tokens

P = 7
SUM = Tokens(values=P, sequence=(None, P, None, P + 1), outputs=P)


def _model(**values):
    """Blocks with a norm, biases, ReLU, learned positions and a causal mask, started as torch starts its modules."""
    return run_spec(model={"d_model": 16, "heads": 4, "d_mlp": 24, "norm": "post", "init": "torch"} | values).model


class Theirs(nn.Module):
    """The same network out of torch's parts, before any of the weights are copied."""

    def __init__(self, model) -> None:
        super().__init__()
        d = model.d_model
        self.embed, self.position, self.unembed = nn.Embedding(P + 2, d), nn.Embedding(4, d), nn.Linear(d, P)
        layer = nn.TransformerEncoderLayer(
            d, model.heads, model.d_mlp, model.dropout, batch_first=True, norm_first=model.norm == "pre"
        )
        self.encoder = nn.TransformerEncoder(layer, model.layers, nn.LayerNorm(d), enable_nested_tensor=False)

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        x, plus, y = pairs[:, 0], torch.full_like(pairs[:, 0], P), pairs[:, 1]
        tokens = torch.stack([x, plus, y, plus + 1], 1)
        stream = self.embed(tokens) + self.position(torch.arange(4))
        mask = nn.Transformer.generate_square_subsequent_mask(4, dtype=stream.dtype)
        return self.unembed(self.encoder(stream, mask=mask, is_causal=True)[:, -1])

    def copy(self, w: dict[str, torch.Tensor]) -> None:
        """Take weights by recorded name."""
        layers = self.encoder.layers
        pairs = [(self.embed.weight, w["W_E"]), (self.position.weight, w["W_pos"]), (self.unembed.weight, w["W_U"].T)]
        pairs += [(self.unembed.bias, w["b_U"]), (self.encoder.norm.weight, w["ln_final.weight"])]
        pairs += [(self.encoder.norm.bias, w["ln_final.bias"])]
        for number, layer in enumerate(layers):
            own = {name.removeprefix(f"blocks.{number}."): tensor for name, tensor in w.items()}
            matrices = [own[f"W_{which}"].transpose(0, 1).flatten(1).T for which in "QKV"]
            pairs += [(layer.self_attn.in_proj_weight, torch.cat(matrices))]
            pairs += [(layer.self_attn.in_proj_bias, torch.cat([own[f"b_{which}"].flatten() for which in "QKV"]))]
            pairs += [(layer.self_attn.out_proj.weight, own["W_O"].flatten(0, 1).T)]
            pairs += [(layer.self_attn.out_proj.bias, own["b_O"])]
            for linear, which in ((layer.linear1, "in"), (layer.linear2, "out")):
                pairs += [(linear.weight, own[f"W_{which}"].T), (linear.bias, own[f"b_{which}"])]
            for norm, which in ((layer.norm1, "ln1"), (layer.norm2, "ln2")):
                pairs += [(norm.weight, own[f"{which}.weight"]), (norm.bias, own[f"{which}.bias"])]
        assert {id(to) for to, _ in pairs} == {id(parameter) for parameter in self.parameters()}
        with torch.no_grad():
            for to, value in pairs:
                to.copy_(value)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("norm", ["post", "pre"])
def test_logits_and_gradients_are_those_of_torch_s_encoder(layers, norm):
    model = _model(layers=layers, norm=norm)
    stack = Stack([network(5, model, SUM).double()], CPU)
    stack.weights += 0.1 * torch.randn(stack.weights.shape, generator=torch.Generator().manual_seed(1)).double()
    theirs = Theirs(model).double().train()
    theirs.encoder.requires_grad_()
    weights = {name: tensor[0] for name, tensor in stack.tensors(stack.weights).items()}
    theirs.copy(weights)
    pairs = every_sample(P, 2)
    ((_, (logits,)),) = stack.map(lambda net, data: (net(data),), pairs.unsqueeze(0))
    expected = theirs(pairs)
    torch.testing.assert_close(logits[0], expected, rtol=1e-11, atol=1e-11)

    direction = torch.randn(expected.shape, generator=torch.Generator().manual_seed(2)).double()
    (logits[0] * direction).sum().backward()
    (expected * direction).sum().backward()
    slopes = stack.tensors(stack.gradients)
    torch.testing.assert_close(slopes["W_E"][0], theirs.embed.weight.grad, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(slopes["W_U"][0].T, theirs.unembed.weight.grad, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_initial_weights_follow_torch_s_rules(scale):
    """Ours and torch's own, tensor by tensor: the same distribution (Kolmogorov-Smirnov), the same zeros and ones."""
    model = _model(layers=2, d_model=48, heads=4, d_mlp=80, init_scale=scale)
    ours = network(0, model, SUM)
    torch.manual_seed(0)
    theirs, like = Theirs(model), Theirs(model)  # torch copies its first layer into the others: a second sample
    theirs.copy({ours.field_name(path): parameter for path, parameter in ours.named_parameters()})
    for (name, mine), parameter in zip(theirs.named_parameters(), like.parameters(), strict=True):
        one, other = mine.detach().flatten(), parameter.detach().flatten()
        if "norm" in name or (other == 0).all():
            assert torch.equal(one, other), name
        else:
            assert stats.ks_2samp((one / scale).numpy(), other.numpy()).pvalue > 1e-3, name
            if len(one) > 5000 and "embed" not in name:
                assert one.abs().max() / scale == pytest.approx(other.abs().max(), rel=2e-3), name


def test_the_bounds_of_uniform_weights_are_torch_s_formulas():
    ours = network(3, _model(d_model=64, heads=4, d_mlp=256), SUM)
    bounds = {
        "W_Q": math.sqrt(6 / (4 * 64)),
        "W_O": 1 / 8,
        "W_in": 1 / 8,
        "W_out": 1 / 16,
        "b_out": 1 / 16,
        "W_U": 1 / 8,
    }
    tensors = {ours.field_name(path): tensor for path, tensor in ours.named_parameters()}
    for name, bound in bounds.items():
        largest = tensors[name].abs().max()
        assert 0.9 * bound < largest <= bound, name
    assert not ours.get_parameter("blocks.0.b_Q").any() and not ours.get_parameter("blocks.0.b_O").any()


def test_the_rule_may_differ_inside_one_cohort():
    """A member beside one of another rule has the weights that it has alone."""
    one, other = (network(4, _model(init=rule), SUM) for rule in ("normal", "torch"))
    stack = Stack([one, other], CPU)
    tensors = stack.tensors(stack.weights)
    assert torch.equal(tensors["W_E"][1], other.W_E) and torch.equal(tensors["W_E"][0], one.W_E)
    assert tensors["W_E"][1].std() > 3 * tensors["W_E"][0].std()
