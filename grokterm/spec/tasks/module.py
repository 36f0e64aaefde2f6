"""[task] kind = "module": a task of the user's own."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from grokterm.spec.base import PER_MEMBER, Section, one_of
from grokterm.spec.own import Folders, OptionsTable, folders, found, module, options, unknown
from grokterm.spec.shown import Arrays, Numbers, Shown, Tokens
from grokterm.spec.tasks.task import TaskSection


class _Found(Section):
    """What was found of the samples."""

    train_size: int = Field(ge=1, description="Training samples.")
    test_size: int = Field(ge=1, description="Test samples.")
    answers: Literal["classes", "numbers"] = Field(description="What the answers are.")
    outputs: int = Field(ge=1, description="Numbers that a network answers.")


class FoundTokens(_Found):
    """Inputs are whole numbers."""

    kind: Literal["tokens"] = Field("tokens", description="What is shown.")
    values: int = Field(ge=1, description="How many values an operand can have.")
    operands: int = Field(ge=1, description="Operands of a sample.")

    @property
    def shown(self) -> Tokens:
        return Tokens(self.values, (*(None,) * self.operands, self.values), self.outputs)


class FoundNumbers(_Found):
    """Inputs are rows of numbers."""

    kind: Literal["numbers"] = Field("numbers", description="What is shown.")
    features: int = Field(ge=1, description="Numbers of a sample.")

    @property
    def shown(self) -> Numbers:
        return Numbers(self.features, self.outputs)


class FoundArrays(_Found):
    """Inputs are numbers in another shape."""

    kind: Literal["arrays"] = Field("arrays", description="What is shown.")
    shape: Annotated[
        tuple[int, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
    ] = Field(description="Of a sample.")

    @property
    def shown(self) -> Arrays:
        return Arrays(self.shape, self.outputs)


Found: Any = one_of("kind", None, FoundTokens, FoundNumbers, FoundArrays)


class ModuleTask(TaskSection):
    """A task of your own: a class or a function that is called with a seed and the options, and gives the samples.

    `docs/your-own.md` shows one. Whole numbers as inputs are operands, shown to sequence models as "a b ="; whole
    numbers as answers are classes.
    """

    kind: Literal["module"] = Field("module", description="The family of tasks.")
    module: str = module("task", "grokterm.tasks")
    options: OptionsTable = options()
    folders: Folders = folders()
    split_seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        json_schema_extra=PER_MEMBER | {"default_text": "the run's seed"},
        description="The seed that your code is called with. Set it to give every run the same samples.",
    )
    found: Found | None = found()

    @property
    def known(self) -> bool:
        return self.found is not None

    @property
    def answers(self) -> str:
        """As of the base: here they are what was found."""
        return self._found().answers

    @property
    def train_size(self) -> int:
        return self._found().train_size

    @property
    def test_size(self) -> int:
        return self._found().test_size

    @property
    def shown(self) -> Shown:
        return self._found().shown

    def _found(self) -> _Found:
        if self.found is None:
            raise unknown("task", self.module)
        return self.found
