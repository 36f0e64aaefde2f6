"""Sizes: one unit everywhere."""

import math

import pytest

from grokterm.sizes import size


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0 B"), (512, "512 B"), (999, "999 B"), (1000, "1 kB"), (412e6, "412 MB"), (999.7e6, "1 GB"),
        (1.5 * 2**30, "1.61 GB"), (80e9, "80 GB"), (1.2e12, "1.2 TB"), (2.5e15, "2500 TB"),
        (None, "–"), (-1, "–"), (math.nan, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_bytes_in_three_digits(count, written):
    assert size(count) == written
