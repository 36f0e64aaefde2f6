"""Milliseconds a training step: ours against the plain all-positions network of the tests with torch.optim.AdamW.

    python tests/bench/step.py [--threads 2] [--rounds 8] [--steps 10] [--device cpu]

The two run in processes of their own, each as it would alone, and take turns: a few steps of one while the other
sleeps, round after round, so that what else the machine does slows both. Medians over the rounds are compared, and the
quickest rounds, which a busy machine disturbs least. Ours includes what it always computes (train accuracy, gradient
norm, the check for divergence, the train stream); evaluations and other streams are off. Both have one member of seed
000's network, full batch, p = 113.
"""

import argparse
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path


def _cohort(fraction: float, dtype: str) -> list:
    from grokterm.spec import Member, RunSpec

    spec = {
        "task": {"kind": "modular", "p": 113, "train_fraction": fraction},
        "model": {"kind": "transformer", "d_model": 128, "heads": 4, "d_mlp": 512},
        "optimizer": {"kind": "adamw", "lr": 1e-3, "weight_decay": 1.0},
        "loss": {"dtype": dtype},
        "stop": {"steps": 100_000},
        "streams": {"eval_every": 0, "weights_every": 0, "sparsity_every": 0},
    }
    return [Member("bench", 0, RunSpec.model_validate(spec))]


def ours(fraction: float, dtype: str, device: str) -> Callable[[int], None]:
    """A function that runs n steps of the engine."""
    from grokterm.engine.trainer import Trainer  # before torch, as in a worker

    import torch  # isort: skip

    trainer = Trainer(_cohort(fraction, dtype), torch.device(device))

    def run(n: int) -> None:
        trainer.advance(n)
        trainer.drain()

    return run


def plain(fraction: float, dtype: str, device: str) -> Callable[[int], None]:
    """A function that runs n steps of the oracle, from the same weights on the same pairs."""
    import torch

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from engine import plain as oracle

    from grokterm.engine.cohort import build_data, build_stack

    cohort = _cohort(fraction, dtype)
    stack, (train, _) = build_stack(cohort, torch.device(device)), build_data(cohort, torch.device(device))
    weights = {name: tensor[0].clone().requires_grad_() for name, tensor in stack.tensors(stack.weights).items()}
    optimizer = torch.optim.AdamW(weights.values(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1.0)
    model, inputs, answers = cohort[0].spec.model, train.inputs[0], train.answers[0]

    def run(n: int) -> None:
        for _ in range(n):
            optimizer.zero_grad()
            oracle.loss(weights, model, inputs, answers, getattr(torch, dtype)).backward()
            optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()

    return run


def serve(make: Callable, arguments: tuple, threads: int, pipe: Connection) -> None:
    """In a process of its own: times as many steps as it is asked for, until it is told to stop."""
    run = make(*arguments)
    import torch

    torch.set_num_threads(threads)
    while steps := pipe.recv():
        begun = time.perf_counter()
        run(steps)
        pipe.send((time.perf_counter() - begun) / steps * 1e3)


def compare(fraction: float, dtype: str, options: argparse.Namespace) -> dict[str, list[float]]:
    """Milliseconds a step of each, round by round."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for make in (ours, plain):
        pipes[make.__name__], theirs = context.Pipe()
        arguments = (make, (fraction, dtype, options.device), options.threads, theirs)
        processes.append(context.Process(target=serve, args=arguments))
        processes[-1].start()
    times = {name: [] for name in pipes}
    for turn in range(options.rounds + 1):
        for name, pipe in pipes.items():
            pipe.send(options.steps)
            took = pipe.recv()
            if turn:  # the first warms up
                times[name].append(took)
    for pipe, process in zip(pipes.values(), processes, strict=True):
        pipe.send(0)
        process.join()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("threads", 2), ("rounds", 8), ("steps", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    print(f"{options.device}, {options.threads} threads, p = 113, one member, {options.rounds} rounds")
    for dtype in ("float32", "float64"):
        for fraction in (0.3, 0.7):
            times = compare(fraction, dtype, options)
            print(f"{fraction:.0%} of pairs, loss in {dtype}:", end="")
            for word, summary in (("median", statistics.median), ("quickest", min)):
                a, b = summary(times["ours"]), summary(times["plain"])
                print(f"  {word}: ours {a:6.1f} ms, plain {b:6.1f} ms, ratio {b / a:.2f}", end="")
            print(flush=True)


if __name__ == "__main__":
    main()
