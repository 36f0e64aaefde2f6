"""What every test shares: device slots and locks of its own, and no presets or runs folder of the user's."""

import pytest


@pytest.fixture(autouse=True)
def _own_place(tmp_path_factory, monkeypatch):
    """Tests hold slots and locks of their own, so that they neither wait for nor disturb the user's workers."""
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=8")
    monkeypatch.setenv("GROKTERM_PRESETS", str(tmp_path_factory.mktemp("presets")))
    monkeypatch.delenv("GROKTERM_RUNS", raising=False)
    monkeypatch.delenv("GROKTERM_DEBUG", raising=False)


@pytest.fixture
def runs(tmp_path):
    """An empty runs folder."""
    path = tmp_path / "runs"
    path.mkdir()
    return path
