"""What every kind of [task] tells the rest of the program."""

from typing import ClassVar

from grokterm.spec.base import Section
from grokterm.spec.shown import Shown


class TaskSection(Section):
    """The base of all tasks. `grokterm.engine.tasks` makes the samples.

    Attributes:
        answers: "classes" (whole numbers; there is an accuracy) or "numbers" (there is none).
        seed_field: the field that draws the samples or their split, where it isn't to be the run's seed.
    """

    answers: ClassVar[str] = "classes"
    seed_field: ClassVar[str] = "split_seed"

    @property
    def scored(self) -> bool:
        """Answers are right or wrong: there is an accuracy, and there are milestones."""
        return self.answers == "classes"

    @property
    def known(self) -> bool:
        """Whether anything can be said of its samples; a module of the user's own must have been looked at."""
        return True

    @property
    def train_size(self) -> int:
        """Samples that are trained on."""
        raise NotImplementedError

    @property
    def test_size(self) -> int:
        """Samples that are held out."""
        raise NotImplementedError

    @property
    def shown(self) -> Shown:
        """What a network sees of a sample, and how many numbers it answers."""
        raise NotImplementedError

    @property
    def missing(self) -> str:
        """What it needs and this machine lacks, with the field that says so; "" where nothing is missing."""
        return ""

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is worth a second look before a run starts, on this machine and now; one line each."""
        return tuple(filter(None, (self.missing,)))
