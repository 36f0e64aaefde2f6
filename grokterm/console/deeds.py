"""What can be done to an experiment: functions on its folder that say what they did. They run in threads.

Each gives a `Done`, or raises `GroktermError` with the reason and with what could be done instead.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.console.text import ordinal
from grokterm.errors import BadInput, GroktermError, NotFound
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.record import ExperimentFolder, Note

_AT_ONCE = 8
# The states in which each can be done. Who asks in another is told why not, and what could be done instead.
FITTING = {
    "pause": ("running", "starting"),
    "go on": ("paused", "parked", "stopped", "failed", "lost", "created"),
    "stop": ("running", "starting", "paused", "stalled", "queued"),
    "park": ("running", "starting", "paused", "stalled", "queued"),
    "checkpoint": ("running", "starting", "paused"),
}
# What this process has written into notes, by folder: taking back is refused where anybody else had a say since.
_written: set[tuple[Path, Note]] = set()


@dataclass(frozen=True)
class Done:
    """One deed, done.

    Attributes:
        word: what several are counted by: "stopped".
        said: the sentence about this one.
        back: takes it back; None where that can't be.
        what: what is taken back, in words.
        new: the experiment that came of it.
    """

    word: str
    said: str
    back: Callable[[], None] | None = None
    what: str = ""
    new: str = ""


Deed = Callable[["ExperimentFolder"], Done]


@dataclass(frozen=True)
class Undo:
    """What was done together, and can be taken back together."""

    what: str
    names: tuple[str, ...]
    backs: tuple[Callable[[], None], ...]


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
    undo = Undo(backs[0][1].what, tuple(n for n, _ in backs), tuple(r.back for _, r in backs)) if backs else None
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
    said = [f"taken back: {undo.what} {listed(done)}"] if done else []
    said += [f"not taken back: {refused[0]}"] if refused else []
    return Outcome("; ".join(said), "error" if refused else "information")


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
    """The deed; where it fails because the folder is gone, that is what is said."""
    check_there(folder)
    try:
        return deed(folder)
    except GroktermError:
        check_there(folder)
        raise


def check_there(folder: ExperimentFolder) -> None:
    """Raises NotFound if somebody has taken the folder away."""
    if not folder.path.is_dir():
        where = f"{short_name(folder.name)}: its folder is gone from {folder.path.parent}"
        raise NotFound(where, "somebody has moved or deleted it, so nothing was done")


def refusals(folders: Sequence[ExperimentFolder], check: Callable[[ExperimentFolder], None]) -> dict[str, str]:
    """Those that `check` refuses, by name, each with the reason."""
    refused = {}
    for folder in folders:
        try:
            check(folder)
        except GroktermError as error:
            refused[folder.name] = _reason(error)
    return refused


def _reason(error: GroktermError) -> str:
    return " — ".join(filter(None, (error.message.replace("\n", "; "), error.hint)))


def listed(names: Sequence[str], most: int = 2) -> str:
    """`fin3`, `fin3 and fai4`, `fin3, fai4 and 5 more`, by short names."""
    shown = [short_name(name) for name in names]
    if len(shown) > most + 1:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def pause(folder: ExperimentFolder) -> Done:
    """Pause what runs; its memory stays on the device."""
    from grokterm.record import State

    state = folder.state()
    if state not in (State.RUNNING, State.STARTING):
        raise BadInput(f"{short_name(folder.name)} is {state}: nothing to pause", _instead(state))
    return _asked(folder, "pause", "paused", "is paused; its memory stays on the device")


def go_on(folder: ExperimentFolder) -> Done:
    """Wake what is paused; start a worker for what has none and isn't done."""
    from grokterm.jobs import resume
    from grokterm.record import State

    state, name = folder.state(), short_name(folder.name)
    if state is State.PAUSED:
        return _asked(folder, "resume", "going on", "goes on")
    if state is State.STALLED:
        why = "is silent, but its process isn't proven gone; nothing was started"
        raise BadInput(f"{name} {why}", f"if you know it is gone: grokterm resume {name} --force")
    if not state.resumable:
        raise BadInput(f"{name} is {state}: nothing to pause or resume", _instead(state))
    started = any((status := cohort.status()) is not None and status.step for cohort in folder.cohorts)
    resume(folder)
    how = "goes on from the last checkpoint" if started else "begins at step 0"
    return Done("going on", f"{name}: a worker {how} as soon as a device is free")


