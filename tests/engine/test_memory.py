"""Freed memory stays with the process, so that the next step need not fetch it page by page."""

import resource
import sys

import pytest
import torch

from grokterm.engine.memory import keep_freed_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc is told")
def test_memory_that_was_freed_comes_back_without_page_faults():
    if not keep_freed_memory():
        pytest.skip("the C library isn't glibc")
    for _ in range(2):
        torch.ones(3, 2_000_000).sum()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.ones(3, 2_000_000).sum()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000  # 5 x 24 MB are 29,000 pages
