"""A frozen world: experiment folders with made-up curves, written by the real writer, and a clock that stands still.

The curves are those of grokking in outline: training accuracy rises at `t_mem`, test accuracy at `t_grok`, the weight
norm overshoots and falls, and one step of the training loss has a spike.
"""

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from grokterm.record import CohortWriter, ExperimentFolder, create, open_folder
from grokterm.spec import Member, find_milestones, load, schedule_values

PRESET = Path(__file__).with_name("grok.toml")
NOW = 1_795_356_000.0  # 2026-11-22 14:00:00 UTC
GROK_AT = {"static": (790, 830, None, None), "dynamic": (300, 340, 360, 390), "static-high": (290, 330, 350, 400)}
MEM_AT = {"static": 230, "dynamic": 150, "static-high": 145}
ENDED = ("finished", "failed", "lost", "stopped", "parked")
_PLACE = tempfile.TemporaryDirectory(prefix="grokterm-world-")
_CLOCK = time.time
_TEMPLATES: dict[tuple, Path] = {}  # what has ended is written once, and copied from then on
SPIKE_AT = 520
PASSAGE = """Traceback (most recent call last):
  File "grokterm/engine/worker.py", line 90, in train
RuntimeError: CUDA error: device-side assert triggered"""


def make(
    runs: Path,
    stamp: str,
    *,
    title: str | None = None,
    seeds: int = 4,
    step: int | None = None,
    state: str = "finished",
    overrides: tuple[str, ...] = (),
    arms: int = 0,
) -> ExperimentFolder:
    """An experiment whose runs have come as far as `step`, in `state`.

    Args:
        stamp: `20261122-133000-quickstart-aaaa`, the folder's name, so that nothing depends on the clock.
        arms: that many equal arms in place of the three.
        state: starting, running, paused, finished, stopped, parked, failed, lost, queued or created.
    """
    what = (title, seeds, step, state, overrides, arms)
    if state not in ENDED or time.time is not _CLOCK:  # a test that stops the clock sees it in the events
        return _made(runs / stamp, *what)
    if what not in _TEMPLATES:
        place = Path(_PLACE.name) / str(len(_TEMPLATES))
        _TEMPLATES[what] = _made(place, *what).path
    return open_folder(shutil.copytree(_TEMPLATES[what], runs / stamp))


def _made(
    path: Path, title: str | None, seeds: int, step: int | None, state: str, overrides: tuple[str, ...], arms: int
) -> ExperimentFolder:
    experiment = load(PRESET, overrides, seeds)
    if arms:
        names = [f"arm-with-a-long-name-{index}" for index in range(1, arms + 1)]
        experiment = replace(experiment, arms=tuple(replace(experiment.arms[0], name=name) for name in names))
    if title is not None:
        experiment = replace(experiment, title=title)
    fresh = create(path.parent, experiment)
    folder = open_folder(fresh.path.rename(path))
    steps = experiment.arms[0].spec.stop.steps
    for cohort in folder.cohorts:
        if state == "queued":
            cohort.announce("auto")
        elif state != "created":
            _write(cohort.path, folder.planned(cohort), steps if step is None else step, steps, state)
            if state == "lost":
                _edit(cohort.paths.status, process_start=1.0, heartbeat_at=NOW - 3600)
            if state == "starting":
                _edit(cohort.paths.status, state="starting", step=0)
    return folder


def fill(runs: Path, count: int) -> None:
    """Make one finished experiment and copy it under `count` names; the copies share their files."""
    first = make(runs, "20260101-000000-quickstart-aaaa", seeds=2)
    for index in range(1, count):
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(1_767_225_600 + 3600 * index))
        shutil.copytree(first.path, runs / f"{stamp}-quickstart-aaaa", copy_function=os.link)


_WRITERS: dict[Path, CohortWriter] = {}  # this process is the worker of everything that runs here


def grow(folder: ExperimentFolder, before: int, after: int) -> None:
    """Let a running experiment come from step `before` to step `after`."""
    writer = _WRITERS[folder.cohorts[0].path]
    members = folder.planned(folder.cohorts[0])
    budget = members[0].spec.stop.steps
    _append(writer, members, before + 1, after, budget)
    writer.commit(state="running", step=after, steps=budget, rate=31.0, device="cpu", memory_bytes=412_000_000)


@contextmanager
def beating(folder: ExperimentFolder, step: int) -> Iterator[None]:
    """Let the worker of a running experiment say every few seconds that it lives, as workers do."""
    writer, over = _WRITERS[folder.cohorts[0].path], threading.Event()
    steps = folder.planned(folder.cohorts[0])[0].spec.stop.steps

    def beat() -> None:
        while not over.wait(5.0):
            writer.commit(state="running", step=step, steps=steps, rate=31.0, device="cpu", memory_bytes=412_000_000)

    worker = threading.Thread(target=beat)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


