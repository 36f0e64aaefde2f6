"""[intervene.collapse]."""

from typing import Any, Literal

from pydantic import Field

from grokterm.spec.interventions.when import Problem, When, accuracy_needed


class Collapse(When):
    """Softmax collapse by force: the logit of the right class is multiplied by `factor`, in the training loss alone.

    With 0 no gradient comes through the right class any more, which is what happens when it is absorbed by rounding.
    But a logit of 0 also makes the loss high again, which rounding doesn't: of = "gradient" leaves the loss alone.
    `train_loss` of the train stream is what is minimised, so it shows the factor; evaluations, accuracies and the
    numerics stream are of the network as it is. Source: Prieto et al., arXiv 2501.04697 (factor 0 from epoch 6000).
    """

    factor: float = Field(
        0.0, description="Factor on the logit of the right class. 0 takes its gradient away, 1 changes nothing."
    )

    of: Literal["logit", "gradient"] = Field(
        "logit",
        description="What is multiplied. logit: the logit and with it its gradient, as the authors did it; with 0 the "
        "others are still pushed below it. gradient: the gradient alone, so that the loss stays what it is.",
    )

    def check(self, spec: Any) -> list[Problem]:
        return super().check(spec) + accuracy_needed((".at", "task.kind"), "a collapse", spec)
