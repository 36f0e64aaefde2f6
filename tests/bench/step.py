"""Milliseconds a training step: ours against the plain all-positions network of the tests with torch.optim.AdamW.

    python tests/bench/step.py [--threads 2] [--rounds 8] [--steps 10] [--device cpu]

Both run in one process, a few steps of one and then of the other, round after round, and the medians over the rounds
are compared: what else the machine does slows both. Ours includes what it always computes (train accuracy, gradient
norm, the check for divergence, the record of the train stream); evaluations and other streams are off.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import plain

from grokterm.engine.trainer import Trainer
from grokterm.spec import Member, RunSpec


def spec(fraction: float, dtype: str) -> RunSpec:
    """Seed 000's network: p = 113, d_model 128, 227,313 parameters."""
    return RunSpec.model_validate(
        {
            "task": {"kind": "modular", "p": 113, "train_fraction": fraction},
            "model": {"kind": "transformer", "d_model": 128, "heads": 4, "d_mlp": 512},
            "optimizer": {"kind": "adamw", "lr": 1e-3, "weight_decay": 1.0},
            "loss": {"dtype": dtype},
            "stop": {"steps": 100_000},
            "streams": {"eval_every": 0, "weights_every": 0, "sparsity_every": 0},
        }
    )


class Plain:
    """The oracle, trained the usual way from the same weights on the same pairs."""

    def __init__(self, trainer: Trainer, run: RunSpec) -> None:
        stack, part = trainer._stack, trainer._train
        self.weights = {n: w[0].clone().requires_grad_() for n, w in stack.tensors(stack.weights).items()}
        self.pairs, self.answers, self.run = part.inputs[0], part.answers[0], run
        self.optimizer = torch.optim.AdamW(self.weights.values(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1.0)

    def advance(self, n: int) -> None:
        dtype = getattr(torch, self.run.loss.dtype)
        for _ in range(n):
            self.optimizer.zero_grad()
            plain.loss(self.weights, self.run.model, self.pairs, self.answers, dtype).backward()
            self.optimizer.step()


def milliseconds(runner: Trainer | Plain, steps: int, device: torch.device) -> float:
    begun = time.perf_counter()
    runner.advance(steps)
    if device.type == "cuda":
        torch.cuda.synchronize()
    elapsed = (time.perf_counter() - begun) / steps * 1e3
    if isinstance(runner, Trainer):
        runner.drain()
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("threads", 2), ("rounds", 8), ("steps", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    print(
        f"torch {torch.__version__}, {device}, {options.threads} threads, p = 113, one member, medians of {options.rounds}"
    )
    for dtype in ("float32", "float64"):
        for fraction in (0.3, 0.7):
            run = spec(fraction, dtype)
            ours = Trainer([Member("bench", 0, run)], device)
            runners = {"ours": ours, "plain": Plain(ours, run)}
            times = {name: [] for name in runners}
            for turn in range(options.rounds + 1):
                for name, runner in runners.items():
                    took = milliseconds(runner, options.steps, device)
                    if turn:  # the first warms up
                        times[name].append(took)
            a, b = (statistics.median(times[name]) for name in runners)
            print(f"{fraction:.0%} of pairs, loss in {dtype}: ours {a:6.1f} ms, plain {b:6.1f} ms, ratio {b / a:.2f}")


if __name__ == "__main__":
    main()