def _write(path: Path, members: tuple[Member, ...], step: int, budget: int, state: str) -> None:
    writer = _WRITERS[path] = CohortWriter(path)
    writer.event("started", step=0, device="cpu")
    _append(writer, members, 0, step, budget)
    _announce(writer, members, step, budget)
    said = state if state in ("running", "paused") else "running"
    writer.commit(state=said, step=step, steps=budget, rate=31.0, device="cpu", memory_bytes=412_000_000)
    if state == "failed":
        (path / "worker.log").write_text(PASSAGE + "\n")
        writer.event("failed", step=step, error=PASSAGE.splitlines()[-1])
        writer.close(state="failed")
    elif state in ("finished", "stopped", "parked"):
        writer.event(state, step=step)
        writer.close(state=state)


def _announce(writer: CohortWriter, members: tuple[Member, ...], step: int, budget: int) -> None:
    """The milestones that a worker would have found in these curves."""
    steps = np.arange(0, step + 1, 10)
    table = columns(steps, members, budget)
    found = find_milestones(steps, table["train_acc"], table["test_acc"], members[0].spec.milestones)
    for index, member in enumerate(members):
        for kind, times in (("memorised", found.t_mem), ("grokked", found.t_grok)):
            if np.isfinite(times[index]):
                writer.event(kind, step=int(times[index]), arm=member.arm, seed=member.seed)


def grok_at(member: Member) -> int | None:
    """When a member generalises; None where it doesn't within the budget."""
    times = GROK_AT.get(member.arm) or (250 + 60 * int(member.arm[-1]),)
    return times[member.seed % len(times)]


def _append(writer: CohortWriter, members: tuple[Member, ...], first: int, last: int, budget: int) -> None:
    every = np.arange(first, last + 1)
    tenth = every[every % 10 == 0]
    writer.append("train", every, _pick(columns(every, members, budget), ("train_loss", "train_acc")))
    if len(tenth):
        names = ("test_loss", "test_acc", "train_loss", "train_acc")
        writer.append("eval", tenth, _pick(columns(tenth, members, budget), names))
        names = ("weight_norm", "weight_decay", "weight_decay_integral")
        writer.append("weights", tenth, _pick(columns(tenth, members, budget), names))


def _pick(table: Mapping[str, np.ndarray], names: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {name: table[name].astype(np.float32) for name in names}


def columns(steps: np.ndarray, members: tuple[Member, ...], budget: int) -> dict[str, np.ndarray]:
    """The made-up curves of all members at `steps`, [T, E] each."""
    table: dict[str, list[np.ndarray]] = {}
    for index, member in enumerate(members):
        late, t_mem = grok_at(member) or budget * 1.3, MEM_AT.get(member.arm, 200) + 8 * (member.seed % 5)
        t = steps.astype(float)
        wobble = 0.02 * np.sin(t / 17 + index)
        train_acc = _rise(t, t_mem, t_mem / 12)
        test_acc = 0.02 + 0.98 * _rise(t, late - 60, 16 + late / 60) * (1 - 0.01 * np.sin(t / 29 + index) ** 2)
        decay = schedule_values(member.spec.optimizer.weight_decay, budget)
        lam = decay[np.minimum(steps, budget - 1)]
        row = {
            "train_acc": train_acc,
            "test_acc": np.minimum(test_acc, 1.0),
            "train_loss": 4.0 * (1 - train_acc) * (1 + wobble) + 2e-4 * (2 + np.cos(t / 40 + index)),
            "test_loss": 4.0 + 9.0 * _rise(t, t_mem, 40) - 12.9 * _rise(t, late - 70, 30) + 0.1 * wobble,
            "weight_norm": 14 + 9 * _rise(t, t_mem * 0.7, 40) - 8 * _rise(t, late * 0.8, 90) + wobble,
            "weight_decay": lam,
            "weight_decay_integral": np.cumsum(decay)[np.minimum(steps, budget - 1)] * 2e-3,
        }
        row["train_loss"] = np.where(steps == SPIKE_AT, 3.0, row["train_loss"])
        for name, values in row.items():
            table.setdefault(name, []).append(values)
    return {name: np.stack(rows, axis=1) for name, rows in table.items()}


def _rise(t: np.ndarray, at: float, width: float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip((t - at) / width, -60, 60)))


def _edit(path: Path, **fields: object) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, **fields}))


def silence(folder: ExperimentFolder) -> None:
    """Its process is there and hasn't said a word for an hour."""
    for cohort in folder.cohorts:
        _edit(cohort.paths.status, heartbeat_at=1.0)


def break_(folder: ExperimentFolder) -> None:
    """Half a folder: the spec is cut off in the middle of a line."""
    folder.paths.spec.write_text('title = "half a')
    shutil.rmtree(folder.paths.cohorts)


def populate(runs: Path) -> None:
    """The history that the pictures show: one experiment of every kind."""
    make(runs, "20261122-135500-quickstart-run2", step=610, state="running")
    make(runs, "20261122-134000-quickstart-que2", state="queued")
    make(runs, "20261122-120000-quickstart-fin3")
    make(runs, "20261122-090000-quickstart-fai4", step=310, state="failed")
    make(runs, "20261121-140000-quickstart-los5", step=450, state="lost")
    make(runs, "20261120-140000-quickstart-sto6", step=720, state="stopped")
