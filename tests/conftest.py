"""What every test shares: device slots and locks of its own, a common terminal, nothing of the user's settings."""

import gc
import os
import sys

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when numpy and torch are loaded; `-n` shares out the cores already

TERMINAL = ("NO_COLOR", "COLORTERM", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE")  # what it is, and of what size


def pytest_collection_finish() -> None:
    """What is imported by now stays; looking through all of it for garbage again and again takes a quarter of the time.

    The console does the same soon after its start.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True)
def _own_place(tmp_path_factory, monkeypatch):
    """Tests hold slots and locks of their own, so that they neither wait for nor disturb the user's workers."""
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=8")
    monkeypatch.setenv("GROKTERM_CONFIG", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("GROKTERM_PRESETS", str(tmp_path_factory.mktemp("presets")))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("GROKTERM_RUNS", "GROKTERM_DEBUG", "GROKTERM_ASCII", "GROKTERM_SERVER", *TERMINAL):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runs(tmp_path):
    """An empty runs folder."""
    path = tmp_path / "runs"
    path.mkdir()
    return path


@pytest.fixture
def answer(capsys, monkeypatch):
    """answer(*words) -> exit code, standard output, standard error of the command, in this process."""
    from grokterm.cli.main import main

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["grokterm", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run
