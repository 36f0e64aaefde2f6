"""Notes, tags and marks in people's words."""

import time

import pytest

from grokterm.cli.journal import journal_lines
from grokterm.record import Note

NOON = time.mktime((2026, 11, 22, 12, 5, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("note", "looks odd", "note: looks odd"), ("note", "two\nlines", "note: two lines"),
        ("tag", "robust", "tagged robust"), ("untag", "robust", "tag robust taken away"),
        ("star", True, "starred"), ("star", False, "star taken away"),
        ("archive", True, "archived"), ("archive", False, "taken out of the archive"),
        ("later", "x", "later: x"),
    ],
)  # fmt: skip
def test_when_who_and_what(kind, value, words):
    assert list(journal_lines([Note(kind, value, NOON, "ada")])) == [f"2026-11-22 12:05  ada  {words}"]


def test_in_the_order_of_writing_below_each_other():
    notes = [Note("star", True, NOON, "ada"), Note("damaged", "{", 0.0, ""), Note("tag", "\x1b", NOON + 60, "grace")]
    lines = list(journal_lines(notes))
    assert lines[0] == "2026-11-22 12:05  ada    starred"
    assert lines[1].strip() == "a line that can't be read: {"
    assert lines[2] == "2026-11-22 12:06  grace  tagged ␛"
    assert {line.index(word) for line, word in zip(lines, ("starred", "a line", "tagged"), strict=True)} == {25}


def test_who_is_not_known():
    assert list(journal_lines([Note("star", True, NOON, "")])) == ["2026-11-22 12:05    starred"]


@pytest.mark.parametrize("moment", [1e20, float("inf"), float("nan")])
def test_a_time_that_no_calendar_holds_is_left_out(moment):
    assert list(journal_lines([Note("star", True, moment, "ada")])) == [" " * 16 + "  ada  starred"]
