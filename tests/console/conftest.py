"""What tests of the console share."""

import pytest
from console.forms import THREE


@pytest.fixture
def source(tmp_path):
    """A small preset with two arms."""
    path = tmp_path / "small.toml"
    path.write_text(THREE)
    return path
