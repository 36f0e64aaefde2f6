"""Every test of the engine that takes `device` runs on the CPU, and on the GPU where there is one."""

import grokterm.engine  # noqa: F401 isort: skip - first: it sets what libraries read when torch loads them
import pytest
import torch

from grokterm.engine.precision import set_precision

_no_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, _no_gpu])])
def device(request) -> torch.device:
    return torch.device(request.param)


@pytest.fixture(autouse=True)
def _as_a_worker_computes():
    """Precision as in a worker; and denormals again for the tests that come later in this process."""
    set_precision()
    yield
    torch.set_flush_denormal(False)