def pause_or_go_on(folder: ExperimentFolder) -> Done:
    """One or the other, by what it is doing."""
    from grokterm.record import State

    return pause(folder) if folder.state() in (State.RUNNING, State.STARTING) else go_on(folder)


def stop(folder: ExperimentFolder) -> Done:
    """Ask the workers to write a checkpoint and end."""
    return _asked(folder, "stop", "stopped", "is stopped; p goes on from its checkpoint")


def park(folder: ExperimentFolder) -> Done:
    """Ask the workers to write a checkpoint and leave the device."""
    from grokterm.record import State

    if folder.state() is State.QUEUED:
        return _asked(folder, "park", "parked", "has left the line; p puts it back, at the end")
    return _asked(folder, "park", "parked", "is parked: the device is free, and p goes on")


def checkpoint(folder: ExperimentFolder) -> Done:
    """Ask the workers for a checkpoint that is kept."""
    return _asked(folder, "checkpoint", "checkpointed", "has a checkpoint; f forks from it")


def _asked(folder: ExperimentFolder, action: str, word: str, said: str) -> Done:
    from grokterm.jobs import request

    name, state = short_name(folder.name), folder.state()
    if not state.live:
        raise BadInput(f"{name} is {state}: nothing to {action}", _instead(state))
    answers = request(folder, action)
    refused = [answer.refused for answer in answers if answer.refused]
    if refused:
        raise GroktermError(f"{name}: {refused[0]}")
    if not all(answer.answered for answer in answers):
        return Done("asked", f"{name}: the worker hasn't answered yet; it obeys when it next looks")
    steps = [answer.step for answer in answers if answer.step is not None]
    return Done(word, f"{name} {said}" + (f" (step {min(steps):,})" if steps else ""))


def _instead(state: str) -> str:
    from grokterm.record import State

    if state is State.FINISHED:
        return "f forks it from a checkpoint, R repeats it with new seeds"
    if state is State.QUEUED:
        return "it waits in line: < and > move it, K takes it out"
    if state is State.CREATED:
        return "p starts it"
    return "p lets it go on" if state.resumable else "K stops it"


def mark(kind: str, value: bool, folder: ExperimentFolder) -> Done:
    """Star or archive, or the reverse. `kind`: star or archive."""
    words = {
        ("star", True): ("starred", "has a star"), ("star", False): ("without star", "has no star any more"),
        ("archive", True): ("archived", "is in the archive; archived=yes in the filter shows it"),
        ("archive", False): ("out of the archive", "is out of the archive"),
    }  # fmt: skip
    word, said = words[kind, value]
    marks = folder.marks()
    before = marks.starred if kind == "star" else marks.archived
    if before != value:
        _write(folder, kind, value)
    back = partial(_unmark, folder, kind, value) if before != value else None
    what = {"star": "the star of", "archive": "archiving of"}[kind]
    return Done(word, f"{short_name(folder.name)} {said}", back, what)


