"""Precision and determinism, set in one place and recorded: a default of the library is not a choice.

TF32 keeps 10 bits of the mantissa, which is enough to move the time of grokking; cuDNN has it on unless told otherwise.
Adam's moments of a weight that gets no gradient decay into denormal numbers, which cost a CPU several times the step.
"""

import os
import warnings

import torch


def set_precision() -> None:
    """Make float32 mean float32, sums come in a fixed order, and denormals be zero.

    Call it before the first large operation of the process: the threads of the CPU's pool take the treatment of
    denormals from the thread that starts them. What libraries read from the environment is set in `grokterm.engine`.
    """
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.set_flush_denormal(True)
    # Only a warning where a kernel has no deterministic form, so that a user's own module still trains.
    # `torch.use_deterministic_algorithms` is the same switch, but loads torch's compiler: a second of every start.
    torch.set_deterministic_debug_mode("warn")
    # That switch also fills every fresh tensor with NaN, to expose reads of memory never written; it costs a pass each.
    torch.utils.deterministic.fill_uninitialized_memory = False


def precision_switches() -> dict[str, bool | str]:
    """The switches as they are now, for the provenance of a run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer versions of torch announce other names for the first two
        return {
            "matmul_tf32": torch.backends.cuda.matmul.allow_tf32,
            "cudnn_tf32": torch.backends.cudnn.allow_tf32,
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "flush_denormal": denormals_are_flushed(),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "mkl_cbwr": os.environ.get("MKL_CBWR", ""),
            "cublas_workspace": os.environ.get("CUBLAS_WORKSPACE_CONFIG", ""),
            "default_dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        }


def denormals_are_flushed() -> bool:
    """Whether this thread and the CPU's pool take denormals for zero: asked of the arithmetic, not of a setting."""
    denormal = torch.full((1 << 18,), 2.0**-126) * 0.25  # large enough to be shared out among the threads
    return not bool(denormal.any())
