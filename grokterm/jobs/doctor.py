"""What on this machine would go wrong, found before it does."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from grokterm.errors import GroktermError
from grokterm.jobs.probe import probe_torch
from grokterm.record import local_place, local_state
from grokterm.sizes import size

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs", "afs", "9p"}
SHORT_OF_SPACE = 2e9  # bytes; a long run of many seeds with its checkpoints takes this order of magnitude


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        verdict: `good`, `note` (know this) or `bad` (this will fail).
        advice: what to do about it.
    """

    name: str
    verdict: str
    detail: str
    advice: str = ""


def examine(runs: Path) -> tuple[Check, ...]:
    """Look at everything that training and the console need on this machine.

    Args:
        runs: the folder of experiments; it need not exist yet.
    """
    return tuple(
        check for look in (_python, _torch, _machine, lambda: _runs_folder(runs), _locks, _log_out) for check in look()
    )


def _python() -> Iterator[Check]:
    yield Check("python", "good", f"{platform.python_version()} at {sys.executable}")


def _torch() -> Iterator[Check]:
    try:
        found = probe_torch()
    except GroktermError as problem:
        yield Check("torch", "bad", problem.message, "reinstall it: pip install torch")
        return
    yield Check("torch", "good", f"{found['torch']} (CUDA {found['cuda'] or 'not built in'})")
    gpus = [f"{device} {found['names'][device]}" for device in found["devices"] if device != "cpu"]
    if gpus:
        yield Check("devices", "good", ", ".join(["cpu", *gpus]))
    elif shutil.which("nvidia-smi"):
        yield Check(
            "devices",
            "bad",
            "the machine has an NVIDIA driver, but this torch sees no GPU",
            "install a CUDA build of torch",
        )
    else:
        yield Check("devices", "good", "cpu (no GPU; nothing here needs one)")


def _machine() -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = psutil.virtual_memory()
    yield Check("machine", "good", f"{cores} cores, {size(memory.available)} of {size(memory.total)} memory free")


def _runs_folder(runs: Path) -> Iterator[Check]:
    try:
        place = _there(runs)
    except OSError as problem:
        detail = f"{runs.absolute()} can't be reached: {problem.strerror}"
        yield Check("runs folder", "bad", detail, "--runs DIR or GROKTERM_RUNS")
        return
    if not place.is_dir():
        yield Check("runs folder", "bad", f"{place} is a file", "say another folder: --runs DIR or GROKTERM_RUNS")
        return
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as problem:
        yield Check(
            "runs folder", "bad", f"{place} can't be written: {problem.strerror}", "--runs DIR or GROKTERM_RUNS"
        )
        return
    free = shutil.disk_usage(place).free
    verdict = "good" if free > SHORT_OF_SPACE else "note"
    kind = _file_system(place)
    yield Check("runs folder", verdict, f"{runs.absolute()} on {kind}, {size(free)} free")
    if kind in NETWORK_FILE_SYSTEMS:
        yield Check(
            "runs folder", "note", "it is on the network: fine, but watching lags by the client's cache (seconds)"
        )


def _there(path: Path) -> Path:
    """The nearest that exists, of the path and what is above it. Raises OSError where one may not look."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def _file_system(place: Path) -> str:
    """The type of the file system that holds `place`, by the longest mount point above it."""
    mounts = [m for m in psutil.disk_partitions(all=True) if place.is_relative_to(m.mountpoint)]
    return max(mounts, key=lambda m: len(m.mountpoint)).fstype if mounts else "an unknown file system"


def _locks() -> Iterator[Check]:
    place = local_place()
    try:
        kind = _file_system(_there(place))
        local_state()
    except OSError as problem:
        yield Check("locks", "bad", f"{place} can't be reached: {problem.strerror}", "set GROKTERM_STATE")
        return
    except GroktermError as problem:
        yield Check("locks", "bad", problem.message, problem.hint or "")
        return
    if kind in NETWORK_FILE_SYSTEMS:
        yield Check("locks", "bad", f"{place} is on {kind}; device slots need local disk", "set GROKTERM_STATE")
    else:
        yield Check("locks", "good", f"device slots are kept in {place} ({kind})")


def _log_out() -> Iterator[Check]:
    """systemd can be told to end every process of a user at log-out, which would take detached workers along."""
    if not shutil.which("loginctl"):
        return
    kills = _ask("busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1",
                 "org.freedesktop.login1.Manager", "KillUserProcesses")  # fmt: skip
    lingers = _ask("loginctl", "show-user", str(os.getuid()), "--property=Linger")
    if kills.endswith("true") and not lingers.endswith("yes"):
        yield Check(
            "log-out", "bad", "systemd ends your processes, workers too, when you log out", "loginctl enable-linger"
        )
    elif kills:
        yield Check("log-out", "good", "workers go on after you log out")


def _ask(*command: str) -> str:
    """What a system command answers; empty where there is no such service here."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
