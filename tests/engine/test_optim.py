"""Every update rule against torch.optim or its paper, problem by problem; members of their own; frozen members."""

import pytest
import torch
from engine.walks import STARTS, Tensors, hyper, parabola, rosenbrock, section, step, transformer, walk, walk_alone

from grokterm.engine.optim import build_optimizer

O = torch.optim

ADAM = {"lr": 0.02, "beta1": 0.9, "beta2": 0.98, "eps": 1e-8}
SGD = {"kind": "sgd", "lr": 1e-4, "weight_decay": 0.3}
RMS = {"kind": "rmsprop", "lr": 0.02, "alpha": 0.95, "eps": 1e-8, "weight_decay": 0.01}


def _adam(cls, **more):
    return lambda w: cls(w, 0.02, (0.9, 0.98), 1e-8, foreach=False, **more)


def _sgd(**more):
    return lambda w: O.SGD(w, 1e-4, weight_decay=0.3, foreach=False, **more)


def _rms(**more):
    return lambda w: O.RMSprop(w, 0.02, 0.95, 1e-8, weight_decay=0.01, foreach=False, **more)


TABLE = {
    "adamw": (ADAM | {"weight_decay": 1.0}, _adam(O.AdamW, weight_decay=1.0)),
    "adam": (ADAM | {"kind": "adam", "weight_decay": 0.01}, _adam(O.Adam, weight_decay=0.01)),
    "sgd": (SGD, _sgd()),
    "sgd, momentum": (SGD | {"momentum": 0.8}, _sgd(momentum=0.8)),
    "sgd, dampening": (SGD | {"momentum": 0.8, "dampening": 0.3}, _sgd(momentum=0.8, dampening=0.3)),
    "sgd, nesterov": (SGD | {"momentum": 0.8, "nesterov": True}, _sgd(momentum=0.8, nesterov=True)),
    "rmsprop": (RMS, _rms()),
    "rmsprop, centered": (RMS | {"centered": True, "momentum": 0.7}, _rms(centered=True, momentum=0.7)),
    "nadam": (ADAM | {"kind": "nadam", "weight_decay": 0.01}, _adam(O.NAdam, weight_decay=0.01)),
    "nadam, decoupled": (
        ADAM | {"kind": "nadam", "weight_decay": 0.5, "momentum_decay": 0.01, "decoupled": True},
        _adam(O.NAdam, weight_decay=0.5, momentum_decay=0.01, decoupled_weight_decay=True),
    ),
    "adagrad": (
        {"kind": "adagrad", "lr": 0.1, "weight_decay": 0.01, "lr_decay": 0.02},
        lambda w: O.Adagrad(w, 0.1, 0.02, 0.01, foreach=False),
    ),
}

# Adagrad's and RMSprop's first steps are the signs of gradients, of which some are nothing but rounding.
ON_THE_NETWORK = {"sgd": 0.1, "adagrad": 0.01, "rmsprop": 0.003}


def _start(problem, device, dtype):
    return STARTS[problem].to(device, dtype)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 3e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("problem", [parabola, rosenbrock, transformer])
@pytest.mark.parametrize("rule", TABLE)
def test_one_member_walks_as_torch_s_optimizer(device, rule, problem, dtype, tolerance):
    fields, make = TABLE[rule]
    lr = ON_THE_NETWORK.get(fields.get("kind"), fields["lr"]) if problem is transformer else fields["lr"]

    def theirs(parameters):
        optimizer = make(parameters)
        optimizer.param_groups[0]["lr"] = lr
        return optimizer

    start = _start(problem, device, dtype)
    ours, torchs = walk(problem, start, [section(**fields | {"lr": lr})])[0], walk_alone(problem, start, theirs)
    assert (torchs - start).abs().max() > 1e-2  # it did go somewhere
    assert (ours - torchs).abs().max() <= tolerance * torchs.abs().max()


@pytest.mark.parametrize("problem", [parabola, rosenbrock, transformer])
def test_every_member_follows_its_own_numbers(device, problem):
    usual = ADAM | {"weight_decay": 1.0}
    rows = [usual, usual | {"beta1": 0.0, "lr": 0.01}, usual | {"beta2": 0.999, "weight_decay": 0.0}]
    rows.append(usual | {"eps": 0.1, "beta1": 0.5})
    start = _start(problem, device, torch.float64)
    for found, row in zip(walk(problem, start, [section(**row) for row in rows]), rows, strict=True):
        betas = (row["beta1"], row["beta2"])
        torchs = walk_alone(
            problem, start, lambda w, r=row, b=betas: O.AdamW(w, r["lr"], b, r["eps"], r["weight_decay"], foreach=False)
        )
        assert torch.allclose(found, torchs, rtol=1e-10, atol=1e-10)


