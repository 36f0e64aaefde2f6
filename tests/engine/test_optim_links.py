"""What stands around an update rule: each link against its formula, and the order in which they act."""

import pytest
import torch
from engine.walks import STARTS, Tensors, hyper, parabola, rosenbrock, section, step, walk, walk_alone

from grokterm.engine.optim import build_optimizer
from grokterm.engine.optim.egalitarian import orthogonal_factor
from grokterm.errors import GroktermError

SHAPES = {"W_E": (4, 3), "W": (5, 4), "b": (8,), "W_Q": (2, 4, 2)}
BOX = {"shapes": SHAPES, "embeddings": ("W_E",)}
WEIGHTS, GRADIENTS = torch.randn(2, 2, 56, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def changed(**fields) -> torch.Tensor:
    """What plain gradient descent subtracts at lr 1 from two members' weights, [2, 56]: the gradient, changed."""
    specs = [section(kind="sgd", lr=1.0, **fields)] * 2
    layout = Tensors(WEIGHTS.clone(), **BOX)
    return WEIGHTS - step(build_optimizer(specs, layout), layout.weights, GRADIENTS, specs, 1)


def pieces(flat: torch.Tensor) -> dict[str, torch.Tensor]:
    return Tensors(flat, **BOX).tensors(flat)


def test_nothing_is_added_to_the_chain_that_is_not_asked_for():
    names = [type(link).__name__ for link in build_optimizer([section(lr=0.1)], Tensors(WEIGHTS)).links]
    assert names == ["DecoupledDecay", "ScaleByAdam", "ScaleByLearningRate"]


def test_the_order_is_the_one_that_is_documented():
    every = {"l1": 0.1, "perpendicular": "equation", "egalitarian": True, "grokfast": {"kind": "ma"}, "clip": 1.0}
    chain = build_optimizer([section(lr=0.1, cautious=True, **every)], Tensors(WEIGHTS, **BOX))
    assert [type(link).__name__ for link in chain.links] == [
        "L1", "Perpendicular", "Egalitarian", "GrokfastMA", "Clip", "ScaleByAdam", "CautiousDecay",
        "ScaleByLearningRate",
    ]  # fmt: skip
    chain = build_optimizer([section(kind="adam", lr=0.1, normalise=True)], Tensors(WEIGHTS, **BOX))
    names = [type(link).__name__ for link in chain.links]
    assert names == ["Normalise", "CoupledDecay", "ScaleByAdam", "ScaleByLearningRate"]


@pytest.mark.parametrize("mode", ["equation", "rescaled"])
def test_a_perpendicular_gradient_is_so_tensor_by_tensor(mode):
    found, w, g = pieces(changed(perpendicular=mode)), pieces(WEIGHTS), pieces(GRADIENTS)
    for name in SHAPES:
        for member in range(2):
            f, v, h = (x[name][member].flatten() for x in (found, w, g))
            expected = h - (v @ h) / (v @ v) * v
            if mode == "rescaled":
                expected *= h.norm() / expected.norm()
                assert f.norm().item() == pytest.approx(h.norm().item(), rel=1e-12)
            assert torch.allclose(f, expected, rtol=1e-12, atol=1e-13), name
            assert abs(f @ v) < 1e-12 * f.norm() * v.norm()


@pytest.mark.parametrize("mode", ["equation", "rescaled"])
def test_a_tensor_of_zeros_keeps_its_gradient(mode):
    """Biases start there."""
    spec, g = section(kind="sgd", lr=1.0, perpendicular=mode), GRADIENTS[:1].float()
    layout = Tensors(torch.zeros(1, 56), **BOX)
    new = step(build_optimizer([spec], layout), layout.weights, g, [spec], 1)
    assert torch.allclose(-new, g, rtol=1e-6)


def test_perpendicular_in_front_of_torch_s_optimizers():
    """The released orthograd.py, line by line, around SGD with momentum and AdamW, on a matrix that is one tensor."""

    def around(base):
        def make(parameters):
            optimizer = base(parameters)

            def hook(opt, args, kwargs):
                for p in parameters:
                    w, g = p.detach().view(-1), p.grad.view(-1)
                    along = torch.dot(w, g) / (torch.dot(w, w) + 1e-30)
                    rest = g - along * w
                    p.grad.copy_(rest * (g.norm(2) / (rest.norm(2) + 1e-30)))

            optimizer.register_step_pre_hook(hook)
            return optimizer

        return make

    start = STARTS[rosenbrock].double()
    theirs = walk_alone(rosenbrock, start, around(lambda w: torch.optim.SGD(w, 1e-4, momentum=0.8, foreach=False)))
    ours = walk(rosenbrock, start, [section(kind="sgd", lr=1e-4, momentum=0.8, perpendicular="rescaled")])[0]
    assert torch.allclose(ours, theirs, rtol=1e-12)
    adamw = around(lambda w: torch.optim.AdamW(w, 0.01, (0.9, 0.999), weight_decay=0.0, foreach=False))
    theirs = walk_alone(rosenbrock, start, adamw)
    ours = walk(rosenbrock, start, [section(lr=0.01, beta2=0.999, perpendicular="rescaled")])[0]
    assert torch.allclose(ours, theirs, rtol=1e-11)


def test_egalitarian_makes_all_singular_values_one():
    """G <- (G G^T)^(-1/2) G, here by eigenvalues; vectors keep their gradient."""
    found, g = pieces(changed(egalitarian=True)), pieces(GRADIENTS)
    assert torch.equal(found["b"], WEIGHTS[:, 32:40] - (WEIGHTS - GRADIENTS)[:, 32:40])
    for name in ("W_E", "W", "W_Q"):
        for f, h in zip(found[name].flatten(0, -3), g[name].flatten(0, -3), strict=True):
            h, f = (h.T, f.T) if h.shape[0] > h.shape[1] else (h, f)
            values, vectors = torch.linalg.eigh(h @ h.T)
            assert torch.allclose(f, vectors @ torch.diag(values.rsqrt()) @ vectors.T @ h, rtol=1e-9, atol=1e-10)
            assert torch.allclose(torch.linalg.svdvals(f), torch.ones(min(f.shape), dtype=f.dtype))


def test_egalitarian_is_u_v_transposed_of_torch_s_svd_and_of_each_member_alone_to_the_bit():
    """arXiv 2510.04930: of G = U S V^T, tall, wide and of rank 1."""
    together = pieces(changed(egalitarian=True))
    start = Tensors(torch.zeros(2, 56, dtype=torch.float64), **BOX)
    spec = section(kind="sgd", lr=1.0, egalitarian=True)
    side_by_side = -step(build_optimizer([spec] * 2, start), start.weights, GRADIENTS, [spec] * 2, 1)
    for member in range(2):
        alone = Tensors(torch.zeros(1, 56, dtype=torch.float64), **BOX)
        one = -step(build_optimizer([spec], alone), alone.weights, GRADIENTS[member : member + 1], [spec], 1)
        assert torch.equal(one[0], side_by_side[member])
        for name in ("W_E", "W"):
            u, _, vh = torch.linalg.svd(pieces(GRADIENTS)[name][member], full_matrices=False)
            assert torch.allclose(together[name][member], u @ vh, rtol=1e-12, atol=1e-14), name
    flat = torch.outer(torch.arange(1.0, 5.0), torch.tensor([3.0, 4.0, 0.0])).double()
    expected = flat / (torch.arange(1.0, 5.0).double().norm() * 5)
    assert torch.allclose(orthogonal_factor(flat), expected, rtol=1e-12, atol=1e-4)  # rounding, 1e-14, becomes 1e-5


def test_a_matrix_without_gradient_stays_where_it_is():
    spec = section(kind="sgd", lr=1.0, egalitarian=True)
    layout = Tensors(torch.ones(1, 56), **BOX)
    new = step(build_optimizer([spec], layout), layout.weights, torch.zeros(1, 56), [spec], 1)
    assert torch.equal(new, layout.weights)


def _filtered(grokfast, filtered):
    """Forty steps along given gradients at lr 1, for two lamb: the sum of `filtered(gradients, lamb)`."""
    gradients = torch.randn(40, 2, 56, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    specs = [section(kind="sgd", lr=1.0, grokfast=grokfast | {"lamb": lamb}) for lamb in (2.0, 5.0)]
    weights = torch.zeros(2, 56, dtype=torch.float64)
    chain = build_optimizer(specs, Tensors(weights))
    for count, g in enumerate(gradients, start=1):
        weights = step(chain, weights, g, specs, count)
    for member, lamb in enumerate((2.0, 5.0)):
        assert torch.allclose(-weights[member], filtered(gradients[:, member], lamb).sum(0), rtol=1e-11, atol=1e-11)


def test_grokfast_ema_is_that_of_its_code():
    def filtered(gradients, lamb):
        h, out = gradients[0], []
        for g in gradients:
            h = h * 0.9 + g * 0.1
            out.append(g + h * lamb)
        return torch.stack(out)

    _filtered({"kind": "ema", "alpha": 0.9}, filtered)


@pytest.mark.parametrize("window", [1, 7, 40, 41])
def test_grokfast_ma_is_that_of_its_code(window):
    """Nothing is added until the window is full."""

    def filtered(gradients, lamb):
        past, out = [], []
        for g in gradients:
            past = [*past, g][-window:]
            out.append(g + torch.stack(past).mean(0) * lamb if len(past) == window else g)
        return torch.stack(out)

    _filtered({"kind": "ma", "window": window}, filtered)


def test_a_normalised_gradient_has_norm_one_over_all_tensors_and_zero_stays_zero():
    norms = GRADIENTS.norm(dim=1, keepdim=True)
    assert torch.allclose(changed(normalise=True), GRADIENTS / norms, rtol=1e-12, atol=1e-13)
    spec = section(kind="sgd", lr=1.0, normalise=True)
    layout = Tensors(WEIGHTS[:1].clone())
    assert torch.equal(step(build_optimizer([spec], layout), layout.weights, 0 * WEIGHTS[:1], [spec], 1), WEIGHTS[:1])


def test_clipping_is_torch_s_and_every_member_has_its_own_bound():
    specs = [section(kind="sgd", lr=1.0, clip=clip) for clip in (1.0, 100.0, None)]
    weights, gradients = torch.zeros(3, 56, dtype=torch.float64), GRADIENTS[[0, 0, 0]]
    new = step(build_optimizer(specs, Tensors(weights)), weights, gradients, specs, 1)
    parameter = torch.nn.Parameter(weights[0])
    parameter.grad = gradients[0].clone()
    torch.nn.utils.clip_grad_norm_([parameter], 1.0)
    assert torch.allclose(-new[0], parameter.grad, rtol=1e-13)
    assert torch.equal(-new[1], gradients[0]) and torch.equal(-new[2], gradients[0])


def test_l1_is_the_gradient_of_a_penalty_on_every_weight():
    l1, start = 0.3, STARTS[parabola].double()
    theirs = walk_alone(
        lambda w: parabola(w) + l1 * w.abs().sum(), start, lambda w: torch.optim.SGD(w, 0.01, foreach=False)
    )
    ours = walk(parabola, start, [section(kind="sgd", lr=0.01, l1=l1), section(kind="sgd", lr=0.01)])
    assert torch.allclose(ours[0], theirs, rtol=1e-13)
    plain = walk_alone(parabola, start, lambda w: torch.optim.SGD(w, 0.01, foreach=False))
    assert torch.allclose(ours[1], plain, rtol=1e-13)


@pytest.mark.parametrize("scope", ["all", "no_embeddings", "embeddings"])
@pytest.mark.parametrize("kind", ["adamw", "sgd"])
def test_only_the_tensors_in_scope_decay(scope, kind):
    spec = section(kind=kind, lr=0.1, weight_decay=2.0, decay_scope=scope)
    layout = Tensors(WEIGHTS.clone(), **BOX)
    new = step(build_optimizer([spec] * 2, layout), layout.weights, 0 * GRADIENTS, [spec] * 2, 1)
    for name, tensor in pieces(new).items():
        decays = scope == "all" or (name == "W_E") == (scope == "embeddings")
        assert torch.allclose(tensor, pieces(WEIGHTS)[name] * (0.8 if decays else 1.0), rtol=1e-13), name


def test_a_scope_of_embeddings_needs_some():
    with pytest.raises(GroktermError, match="decay_scope"):
        build_optimizer([section(lr=0.1, decay_scope="embeddings")], Tensors(WEIGHTS))


@pytest.mark.parametrize("kind", ["adamw", "lion"])
def test_cautious_decay_is_equation_1_of_its_paper(kind):
    """x <- x - lr (u + lambda [u x >= 0] x), with the u of the same optimizer without decay."""
    lr, decay = 0.05, 2.0
    plain, cautious = (section(kind=kind, lr=lr, weight_decay=x, cautious=bool(x)) for x in (0.0, decay))
    one, other = (build_optimizer([spec] * 2, Tensors(WEIGHTS)) for spec in (plain, cautious))
    w = WEIGHTS
    for count in range(1, 20):
        g = GRADIENTS * torch.cos(torch.tensor(float(count)))
        u = (w - one.propose(w, g, hyper([plain] * 2, count))[0]) / lr
        expected = w - lr * (u + decay * (u * w >= 0) * w)
        step(one, w, g, [plain] * 2, count)
        w = step(other, w, g, [cautious] * 2, count)
        assert torch.allclose(w, expected, rtol=1e-11, atol=1e-12)


def test_a_cautious_decay_keeps_to_its_scope():
    fields = {"lr": 0.1, "weight_decay": 2.0, "cautious": True}
    wide, narrow = (section(decay_scope=scope, **fields) for scope in ("all", "embeddings"))
    a, b = (
        pieces(step(build_optimizer([spec] * 2, Tensors(WEIGHTS, **BOX)), WEIGHTS, GRADIENTS, [spec] * 2, 1))
        for spec in (wide, narrow)
    )
    assert torch.equal(a["W_E"], b["W_E"]) and not torch.equal(a["W"], b["W"])
