"""What recording costs: the same training by a real worker with every stream, with evaluations alone, and with none.

    python tests/bench/recording.py --rounds 3

The three take turns, so that a change of the machine's mood hits all alike. Evaluating is arithmetic (a forward pass
over the whole test set), so it is shown apart from writing things down.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from grokterm.engine.precision import set_precision
from grokterm.engine.worker import Worker
from grokterm.record import CohortWriter, create
from grokterm.spec import load, parse
from grokterm.spec.experiment import spec_to_document

OFF = {"train_every": 0, "weights_every": 0, "sparsity_every": 0, "checkpoint_every": 0}
STREAMS = {"none": {**OFF, "eval_every": 0}, "eval": OFF, "all": {}}


def one_run(preset: str, steps: int, kind: str, runs: Path) -> float:
    """Seconds a step of the first arm with one seed, from the first step to the last word."""
    document = spec_to_document(load(preset).arms[0].spec) | {"seeds": 1}
    document["stop"]["steps"] = steps
    document["streams"] |= STREAMS[kind]
    folder = create(runs, parse(document, "bench"))
    cohort = folder.cohorts[0]
    worker = Worker(folder.planned(cohort), CohortWriter(cohort.path), cohort, torch.device("cpu"), lambda: None)
    begun = time.perf_counter()
    worker.train()
    return (time.perf_counter() - begun) / steps


def main() -> None:
    """Take turns, and print medians and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default="static-vs-dynamic-30")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    set_precision()
    times: dict[str, list[float]] = {kind: [] for kind in STREAMS}
    with tempfile.TemporaryDirectory() as runs:
        for _ in range(asked.rounds):
            for kind, found in times.items():
                found.append(one_run(asked.preset, asked.steps, kind, Path(runs)))
    for kind, found in times.items():
        print(f"{kind:5} {1000 * statistics.median(found):7.2f} ms a step")
    for over, under in (("eval", "none"), ("all", "eval"), ("all", "none")):
        ratios = [a / b for a, b in zip(times[over], times[under], strict=True)]
        shown = ", ".join(f"{ratio:.3f}" for ratio in sorted(ratios))
        print(f"{over} / {under}: median {statistics.median(ratios):.3f} ({shown})")


if __name__ == "__main__":
    main()
