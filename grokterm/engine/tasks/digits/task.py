"""The task as the engine takes it.

The small digits are the test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI
Machine Learning Repository, CC BY 4.0), in the file that scikit-learn distributes: each line has 64 pixels of 0 to 16,
and the digit. Only the file is needed, not the library: 57 kB instead of a hundred times that.

b image
"""

from pathlib import Path

import numpy as np
import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.tasks.digits.idx import Images, read_part
from grokterm.engine.tasks.split import Progress, Split
from grokterm.errors import BadInput
from grokterm.spec import Member
from grokterm.spec.tasks.digits import CLASSES, Digits

_SMALL = Path(__file__).with_name("digits.csv.gz")


def build_digits(member: Member, progress: Progress) -> Split:
    """Inputs [b, side^2] float32 from 0 to 1, answers the digits [b] int64."""
    task, draws = member.spec.task, generator(member.split_seed, Purpose.SPLIT)
    images = small_digits() if task.folder is None else read_part(Path(task.folder), "train")
    train, others = _chosen(task, images, draws)
    if task.folder is None:
        return Split(*_tensors(images, train, 16), *_tensors(images, others[: task.test_size], 16))
    tests = read_part(Path(task.folder), "t10k")
    if len(tests.labels) < task.test_size:
        raise BadInput(f"{task.folder}: {len(tests.labels)} test images; set task.test_samples to that, or less")
    order = torch.randperm(len(tests.labels), generator=draws)[: task.test_size]
    return Split(*_tensors(images, train, 255), *_tensors(tests, order, 255))


def small_digits() -> Images:
    """The 1797 images of 8 x 8, pixels 0 to 16."""
    table = np.loadtxt(_SMALL, delimiter=",", dtype=np.uint8)
    return Images(table[:, :-1], table[:, -1].astype(np.int64))


def _chosen(task: Digits, images: Images, draws: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Which images are trained on, and all others, each in random order."""
    order = torch.randperm(len(images.labels), generator=draws)
    taken = torch.zeros(len(order), dtype=torch.bool)
    if task.balanced:
        labels, each = torch.from_numpy(images.labels)[order], task.train_samples // CLASSES
        for digit in range(CLASSES):
            places = (labels == digit).nonzero().squeeze(1)
            if len(places) < each:
                raise BadInput(f"{task.folder}: {len(places)} images of {digit}; {each} are to be trained on")
            taken[places[:each]] = True
    else:
        if len(order) < task.train_samples:
            raise BadInput(f"{task.folder}: {len(order)} images; {task.train_samples} are to be trained on")
        taken[: task.train_samples] = True
    return order[taken], order[~taken]


def _tensors(images: Images, chosen: torch.Tensor, white: int) -> tuple[torch.Tensor, torch.Tensor]:
    pixels = torch.from_numpy(images.pixels[chosen.numpy()]).to(torch.float32) / white
    return pixels, torch.from_numpy(images.labels)[chosen]
