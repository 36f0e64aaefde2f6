"""Handwritten digits: those that come along, and files in the format of MNIST."""

import gzip

import numpy as np
import pytest
import torch
from engine.test_tasks import one

from grokterm.engine.tasks import build_split
from grokterm.engine.tasks.digits import read_part, small_digits
from grokterm.errors import BadInput, NotFound
from grokterm.jobs import check_data
from grokterm.spec import cautions, parse
from grokterm.spec.tasks.digits import FILES


def idx(array, magic):
    """The bytes of an IDX file."""
    header = np.array([magic, *array.shape], ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path):
    """A small MNIST: 40 training and 15 test images of noise, the labels packed."""
    draws = np.random.default_rng(0)
    for part, size in (("train", 40), ("t10k", 15)):
        images = draws.integers(0, 256, (size, 28, 28))
        images[0, 0, :2] = 0, 255
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(images, 2051))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(size) % 10, 2049)))
    return tmp_path


def test_the_digits_that_come_along():
    images = small_digits()
    assert images.pixels.shape == (1797, 64) and images.pixels.max() == 16 and images.pixels.sum() == 561_718
    assert np.bincount(images.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_as_many_of_each_digit_and_all_others_for_the_test():
    split = build_split(one(kind="digits"))
    assert split.train_inputs.shape == (200, 64) and split.test_inputs.shape == (1597, 64)
    assert torch.bincount(split.train_answers).tolist() == [20] * 10
    assert split.train_inputs.min() == 0 and split.train_inputs.max() == 1
    images = small_digits()
    shown = torch.cat([split.train_inputs, split.test_inputs]) * 16
    assert sorted(shown.tolist()) == sorted(images.pixels.tolist())
    label_of = {tuple(pixels): label for pixels, label in zip(images.pixels.tolist(), images.labels, strict=True)}
    assert [label_of[tuple(row)] for row in (split.test_inputs * 16).int().tolist()] == split.test_answers.tolist()
    other = build_split(one(1, kind="digits", test_samples=100))
    assert len(other.test_inputs) == 100 and not torch.equal(other.train_inputs, split.train_inputs)


def test_drawn_from_all_alike():
    split = build_split(one(kind="digits", balanced=False, train_samples=333))
    counts = torch.bincount(split.train_answers)
    assert counts.sum() == 333 and counts.unique().numel() > 1 and len(split.test_inputs) == 1797 - 333


def test_files_of_mnist(folder):
    task = {"kind": "digits", "folder": str(folder), "train_samples": 30, "test_samples": 12}
    split = build_split(one(**task))
    assert split.train_inputs.shape == (30, 784) and split.test_inputs.shape == (12, 784)
    assert torch.bincount(split.train_answers).tolist() == [3] * 10
    train, test = read_part(folder, "train"), read_part(folder, "t10k")
    assert train.labels.tolist() == [*range(10)] * 4 and train.pixels[0, :2].tolist() == [0, 255]
    for rows, images in ((split.train_inputs, train), (split.test_inputs, test)):
        scaled = {tuple(row) for row in (images.pixels / np.float32(255)).tolist()}
        assert {tuple(row) for row in rows.tolist()} <= scaled


DAMAGE = {
    "absent": (lambda data: None, NotFound, "there is no such file, nor one with .gz"),
    "magic": (lambda data: b"\0\0\x08\x02" + data[4:], BadInput, "begins with 2050; 2051 would be right"),
    "empty": (lambda data: b"", BadInput, "begins with 0; 2051 would be right"),
    "header": (lambda data: data[:9], BadInput, "9 bytes; "),
    "cut": (lambda data: data[:-1], BadInput, "31375 bytes; 31376 would be right"),
    "longer": (lambda data: data + b"x", BadInput, "31377 bytes; 31376 would be right"),
    "size": (lambda data: idx(np.zeros((40, 8, 8)), 2051), BadInput, "images of 8 x 8; 28 x 28 would be right"),
    "count": (lambda data: idx(np.zeros((39, 28, 28)), 2051), BadInput, "40 labels for the 39 images"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_file_that_is_not_right_is_named(folder, case):
    spoil, error, words = DAMAGE[case]
    file = folder / "train-images-idx3-ubyte"
    data = spoil(file.read_bytes())
    file.unlink() if data is None else file.write_bytes(data)
    with pytest.raises(error) as caught:
        build_split(one(kind="digits", folder=str(folder), train_samples=30, test_samples=9))
    assert words in str(caught.value) and str(folder) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (gzip.compress(idx(np.full(40, 11), 2049), mtime=0), "a label is 11; 0 to 9 would be right"),
        (gzip.compress(b"x" * 99, mtime=0)[:-9], "can't be read"),
        (b"not packed", "can't be read"),
    ],
    ids=["label", "cut", "plain"],
)
def test_labels_that_are_not_right(folder, labels, words):
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(labels)
    with pytest.raises(BadInput, match=words):
        read_part(folder, "train")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"train_samples": 50, "test_samples": 9}, "4 images of 0; 5 are to be trained on"),
        ({"train_samples": 41, "test_samples": 9, "balanced": False}, "40 images; 41 are to be trained on"),
        ({"train_samples": 20}, "15 test images; set task.test_samples to that, or less"),
    ],
)
def test_files_that_hold_too_few(folder, fields, words):
    with pytest.raises(BadInput, match=words):
        build_split(one(kind="digits", folder=str(folder), **fields))


def test_a_folder_is_written_out_and_looked_for_before_a_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert one(kind="digits", folder="data/mnist").spec.task.folder == str(tmp_path / "data" / "mnist")
    document = {
        "task": {"kind": "digits", "folder": "mnist"},
        "model": {"kind": "mlp"},
        "optimizer": {"lr": 0.1, "weight_decay": 0},
        "stop": {"steps": 9},
    }
    with pytest.raises(NotFound, match=r"^task\.folder: there is no folder .*mnist on this machine$"):
        check_data(parse(document, "mine.toml"))
    line = f"arms.run: task.folder: there is no folder {tmp_path / 'mnist'} on this machine"
    assert line in cautions(parse(document, "mine.toml"))
    (tmp_path / "mnist").mkdir()
    with pytest.raises(NotFound, match=r"train-images-idx3-ubyte: there is no such file, nor one with \.gz$"):
        check_data(parse(document, "mine.toml"))
    for name in FILES:
        (tmp_path / "mnist" / f"{name}.gz").touch()
    check_data(parse(document, "mine.toml"))
    assert line not in cautions(parse(document, "mine.toml"))
