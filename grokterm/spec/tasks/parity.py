"""[task] kind = "parity"."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from grokterm.spec.base import refuse
from grokterm.spec.shown import Numbers
from grokterm.spec.tasks.parted import PartedTask, split_seed, train_fraction

_MOST_BITS = 60


class Parity(PartedTask):
    """Sparse parity: random bits, label the sum modulo 2 of a few of them; the others are noise.

    With the default values it is the task of Prieto et al.: 3 of 3 + 40 bits, 2000 samples, half of them trained on.
    No sample comes twice, so none of the test set is trained on.
    Source of the task: Barak et al. (arXiv 2207.08799).
    """

    size_field: ClassVar[str] = "samples"

    kind: Literal["parity"] = Field("parity", description="The family of tasks.")
    relevant: int = Field(
        3, ge=1, le=_MOST_BITS, description="Bits that decide the label, k. Each more makes the task much harder."
    )
    noise: int = Field(
        40,
        ge=0,
        le=_MOST_BITS - 1,
        description=f"Bits that don't matter. There are at most {_MOST_BITS} bits in all.",
    )
    places: Literal["first", "drawn"] = Field(
        "first",
        description="Which bits are the relevant ones: the first, or some drawn by split_seed. A fully connected "
        "network can't tell the two apart.",
    )
    inputs: Literal["bits", "signs"] = Field(
        "bits", description="A bit is shown as 0 or 1, or as 1 or -1. Signs are centred, which is easier to learn."
    )
    samples: int = Field(2000, ge=2, description="Samples that are drawn, for training and test together.")
    train_fraction: float | None = train_fraction()
    split_seed: int | None = split_seed()

    @property
    def available(self) -> int:
        return self.samples

    @property
    def bits(self) -> int:
        """Bits of a sample."""
        return self.relevant + self.noise

    @property
    def shown(self) -> Numbers:
        return Numbers(self.bits, 2)

    @model_validator(mode="after")
    def _samples_differ(self) -> "Parity":
        if self.bits > _MOST_BITS:
            sentence = f"{self.relevant} relevant and {self.noise} noise bits; up to {_MOST_BITS} in all would be right"
            refuse([(("noise", "relevant"), sentence)])
        if self.samples > 2**self.bits:
            sentence = f"{self.samples} samples of {self.bits} bits can't all differ; there are {2**self.bits}"
            refuse([(("samples", "noise", "relevant"), sentence)])
        return self
