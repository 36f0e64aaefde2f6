"""Devices have slots: a worker holds one with an operating-system lock for as long as it lives.

A killed worker frees its slot because the kernel frees its locks; nothing has to notice. Workers that wait stand in
a line of tickets, in order of launch, each ticket locked by its waiter, so that a killed waiter leaves the line too.
No daemon and no console is needed for the line to move. All of it lies on local disk, where locks work; where, and
what the files say, is in `grokterm.record.line`, because others read it and may rename a ticket to move a waiter.

Temporary folders are swept of what is old. So a holder keeps its files young, and takes a lock again whose file is
gone; whoever gets a lock looks whether its file is still the one of that name.

A worker that waits costs a small process and no device memory.
"""

import fcntl
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grokterm.engine.log import say
from grokterm.errors import GroktermError
from grokterm.record import local_state
from grokterm.record.capacity import slots_of
from grokterm.record.gpus import identity_of
from grokterm.record.line import Ticket, claim_of, list_tickets, new_ticket, read_claim, slot_path

POLL_SECONDS = 0.2
LEAVING_SECONDS = 3.0  # from the last word in a record to the end of the process, at most
KEEP_SECONDS = 60.0  # between two looks of a holder at its files; sweepers go by hours at least


@contextmanager
def only_worker(folder: Path) -> Iterator[None]:
    """Hold the right to write to `folder`, so that two resumes at once can't make two writers.

    One that has said its last word is still there for a moment, and may be resumed in it: that is waited for.

    Raises:
        GroktermError: another living process on this machine holds it.
    """
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    held = local_state() / "workers"
    held.mkdir(exist_ok=True)
    path = held / f"{name}.lock"
    patience = time.monotonic() + LEAVING_SECONDS
    while (lock := _try_lock(path)) is None:
        if time.monotonic() > patience:
            raise GroktermError(f"another worker is already training {folder}")
        time.sleep(POLL_SECONDS)
    with _kept(path, lock):
        yield


@contextmanager
def hold_slot(
    devices: Sequence[str], launched: int, wait: Callable[[], None], folder: str = "", cohort: int = 0
) -> Iterator[str]:
    """Wait in line for a free slot on one of `devices`, and hold it.

    Args:
        devices: acceptable devices, best first (`["cuda:0", "cuda:1"]`, `["cpu"]`).
        launched: when this worker was launched, in nanoseconds: earlier goes first, unless somebody moves it.
        wait: called about five times a second while waiting; what it raises ends the wait.
        folder, cohort: what is to be trained, for those who look at the line.

    Yields:
        the device whose slot is held.
    """
    names = {device: identity_of(device) for device in devices}
    place = _Place(launched, claim_of(folder, cohort, names), set(names.values()))
    slot = None
    try:
        while slot is None:
            slot = _free_slot(names) if place.is_first() else None
            if slot is None:
                wait()
                time.sleep(POLL_SECONDS)
        path, lock, device = slot
        with _kept(path, lock):
            # Before the ticket goes, so that it is always seen somewhere.
            _write(lock, claim_of(folder, cohort, {device: names[device]}))
            place.leave()
            yield device
    finally:
        place.leave()


class _Place:
    """The ticket of this worker. Others may rename it: it is found again by the part of its name that stays.

    Args:
        launched: the place in the line, nanoseconds.
        claim: what the ticket says.
        wanted: identities of the devices it waits for.
    """

    def __init__(self, launched: int, claim: str, wanted: set[str]) -> None:
        self._launched, self._claim, self._wanted = launched, claim, wanted
        self._stable = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: int | None = self._stand()

    def _stand(self) -> int:
        """Take a ticket. It is locked and written before it gets its name: a ticket that others see is never free."""
        ticket = new_ticket(self._launched, self._stable)
        unseen = ticket.with_suffix(".new")
        lock = _try_lock(unseen)
        assert lock is not None, f"{unseen} is named by process and chance, nobody else can hold it"
        _write(lock, self._claim)
        unseen.rename(ticket)
        return lock

    def is_first(self) -> bool:
        """No living waiter stands before this one for one of the same devices; tickets of the dead are cleared away."""
        if os.fstat(self._lock).st_nlink == 0:  # somebody swept the folder: stand there again
            os.close(self._lock)
            self._lock = self._stand()
        for other in list_tickets():
            if other.stable == self._stable:
                return True
            if self._in_the_way(other):
                return False
        return False  # a listing without this ticket can't be trusted

    def _in_the_way(self, other: Ticket) -> bool:
        try:
            left_behind = _try_lock(other.path, create=False)
            if left_behind is not None:
                other.path.unlink(missing_ok=True)
                os.close(left_behind)
                return False
        except FileNotFoundError:  # it left the line, or was moved, between the listing and the look
            return True
        claim = read_claim(other.path)
        return claim is None or bool(self._wanted.intersection(claim.identities))

    def leave(self) -> None:
        """Take the ticket out of the line, whatever it is called by now. Nothing where that was done before."""
        if self._lock is None:
            return
        while mine := [ticket for ticket in list_tickets() if ticket.stable == self._stable]:
            mine[0].path.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None


def _free_slot(names: dict[str, str]) -> tuple[Path, int, str] | None:
    """The file of a free slot, the lock on it, and its device.

    Args:
        names: the identity of each acceptable device, best first.
    """
    for device, name in names.items():
        for number in range(slots_of(device)):
            path = slot_path(name, number)
            lock = _try_lock(path)
            if lock is not None:
                return path, lock, device
    return None


def _write(lock: int, text: str) -> None:
    """Make `text` the whole content of an open file. A reader in the middle of it finds one line, old or new."""
    data = text.encode("ascii")
    os.pwrite(lock, data, 0)
    os.ftruncate(lock, len(data))


def _try_lock(path: Path, create: bool = True) -> int | None:
    """An open descriptor that holds the lock on `path`, or None where a living process holds it.

    Raises:
        FileNotFoundError: there is no such file, and it was not to be created.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        if _is_at(path, handle):
            return handle
        os.close(handle)  # swept away between the two calls: a lock on a file that nobody else will find


def _is_at(path: Path, handle: int) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _kept(path: Path, lock: int) -> Iterator[None]:
    """Hold on to a lock, with whatever its file says; at the end the file is emptied and the lock given back."""
    held, leaving = [lock], threading.Event()

    def keep() -> None:
        while not leaving.wait(KEEP_SECONDS):
            try:
                held[0] = _renewed(path, held[0])
            except OSError as problem:
                say(f"{path}: can't be kept ({problem.strerror})")

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        leaving.set()
        keeper.join()
        os.ftruncate(held[0], 0)
        os.close(held[0])


def _renewed(path: Path, lock: int) -> int:
    """The lock, its file made young; the lock on a new file of the same content where the old one was swept away."""
    os.utime(lock)
    if _is_at(path, lock):
        return lock
    local_state()
    path.parent.mkdir(exist_ok=True)
    another = _try_lock(path)
    if another is None:  # somebody was quicker, and nothing can take that back
        return lock
    _write(another, os.pread(lock, os.fstat(lock).st_size, 0).decode("ascii"))
    os.close(lock)
    return another
