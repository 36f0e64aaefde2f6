"""How long an experiment will take here, from what was measured before."""

from dataclasses import dataclass
from pathlib import Path

from grokterm.spec import Experiment

NAN = float("nan")


@dataclass(frozen=True)
class Estimate:
    """What an experiment will cost.

    Attributes:
        seconds: of training, for all cohorts with the slots of the device; nan where nobody knows.
        how: where the number comes from, in words.
        memory: bytes that the widest cohort needs; 0 where nobody knows.
    """

    seconds: float
    how: str
    memory: int = 0


def estimate(experiment: Experiment, runs: Path, device: str = "auto") -> Estimate:
    return Estimate(NAN, "not measured here")


def measure(experiment: Experiment, device: str = "auto") -> Estimate:
    return Estimate(NAN, "not measured here")