OTHERS = {
    "adam": {"beta1": 0.3, "beta2": 0.999, "eps": 1e-3},
    "sgd": {"momentum": 0.5, "dampening": 0.2},
    "rmsprop": {"alpha": 0.5, "eps": 1e-2, "momentum": 0.4},
    "nadam": {"beta1": 0.3, "beta2": 0.999, "eps": 1e-3, "momentum_decay": 0.1},
    "adagrad": {"lr_decay": 0.1, "eps": 1e-2},
    "lion": {"beta1": 0.3, "beta2": 0.5},
    "muon": {"momentum": 0.5, "beta1": 0.3, "eps": 1e-3},
}
BOX = {"shapes": {"W_E": (4, 3), "W": (5, 4), "b": (8,), "W_Q": (2, 4, 2)}, "embeddings": ("W_E",)}


@pytest.mark.parametrize("kind", OTHERS)
def test_members_side_by_side_walk_as_alone_to_the_bit(device, kind):
    """Numbers and learning rates of their own, on a network of matrices; a member without momentum beside one with."""
    rows = [{}, OTHERS[kind], {"lr": 0.03, "weight_decay": 0.7}]
    specs = [section(**{"kind": kind, "lr": 0.01} | row) for row in rows]
    start = torch.randn(56, generator=torch.Generator().manual_seed(1)).to(device)
    target = torch.randn(56, generator=torch.Generator().manual_seed(2)).to(device)

    def problem(w):
        return (w - target).square().sum() + (w[:28] * w[28:]).sum()

    together = walk(problem, start, specs, **BOX)
    for index, spec in enumerate(specs):
        alone = walk(problem, start, [spec], **BOX)[0]
        assert torch.allclose(together[index], alone, rtol=1e-5, atol=1e-6), index
        if device.type == "cpu":
            assert torch.equal(together[index], alone), index
    assert not torch.allclose(together[0], together[1], rtol=1e-3)


def test_lion_is_algorithm_2_of_its_paper(device):
    """c = sign(b1 m + (1 - b1) g); w <- w - lr (c + lambda w); m <- b2 m + (1 - b2) g."""
    w = start = _start(rosenbrock, device, torch.float64)
    m = torch.zeros_like(w)
    for _ in range(50):
        leaf = w.clone().requires_grad_()
        (g,) = torch.autograd.grad(rosenbrock(leaf), leaf)
        w = w - 0.003 * ((0.9 * m + 0.1 * g).sign() + 0.5 * w)
        m = 0.99 * m + 0.01 * g
    ours = walk(rosenbrock, start, [section(kind="lion", lr=0.003, weight_decay=0.5)])[0]
    assert torch.allclose(ours, w, rtol=1e-12, atol=1e-12)


def _plain_newton_schulz(g: torch.Tensor) -> torch.Tensor:
    """The iteration of kellerjordan.github.io/posts/muon on one matrix."""
    x = g / g.norm()
    x = x.T if g.shape[0] > g.shape[1] else x
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if g.shape[0] > g.shape[1] else x


