"""Device slots and the line in front of them: where they lie on local disk, and who stands there.

    queue/00001732300000000000-4711-3f9a.ticket   a waiting worker: its place, and a part of the name that stays
    slots/cpu-0.lock                              one slot of a device; the worker that holds it has it locked

Each holds a line of JSON that says who it is. The order of the line is the order of the places, which are numbers of
nanoseconds and may have digits after a point, so that there is always room between two. Moving somebody is renaming
a ticket: one rename is atomic, and whoever dies between two leaves a line that is in order.

Readers take no lock, and so can't stand in a worker's way.
"""

import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grokterm.record.errors import UNSOUND
from grokterm.record.local import local_place, local_state
from grokterm.record.numbers import moment, whole
from grokterm.record.processes import Identity, identity, observe

TICKET = re.compile(r"(\d{20}(?:\.\d+)?)-([^.]+)\.ticket")
_SAME_START = 1.0  # seconds: a pid is not used again this soon
_LOOKS = 20  # two looks at a folder agree sooner than this, unless tickets move without end


@dataclass(frozen=True)
class Ticket:
    """A place in the line.

    Attributes:
        place: the key of the order: 20 digits, and more after a point where tickets were moved between others.
        stable: the part of the name that stays when the ticket is moved.
        path: the file, as it was called when it was seen.
    """

    place: str
    stable: str
    path: Path


@dataclass(frozen=True)
class Claim:
    """What a worker says on a ticket or a slot.

    Attributes:
        folder: the experiment, an absolute path; empty where no experiment is behind it.
        cohort: which cohort of it.
        devices: acceptable devices of a waiting worker, best first; the one device of a holder. GPUs are numbered as
            that worker numbers them.
        identities: the same, by what names a device for every process of this machine.
        since: unix seconds when it began to wait or to hold.
        process: who says so.
    """

    folder: str
    cohort: int
    devices: tuple[str, ...]
    identities: tuple[str, ...]
    since: float
    process: Identity


def queue_folder() -> Path:
    """The folder of the tickets, made if missing. Raises BadInput where local state can't be used."""
    path = local_state() / "queue"
    path.mkdir(exist_ok=True)
    return path


def slot_path(device: str, number: int) -> Path:
    """The lock of one slot.

    Args:
        device: `cpu`, or what names a GPU for every process of this machine (`gpus.identity_of`).
        number: from 0.
    """
    slots = local_state() / "slots"
    slots.mkdir(exist_ok=True)
    return slots / f"{device.replace(':', '-')}-{number}.lock"


def new_ticket(launched: int, stable: str) -> Path:
    """The ticket of a worker launched at `launched` nanoseconds."""
    return queue_folder() / f"{launched:020d}-{stable}.ticket"


def list_tickets(queue: Path | None = None) -> list[Ticket]:
    """Every ticket in the order of the line; empty where nobody ever waited. Takes no lock and makes no folder.

    A listing taken in the middle of a rename may show a ticket under both names or under none: so it is taken until
    two in a row agree.
    """
    queue = local_place() / "queue" if queue is None else queue
    before: list[str] | None = None
    for _ in range(_LOOKS):
        try:
            names = sorted(os.listdir(queue))  # noqa: PTH208 - one system call, as atomic as it gets
        except (FileNotFoundError, NotADirectoryError, PermissionError):  # nobody ever waited, or it is another user's
            return []
        if names == before:
            break
        before = names
    found = ((TICKET.fullmatch(name), name) for name in before or ())
    tickets = {match[2]: Ticket(match[1], match[2], queue / name) for match, name in found if match}
    return sorted(tickets.values(), key=lambda ticket: (ticket.place, ticket.stable))


