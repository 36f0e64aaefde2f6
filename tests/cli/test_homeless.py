"""The command of a user without a home folder: a service or a container, of whom no list of users knows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import refused

from grokterm.places import expanded, user_folder

CODE = """
import pwd
def nobody(user):
    raise KeyError(user)
pwd.getpwuid = pwd.getpwnam = nobody
from grokterm.cli.main import main
main()
"""
PLACES = ("CONFIG", "PRESETS", "CACHE", "STATE")


@pytest.fixture
def homeless(tmp_path, monkeypatch):
    """homeless(*words) -> what the command said."""
    for name in ("HOME", *(f"GROKTERM_{place}" for place in PLACES), *(f"XDG_{place}_HOME" for place in PLACES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    command = [sys.executable, "-c", CODE]
    return lambda *words: subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [("ls",), ("presets",), ("presets", "--json"), ("keys",)])
def test_what_only_reads_works(homeless, words):
    done = homeless(*words)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


def test_what_would_write_says_what_is_missing(homeless):
    refused(homeless("keys", "--init"), 2, "there is no home folder", "GROKTERM_CONFIG")
    refused(homeless("presets", "save", "mine", "quickstart"), 2, "there is none", "GROKTERM_PRESETS")
    refused(homeless("run", "~somebody/mine.toml"), 3, "no such file: ~somebody/mine.toml")


def test_the_console_keeps_nothing(homeless, runs):
    from grokterm.analysis import SummaryCache
    from grokterm.console.memory import Memory
    from grokterm.console.settings import Settings, load_settings

    memory = Memory.load(runs)
    memory.remember(filter="x")
    memory.save()
    cache = SummaryCache(runs)
    cache.save({})
    assert cache.load() == {} and load_settings() == Settings()
    assert list(runs.parent.iterdir()) == [runs]


def test_where_a_folder_of_the_user_is(monkeypatch, tmp_path):
    place = "OWN_FOLDER", "XDG_STATE_HOME", ".local/state"
    monkeypatch.setenv("HOME", str(tmp_path))
    for relative in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", relative)
        assert user_folder(*place) == tmp_path / ".local" / "state" / "grokterm"
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg")
    assert user_folder(*place) == Path("/xdg/grokterm")
    monkeypatch.setenv("OWN_FOLDER", "own")
    assert user_folder(*place) == Path("own")
    assert expanded("~/x") == tmp_path / "x" and expanded("~no-such-user/x") == Path("~no-such-user/x")
    assert os.sep not in str(expanded("plain"))