def read_note(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What a line says: the note, the tags to add (`#word`) and to take away (`-#word`).

    Raises:
        BadInput: a tag to add begins with "-", as what is to be taken away does.
    """
    words = text.split()
    add = [word[1:] for word in words if word.startswith("#") and len(word) > 1]
    wrong = next((tag for tag in add if tag.startswith("-")), None)
    if wrong is not None:
        right = wrong.lstrip("-")
        hint = f"#{right} adds that tag, -#{right} takes it away" if right else None
        raise BadInput(f'#{wrong}: a tag can\'t begin with "-"', hint)
    away = [word[2:] for word in words if word.startswith("-#") and len(word) > 2]
    plain_words = [word for word in words if word not in {f"#{tag}" for tag in add} | {f"-#{tag}" for tag in away}]
    return " ".join(plain_words), tuple(dict.fromkeys(add)), tuple(dict.fromkeys(away))


def note(text: str, folder: ExperimentFolder) -> Done:
    """Keep a line with the experiment: a note, tags, or both. Tags can be taken back, a note stays."""
    words, add, away = read_note(text)
    has = folder.marks().tags
    added = [tag for tag in add if tag not in has]
    taken = [tag for tag in away if tag in has]
    if words:
        _write(folder, "note", words)
    for tag in added:
        _write(folder, "tag", tag)
    for tag in taken:
        _write(folder, "untag", tag)
    parts = [*(f"+#{tag}" for tag in added), *(f"-#{tag}" for tag in taken)]
    if not words and not parts:
        raise BadInput(f"{short_name(folder.name)}: nothing to change: its tags are {' '.join(has) or 'none'}")
    said = " ".join(filter(None, ("noted" if words else "tagged", f"on {short_name(folder.name)}", *parts)))
    back = partial(_retag, folder, tuple(added), tuple(taken)) if parts else None
    return Done("noted" if words else "tagged", said, back, "the tags of")


def _write(folder: ExperimentFolder, kind: str, value: str | bool) -> None:
    _written.add((folder.path, folder.add_note(kind, value)))


def _stands(folder: ExperimentFolder, value: str | bool, *kinds: str) -> bool:
    """The last word about it is the first of `kinds` with this value, and this process has said it.

    Somebody else may have said the same since; then it isn't ours to take back.
    """
    said = [note for note in folder.notes() if note.kind in kinds and (value == note.value or len(kinds) == 1)]
    last = said[-1] if said else None
    return last is not None and (last.kind, last.value) == (kinds[0], value) and (folder.path, last) in _written


def _unmark(folder: ExperimentFolder, kind: str, now: bool) -> None:
    check_there(folder)
    if not _stands(folder, now, kind):
        raise BadInput(f"{short_name(folder.name)}: its {kind} was changed elsewhere since", "it stays as it is")
    _write(folder, kind, not now)


def _retag(folder: ExperimentFolder, added: Sequence[str], taken: Sequence[str]) -> None:
    """The tags as they were before, unless somebody else had a say in one of them since."""
    check_there(folder)
    changed = [tag for tag in added if not _stands(folder, tag, "tag", "untag")]
    changed += [tag for tag in taken if not _stands(folder, tag, "untag", "tag")]
    if changed:
        raise BadInput(f"{short_name(folder.name)}: #{changed[0]} was changed elsewhere since", "its tags stay")
    for kind, tags in (("tag", taken), ("untag", added)):
        for tag in tags:
            _write(folder, kind, tag)


def put_in_bin(folder: ExperimentFolder) -> Done:
    """Move it to the bin of the runs folder. One that may be written is refused."""
    from grokterm.record import remove

    try:
        there = remove(folder)
    except BadInput as error:
        raise BadInput(error.message, "K stops it first" if folder.state().live else error.hint) from error
    back = partial(_restore, folder.path.parent, there.name)
    return Done("in the bin", f"{short_name(folder.name)} is in the bin; u takes it back", back, "the bin of")


def _restore(runs: Path, name: str) -> None:
    from grokterm.record import restore

    restore(runs, name)


def check_repeat(folder: ExperimentFolder) -> None:
    """Raises GroktermError where it can't be repeated, whatever the seeds."""
    from grokterm.jobs import check_repeat

    check_there(folder)
    check_repeat(folder)


def repeat(seeds: int | Sequence[int] | None, folder: ExperimentFolder) -> Done:
    """A new experiment with new seeds."""
    from grokterm.jobs import repeat as launch_repeat

    new = launch_repeat(folder, seeds)
    return Done("repeated", f"{short_name(new.name)} repeats {short_name(folder.name)}", new=new.name)


def read_seeds(text: str) -> int | tuple[int, ...] | None:
    """Seeds as they are written: `4` is so many new ones, `7,8,9` and `7,` are these; nothing means as many as before.

    Raises:
        BadInput: it is neither.
    """
    from grokterm.spec import seeds_of

    return seeds_of(text) if text.strip() else None


def shift(by: int, folder: ExperimentFolder) -> Done:
    """Earlier or later in the line for the device."""
    from grokterm.jobs import move

    place = move(folder, by)
    return Done("moved", f"{short_name(folder.name)} is {ordinal(place)} in line")
