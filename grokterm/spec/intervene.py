"""[intervene]: what is done to a run while it trains. Each kind is a table, or absent.

Where several begin at one step they act in the order of the fields.
"""

from typing import Any

from pydantic import Field

from grokterm.spec.base import PER_MEMBER, Section
from grokterm.spec.interventions import Change, ClampNorm, Collapse, Freeze, ResetOptimizer, Transplant, When


def _table(example: str, description: str) -> Any:
    extra = {"type_text": f"a table, such as {example}", "default_text": "absent: never"}
    return Field(None, json_schema_extra=PER_MEMBER | extra, description=description)


class Intervene(Section):
    """All interventions; they may differ from member to member of a cohort."""

    change: Change | None = _table(
        "{at = 500, weight_decay = 0.0}", "Give the optimizer other numbers from a step or a milestone on."
    )
    transplant: Transplant | None = _table(
        '{at = 500, experiment = "@last", top = 50}', "Copy neurons or tensors from a checkpoint of another run, once."
    )
    reset_optimizer: ResetOptimizer | None = _table("{at = 500}", "Let the optimizer forget its moments, once.")
    collapse: Collapse | None = _table(
        "{at = 6000}", "Force softmax collapse: scale the right logit in the training loss from then on."
    )
    clamp_norm: ClampNorm | None = _table(
        '{at = "memorised"}', "Hold the norm of the weights from then on, by rescaling after each update."
    )
    freeze: Freeze | None = _table('{at = 500, tensors = ["W_E"]}', "Stop some tensors from moving from then on.")

    @property
    def given(self) -> dict[str, When]:
        """Those that are there, by name."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: one for name, one in found.items() if one is not None}

    def check(self, spec: Any) -> list[tuple[tuple[str, ...], str]]:
        """What can't be in the run `spec`: pairs of dotted fields and a sentence."""
        return [
            (tuple(f"intervene.{name}{field}" if field.startswith(".") else field for field in fields), sentence)
            for name, one in self.given.items()
            for fields, sentence in one.check(spec)
        ]
