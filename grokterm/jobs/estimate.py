"""How long an experiment will take here, from what was measured before."""

import atexit
import heapq
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grokterm.errors import GroktermError
from grokterm.jobs.describe import described
from grokterm.jobs.devices import default_device
from grokterm.jobs.line import line
from grokterm.jobs.rates import Rate, kind_of, known_rates, rates_of, remember
from grokterm.jobs.room import memory_caution
from grokterm.record.capacity import slots_of
from grokterm.record.gpus import list_gpus
from grokterm.spec import Experiment, memory_of, plan_cohorts, shape_of, work_of

NAN = float("nan")
MEASURE_SECONDS = 60  # more than a slow disk and busy cores take; then something is wrong
PROCESS = 350 * 2**20  # bytes of a worker before it has made a tensor
NOT_MEASURED = "not measured here"
NOT_LOOKED_AT = "not known before your module is looked at"
_OVERHEAD = 1e-3  # seconds that the smallest step takes


class TooSlow(GroktermError):
    """A few steps took longer than anybody waits for an estimate."""


@dataclass(frozen=True)
class Estimate:
    """What an experiment will cost.

    Attributes:
        seconds: of training, for all cohorts with the slots of the device; nan where nobody knows.
        how: where the number comes from, in words.
        memory: bytes that the widest cohort needs; where it wasn't measured, counted from the shapes of its tensors.
    """

    seconds: float
    how: str
    memory: int = 0


def estimate(experiment: Experiment, runs: Path, device: str = "auto") -> Estimate:
    """The time from rates measured before: of the same shape on the same kind of device, else scaled by the work.

    It is the time of the whole budget, with nobody else at the device; a run may end sooner by `stop.grokked_plus`.

    Args:
        experiment: what is to be trained.
        runs: the folder of experiments, whose records hold the rates.
        device: where.
    """
    if not experiment.known:  # the user's code isn't run for an estimate that nobody asked for
        return Estimate(NAN, NOT_LOOKED_AT)
    return from_rates(experiment, known_rates(runs, kind_of(default_device(device))), device)


def measure(
    experiment: Experiment, device: str = "auto", runs: Path | None = None, patience: float | None = None
) -> Estimate:
    """The time from a few real steps in a process of its own, which takes no slot and leaves nothing but the rates.

    Args:
        experiment: what is to be trained.
        device: where.
        runs: the folder of experiments; where a few steps take too long, what its records say, and that they did.
        patience: the seconds that are too long; None means `MEASURE_SECONDS`.

    Raises:
        TooSlow: a few steps took too long, and no `runs` were given.
        NotFound: no such device.
        BadInput: a module of the user's own can't be trained.
        GroktermError: no step could be done, because memory ran out or torch doesn't load; one line says why.
    """
    before = [holding for holding in line().holding if holding.device in (default_device(device), device)]
    experiment = described(experiment)
    problem = memory_caution(experiment, device)
    if problem:
        raise GroktermError(problem)
    try:
        rates = rates_of(_measured(experiment, device, patience or MEASURE_SECONDS), experiment.name)
    except TooSlow as slow:
        if runs is None:
            raise
        found = estimate(experiment, runs, device)
        return Estimate(found.seconds, f"{slow.message}; {found.how}", found.memory)
    found = from_rates(experiment, rates, device)
    if before:
        busy = f"{len(before)} worker{'s' if len(before) > 1 else ''} of {before[0].device} disturbed it"
        return Estimate(found.seconds, f"measured just now, but {busy}", found.memory)
    remember(rates)
    return Estimate(found.seconds, "measured just now", found.memory)


def _measured(experiment: Experiment, device: str, patience: float) -> dict:
    with tempfile.TemporaryDirectory(prefix="grokterm-") as place:
        source = Path(place) / "measure.toml"
        source.write_text(experiment.to_toml(), "utf-8")
        command = [sys.executable, "-m", "grokterm.engine", "--measure", str(source), "--device", device]
        try:
            done = _ran(command, patience)
        except subprocess.TimeoutExpired:
            raise TooSlow(f"no measurement: a few steps took more than {patience:g} s") from None
    if done.returncode < 0:
        raise GroktermError("no measurement: the process was killed, most likely because memory ran out")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise GroktermError(f"no measurement: {last.removeprefix('grokterm.engine: ')}")
    return json.loads(done.stdout.splitlines()[-1])


def _ran(command: list[str], patience: float) -> subprocess.CompletedProcess:
    """`subprocess.run`; the process ends with this one, even where the thread that waits for it is not waited for."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        atexit.register(process.kill)
        try:
            out, errors = process.communicate(timeout=patience)
        finally:
            process.kill()
            atexit.unregister(process.kill)
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


def from_rates(experiment: Experiment, rates: Sequence[Rate], device: str) -> Estimate:
    """The time of an experiment where `device` is asked for, by rates of that kind of device."""
    cohorts = plan_cohorts(experiment)
    counted = PROCESS + max(memory_of(members) for members in cohorts)
    if not rates:
        return Estimate(NAN, NOT_MEASURED, counted)
    same, nearest, times, memory = set(), set(), [], []
    for members in cohorts:
        shape, work = shape_of(members), work_of(members)
        exact = [rate for rate in rates if rate.shape == shape]
        (same if exact else nearest).update(exact or [close := _nearest(rates, work)])
        seconds = (
            statistics.median(rate.seconds for rate in exact)
            if exact
            else max(_OVERHEAD, close.seconds * work / close.work)
        )
        stop = members[0].spec.stop
        times.append(min(seconds * stop.steps, 3600 * (stop.wall_hours or math.inf)))
        memory += [rate.memory for rate in exact]
    how = f"measured here {_times(len(same))}"
    if nearest:
        names = list(dict.fromkeys(rate.name for rate in nearest))
        how = (
            f"rough, perhaps off by several times: scaled from {', '.join(names)}, measured here {_times(len(nearest))}"
        )
    return Estimate(_together(times, _places(device)), how, max(memory) if memory and not nearest else counted)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _nearest(rates: Sequence[Rate], work: float) -> Rate:
    return min(rates, key=lambda rate: abs(math.log(rate.work / work)))


def _places(device: str) -> int:
    """Workers that may train at once where `device` is asked for."""
    gpus = list_gpus() if device in ("auto", "cuda") else ()
    return sum(slots_of(gpu.device) for gpu in gpus) or slots_of(default_device(device))


def _together(times: Sequence[float], places: int) -> float:
    """How long jobs take that begin in order, each as soon as a place is free."""
    free = [0.0] * min(places, len(times))
    for seconds in times:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)
