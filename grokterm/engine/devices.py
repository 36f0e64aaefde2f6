"""Which devices this machine offers to a worker."""

from pathlib import Path

from grokterm.errors import NotFound

# What a driver leaves on disk. Looking here first spares a worker that waits for the CPU the import of torch.
_DRIVER_FILES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")


def acceptable_devices(asked: str) -> list[str]:
    """The devices that satisfy `--device`, best first.

    Args:
        asked: `auto` (a GPU where there is one, else the CPU), `cpu`, `cuda` (any GPU) or `cuda:N`.

    Raises:
        NotFound: no such device here; says which there are.
    """
    if asked == "cpu":
        return ["cpu"]
    gpus = cuda_devices()
    if asked == "auto":
        return gpus or ["cpu"]
    if asked == "cuda" and gpus:
        return gpus
    if asked in gpus:
        return [asked]
    raise NotFound(f"device {asked!r} is not on this machine; there is: {', '.join(['cpu', *gpus])}")


def cuda_devices() -> list[str]:
    """`cuda:0` and so on, as torch sees them; empty where torch has no CUDA or the machine no GPU."""
    if not any(Path(path).exists() for path in _DRIVER_FILES):
        return []
    import torch  # deferred: a worker that trains on the CPU waits in line without it

    return [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
