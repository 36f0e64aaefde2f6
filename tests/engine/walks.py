"""Small problems to walk on, and what it takes to walk on them with a chain of ours."""

from collections.abc import Callable, Sequence
from functools import cache

import torch
from engine import plain
from engine.cohorts import CPU, member
from pydantic import TypeAdapter

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.optim import Chain, Hyper, build_optimizer
from grokterm.spec.base import Section
from grokterm.spec.optimizer import Optimizer

STEPS = 50
_read = TypeAdapter(Optimizer).validate_python


def section(**fields: object) -> Section:
    """An [optimizer] section; the weight decay is 0 where it isn't given."""
    return _read({"weight_decay": 0.0} | fields)


class Tensors:
    """The layout of a network that is a few tensors, one member for each row of `weights`.

    Args:
        weights: [e, n].
        shapes: of the tensors of a member by name, in the order of the columns; by default one vector.
    """

    def __init__(
        self,
        weights: torch.Tensor,
        shapes: dict[str, tuple[int, ...]] | None = None,
        embeddings: Sequence[str] = (),
        unembeddings: Sequence[str] = (),
        turned: Sequence[str] = (),
    ) -> None:
        self.weights = weights
        self.shapes = shapes or {"W": (weights.shape[1],)}
        self.embeddings, self.unembeddings = frozenset(embeddings), frozenset(unembeddings)
        self.turned = frozenset(turned)

    def tensors(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        pieces = flat.split([torch.Size(shape).numel() for shape in self.shapes.values()], dim=1)
        pairs = zip(self.shapes.items(), pieces, strict=True)
        return {name: piece.view(len(flat), *shape) for (name, shape), piece in pairs}


def hyper(specs: Sequence[Section], count: int, device: torch.device = CPU) -> Hyper:
    """The numbers of update `count`, of sections with constant weight decay."""
    rows = [[spec.lr for spec in specs], [spec.weight_decay.value for spec in specs]]
    lr, decay = torch.tensor(rows, dtype=torch.float64, device=device).unsqueeze(2)
    return Hyper(lr, decay, torch.tensor(count, device=device), torch.tensor(count - 1, device=device))


def step(chain: Chain, weights: torch.Tensor, gradients: torch.Tensor, specs: Sequence[Section], count: int):
    """The next weights, the chain's state moved on."""
    new, states = chain.propose(weights, gradients, hyper(specs, count, weights.device))
    chain.commit(states, torch.ones(len(weights), dtype=torch.bool, device=weights.device))
    return new


def walk(problem: Callable, start: torch.Tensor, specs: Sequence[Section], **layout) -> torch.Tensor:
    """Trains one member for each section, side by side, from the same start [n]: [e, n]."""
    weights = start.repeat(len(specs), 1)
    chain = build_optimizer(specs, Tensors(weights, **layout))
    for count in range(1, STEPS + 1):
        leaf = weights.clone().requires_grad_()
        sum(problem(row) for row in leaf).backward()
        weights = step(chain, weights, leaf.grad, specs, count)
    return weights


def walk_alone(problem: Callable, start: torch.Tensor, make: Callable) -> torch.Tensor:
    """The same with an optimizer of torch: `make(list of parameters)`."""
    default = torch.get_default_dtype()
    torch.set_default_dtype(start.dtype)  # NAdam keeps a product of its momenta in the default precision
    try:
        weights = start.clone().requires_grad_()
        optimizer = make([weights])
        for _ in range(STEPS):
            optimizer.zero_grad()
            problem(weights).backward()
            optimizer.step()
    finally:
        torch.set_default_dtype(default)
    return weights.detach()


def parabola(w: torch.Tensor) -> torch.Tensor:
    return (torch.arange(1, 5, dtype=w.dtype, device=w.device) * (w - 1).square()).sum()


def rosenbrock(w: torch.Tensor) -> torch.Tensor:
    return (100 * (w[1::2] - w[::2] ** 2).square() + (1 - w[::2]).square()).sum()


def transformer(w: torch.Tensor) -> torch.Tensor:
    """Loss of a small network whose weights are the entries of w, in the order of the stack.

    Without biases: the gradient of b_K is 0 (it shifts all scores alike), and Adam would make large steps of its noise.
    """
    spec, shapes, train = _network()
    pieces = w.split([shape.numel() for shape in shapes.values()])
    weights = {name: piece.view(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    return plain.loss(weights, spec.model, train.inputs[0].to(w.device), train.answers[0].to(w.device), w.dtype)


@cache
def _network():
    sections = {"task": {"p": 5}, "model": {"d_model": 8, "d_mlp": 16, "bias": False}}
    runs = [member(**sections)]
    stack, (train, _) = build_stack(runs, CPU), build_data(runs, CPU)
    return runs[0].spec, {name: tensor[0].shape for name, tensor in stack.tensors(stack.weights).items()}, train


STARTS = {
    parabola: torch.tensor([3.0, -2.0, 0.5, 8.0]),
    rosenbrock: torch.tensor([-1.2, 1.0, 0.3, -0.4]),
    transformer: torch.randn(624, generator=torch.Generator().manual_seed(2)) * 0.3,
}
