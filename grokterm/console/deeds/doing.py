"""Carrying out a deed on an experiment or on several: what it said, who refused, and the way back."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grokterm.errors import GroktermError, NotFound
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.record import ExperimentFolder

_AT_ONCE = 8


@dataclass(frozen=True)
class Done:
    """One deed, done.

    Attributes:
        word: what several are counted by: "stopped".
        said: the sentence about this one.
        back: takes it back; None where that can't be.
        what: what is taken back, in words.
        stays: what was done with it and can't be taken back, in words.
        new: the experiment that came of it.
    """

    word: str
    said: str
    back: Callable[[], None] | None = None
    what: str = ""
    stays: str = ""
    new: str = ""


Deed = Callable[["ExperimentFolder"], Done]


@dataclass(frozen=True)
class Undo:
    """What was done together, and can be taken back together."""

    what: str
    names: tuple[str, ...]
    backs: tuple[Callable[[], None], ...]
    stays: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a deed on one experiment or several went.

    Attributes:
        said: a line.
        severity: information, warning where some were refused, error where all were.
        undo: the way back, if there is one.
        new: the experiment that came of it, or "".
    """

    said: str
    severity: str
    undo: Undo | None = None
    new: str = ""


def carry_out(folders: Sequence[ExperimentFolder], deed: Deed) -> Outcome:
    """Do it to all of them, several at a time, since a worker may take seconds to answer."""
    results = _attempts(folders, deed)
    done = [result for result in results if isinstance(result, Done)]
    refused = [result for result in results if isinstance(result, GroktermError)]
    backs = [(folder.name, r) for folder, r in zip(folders, results, strict=True) if isinstance(r, Done) and r.back]
    undo = None
    if backs:
        stays = next((result.stays for _, result in backs if result.stays), "")
        undo = Undo(backs[0][1].what, tuple(n for n, _ in backs), tuple(r.back for _, r in backs), stays)
    if len(results) == 1:
        said = done[0].said if done else _reason(refused[0])
        return Outcome(said, "error" if refused else "information", undo, done[0].new if done else "")
    parts = [f"{count} {word}" for word, count in Counter(result.word for result in done).items()]
    if refused:
        parts.append(f"{len(refused)} refused: {_reason(refused[0])}")
    return Outcome(", ".join(parts), "information" if not refused else "warning" if done else "error", undo)


def take_back(undo: Undo) -> Outcome:
    """Take back what was done together."""
    done, refused = [], []
    for name, back in zip(undo.names, undo.backs, strict=True):
        try:
            back()
            done.append(name)
        except GroktermError as error:
            refused.append(_reason(error))
    said = list(filter(None, (f"taken back: {undo.what} {listed(done)}", undo.stays))) if done else []
    said += [f"not taken back: {refused[0]}"] if refused else []
    return Outcome("; ".join(said), "error" if refused else "information")


def refusals(folders: Sequence[ExperimentFolder], check: Callable[[ExperimentFolder], None]) -> dict[str, str]:
    """Those that `check` refuses, by name, each with the reason."""
    refused = {}
    for folder in folders:
        try:
            check(folder)
        except GroktermError as error:
            refused[folder.name] = _reason(error)
    return refused


def check_there(folder: ExperimentFolder) -> None:
    """Raises NotFound if somebody has taken the folder away."""
    if not folder.path.is_dir():
        where = f"{short_name(folder.name)}: its folder is gone from {folder.path.parent}"
        raise NotFound(where, "somebody has moved or deleted it, so nothing was done")


def listed(names: Sequence[str], most: int = 2) -> str:
    """`fin3`, `fin3 and fai4`, `fin3, fai4 and 5 more`, by short names."""
    shown = [short_name(name) for name in names]
    if len(shown) > most + 1:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _attempts(folders: Sequence[ExperimentFolder], deed: Deed) -> list[Done | GroktermError]:
    """What came of each, in order. The threads are daemons: leaving the console waits for none of them."""
    results: list = [None] * len(folders)
    places = iter(range(len(folders)))

    def work() -> None:
        for place in places:
            try:
                results[place] = _done(deed, folders[place])
            except Exception as error:  # noqa: BLE001 - looked at below
                results[place] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(folders)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, GroktermError):
            raise result
    return results


def _done(deed: Deed, folder: ExperimentFolder) -> Done:
    """The deed; where it fails because the folder is gone, that is what is said. The console has short names."""
    check_there(folder)
    try:
        return deed(folder)
    except GroktermError as error:
        check_there(folder)
        error.message = re.sub(rf"(?<!/){re.escape(folder.name)}", short_name(folder.name), error.message)
        raise


def _reason(error: GroktermError) -> str:
    return " — ".join(filter(None, (error.message.replace("\n", "; "), error.hint)))