@pytest.mark.parametrize("nesterov", [True, False])
def test_muon_is_the_update_of_its_paper_and_adamw_for_the_rest(device, nesterov):
    """arXiv 2502.16982: W <- W - lr (0.2 sqrt(max(r, c)) O + lambda W), each head a matrix of its own."""
    generator = torch.Generator().manual_seed(3)
    start, target = (torch.randn(56, generator=generator, dtype=torch.float64).to(device) for _ in range(2))

    def problem(w):
        return ((w - target).square() * torch.arange(1, 57, device=w.device)).sum()

    spec = section(kind="muon", lr=0.01, weight_decay=0.5, nesterov=nesterov)
    ours = Tensors(walk(problem, start, [spec], **BOX), **BOX)
    ours = ours.tensors(ours.weights)
    layout = Tensors(start.repeat(1, 1), **BOX)
    weights = {name: tensor[0].clone() for name, tensor in layout.tensors(layout.weights).items()}
    momenta = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    for _ in range(50):
        flat = torch.cat([w.flatten() for w in weights.values()]).requires_grad_()
        (flat_g,) = torch.autograd.grad(problem(flat), flat)
        for name, g in Tensors(flat.detach(), **BOX).tensors(flat_g.unsqueeze(0)).items():
            m = momenta[name] = 0.95 * momenta[name] + g[0]
            m = g[0] + 0.95 * m if nesterov else m
            heads = m if m.dim() == 3 else m.unsqueeze(0)
            if m.dim() > 1:
                size = 0.2 * max(heads.shape[-2:]) ** 0.5
                o = torch.stack([_plain_newton_schulz(head) for head in heads]).view(m.shape)
                weights[name] = weights[name] - 0.01 * (size * o + 0.5 * weights[name])
    for name in ("W", "W_Q"):
        assert torch.allclose(ours[name][0], weights[name], rtol=1e-9, atol=1e-9), name
    adamw = walk(problem, start, [section(lr=0.01, weight_decay=0.5)], **BOX)
    for name in ("W_E", "b"):
        assert torch.equal(ours[name], layout.tensors(adamw)[name]), name


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5)])
@pytest.mark.parametrize(("scale", "theirs"), [("adamw", "match_rms_adamw"), ("original", "original")])
def test_muon_is_torch_s_muon_to_the_digits_of_bfloat16(device, scale, theirs, shape):
    """torch.optim.Muon orthogonalises in bfloat16, so one step agrees to about 2 % of its size.

    Its matrices have a row for each output; ours a column, but for those that are turned.
    """
    generator = torch.Generator().manual_seed(5)
    w, g = (torch.randn(shape, generator=generator).to(device) for _ in range(2))
    leaf = torch.nn.Parameter(w.clone())
    leaf.grad = g.clone()
    O.Muon([leaf], lr=0.1, weight_decay=0.3, momentum=0.9, adjust_lr_fn=theirs).step()
    spec = section(kind="muon", lr=0.1, weight_decay=0.3, momentum=0.9, scale=scale)
    for turned in (False, True):
        mine, slope = (w, g) if turned else (w.T, g.T)
        layout = Tensors(mine.reshape(1, -1), {"W": tuple(mine.shape)}, turned=["W"] if turned else [])
        new = step(build_optimizer([spec], layout), layout.weights, slope.reshape(1, -1), [spec], 1).view(mine.shape)
        assert ((new if turned else new.T) - leaf).norm() < 0.03 * (leaf - w * 0.97).norm()


def test_decay_comes_first_and_does_not_pass_through_the_moments(device):
    """With no gradient only the decay acts: w (1 - lr lambda) a step, and the moments stay 0."""
    weights = torch.tensor([[2.0, -4.0]], dtype=torch.float64, device=device)
    spec = section(lr=0.1, weight_decay=2.0)
    chain = build_optimizer([spec], Tensors(weights))
    new, states = chain.propose(weights, torch.zeros_like(weights), hyper([spec], 1, device))
    assert torch.allclose(new, weights * 0.8, rtol=1e-15)
    assert all(not tensor.any() for state in states for tensor in state.values())


@pytest.mark.parametrize("kind", ["adamw", *OTHERS])
def test_a_proposal_changes_nothing_and_a_frozen_member_keeps_its_state(device, kind):
    links = {"clip": 1.0, "l1": 0.1, "perpendicular": "rescaled", "egalitarian": True, "grokfast": {}}
    more = {"momentum": 0.5} if kind in ("sgd", "rmsprop") else {}
    spec = section(kind=kind, lr=0.02, **links, **more)
    weights = torch.ones(2, 56, device=device)
    chain = build_optimizer([spec, spec], Tensors(weights, **BOX))
    first = [{name: tensor.clone() for name, tensor in state.items()} for state in chain.states]
    bad = torch.ones(2, 56, device=device)
    bad[1, 1::2], bad[1, ::7] = torch.nan, torch.inf
    new, states = chain.propose(weights, bad, hyper([spec, spec], 1, device))
    assert bool((weights == 1).all()) and new[0].isfinite().all()
    assert all(torch.equal(old[name], now[name]) for old, now in zip(first, chain.states, strict=True) for name in old)
    chain.commit(states, torch.tensor([True, False], device=device))
    moved = False
    for old, now in zip(first, chain.states, strict=True):
        for name in old:
            assert torch.equal(old[name][1], now[name][1])
            moved |= not torch.equal(old[name][0], now[name][0])
    assert moved
