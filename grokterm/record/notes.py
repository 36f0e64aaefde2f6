"""What people add to an experiment: notes, tags, a star, the archive mark. Lines are only ever added."""

import getpass
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grokterm.errors import BadInput
from grokterm.record.errors import UNSOUND, unreadable, unwritable
from grokterm.record.files import append_line, dump_json
from grokterm.record.numbers import moment

_TEXTS = ("note", "tag", "untag")
_MARKS = ("star", "archive")


@dataclass(frozen=True)
class Note:
    """One thing a person said about an experiment.

    Attributes:
        kind: note, tag, untag with a text; star, archive with True or False; damaged with an unreadable line.
        value: the text or the mark, exactly as given: control characters in it are data.
        time: unix seconds.
        who: the login name.
    """

    kind: str
    value: str | bool
    time: float
    who: str


@dataclass(frozen=True)
class Marks:
    """What the notes add up to. `texts` are the notes themselves, in the order of writing, and `notes` their number."""

    tags: tuple[str, ...] = ()
    starred: bool = False
    archived: bool = False
    notes: int = 0
    texts: tuple[str, ...] = ()


def add_note(path: Path, kind: str, value: str | bool) -> Note:
    """Appends one note.

    Raises:
        BadInput: an unknown kind, a value that does not fit it, or a folder that can't be written.
    """
    check_note(kind, value)
    note = Note(kind, value, round(time.time(), 6), _who())
    record = {"kind": kind, "value": value, "time": note.time, "who": note.who}
    try:
        append_line(path, dump_json(record), durable=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return note


def check_note(kind: str, value: str | bool) -> None:
    """Raises BadInput for an unknown kind, or a value that doesn't fit it."""
    if kind in _TEXTS:
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"a {kind} is a text that is not empty (given {value!r})")
        if kind == "tag" and len(value.split()) > 1:
            raise BadInput(f"a tag is one word (given {value!r})", hint=f"right would be {'-'.join(value.split())!r}")
        if kind == "tag" and value.startswith("-"):
            right = value.lstrip("-")
            hint = f"right would be {right!r}" if right else None
            raise BadInput(f"a tag can't begin with '-' (given {value!r})", hint)
    elif kind in _MARKS:
        if not isinstance(value, bool):
            raise BadInput(f"{kind} is true or false (given {value!r})")
    else:
        raise BadInput(f"no note of kind {kind!r}; allowed: {', '.join(_TEXTS + _MARKS)}")


def read_notes(path: Path) -> list[Note]:
    """All notes in the order of writing. A last line without its end was never finished and is left out.

    Raises:
        DamagedRecord: the file can't be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(path, error) from error
    return [_parse(line) for line in data[: data.rfind(b"\n") + 1].split(b"\n") if line.strip()]


def marks_of(notes: Iterable[Note]) -> Marks:
    """Adds the notes up: the last word on each tag and mark counts."""
    tags: dict[str, None] = {}
    marks = {"star": False, "archive": False}
    texts: list[str] = []
    for note in notes:
        if note.kind == "tag":
            tags[str(note.value)] = None
        elif note.kind == "untag":
            tags.pop(str(note.value), None)
        elif note.kind in marks:
            marks[note.kind] = bool(note.value)
        elif note.kind == "note":
            texts.append(str(note.value))
    return Marks(tuple(tags), marks["star"], marks["archive"], len(texts), tuple(texts))


def _parse(line: bytes) -> Note:
    try:
        record = json.loads(line)
        kind, value = str(record["kind"]), record["value"]
        if not isinstance(value, bool if kind in _MARKS else str):
            raise TypeError("the value does not fit the kind")
        return Note(kind, value, moment(record["time"]), str(record["who"]))
    except UNSOUND:
        return Note("damaged", line[:400].decode("utf-8", "replace"), 0.0, "")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no entry for this user id, as in many containers
        return ""
