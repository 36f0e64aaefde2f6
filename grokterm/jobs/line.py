"""The line in front of the devices: who trains, who waits, and moving somebody in it."""

import fcntl
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from grokterm.errors import BadInput
from grokterm.names import natural
from grokterm.record import DamagedRecord, ExperimentFolder, open_folder
from grokterm.record.capacity import slots_of
from grokterm.record.gpus import list_gpus
from grokterm.record.line import (
    Claim,
    Ticket,
    list_slots,
    living,
    places_between,
    queue_folder,
    read_claim,
    read_line,
)

_LONGEST = 80  # characters of a place; a file's name may have 255


@dataclass(frozen=True)
class Waiting:
    """A worker that waits for a device.

    Attributes:
        folder: its experiment, an absolute path.
        cohort: which cohort of it.
        devices: what it would take, best first.
        pid: its process.
        since: unix seconds.
    """

    folder: Path
    cohort: int
    devices: tuple[str, ...]
    pid: int
    since: float = 0.0


@dataclass(frozen=True)
class Holding:
    """A worker that holds a slot of a device.

    Attributes:
        device: as it is numbered here: `cpu`, `cuda:0`; a GPU that isn't visible here goes by its UUID.
        slot: which slot of the device, from 0.
        folder, cohort, pid, since: as of `Waiting`.
        state: what the worker says of itself: starting, running, or paused, which keeps the slot.
    """

    device: str
    slot: int
    folder: Path
    cohort: int
    pid: int
    since: float = 0.0
    state: str = ""

    @property
    def paused(self) -> bool:
        """It keeps the slot and doesn't train."""
        return self.state == "paused"


@dataclass(frozen=True)
class Line:
    """Everybody at the devices of this machine. Only processes that are seen alive are named.

    Attributes:
        waiting: in order, the next one first.
        holding: by device and slot.
        slots: how many workers may train on each device at once.
    """

    waiting: tuple[Waiting, ...] = ()
    holding: tuple[Holding, ...] = ()
    slots: Mapping[str, int] = field(default_factory=dict)

    @property
    def experiments(self) -> tuple[Path, ...]:
        """The folders that wait, each once, in the order of their first cohort."""
        return tuple(dict.fromkeys(waiting.folder for waiting in self.waiting))

    def wanted(self, folder: Path) -> tuple[str, ...]:
        """The devices that an experiment waits for."""
        return tuple(dict.fromkeys(device for one in self.waiting if one.folder == folder for device in one.devices))

    def holders(self, devices: Collection[str]) -> tuple[Holding, ...]:
        """Who holds slots of these devices."""
        return tuple(holding for holding in self.holding if holding.device in devices)


def line() -> Line:
    """Who holds the devices and who waits for them, now. Takes no lock and disturbs nobody."""
    gpus = {gpu.uuid: gpu.device for gpu in list_gpus()}
    holding = tuple(_holding(gpus))
    training = {(item.pid, item.folder, item.cohort) for item in holding}
    waiting = tuple(
        Waiting(Path(claim.folder), claim.cohort, claim.devices, claim.process.pid, claim.since)
        for _, claim in _waiting()
        if (claim.process.pid, Path(claim.folder), claim.cohort) not in training
    )
    return Line(waiting, holding, {device: slots_of(device) for device in ("cpu", *gpus.values())})


def move(folder: ExperimentFolder, by: int) -> int:
    """Let an experiment wait earlier or later. Its cohorts go together; nobody else changes places among themselves.

    Args:
        folder: an experiment that waits.
        by: places, of experiments: -1 is one earlier, +1 one later. Beyond an end of the line is that end.

    Returns:
        its place in the line of experiments afterwards, from 1.

    Raises:
        BadInput: it doesn't wait.
    """
    own = folder.path.resolve()
    with _moving():
        tickets = _with_room(_waiting())
        folders = list(dict.fromkeys(_home(claim) for _, claim in tickets))
        if own not in folders:
            raise BadInput(f"{folder.name} doesn't wait for a device: it is {folder.state()}")
        others = [path for path in folders if path != own]
        goal = min(max(0, folders.index(own) + by), len(others))
        mine = [ticket for ticket, claim in tickets if _home(claim) == own]
        rest = [(ticket, _home(claim)) for ticket, claim in tickets if _home(claim) != own]
        if goal != folders.index(own):
            _place(mine, rest, others[goal] if goal < len(others) else None)
    return goal + 1


def _place(mine: Sequence[Ticket], rest: Sequence[tuple[Ticket, Path]], behind: Path | None) -> None:
    """Rename the tickets of one experiment, in order, to right before the first of `behind`; None is the end.

    Every rename leaves the others in order, so whoever is killed between two does no harm.
    """
    at = next((i for i, (_, home) in enumerate(rest) if home == behind), len(rest))
    before = rest[at - 1][0].place if at else None
    after = rest[at][0].place if at < len(rest) else None
    for ticket, place in zip(mine, places_between(before, after, len(mine)), strict=True):
        _rename(ticket, place)


def _with_room(tickets: list[tuple[Ticket, Claim]]) -> list[tuple[Ticket, Claim]]:
    """The tickets, with places as short as new ones if one has grown long: between two there would be no room soon.

    The last is renamed first, to behind all others, and so on: every rename leaves the line in order.
    """
    if all(len(ticket.place) <= _LONGEST for ticket, _ in tickets):
        return tickets
    places = places_between(tickets[-1][0].place, None, len(tickets))
    renamed = [
        (_rename(ticket, place), claim) for (ticket, claim), place in zip(tickets[::-1], places[::-1], strict=True)
    ]
    return renamed[::-1]


def _rename(ticket: Ticket, place: str) -> Ticket:
    path = ticket.path.with_name(f"{place}-{ticket.stable}.ticket")
    with suppress(FileNotFoundError):  # its turn came
        ticket.path.rename(path)
    return replace(ticket, place=place, path=path)


@contextmanager
def _moving() -> Iterator[None]:
    """One mover at a time. Waiting workers know nothing of this lock, and a mover that is killed frees it."""
    handle = os.open(queue_folder() / "moving.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _waiting() -> list[tuple[Ticket, Claim]]:
    """The tickets of living workers, in order."""
    known = read_line()
    alive = living(claim for _, claim in known)
    return [(ticket, claim) for ticket, claim in known if claim in alive]


def _holding(gpus: Mapping[str, str]) -> Iterator[Holding]:
    """The slots that living workers hold. `gpus`: the device of each UUID that is visible here."""
    read = [(number, read_claim(path)) for _, number, path in list_slots()]
    known = [(number, claim) for number, claim in read if claim is not None]
    alive = living(claim for _, claim in known)
    found = [
        Holding(
            _device(claim, gpus),
            number,
            Path(claim.folder),
            claim.cohort,
            claim.process.pid,
            claim.since,
            _state(claim),
        )
        for number, claim in known
        if claim in alive
    ]
    yield from sorted(found, key=lambda item: (item.device != "cpu", natural(item.device), item.slot))


def _device(claim: Claim, gpus: Mapping[str, str]) -> str:
    name = next(iter(claim.identities), "")
    return name if name == "cpu" else gpus.get(name, name)


def _state(claim: Claim) -> str:
    """What a holder's last status says; `starting` before it said a word, or where it can't be read."""
    if not claim.folder:
        return "starting"
    try:
        status = open_folder(Path(claim.folder)).cohort(claim.cohort).status()
    except DamagedRecord:
        return "starting"
    return status.state if status and status.pid == claim.process.pid else "starting"


def _home(claim: Claim) -> Path:
    return Path(claim.folder).resolve()
