"""[task] kind = "digits"."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from grokterm.spec.base import PER_MEMBER, refuse
from grokterm.spec.shown import Numbers
from grokterm.spec.tasks.task import TaskSection

CLASSES = 10
SMALL_SIDE, SIDE = 8, 28
SMALL = 1797
"""Images that come with grokterm."""
_SMALL_CLASS = 174
"""The fewest that any digit has among them."""
TRAIN, TEST = 60_000, 10_000
"""Images in the files of MNIST."""
IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"
FILES = tuple(f"{part}-{what}" for part in ("train", "t10k") for what in (IMAGES, LABELS))


def file_of(folder: Path, name: str) -> Path | None:
    """One of the four files, as it is or with .gz; None where there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _whole(folder: str) -> str:
    try:
        return str(Path(folder).expanduser().absolute())
    except (RuntimeError, ValueError) as problem:
        raise ValueError(f"no folder: {problem}") from problem


Folder = Annotated[str, Field(min_length=1), AfterValidator(_whole)]


class Digits(TaskSection):
    """Handwritten digits, pixels from 0 to 1, ten classes; few of them, so that a network can memorise them.

    Without a folder: 1797 images of 8 x 8 pixels (Alpaydin and Kaynak, UCI), which come with grokterm. With one: MNIST,
    28 x 28, or another set in its format, from the four files train-images-idx3-ubyte, train-labels-idx1-ubyte,
    t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or with .gz. Nothing is downloaded.
    Source of the task: Liu et al. (arXiv 2210.01117); there the weights start larger, see model.init_scale.
    """

    kind: Literal["digits"] = Field("digits", description="The family of tasks.")
    folder: Folder | None = Field(
        None,
        json_schema_extra={"type_text": "a folder", "default_text": "absent: the 8 x 8 digits"},
        description="Where the four files of MNIST are. A relative one is meant from where grokterm is started, and is "
        "written out in the record. The test set is then of the t10k files.",
    )
    train_samples: int = Field(
        200,
        ge=1,
        le=TRAIN,
        description="Images that are trained on. With more than a few thousand nothing waits, there is no grokking.",
    )
    balanced: bool = Field(
        True,
        description="Train on the same number of each digit; train_samples is then a multiple of 10. Otherwise they "
        "are drawn from all alike.",
    )
    test_samples: int | None = Field(
        None,
        ge=1,
        le=TEST,
        json_schema_extra={"default_text": "absent: all"},
        description="At most how many images the test set has, drawn at random; absent: all 10,000 of MNIST, or all "
        "that aren't trained on.",
    )
    split_seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        json_schema_extra=PER_MEMBER | {"default_text": "the run's seed"},
        description="Draws the images of both sets. Set it to give every run the same ones.",
    )

    @property
    def side(self) -> int:
        """Pixels of an image, each way."""
        return SMALL_SIDE if self.folder is None else SIDE

    @property
    def train_size(self) -> int:
        return self.train_samples

    @property
    def test_size(self) -> int:
        most = SMALL - self.train_samples if self.folder is None else TEST
        return most if self.test_samples is None else min(self.test_samples, most)

    @property
    def shown(self) -> Numbers:
        return Numbers(self.side**2, CLASSES)

    @property
    def missing(self) -> str:
        if self.folder is None:
            return ""
        folder = Path(self.folder)
        try:
            if not folder.is_dir():
                return f"task.folder: there is no folder {folder} on this machine"
            absent = [name for name in FILES if file_of(folder, name) is None]
        except OSError as problem:
            return f"task.folder: {folder} can't be read: {problem.strerror}"
        return f"task.folder: {folder / absent[0]}: there is no such file, nor one with .gz" if absent else ""

    @model_validator(mode="after")
    def _there_are_as_many(self) -> "Digits":
        if self.folder is None and self.train_samples >= SMALL:
            sentence = f"{self.train_samples} of the {SMALL} images of 8 x 8 leaves no test image"
            refuse([(("train_samples", "folder"), sentence)])
        if self.balanced and self.train_samples % CLASSES:
            sentence = f"{self.train_samples} can't be balanced over {CLASSES} digits; a multiple would be right"
            refuse([(("train_samples", "balanced"), sentence)])
        if self.balanced and self.folder is None and self.train_samples > CLASSES * _SMALL_CLASS:
            sentence = f"{self.train_samples} can't be balanced: one digit has {_SMALL_CLASS} images of 8 x 8"
            refuse([(("train_samples", "balanced"), sentence)])
        return self
