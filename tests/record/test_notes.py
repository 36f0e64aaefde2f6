"""Notes: any text, the last word counts, a torn line harms nobody."""

import pytest

from grokterm.errors import BadInput
from grokterm.record import Marks, create, open_folder, remove

HOSTILE = "two\nlines \x1b]0;title\x07 [red]markup[/red] \U0001f600 \udcff \x00 \u2028 end"


def test_notes_come_back_exactly(folder):
    given = folder.add_note("note", HOSTILE)
    folder.add_note("tag", "seed-000")
    folder.add_note("star", True)
    found = open_folder(folder.path).notes()
    assert [(note.kind, note.value) for note in found] == [("note", HOSTILE), ("tag", "seed-000"), ("star", True)]
    assert abs(found[0].time - given.time) < 1e-5 and found[0].who == given.who
    assert folder.paths.notes.read_bytes().count(b"\n") == 3


def test_the_last_word_counts(folder):
    assert folder.marks() == Marks()
    for kind, value in [
        ("tag", "a"), ("tag", "b"), ("tag", "a"), ("untag", "b"), ("untag", "never there"), ("note", "x"),
        ("star", True), ("archive", True), ("star", False), ("note", "y"),
    ]:  # fmt: skip
        folder.add_note(kind, value)
    assert folder.marks() == Marks(tags=("a",), starred=False, archived=True, notes=2, texts=("x", "y"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("note", ""), ("note", " \n"), ("tag", True), ("tag", "-bad"), ("star", "yes"), ("colour", "red")],
)
def test_what_does_not_fit_is_refused(folder, kind, value):
    with pytest.raises(BadInput):
        folder.add_note(kind, value)
    assert folder.notes() == []


def test_a_torn_line_harms_neither_what_was_before_nor_what_comes_after(folder):
    folder.add_note("note", "one")
    with folder.paths.notes.open("ab") as file:
        file.write(b'{"kind":"note","val')
    assert [note.value for note in folder.notes()] == ["one"]
    folder.add_note("note", "two")
    assert [(note.kind, note.value) for note in folder.notes() if note.kind == "note"] == [
        ("note", "one"),
        ("note", "two"),
    ]
    assert sum(note.kind == "damaged" for note in folder.notes()) == 1
    assert folder.marks().notes == 2


def test_foreign_lines_are_shown_as_damaged(folder):
    folder.paths.notes.write_bytes(b'\xff\n[]\n{"kind":"star","value":"yes","time":1,"who":"x"}\n\n')
    assert [note.kind for note in folder.notes()] == ["damaged"] * 3
    assert folder.marks() == Marks()


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_on_a_folder_that_can_only_be_read_no_other_runs_folder_is_advised(runs, experiment, monkeypatch, error):
    folder = create(runs, experiment)

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("grokterm.record.notes.append_line", refuse)
    monkeypatch.setattr("grokterm.record.runs.Path.rename", refuse)
    for write in (lambda: folder.add_note("star", True), lambda: remove(folder)):
        with pytest.raises(BadInput, match="can't be written") as told:
            write()
        assert told.value.hint == "it can be read only, and stays as it is"
