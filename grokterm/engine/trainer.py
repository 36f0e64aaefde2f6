"""Trains one cohort: the loop, from top to bottom.

e member, b sample, n parameter

Host and device meet in `drain`, `state` and `load_state`, and nowhere else: a step only queues work.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from grokterm.engine.batches import Batches
from grokterm.engine.cohort import Part, build_data, build_stack
from grokterm.engine.decay import DecaySchedules
from grokterm.engine.dropout import Dropout
from grokterm.engine.interventions import Donor, Interventions
from grokterm.engine.losses import build_loss
from grokterm.engine.memory import keep_freed_memory
from grokterm.engine.optim import build_optimizer, choose
from grokterm.engine.precision import set_precision
from grokterm.engine.probes import norm_columns, norms, sparsity, sparsity_columns, vector_norm, whole_norm
from grokterm.engine.rates import LearningRates
from grokterm.engine.ring import Ring
from grokterm.engine.step import Scores, evaluate, shares, train_pass
from grokterm.errors import GroktermError
from grokterm.spec import Member

_SCORED = {"classes": ("loss", "acc"), "numbers": ("loss",)}  # a number is never exactly right

Rows = tuple[np.ndarray, dict[str, np.ndarray]]


class Trainer:
    """One stacked cohort on one device. Knows nothing of folders.

    A row at step s speaks of the weights after s updates: it is measured before update s. In the weights stream the
    gradient and the update are those of update s, and the integral of lambda is the sum over the s updates before it.
    The gradient is that of the loss, before any link of the optimizer changes it; `lr` is there if a schedule moves it.
    The train stream has the scores that the update went by: of its batch, with dropout. Every other stream is measured
    on whole parts and without dropout.

    Args:
        members: runs that are alike in every structural field (`grokterm.spec.plan_cohorts`).
        device: where everything that outlives a step is allocated, here and now.
        data: what `build_data` gives for them, where it is there already.
        donors: for each member the weights of the run that it gets some from; without, nobody is transplanted.

    Attributes:
        step: updates made; a number on the host.
        steps: the budget.
        alive: [e] bool, False for members frozen because their loss or gradient stopped being finite.
        diverged_at: [e] int64, the update at which a member froze, or -1.
        switched_at: [e] int64, the step at which a schedule that waited for a plateau began to fall, or -1.
        intervened: by kind of intervention, [e] int64, the first update that it made different, or -1.
            These four are as of the last drain.
        max_chunk: steps that may be made between two drains.
    """

    max_chunk = 1000

    def __init__(
        self,
        members: Sequence[Member],
        device: torch.device,
        data: tuple[Part, Part] | None = None,
        donors: Sequence[Donor | None] = (),
    ) -> None:
        set_precision()
        keep_freed_memory()
        spec = members[0].spec
        self.step, self.steps, self._streams = 0, spec.stop.steps, spec.streams
        self._loss = build_loss([member.spec.loss for member in members], device)
        self._stack = build_stack(members, device)
        self._train, self._test = build_data(members, device) if data is None else data
        self._batches, self._most = Batches(members, self._train), spec.most_evaluated
        self._dropout = Dropout(members, device)
        self._train_is_seen = self._batches.whole and not self._dropout.on  # by the update, as an evaluation sees it
        self._scored = _SCORED[spec.task.answers]
        self._optimizer = build_optimizer([member.spec.optimizer for member in members], self._stack)
        self._interventions = Interventions(members, self._stack, self._optimizer, donors)
        self._minimised = self._interventions.loss(self._loss)
        self._rates = LearningRates(members, device)
        self._decay = DecaySchedules(members, device)
        self._alive = torch.ones(len(members), dtype=torch.bool, device=device)
        self._diverged_at = torch.full((len(members),), -1, dtype=torch.int64, device=device)
        self._count = torch.zeros((), dtype=torch.int64, device=device)  # `step`, where the device can read it
        self._rings = self._make_rings(len(members), device)
        self._undrained = 0
        self._look()

    def advance(self, n: int) -> None:
        """Run `n` steps, measuring on the cadences of the spec. Only queues work; see `drain`.

        Raises:
            ValueError: beyond the budget, or more than `max_chunk` steps since the last drain.
            RuntimeError, MemoryError: the device ran out of memory. The step it happened in is as if never begun;
                call `halve` and go on from `step`.
        """
        if self.step + n > self.steps or self._undrained + n > self.max_chunk:
            raise ValueError(
                f"{n} steps from {self.step}: budget {self.steps}, undrained {self._undrained} of {self.max_chunk}"
            )
        for _ in range(n):
            self._one_step()
            self.step += 1
            self._undrained += 1

    def close(self) -> None:
        """Measure the weights after the last update, which no step will do: one more row of every stream but train."""
        unknown = torch.full_like(self._alive, torch.nan, dtype=torch.float64)
        if "eval" in self._rings:
            scores = self._evaluation(self._evaluate(self._train), self._evaluate(self._test))
            self._rings["eval"].append(self.step, scores)
        if "weights" in self._rings:
            self._rings["weights"].append(self.step, self._weights(unknown, unknown, *self._used()))
        if "sparsity" in self._rings:
            self._rings["sparsity"].append(self.step, self._sparsity())
        if "numerics" in self._rings:
            self._rings["numerics"].append(self.step, self._shares())

    def drain(self) -> dict[str, Rows]:
        """The rows since the last drain, by stream: steps [T] and columns [T, e]. Host and device meet here."""
        self._undrained = 0
        self._look()
        return {name: ring.drain() for name, ring in self._rings.items()}

    @property
    def group_size(self) -> int:
        """Members that run through the network together. It decides the order of some sums, so a resume keeps it."""
        return max(group.stop - group.start for group in self._stack.groups)

    def group(self, size: int) -> None:
        """Run at most `size` members through the network together from now on."""
        self._stack.group(size)

    def halve(self) -> None:
        """Run the members in groups half as wide from now on. Raises MemoryError when they are alone already."""
        self._stack.halve()

    def state(self) -> dict[str, np.ndarray]:
        """Everything a run needs to go on with the same bits. Drain first: rows that wait are not part of it."""
        tensors = {name: tensor.cpu().numpy().copy() for name, tensor in self._state_tensors().items()}
        return tensors | {"step": np.array([self.step], dtype=np.int64)}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave, in this trainer of the same members.

        Raises:
            GroktermError: the state is that of another cohort.
        """
        tensors = self._state_tensors()
        tensors, state = _counted(tensors), _counted(state)
        own = {name: tuple(tensor.shape) for name, tensor in tensors.items()} | {"step": (1,)}
        given = {name: array.shape for name, array in state.items()}
        if own != given:
            names = sorted(name for name in own.keys() | given.keys() if own.get(name) != given.get(name))
            raise GroktermError(f"the checkpoint is of another cohort: {', '.join(names)} differ")
        for name, tensor in tensors.items():
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(state[name])))
        self.step = int(state["step"][0])
        self._count.fill_(self.step)
        self._look()

    def _one_step(self) -> None:
        """One update. Everything is computed before anything is written: running out of memory leaves no trace."""
        stack, measured = self._stack, {}
        self._interventions.begin(self.step, self._count, self._alive)
        key = self._dropout.at(self._count)
        train = train_pass(stack, self._batches.at(self.step), self._minimised, key)
        test = self._evaluate(self._test) if self._due("eval") else None
        grad_norm = vector_norm(stack.gradients)
        alive = self._alive & train.loss.isfinite() & grad_norm.isfinite()
        lr, used = self._used()
        hyper = self._interventions.hyper(lr, used, self._count)
        proposed = self._optimizer.propose(stack.weights, stack.gradients, hyper)
        weights, states = self._interventions.hold(*proposed, self._count)
        if self._due("train"):
            measured["train"] = self._named("train", train)
        if test is not None:
            same = self._train_is_seen and not self._interventions.other_loss
            measured["eval"] = self._evaluation(train if same else self._evaluate(self._train), test)
        if self._due("weights"):
            update_norm = torch.where(alive, whole_norm(stack.tensors(weights - stack.weights)), 0.0)
            measured["weights"] = self._weights(grad_norm, update_norm, lr, used)
        if self._due("sparsity"):
            measured["sparsity"] = self._sparsity()
        if self._due("numerics"):
            measured["numerics"] = self._shares()

        for name, columns in measured.items():
            self._rings[name].append(self.step, columns)
        if test is not None:
            self._decay.observe(test.loss, self._count, alive)
            self._interventions.observe(measured["eval"], self._count, alive)
        self._diverged_at.copy_(torch.where(self._alive & ~alive, self._count, self._diverged_at))
        self._alive.copy_(alive)
        choose(alive, weights, into=stack.weights)
        self._optimizer.commit(states, alive)
        self._decay.tick(used, alive)
        self._count += 1

    def _used(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Learning rate and lambda of the coming update, [e] float64 each."""
        return self._interventions.rates(self._rates.at(self._count), self._decay.current(), self._count)

    def _due(self, stream: str) -> bool:
        return stream in self._rings and self.step % getattr(self._streams, f"{stream}_every") == 0

    def _evaluation(self, train: Scores, test: Scores) -> dict[str, torch.Tensor]:
        return self._named("test", test) | self._named("train", train)

    def _named(self, part: str, scores: Scores) -> dict[str, torch.Tensor]:
        values = {"loss": scores.loss, "acc": scores.accuracy}
        return {f"{part}_{name}": values[name] for name in self._scored}

    def _evaluate(self, part: Part) -> Scores:
        return evaluate(self._stack, part, self._loss, self._most)

    def _shares(self) -> dict[str, torch.Tensor]:
        return shares(self._stack, self._train, self._loss, self._most)

    def _sparsity(self) -> dict[str, torch.Tensor]:
        tensors = self._stack.tensors(self._stack.weights)
        return sparsity({name: tensors[name] for name in self._stack.examined})

    def _weights(
        self, grad_norm: torch.Tensor, update_norm: torch.Tensor, lr: torch.Tensor, used: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        stack = self._stack
        columns = norms(stack.tensors(stack.weights)) | {
            "grad_norm": grad_norm,
            "update_norm": update_norm,
            "weight_decay": used,
            "weight_decay_integral": self._decay.state["integral"],
        }
        return columns | ({"lr": lr} if self._rates.vary else {})

    def _make_rings(self, width: int, device: torch.device) -> dict[str, Ring]:
        columns = {
            "train": [f"train_{name}" for name in self._scored],
            "eval": [f"{part}_{name}" for part in ("test", "train") for name in self._scored],
            "weights": [
                *norm_columns(self._stack.names),
                "grad_norm",
                "update_norm",
                "weight_decay",
                "weight_decay_integral",
                *(["lr"] if self._rates.vary else []),
            ],
            "sparsity": sparsity_columns(self._stack.examined),
            "numerics": [f"train_{name}" for name in self._loss.shares],
        }
        cadences = {name: getattr(self._streams, f"{name}_every") for name in columns}
        # one row more than the steps give, for the closing measurement, and one for a chunk that starts on its cadence
        return {
            name: Ring(columns[name], self.max_chunk // every + 2, width, device)
            for name, every in cadences.items()
            if every and columns[name]
        }

    def _state_tensors(self) -> dict[str, torch.Tensor]:
        weights = self._stack.tensors(self._stack.weights)
        tensors = {f"weights.{name}": tensor for name, tensor in weights.items()}
        for index, link in enumerate(self._optimizer.states):
            tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in link.items()}
        tensors |= {f"decay.{name}": tensor for name, tensor in self._decay.state.items()}
        for kind, state in self._interventions.state.items():
            tensors |= {f"intervene.{kind}.{name}": tensor for name, tensor in state.items()}
        return tensors | {"alive": self._alive, "diverged_at": self._diverged_at}

    def _look(self) -> None:
        self.alive = self._alive.cpu().numpy().copy()
        self.diverged_at = self._diverged_at.cpu().numpy().copy()
        self.switched_at = self._decay.state["switched_at"].cpu().numpy().copy()
        self.intervened = {kind: self._made(due.cpu().numpy()) for kind, due in self._interventions.due.items()}

    def _made(self, due: np.ndarray) -> np.ndarray:
        """`due` [e] of those whose update was made before now and while they lived, else -1."""
        frozen = (self.diverged_at >= 0) & (self.diverged_at <= due)
        return np.where((due >= 0) & (due < self.step) & ~frozen, due, -1)


def _counted(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Links of the optimizer counted without those that keep nothing: a fork may begin or cease to clip."""
    places = sorted({int(name.split(".")[1]) for name in tensors if name.startswith("optimizer.")})
    ranks = {str(place): str(rank) for rank, place in enumerate(places)}
    counted = {}
    for name, tensor in tensors.items():
        start, _, rest = name.partition(".")
        place, _, rest = rest.partition(".")
        counted[f"{start}.{ranks[place]}.{rest}" if start == "optimizer" else name] = tensor
    return counted
