"""[intervene.freeze]."""

from typing import Any

from pydantic import Field

from grokterm.spec.interventions.names import Names, unknown_names
from grokterm.spec.interventions.when import Problem, When


class Freeze(When):
    """Some tensors stop moving: no gradient, no decay, no rescaling; what the optimizer remembers of them stays too."""

    tensors: Names = Field(
        json_schema_extra={"type_text": "a list of names of tensors, or patterns"},
        description="Tensors by the names under which their norms are recorded, or patterns: "
        '["W_E", "b_*", "blocks.0.*"].',
    )

    def check(self, spec: Any) -> list[Problem]:
        return super().check(spec) + unknown_names(".tensors", self.tensors, spec)
