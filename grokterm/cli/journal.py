"""What people said and did to an experiment, a line each."""

from collections.abc import Iterator, Sequence

from grokterm.console.text import plain
from grokterm.record import Note
from grokterm.times import local_time

_WORDS = {
    ("star", True): "starred",
    ("star", False): "star taken away",
    ("archive", True): "archived",
    ("archive", False): "taken out of the archive",
}


def journal_lines(notes: Sequence[Note]) -> Iterator[str]:
    """`2026-11-22 14:12  ada  tagged robust`: when (local time), who, and what, in the order of writing."""
    whos = [plain(note.who) for note in notes]
    room = max(map(len, whos), default=0)
    for note, who in zip(notes, whos, strict=True):
        yield f"{local_time(note.time, '%Y-%m-%d %H:%M'):16}  {who:{room}}  {plain(_what(note))}"


def _what(note: Note) -> str:
    if note.kind == "tag":
        return f"tagged {note.value}"
    if note.kind == "untag":
        return f"tag {note.value} taken away"
    if note.kind == "damaged":
        return f"a line that can't be read: {note.value}"
    return _WORDS.get((note.kind, note.value), f"{note.kind}: {note.value}")
