"""What is printed: data is harmless, pictures keep their colours, JSON stays JSON."""

import json
import sys

import pytest
from rich.segment import Segment
from rich.style import Style

from grokterm.cli import out
from grokterm.cli.picture import line_of

EVIL = "a\x1b[2J\x07\x9b31m\u202e\ud800 b"


@pytest.mark.parametrize("speak", [out.data, out.say, out.written])
def test_nothing_that_steers_a_terminal_is_printed(capsys, speak):
    speak(f"{EVIL}\n{EVIL}")
    said = "".join(capsys.readouterr())
    assert said == "a␛[2J␇�31m�� b\n" * 2


def test_cells_and_headings_of_a_table_are_data(capsys):
    out.table([(f"[red]{EVIL}", "left")], [[f"[b]{EVIL}\nx"]])
    said = capsys.readouterr().out
    assert "[red]a␛" in said and "[b]a␛" in said and "\x1b" not in said


def test_json_gives_back_what_it_was_given(capsys):
    out.emit_json({"name": EVIL, "λ": ["ü", "😀"]})
    said = capsys.readouterr().out
    assert json.loads(said) == {"name": EVIL, "λ": ["ü", "😀"]}
    assert "λ" in said and "😀" in said and said.replace("\n", "").isprintable()


def test_a_picture_has_colours_on_a_terminal_and_no_other_codes(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out.drawn(line_of([Segment(EVIL, Style(color="red")), Segment("⣿")]))
    said = capsys.readouterr().out
    assert said.startswith("\x1b[") and "a␛[2J" in said and "\x1b[2J" not in said and said.endswith("⣿\n")
