"""What the machine offers, with a driver that is made up: the functions of pynvml, answering for three GPUs."""

from collections import namedtuple

import psutil
import pynvml
import pytest

from grokterm.engine.slots import hold_slot
from grokterm.jobs import default_device, devices, line
from grokterm.record import local_state
from grokterm.record.capacity import cores, slots_of
from grokterm.record.gpus import identity_of, list_gpus

UUIDS = ["GPU-aaaa-1", "GPU-bbbb-2", "GPU-bcbc-3"]
MIG = "MIG-dddd-4"
Memory = namedtuple("Memory", "total used free")
Rates = namedtuple("Rates", "gpu memory")


@pytest.fixture
def driver(monkeypatch):
    """Three GPUs, and no wish of the user's. A handle is the place in the list; that of a part of a GPU is its name."""

    def by_uuid(uuid):
        if uuid != MIG:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return MIG

    def rates(handle):
        if handle == MIG:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return Rates(10 * handle, 5)

    answers = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: len(UUIDS),
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetHandleByUUID": by_uuid,
        "nvmlDeviceGetUUID": lambda handle: handle if handle == MIG else UUIDS[handle],
        "nvmlDeviceGetName": lambda handle: b"NVIDIA H200" if handle == 1 else "NVIDIA H100",
        "nvmlDeviceGetMemoryInfo": lambda handle: Memory(80 * 2**30, 2**30, 79 * 2**30),
        "nvmlDeviceGetUtilizationRates": rates,
    }
    for name, answer in answers.items():
        assert hasattr(pynvml, name)
        monkeypatch.setattr(pynvml, name, answer)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=2,cuda=1,cuda:1=3")


def test_without_a_driver_there_is_the_cpu_and_what_it_has():
    (cpu,) = [device for device in devices() if device.name == "cpu"]
    assert cpu.memory_total == psutil.virtual_memory().total and 0 < cpu.memory_used < cpu.memory_total
    assert cpu.slots == 8 and "core" in cpu.title
    devices()
    assert 0 <= devices()[0].load <= 1


@pytest.mark.parametrize("said", ["cpu=\u00b2", "cpu=", "cpu", "cpu=-1", "=3", ",,"])
def test_a_number_of_slots_that_is_none_leaves_the_usual(monkeypatch, said):
    monkeypatch.setenv("GROKTERM_SLOTS", said)
    assert slots_of("cpu") == max(1, cores() // 4)


def test_no_driver_is_no_error(monkeypatch):
    def missing():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", missing)
    assert list_gpus() == ()
    assert [device.name for device in devices()] == ["cpu"]
    assert default_device("auto") == "cpu" and default_device("cuda:1") == "cuda:1"
    assert identity_of("cuda:0") == "cuda:0"


def test_gpus_come_after_the_cpu_numbered_as_torch_does(driver):
    assert [device.name for device in devices()] == ["cpu", "cuda:0", "cuda:1", "cuda:2"]
    second = devices()[2]
    assert (second.title, second.load, second.memory_used, second.memory_total) == (
        "NVIDIA H200", 0.1, 2**30, 80 * 2**30
    )  # fmt: skip
    assert [device.slots for device in devices()] == [2, 1, 3, 1]
    assert default_device("auto") == "cuda:0" and identity_of("cuda:2") == UUIDS[2]


@pytest.mark.parametrize(
    "wish, seen",
    [
        ("2,0", [2, 0]),
        ("1", [1]),
        ("", []),
        ("-1", []),
        ("0,-1,1", [0]),  # the list ends at the first that is none
        ("0,7,1", [0]),
        ("1,1", []),  # as CUDA has it: a repetition leaves nothing
        ("GPU-bbbb-2,GPU-aaaa", [1, 0]),  # the beginning of a name is enough
        ("GPU-b", []),  # unless two begin like that
        (" 2 , 1 ", [2, 1]),
    ],
)
def test_visible_devices_are_those_that_torch_would_see(driver, monkeypatch, wish, seen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wish)
    assert [(gpu.device, gpu.uuid) for gpu in list_gpus()] == [(f"cuda:{i}", UUIDS[n]) for i, n in enumerate(seen)]


def test_a_part_of_a_gpu_has_a_name_and_no_load(driver, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", MIG)
    (gpu,) = list_gpus()
    assert (gpu.device, gpu.uuid) == ("cuda:0", MIG) and gpu.load != gpu.load


def test_a_gpu_that_falls_off_the_bus_hides_the_gpus_and_raises_nothing(driver, monkeypatch):
    def lost(handle):
        raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", lost)
    assert [device.name for device in devices()] == ["cpu"]


def test_a_slot_belongs_to_the_gpu_whatever_its_number(driver, monkeypatch):
    """Two workers that both call their GPU cuda:0 are in each other's way only if it is the same GPU."""

    monkeypatch.setenv("GROKTERM_SLOTS", "cuda=1")

    class Waited(Exception):
        pass

    def wait():
        raise Waited

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2")
    with hold_slot(["cuda:0"], 1, wait, "/x/first") as device:
        assert device == "cuda:0"
        assert [path.name for path in (local_state() / "slots").iterdir()] == ["GPU-bcbc-3-0.lock"]
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
        with hold_slot(["cuda:0"], 2, wait, "/x/second") as other:
            assert other == "cuda:0"
        with pytest.raises(Waited):
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,2")
            with hold_slot(["cuda:1"], 3, wait, "/x/third"):
                pass
        assert [(held.device, held.folder.name) for held in line().holding] == [("cuda:1", "first")]
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
        assert [held.device for held in line().holding] == ["GPU-bcbc-3"]  # not visible from here
