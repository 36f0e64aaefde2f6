"""What tests of the console share."""

import pytest
from console.forms import THREE
from console.world import populate


@pytest.fixture
def source(tmp_path):
    """A small preset with two arms."""
    path = tmp_path / "small.toml"
    path.write_text(THREE)
    return path


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs
