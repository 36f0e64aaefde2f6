"""Devices have slots: a worker holds one with an operating-system lock for as long as it lives.

A killed worker frees its slot because the kernel frees its locks; nothing has to notice. Workers that wait stand in
a line of tickets, in order of launch, each ticket locked by its waiter, so that a killed waiter leaves the line too.
No daemon and no console is needed for the line to move. All of it lies on local disk, where locks work.

A worker that waits costs a small process and no device memory.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grokterm.errors import GroktermError
from grokterm.record import local_state

POLL_SECONDS = 0.2


def slots_of(device: str) -> int:
    """Workers that may train on `device` at once: `$GROKTERM_SLOTS` (`cpu=2,cuda=1`), else one per 4 cores or GPU."""
    for item in os.environ.get("GROKTERM_SLOTS", "").split(","):
        kind, _, count = item.partition("=")
        if kind.strip() in (device, device.split(":")[0]) and count.strip().isdigit():
            return max(1, int(count))
    return max(1, cores() // 4) if device == "cpu" else 1


def cores() -> int:
    """Cores this process may use, which in a container or a batch job is fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_of_slot() -> int:
    """Threads for one worker on the CPU, so that full slots together use every core once."""
    return max(1, cores() // slots_of("cpu"))


def _try_lock(path: Path, create: bool = True) -> int | None:
    """An open descriptor that holds the lock on `path`, or None where a living process holds it.

    Raises:
        FileNotFoundError: there is no such file, and it was not to be created.
    """
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


@contextmanager
def only_worker(folder: Path) -> Iterator[None]:
    """Hold the right to write to `folder`, so that two resumes at once can't make two writers.

    Raises:
        GroktermError: another living process on this machine holds it.
    """
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    held = local_state() / "workers"
    held.mkdir(exist_ok=True)
    lock = _try_lock(held / f"{name}.lock")
    if lock is None:
        raise GroktermError(f"another worker is already training {folder}")
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def hold_slot(devices: list[str], launched: int, wait: Callable[[], None]) -> Iterator[str]:
    """Wait in line for a free slot on one of `devices`, and hold it.

    Args:
        devices: acceptable devices, best first (`["cuda:0", "cuda:1"]`, `["cpu"]`).
        launched: when this worker was launched, in nanoseconds: earlier goes first.
        wait: called about five times a second while waiting; what it raises ends the wait.

    Yields:
        the device whose slot is held.
    """
    line = local_state() / "queue"
    line.mkdir(exist_ok=True)
    ticket = line / f"{launched:020d}-{os.getpid()}.ticket"
    standing = _stand_in_line(ticket, devices)
    slot = None
    try:
        while True:
            slot = None if _waits_behind(ticket, devices) else _free_slot(devices)
            if slot:
                break
            wait()
            time.sleep(POLL_SECONDS)
        _leave(ticket, standing)
        standing = None
        yield slot[1]
    finally:
        if standing is not None:
            _leave(ticket, standing)
        if slot:
            os.close(slot[0])


def _stand_in_line(ticket: Path, devices: list[str]) -> int:
    """Take a ticket. It is locked and written before it gets its name: a ticket that others see is never free."""
    unseen = ticket.with_suffix(".new")
    standing = _try_lock(unseen)
    assert standing is not None, f"{unseen} is named by time and process, nobody else can hold it"
    os.write(standing, json.dumps(devices).encode())
    unseen.rename(ticket)
    return standing


def _leave(ticket: Path, standing: int) -> None:
    ticket.unlink(missing_ok=True)
    os.close(standing)


def _waits_behind(ticket: Path, devices: list[str]) -> bool:
    """A living waiter has an earlier ticket for one of the same devices; tickets of the dead are cleared away."""
    for other in sorted(ticket.parent.glob("*.ticket")):
        if other.name >= ticket.name:
            break
        try:
            left_behind = _try_lock(other, create=False)
            if left_behind is not None:
                _leave(other, left_behind)
                continue
            wanted = json.loads(other.read_text())
        except FileNotFoundError:  # left the line between the listing and the look
            continue
        if set(wanted) & set(devices):
            return True
    return False


def _free_slot(devices: list[str]) -> tuple[int, str] | None:
    slots = local_state() / "slots"
    slots.mkdir(exist_ok=True)
    for device in devices:
        for number in range(slots_of(device)):
            lock = _try_lock(slots / f"{device.replace(':', '-')}-{number}.lock")
            if lock is not None:
                return lock, device
    return None
