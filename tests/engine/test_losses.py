"""Every loss against torch or its definition; its limits, its gradient, and logits that are too large."""

import math

import pytest
import torch
from pydantic import TypeAdapter
from torch.func import vmap
from torch.nn import functional as F

from grokterm.engine.losses import KINDS, Loss, build_loss
from grokterm.engine.losses.stablemax import stablemax_scores
from grokterm.spec.loss import Loss as LossSection

CPU = torch.device("cpu")
_read = TypeAdapter(LossSection).validate_python
ANSWERS = torch.arange(40) % 11
LOGITS = torch.randn(40, 11, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 5
CLASSES = ("cross_entropy", "stablemax", "taylor_softmax")
DTYPES = {"float16": 2e-2, "bfloat16": 1e-1, "float32": 2e-6, "float64": 1e-13}


def made(kind: str = "cross_entropy", device: torch.device = CPU, **fields) -> Loss:
    return build_loss([_read({"kind": kind} | fields)], device)


def values(loss: Loss, outputs: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """The losses of one member, whose numbers are the first of each."""
    return loss.values(outputs, answers, *(number[0] for number in loss.numbers))


def probabilities(kind: str, logits: torch.Tensor) -> torch.Tensor:
    """By the definitions of arXiv 2501.04697."""
    if kind == "stablemax":
        s = torch.where(logits >= 0, logits + 1, 1 / (1 - logits))
    elif kind == "taylor_softmax":
        t = logits - logits.amin(-1, keepdim=True)
        s = 1 + t + t**2 / 2
    else:
        s = logits.exp()
    return s / s.sum(-1, keepdim=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("total", ["plain", "kahan"])
@pytest.mark.parametrize("kind", CLASSES)
def test_a_loss_over_classes_is_minus_log_of_its_definition(device, kind, total, dtype):
    logits, answers = LOGITS.to(device, torch.float32), ANSWERS.to(device)
    found = values(made(kind, device, dtype=dtype, sum=total), logits, answers)
    expected = -probabilities(kind, logits.double()).gather(-1, answers.unsqueeze(-1)).squeeze(-1).log()
    assert found.shape == (40,) and found.dtype == getattr(torch, dtype)
    tolerance = max(DTYPES[dtype], 3e-7)  # the logits are float32; scores before a cast to 64 bits are exact
    assert torch.allclose(found.double(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize(
    ("fields", "theirs"),
    [
        ({}, lambda z, y: F.cross_entropy(z, y, reduction="none")),
        ({"label_smoothing": 0.1}, lambda z, y: F.cross_entropy(z, y, reduction="none", label_smoothing=0.1)),
        ({"temperature": 3.0}, lambda z, y: F.cross_entropy(z / 3.0, y, reduction="none")),
        ({"logit_scale": 3.0}, lambda z, y: F.cross_entropy(z * 3.0, y, reduction="none")),
        ({"logit_norm": 0.2}, lambda z, y: F.cross_entropy(z, y, reduction="none") + 0.2 * z.norm(dim=-1)),
        ({"kind": "mse"}, lambda z, y: F.mse_loss(z, F.one_hot(y, 11).to(z), reduction="none").mean(-1)),
        ({"kind": "mse", "logit_scale": 0.5}, lambda z, y: (z / 2 - F.one_hot(y, 11)).square().mean(-1)),
    ],
)  # fmt: skip
def test_losses_and_their_gradients_are_torch_s(device, fields, theirs, dtype, tolerance):
    logits = LOGITS.to(device, getattr(torch, dtype)).requires_grad_()
    answers = ANSWERS.to(device)
    pair = values(made(device=device, dtype=dtype, **fields), logits, answers), theirs(logits, answers)
    assert torch.allclose(*pair, rtol=tolerance, atol=tolerance)
    gradients = [torch.autograd.grad(loss.mean(), logits, retain_graph=True)[0] for loss in pair]
    assert torch.allclose(*gradients, rtol=10 * tolerance, atol=tolerance)


NEUTRAL = {"temperature": 1.0, "label_smoothing": 0.0, "logit_norm": 0.0, "logit_scale": 1.0}


@pytest.mark.parametrize("field", NEUTRAL)
@pytest.mark.parametrize("kind", CLASSES)
def test_a_neutral_number_costs_nothing_and_changes_no_bit(kind, field):
    plain, neutral = made(kind), made(kind, **{field: NEUTRAL[field]})
    assert neutral.numbers == ()
    other = _read({"kind": kind, field: 0.5})
    pair = build_loss([_read({"kind": kind}), other], CPU)  # beside a member for which it is not neutral
    first, second = (pair.values(LOGITS, ANSWERS, *(n[i] for n in pair.numbers)) for i in range(2))
    assert torch.equal(first, values(plain, LOGITS, ANSWERS))
    assert torch.allclose(second, values(made(kind, **{field: 0.5}), LOGITS, ANSWERS), rtol=1e-12)
    assert not torch.allclose(second, first)


@pytest.mark.parametrize("kind", CLASSES)
def test_limits(kind):
    """Hot: every class alike. Smoothed fully: no label is left. A penalty of 0 logits is 0."""
    hot = values(made(kind, dtype="float64", temperature=1e12), LOGITS, ANSWERS)
    assert torch.allclose(hot, torch.full_like(hot, math.log(11)), rtol=1e-9)
    smoothed = values(made(kind, dtype="float64", label_smoothing=1 - 1e-12), LOGITS, ANSWERS)
    of_all = torch.stack([values(made(kind, dtype="float64"), LOGITS, torch.full((40,), k)) for k in range(11)])
    assert torch.allclose(smoothed, of_all.mean(0), rtol=1e-9)
    zeros = torch.zeros(40, 11, requires_grad=True)
    loss = values(made(kind, logit_norm=1.0, dtype="float64"), zeros, ANSWERS)
    assert torch.allclose(loss, torch.full_like(loss, math.log(11)))
    assert torch.autograd.grad(loss.sum(), zeros)[0].isfinite().all()


def test_stablemax_is_the_softmax_of_g():
    """g(x) = log(x + 1) for x >= 0 and -log(1 - x) below, with the slope 1 on both sides of 0."""
    assert torch.allclose(stablemax_scores(LOGITS).softmax(-1), probabilities("stablemax", LOGITS), rtol=1e-13)
    x = torch.tensor([-3.0, -1e-9, 0.0, 1e-9, 3.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(stablemax_scores(x).sum(), x)
    assert slope.tolist() == pytest.approx([0.25, 1.0, 1.0, 1.0, 0.25], rel=1e-8)


@pytest.mark.parametrize("total", ["plain", "kahan"])
@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("fields", [{}, {"temperature": 2.0, "label_smoothing": 0.2, "logit_norm": 0.1}])
def test_gradients_of_losses_over_classes(kind, total, fields):
    loss = made(kind, dtype="float64", sum=total, **fields)
    logits = LOGITS[:6].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: values(loss, z, ANSWERS[:6]), (logits,))
    assert torch.autograd.gradgradcheck(lambda z: values(loss, z, ANSWERS[:2]), (logits[:2],))  # for the Hessian


@pytest.mark.parametrize("head", ["clamp", "softplus", "log2"])
def test_log2_mse_of_every_head(device, head):
    z = torch.tensor([[0.3], [2.0], [40.0], [1000.0]], dtype=torch.float64, device=device, requires_grad=True)
    t = torch.tensor([1.5, 1.0, 7.0, 9.0], dtype=torch.float64, device=device)
    loss = made("log2_mse", device, head=head, dtype="float64")
    log2 = {"clamp": z.log2(), "softplus": (1 + z.exp().log1p()).log2(), "log2": z}[head].squeeze(1)
    keep = slice(0, 3) if head == "softplus" else slice(None)  # exp(1000) in the formula above
    assert torch.allclose(loss.values(z, t)[keep], (log2 - t).square()[keep], rtol=1e-13)
    assert loss.values(z, t).isfinite().all()
    assert torch.autograd.gradcheck(lambda x: loss.values(x, t[:3]), (z[:3].detach().requires_grad_(),))
    assert torch.equal(loss.values(z, t), loss.values(z.squeeze(1), t))


def test_a_clamped_output_costs_over_a_thousand_gives_no_gradient_and_is_counted():
    loss = made("log2_mse")
    z, t = torch.tensor([[-3.0], [1e-12], [4.0]], requires_grad=True), torch.tensor([8.0, 8.0, 8.0])
    found = loss.values(z, t)
    assert found.tolist() == pytest.approx([(math.log2(1e-9) - 8) ** 2] * 2 + [36.0], rel=1e-6) and found[0] > 1000
    assert torch.autograd.grad(found.sum(), z)[0][:2].tolist() == [[0.0], [0.0]]
    assert loss.shares == ("clamped",) and loss.flags(z, t)[0].tolist() == [True, True, False]
    for head in ("softplus", "log2"):
        other = made("log2_mse", head=head)
        assert other.shares == () and other.flags(z, t) == ()
        gradient = torch.autograd.grad(other.values(z, t).sum(), z)[0]
        assert (gradient != 0).all() and other.values(z, t)[0] < 150


def test_mse_of_numbers():
    z, t = torch.tensor([[1.0], [2.0]]), torch.tensor([3.0, 2.5])
    assert made("mse").values(z, t).tolist() == [4.0, 0.25]
    assert made("mse").values(z.squeeze(1), t).tolist() == [4.0, 0.25]
    two = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert made("mse").values(two, torch.zeros(2, 2)).tolist() == [2.5, 12.5]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("total", ["plain", "kahan"])
@pytest.mark.parametrize("kind", CLASSES)
def test_huge_logits_give_no_nan(device, kind, total, dtype):
    """+-1e4 in either direction, with smoothing: where the mathematics is finite, so are the loss and its gradient."""
    z = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 3.0], [1e4, 1e4, -1e4]], device=device, requires_grad=True)
    loss = made(kind, device, dtype=dtype, sum=total, label_smoothing=0.1)
    found = values(loss, z, torch.tensor([0, 0, 2], device=device))
    assert found.isfinite().all()
    (gradient,) = torch.autograd.grad(found.float().mean(), z)
    assert gradient.isfinite().all() and gradient[1].any()


@pytest.mark.parametrize("kind", [*CLASSES, "mse"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bits_are_sixteen_bits(device, kind, dtype):
    """Every value can be written in 16 bits, and the gradient that comes back is a float32 of 16-bit numbers."""
    z = LOGITS.to(device, torch.float32).requires_grad_()
    loss = made(kind, device, dtype=dtype)
    found = values(loss, z, ANSWERS.to(device))
    assert found.dtype == getattr(torch, dtype) and found.isfinite().all()
    (gradient,) = torch.autograd.grad(found.float().sum(), z)
    assert gradient.dtype == torch.float32
    if kind == "cross_entropy":
        assert torch.equal(gradient, gradient.to(found.dtype).float())


@pytest.mark.parametrize(("dtype", "ends"), [("float16", 8), ("bfloat16", 6), ("float32", 17), ("float64", 37)])
def test_softmax_collapse_comes_where_the_precision_ends(device, dtype, ends):
    """The sum 1 + e^-margin is exactly 1, and with it the loss 0, from half the distance of two numbers at 1."""
    margins = torch.tensor([[ends - 1.0], [ends + 1.0]], device=device)
    z = torch.cat([margins, torch.zeros_like(margins)], 1)
    loss = made(device=device, dtype=dtype)
    assert loss.shares == ("collapsed", "zero_loss")
    ended, zero = loss.flags(z, torch.tensor([0, 0], device=device))
    assert ended.tolist() == zero.tolist() == [False, True]
    assert made(dtype=dtype, device=device).flags(z, torch.tensor([1, 1], device=device))[1].tolist() == [False, False]


def test_kahan_s_sum_loses_nothing_to_the_number_of_terms():
    """10,000 terms of 1e-8 after a 1: plain addition one by one loses them all, Kahan's none."""
    from grokterm.engine.losses.softmax import KahanSum

    terms = torch.full((10_001,), 1e-8)
    terms[0] = 1.0
    exact = terms.double().sum()
    one_by_one = terms[0]
    for term in terms[1:50]:
        one_by_one = one_by_one + term
    assert one_by_one == 1.0
    assert abs(KahanSum.apply(terms) - exact) <= 2**-24
    gradient = torch.autograd.functional.jacobian(KahanSum.apply, terms[:5])
    assert gradient.tolist() == [1.0] * 5


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_mapped_with_numbers_of_their_own(kind):
    fields = {"logit_scale": 2.0} if kind != "log2_mse" else {}
    specs = [_read({"kind": kind} | over) for over in ({}, fields)]
    loss = build_loss(specs, CPU)
    outputs = LOGITS.float().reshape(2, 20, 11) if kind != "log2_mse" else LOGITS.float()[:, :1].reshape(2, 20, 1)
    answers = ANSWERS.reshape(2, 20) if kind != "log2_mse" else LOGITS.float()[:, 1].reshape(2, 20)
    together = vmap(loss.values)(outputs, answers, *loss.numbers)
    flags = vmap(loss.flags)(outputs, answers, *loss.numbers)
    for index, spec in enumerate(specs):
        alone = build_loss([spec], CPU)
        assert torch.allclose(together[index], values(alone, outputs[index], answers[index]), rtol=1e-6)
        expected = alone.flags(outputs[index], answers[index], *(number[0] for number in alone.numbers))
        assert [f[index].tolist() for f in flags] == [e.tolist() for e in expected]
