"""What every test shares: device slots and locks of its own, and no presets, cache or runs folder of the user's."""

import pytest


@pytest.fixture(autouse=True)
def _own_place(tmp_path_factory, monkeypatch):
    """Tests hold slots and locks of their own, so that they neither wait for nor disturb the user's workers."""
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=8")
    monkeypatch.setenv("GROKTERM_CONFIG", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("GROKTERM_PRESETS", str(tmp_path_factory.mktemp("presets")))
    for name in ("GROKTERM_RUNS", "GROKTERM_DEBUG", "GROKTERM_ASCII", "GROKTERM_SERVER", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runs(tmp_path):
    """An empty runs folder."""
    path = tmp_path / "runs"
    path.mkdir()
    return path
