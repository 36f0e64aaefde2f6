"""[model] kind = "module": a network of the user's own."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.models.network import ModelSection, Precision, dropout_rate, initial_scale, precision
from grokterm.spec.own import Folders, Names, OptionsTable, Shapes, folders, found, module, options, unknown
from grokterm.spec.shown import Shown


class FoundModel(Section):
    """What was found of the network, with what the task shows."""

    kind: Literal["mapped", "looped"] = Field(description="Whether members go through it together, or take turns.")
    why: str = Field("", description="Why they take turns.")
    names: Names = Field(description="Its tensors of weights, by their paths.")
    shapes: Shapes = Field(description="Their shapes.")
    parameters: int = Field(ge=1, description="Weights of one network.")
    multiplications: float = Field(ge=0, description="Multiply-adds of one sample, forward.")
    kept: int = Field(ge=0, description="Numbers that one sample holds on to until the backward pass.")
    width: int = Field(ge=1, description="Rows of its largest matrix.")
    embeddings: Names = Field((), description="The tables that its inputs are looked up in.")
    unembeddings: Names = Field((), description="The matrices that make its outputs.")
    turned: Names = Field((), description="Matrices with a row for each number that they make.")
    unclear: Names = Field((), description="embeddings, unembeddings: where it neither says nor shows them.")


class ModuleModel(ModelSection):
    """A network of your own: a torch.nn.Module for one member, called with what the task shows and the options.

    `docs/your-own.md` shows one. It is trained stacked like the others: mapped over the members where that gives the
    same numbers, else member after member.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"tokens", "numbers", "square", "arrays"})

    kind: Literal["module"] = Field("module", description="The architecture.")
    module: str = module("network", "grokterm.models")
    options: OptionsTable = options()
    folders: Folders = folders()
    found: FoundModel | None = found()

    dropout: float = dropout_rate("where your forward(inputs, drop) says drop(x)")
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @property
    def known(self) -> bool:
        return self.found is not None

    @property
    def cautions(self) -> tuple[str, ...]:
        if self.found is None or self.found.kind == "mapped":
            return ()
        return (f"{self.module} trains its members one after the other: {self.found.why}",)

    @property
    def width(self) -> int:
        return self._found().width

    def tensors(self, shown: Shown) -> dict[str, tuple[int, ...]]:
        found = self._found()
        return dict(zip(found.names, found.shapes, strict=True))

    def embedding_tensors(self, shown: Shown) -> tuple[str, ...]:
        return self._found().embeddings

    @property
    def unclear(self) -> tuple[str, ...]:
        return self.found.unclear if self.found else ()

    def parameters(self, shown: Shown) -> int:
        return self._found().parameters

    def multiplications(self, shown: Shown) -> float:
        return self._found().multiplications

    def kept(self, shown: Shown) -> int:
        return self._found().kept

    def _found(self) -> FoundModel:
        if self.found is None:
            raise unknown("model", self.module)
        return self.found
