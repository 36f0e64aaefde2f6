"""Every test of the engine that takes `device` runs on the CPU, and on the GPU where there is one."""

import pytest
import torch

from grokterm.engine.precision import set_precision

set_precision()  # as a worker does: before anything is computed
_no_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, _no_gpu])])
def device(request) -> torch.device:
    return torch.device(request.param)
