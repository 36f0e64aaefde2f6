"""Checkpoints: exact, verified to the byte, rotated, and replaced by the one before when the newest is bad."""

import json
import random

import numpy as np
import pytest

from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, DamagedRecord


def save(writer, values, *steps, keep=()):
    """Appends a row a step and saves a checkpoint after each."""
    for step in steps:
        writer.append("train", [step], {"value": values([step])})
        writer.save_checkpoint(step, {"w": np.full((2, 3), step, np.float32)}, {"step": step}, step in keep)


def test_tensors_of_every_kind_come_back_exactly(writer, cohort):
    generator = np.random.default_rng(0)
    tensors = {
        "W_E": generator.random((4, 5, 6)).astype(np.float32),
        "m": generator.standard_normal((4, 7)),
        "scalar": np.array(3.5),
        "counter": np.array(2**62, np.int64),
        "rng": generator.integers(0, 256, 5056, dtype=np.uint8),
        "alive": np.array([True, False, True, True]),
        "empty": np.zeros((4, 0), np.float32),
        "odd": np.array([np.nan, np.inf, -0.0, 5e-324]),
        "transposed": generator.random((3, 4)).T,
    }
    meta = {"text": "[red]\x1b[31m", "list": [1, 2.5, None, True], "nested": {"a": {"b": 1}}}
    writer.save_checkpoint(12, tensors, meta, keep=True)
    (file,) = cohort.checkpoints()
    assert (file.step, file.kept) == (12, True)
    loaded = file.load()
    assert loaded.step == 12 and loaded.meta == meta
    assert loaded.tensors.keys() == tensors.keys()
    for name, tensor in tensors.items():
        found = loaded.tensors[name]
        assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape), name
        assert found.tobytes() == tensor.tobytes(), name


def test_the_newest_two_stay_and_those_to_keep(writer, cohort, values):
    save(writer, values, 1, 2, 3, 5, 8, 13, keep=(2, 5))
    assert [(file.step, file.kept) for file in cohort.checkpoints()] == [(13, False), (8, False), (5, True), (2, True)]
    assert [file.load().step for file in cohort.checkpoints()] == [13, 8, 5, 2]


def test_a_bad_newest_falls_back_to_the_one_before_and_says_so(writer, cohort, values):
    save(writer, values, 1, 2, 3)
    newest = cohort.checkpoints()[0].path
    data = bytearray(newest.read_bytes())
    data[-5] ^= 1  # one bit of one tensor
    newest.write_bytes(data)
    again = CohortWriter(cohort.path)
    checkpoint = again.load_checkpoint()
    assert checkpoint.step == 2 and (checkpoint.tensors["w"] == 2).all()
    assert cohort.stream("train").read().steps.tolist() == [1, 2]
    (told,) = [event for event in cohort.events() if event.kind == "checkpoint_refused"]
    assert told.step == 3 and "checksum" in told.data["why"]
    assert newest.with_name(newest.name + ".refused").exists()
    assert [file.step for file in cohort.checkpoints()] == [2]
    assert CohortWriter(cohort.path).load_checkpoint().step == 2


