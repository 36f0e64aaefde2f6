"""Which process is this, and is it still there? Answered without locks, so it works on a shared folder."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import time
from typing import Any

import psutil

from grokterm.record.numbers import whole

_STAT_STATE, _STAT_START = 0, 19  # fields of /proc/PID/stat, counted after the name


@dataclass(frozen=True)
class Identity:
    """One process on one boot of one host.

    Attributes:
        host: the host's name.
        boot_id: the boot, and on Linux the process namespace, in which `pid` means something.
        pid: the process number, which is used again after some time.
        process_start: when the process began, in a unit that only compares: it tells two uses of a pid apart.
    """

    host: str
    boot_id: str
    pid: int
    process_start: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Identity":
        """Out of a document that names all four. Raises one of `errors.UNSOUND`."""
        host, boot = str(document["host"]), str(document["boot_id"])
        return cls(host, boot, whole(document["pid"]), float(document["process_start"]))


@dataclass(frozen=True)
class Observation:
    """What one observer sees: the clock, the host, and which of the processes asked about live here.

    Attributes:
        now: unix seconds.
        host, boot_id: of the observer.
        starts: process_start by pid, of living processes only; a zombie is not alive.
    """

    now: float
    host: str
    boot_id: str
    starts: dict[int, float] = field(default_factory=dict)


def observe(*pids: int) -> Observation:
    """Looks for these processes on this host, now."""
    found = {pid: start for pid in pids if pid > 0 and (start := process_start(pid)) is not None}
    return Observation(time(), socket.gethostname(), boot_id(), found)


def identity(pid: int | None = None) -> Identity:
    """Identifies a living process of this host, by default this one."""
    pid = os.getpid() if pid is None else pid
    return Identity(socket.gethostname(), boot_id(), pid, process_start(pid) or 0.0)


@cache
def boot_id() -> str:
    """Names this boot of this host and, on Linux, this container's process namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - follows the magic link
    except OSError:
        return f"{psutil.boot_time():.0f}"


def process_start(pid: int) -> float | None:
    """When a living process began; None if it is gone or a zombie.

    On Linux: seconds since boot, from /proc. psutil derives its create_time from the wall clock there, and
    that moves when the clock is set, which would make a living worker look like another process.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _portable_start(pid)
    except OSError:
        return _portable_start(pid)
    fields = text[text.rindex(")") + 1 :].split()
    if fields[_STAT_STATE] in "ZXx":
        return None
    return int(fields[_STAT_START]) / os.sysconf("SC_CLK_TCK")


def _portable_start(pid: int) -> float | None:
    try:
        process = psutil.Process(pid)
        gone = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return None if gone else process.create_time()
    except psutil.Error:
        return None
