"""A small preset that tests change one thing of."""

import copy
import textwrap

import pytest

SMALL = {
    "seeds": 2,
    "task": {"p": 11, "train_fraction": 0.5},
    "model": {"d_model": 16, "heads": 4},
    "optimizer": {"lr": 0.003, "weight_decay": 1.0},
    "stop": {"steps": 100},
}


@pytest.fixture
def small():
    """A document with every required field and nothing else, to be changed freely."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a TOML file into the current folder, which is a fresh one, and gives its path as a user would type it."""
    monkeypatch.chdir(tmp_path)

    def write_file(name, text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return f"./{name}"

    return write_file