def read_line() -> list[tuple[Ticket, Claim]]:
    """Everybody with a ticket, in order, the dead too. Tickets that can't be read are left out. Takes no lock."""
    claims: dict[str, Claim | None] = {}  # what a ticket says doesn't change when it is moved
    for _ in range(_LOOKS):
        tickets = list_tickets()
        for ticket in tickets:
            if claims.get(ticket.stable) is None:
                claims[ticket.stable] = read_claim(ticket.path)
        if all(claims[ticket.stable] or ticket.path.exists() for ticket in tickets):
            break  # none was moved between the listing and the look
    return [(ticket, claim) for ticket in tickets if (claim := claims[ticket.stable])]


def list_slots() -> list[tuple[str, int, Path]]:
    """(device, number, file) of every slot that was ever used."""
    try:
        paths = sorted((local_place() / "slots").glob("*.lock"))
    except OSError:
        return []
    split = ((path.stem.rpartition("-"), path) for path in paths)
    return [(device, int(number), path) for (device, _, number), path in split if number.isdecimal()]


def claimed_folders() -> set[Path]:
    """Every experiment that waits or trains on this machine, and those of the dead. Takes no lock, and is cheap."""
    claims = [claim for _, claim in read_line()] + [read_claim(path) for _, _, path in list_slots()]
    return {Path(claim.folder) for claim in claims if claim is not None and claim.folder}


def claim_of(folder: str, cohort: int, devices: Mapping[str, str]) -> str:
    """The line that this process writes on a ticket or a slot. `devices`: the identity of each."""
    document = {"folder": folder, "cohort": cohort, "devices": list(devices), "since": time.time()}
    document["identities"] = list(devices.values())
    return json.dumps(document | vars(identity())) + "\n"


def read_claim(path: Path) -> Claim | None:
    """Who stands behind a ticket or a slot; None where it is gone, empty or not readable. Takes no lock."""
    for _ in range(3):  # it may be in the middle of being written
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        if not text:
            return None
        with suppress(*UNSOUND):
            return _parse(json.loads(text.partition("\n")[0]))
    return None


def _parse(document: dict[str, Any]) -> Claim:
    return Claim(
        str(document["folder"]),
        whole(document["cohort"]),
        tuple(str(device) for device in document["devices"]),
        tuple(str(name) for name in document["identities"]),
        moment(document["since"]),
        Identity.of(document),
    )


def living(claims: Iterable[Claim]) -> list[Claim]:
    """Those whose process is seen alive here, now."""
    claims = list(claims)
    seen = observe(*(claim.process.pid for claim in claims))
    return [
        claim
        for claim in claims
        if (claim.process.host, claim.process.boot_id) == (seen.host, seen.boot_id)
        and abs(seen.starts.get(claim.process.pid, float("-inf")) - claim.process.process_start) < _SAME_START
    ]


def places_between(before: str | None, after: str | None, count: int) -> list[str]:
    """Places, in order, behind `before` and in front of `after`; None is the end of the line on that side.

    Where both are given every place is longer than they are. There is always room, but no file's name is without end.
    """
    if before is None:
        first = time.time_ns() if after is None else max(0, _whole(after) - count)
        return [f"{first + i:020d}" for i in range(count)]
    if after is None:
        return [f"{_whole(before) + 1 + i:020d}" for i in range(count)]
    digits = max(len(place.partition(".")[2]) for place in (before, after)) + len(str(count + 1))
    low, high = (_scaled(place, digits) for place in (before, after))
    return [_place(low + (high - low) * (i + 1) // (count + 1), digits) for i in range(count)]


def _whole(place: str) -> int:
    return int(place.partition(".")[0])


def _place(scaled: int, digits: int) -> str:
    whole, rest = divmod(scaled, 10**digits)
    fraction = f"{rest:0{digits}d}".rstrip("0")
    return f"{whole:020d}" + (f".{fraction}" if fraction else "")


def _scaled(place: str, digits: int) -> int:
    whole, _, fraction = place.partition(".")
    return int(whole) * 10**digits + int(fraction.ljust(digits, "0"))
