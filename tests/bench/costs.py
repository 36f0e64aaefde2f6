"""What every preset costs on this machine, as its `cost` says it: `python tests/bench/costs.py [NAME ...] [--write]`.

Times a few steps of each distinct cohort on the CPU and multiplies by the budget, which runs may leave sooner by a stop
rule. The GPU's time is counted and not measured: a step is either its launches, one after the other, or its operations,
whichever takes longer; of networks that take turns every member has launches of its own.

With --write the `cost` of each file in presets/ becomes what was found. --set is that of `grokterm run`, for presets
whose arms don't fit into the memory at once, and is told in the sentence.
"""

import argparse
import math
import re
from pathlib import Path

from grokterm.errors import GroktermError
from grokterm.jobs.estimate import measure
from grokterm.spec import Experiment, list_presets, load, plan_cohorts, work_of

PRESETS = Path(__file__).resolve().parents[2] / "presets"
LAUNCHES = 3e-3  # seconds of an eager step of a small transformer: some 200 launches and their Python
TAKES_TURNS = ("lstm", "birnn", "resnet")
OPERATIONS = 1e13  # a second in float32 without tensor cores, a third of what a data-centre card is sold for
PATIENCE = 1800  # seconds; nobody waits for these, and data may have to be made first
_LINE = re.compile(r"^cost = .*$", re.MULTILINE)
_UNITS = ((60, "s", 1), (3600, "min", 60), (48 * 3600, "h", 3600), (math.inf, "days", 86400))


def on_gpu(experiment: Experiment) -> float:
    """Seconds on one GPU by count, its cohorts one after another."""
    total = 0.0
    for members in plan_cohorts(experiment):
        spec = members[0].spec
        turns = len(members) if spec.model.kind in TAKES_TURNS else 1
        total += spec.stop.steps * max(turns * LAUNCHES, 2 * work_of(members) / OPERATIONS)
    return total


def about(seconds: float) -> str:
    """One or two digits and a unit."""
    unit, size = next((unit, size) for below, unit, size in _UNITS if seconds < below)
    value = seconds / size
    return f"{round(value) if value < 20 else round(value / 10) * 10} {unit}"


def told(experiment: Experiment, overrides: list[str]) -> str:
    """The sentence of a preset."""
    runs = sum(map(len, plan_cohorts(experiment)))
    steps = max(arm.spec.stop.steps for arm in experiment.arms)
    cpu = measure(experiment, "cpu", patience=PATIENCE).seconds
    given = "".join(f" with --set {override}" for override in overrides)
    return (
        f"{runs} runs of {steps:,} steps: about {about(cpu)} on two CPU cores{given}; "
        f"on one GPU about {about(on_gpu(experiment))}, counted and not measured"
    )


def main() -> None:
    """Print them, or write them down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="presets; none means every one that came with grokterm")
    parser.add_argument("--write", action="store_true", help="into the files of the presets")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", dest="overrides")
    given = parser.parse_args()
    for name in given.names or [info.name for info in list_presets() if not info.mine]:
        try:
            words = told(load(name, given.overrides), given.overrides)
        except GroktermError as problem:
            print(f"{name}: {problem}", flush=True)
            continue
        print(f"{name}: {words}", flush=True)
        if given.write:
            path = PRESETS / f"{name}.toml"
            path.write_text(_LINE.sub(f'cost = "{words}"', path.read_text("utf-8"), count=1), "utf-8")


if __name__ == "__main__":
    main()
