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
    # The smallest of several: other threads of this process take memory too, now and then between two of these tensors.
    assert min(faults_of_five() for _ in range(6)) < 1000  # 5 x 24 MB are 29,000 pages


def faults_of_five() -> int:
    """Page faults while five large tensors come and go, one after the other."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.ones(3, 2_000_000).sum()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
