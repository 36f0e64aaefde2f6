"""The GPUs of this machine, asked of the driver (NVML): numbered as torch numbers them, without loading torch.

A device's number depends on `CUDA_VISIBLE_DEVICES`, so `cuda:0` of two processes may be two GPUs. What names a GPU for
all of them is its UUID.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Gpu:
    """One GPU, or a part of one (MIG).

    Attributes:
        device: `cuda:N`, as torch numbers it in this process.
        uuid: its name for everybody on this machine.
        title: the model, "NVIDIA H200".
        load: share of the last moments in which it computed, 0 to 1; nan where the driver doesn't say.
        memory_used, memory_total: bytes, by all processes.
    """

    device: str
    uuid: str
    title: str
    load: float
    memory_used: int
    memory_total: int


def list_gpus() -> tuple[Gpu, ...]:
    """The GPUs that a worker started from here would see; none without a driver. Never raises, loads no CUDA."""
    import pynvml  # deferred: most commands need no GPU

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        return tuple(_describe(pynvml, index, handle) for index, handle in enumerate(_visible(pynvml)))
    except pynvml.NVMLError:  # a GPU that fell off the bus while it was asked
        return ()
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def identity_of(device: str) -> str:
    """The name of a device for all processes of this machine: a GPU's UUID where the driver gives it, else `device`."""
    if not device.startswith("cuda"):
        return device
    return next((gpu.uuid for gpu in list_gpus() if gpu.device == device), device)


def _visible(nvml: Any) -> list[Any]:
    """Handles in torch's order. As CUDA does, a list ends at the first entry that names no GPU."""
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES")
    handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
    if wanted is None:
        return handles
    uuids = [_text(nvml.nvmlDeviceGetUUID(handle)) for handle in handles]
    chosen: list[Any] = []
    seen: set[str] = set()
    for entry in (entry.strip() for entry in wanted.split(",")):
        if entry in seen:  # a repeated entry leaves no device at all
            return []
        seen.add(entry)
        handle = _handle_of(nvml, entry, handles, uuids)
        if handle is None:
            break
        chosen.append(handle)
    return chosen


def _handle_of(nvml: Any, entry: str, handles: list[Any], uuids: list[str]) -> Any:
    """The GPU that one entry of `CUDA_VISIBLE_DEVICES` names: an index, or the beginning of a UUID; None for none."""
    if entry.startswith("MIG-"):
        with suppress(nvml.NVMLError):
            return nvml.nvmlDeviceGetHandleByUUID(entry)
        return None
    if entry.startswith("GPU-"):
        matches = [handle for handle, uuid in zip(handles, uuids, strict=True) if uuid.startswith(entry)]
        return matches[0] if len(matches) == 1 else None
    number = re.match(r"\+?\d+", entry)
    return handles[int(number[0])] if number and int(number[0]) < len(handles) else None


def _describe(nvml: Any, index: int, handle: Any) -> Gpu:
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    try:
        load = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    except nvml.NVMLError:  # parts of a GPU (MIG) don't say
        load = float("nan")
    uuid, title = _text(nvml.nvmlDeviceGetUUID(handle)), _text(nvml.nvmlDeviceGetName(handle))
    return Gpu(f"cuda:{index}", uuid, title, load, int(memory.used), int(memory.total))


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
