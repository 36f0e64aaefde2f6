"""What a person says about an experiment: a star, a note, tags, the archive."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.console.deeds.doing import Done, check_there
from grokterm.errors import BadInput
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.record import ExperimentFolder, Note

# What this process has written into notes, by folder: taking back is refused where anybody else had a say since.
_written: set[tuple[Path, Note]] = set()


def mark(kind: str, value: bool, folder: ExperimentFolder) -> Done:
    """Star or archive, or the reverse. `kind`: star or archive."""
    words = {
        ("star", True): ("starred", "has a star"), ("star", False): ("without star", "has no star any more"),
        ("archive", True): ("archived", "is in the archive; archived=yes in the filter shows it"),
        ("archive", False): ("out of the archive", "is out of the archive"),
    }  # fmt: skip
    word, said = words[kind, value]
    if (kind, value) == ("archive", True) and folder.state().live:
        said = "goes on out of sight; archived=yes in the filter shows it"
    marks = folder.marks()
    before = marks.starred if kind == "star" else marks.archived
    if before != value:
        _write(folder, kind, value)
    back = partial(_unmark, folder, kind, value) if before != value else None
    what = {"star": "the star of", "archive": "archiving of"}[kind]
    return Done(word, f"{short_name(folder.name)} {said}", back, what)


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
    return Done("noted" if words else "tagged", said, back, "the tags of", "the note stays" if words else "")


def read_note(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What a line says: the note, the tags to add (`#word`) and to take away (`-#word`).

    Raises:
        BadInput: a tag to add begins with "-", as what is to be taken away does.
    """
    from grokterm.record import check_note

    words = text.split()
    add = [word[1:] for word in words if word.startswith("#") and len(word) > 1]
    for tag in add:
        check_note("tag", tag)
    away = [word[2:] for word in words if word.startswith("-#") and len(word) > 2]
    plain_words = [word for word in words if word not in {f"#{tag}" for tag in add} | {f"-#{tag}" for tag in away}]
    return " ".join(plain_words), tuple(dict.fromkeys(add)), tuple(dict.fromkeys(away))


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