def test_no_byte_can_change_unnoticed(writer, cohort, values):
    save(writer, values, 7)
    file = cohort.checkpoints()[0]
    whole = file.path.read_bytes()
    chance = random.Random(0)
    for at in [*range(0, len(whole), 3), *chance.sample(range(len(whole)), 50)]:
        data = bytearray(whole)
        data[at] ^= 1 << chance.randrange(8)
        file.path.write_bytes(data)
        try:
            checkpoint = file.load()
        except DamagedRecord:
            continue
        # A blank in the header may become another one; what it says is the same.
        assert checkpoint.meta == {"step": 7} and (checkpoint.tensors["w"] == 7).all()
    for cut in (0, 4, 9, 50, len(whole) // 2, len(whole) - 1):
        file.path.write_bytes(whole[:cut])
        with pytest.raises(DamagedRecord):
            file.load()


def test_a_checkpoint_whose_streams_are_too_short_is_refused(writer, cohort, values):
    """As after a power cut on a disk that lied: steps would be missing for good."""
    save(writer, values, 1, 2)
    path = cohort.paths.stream("train")
    path.write_bytes(path.read_bytes()[:-1])
    again = CohortWriter(cohort.path)
    assert again.load_checkpoint().step == 1
    assert cohort.stream("train").read().steps.tolist() == [1]


@pytest.mark.parametrize("damage", [lambda data: b"x" * len(data), lambda data: data[:8] + b"\0" * 64 + data[72:]])
def test_a_stream_that_lost_its_head_is_set_aside_and_training_begins_anew(writer, cohort, values, damage):
    save(writer, values, 1, 2)
    path = cohort.paths.stream("train")
    path.write_bytes(damage(path.read_bytes()))
    data = path.read_bytes()
    again = CohortWriter(cohort.path)
    again.commit(state="starting")
    assert again.load_checkpoint() is None
    again.append("train", [1], {"value": values([1])})
    assert again.commit() and cohort.stream("train").read().steps.tolist() == [1]
    (aside,) = cohort.path.glob(".train.arrows.before-*")
    assert aside.read_bytes() == data
    refused = [event for event in cohort.events() if event.kind == "checkpoint_refused"]
    assert [event.step for event in refused] == [2, 1]
    assert all("train.arrows: a stream does not begin with a schema" in event.data["why"] for event in refused)


def test_rows_for_a_stream_without_a_head_are_refused_in_one_line(writer, cohort, values):
    save(writer, values, 1)
    cohort.paths.stream("train").write_bytes(b"x" * 10_000)
    again = CohortWriter(cohort.path)
    with pytest.raises(DamagedRecord, match=r"train\.arrows: a stream does not begin"):
        again.append("train", [2], {"value": values([2])})


def test_with_every_checkpoint_bad_the_numbers_are_set_aside_not_deleted(writer, cohort, values):
    save(writer, values, 1, 2)
    data = cohort.paths.stream("train").read_bytes()
    for file in cohort.checkpoints():
        file.path.write_bytes(b"")
    again = CohortWriter(cohort.path)
    assert again.load_checkpoint() is None
    assert len(cohort.stream("train").read()) == 0
    (aside,) = cohort.path.glob(".train.arrows.before-*")
    assert aside.read_bytes() == data
    assert [event.step for event in cohort.events() if event.kind == "checkpoint_refused"] == [2, 1]


def test_a_status_lost_to_a_power_cut_does_not_stop_a_resume(writer, cohort, values):
    save(writer, values, 1, 2)
    reader = cohort.stream("train")
    assert len(reader.poll()) == 2
    cohort.paths.status.write_bytes(b"")
    again = CohortWriter(cohort.path)
    assert again.load_checkpoint().step == 2
    again.append("train", [3], {"value": values([3])})
    again.commit()
    assert cohort.stream("train").read().steps.tolist() == [1, 2, 3]
    table = reader.poll()
    assert table.rewound and table.steps.tolist() == [1, 2, 3]


def test_a_checkpoint_of_a_later_version_is_not_misread(writer, cohort, values):
    from safetensors.numpy import save_file

    document = json.dumps({"format": 99, "step": 5})
    save_file({"w": np.ones(3)}, cohort.paths.checkpoint(5, False), metadata={"grokterm": document, "crc32": "0"})
    with pytest.raises(DamagedRecord):
        cohort.checkpoints()[0].load()
    foreign = cohort.paths.checkpoint(6, True)
    save_file({"w": np.ones(3)}, foreign)
    with pytest.raises(DamagedRecord, match="not a checkpoint of this program"):
        cohort.checkpoints()[0].load()


def test_other_files_in_the_folder_are_left_alone(writer, cohort, values):
    for name in ("notes.txt", "x.safetensors", "-1.safetensors", "٣.safetensors", ".000000001.safetensors"):
        (cohort.paths.checkpoints / name).write_bytes(b"?")
    save(writer, values, 1, 2, 3)
    assert [file.step for file in cohort.checkpoints()] == [3, 2]
    assert (cohort.paths.checkpoints / "x.safetensors").exists()


def test_a_checkpoint_that_can_not_be_written_leaves_the_older_ones(writer, cohort, values):
    save(writer, values, 1)
    cohort.paths.checkpoint(2, False).mkdir()  # something is in the way
    with pytest.raises(GroktermError, match="can't be written"):
        writer.save_checkpoint(2, {"w": np.ones(2)}, {})
    assert writer.status.dropped == 1
    cohort.paths.checkpoint(2, False).rmdir()
    assert [file.load().step for file in cohort.checkpoints()] == [1]
    assert [path.name for path in cohort.paths.checkpoints.iterdir()] == ["000000001.safetensors"]
