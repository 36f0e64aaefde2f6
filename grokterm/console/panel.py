"""What a chart of an experiment is about: which recorded columns, and how they are drawn by default."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One chart of the experiment screen: which columns, drawn how. The second column is the dotted one.

    Attributes:
        id: of the widget that shows it.
        log: drawn on a logarithmic axis unless the user asks for another.
        y_range: limits that a linear axis always has.
        marks: the milestones of the arms that are marked on the curves.
    """

    id: str
    title: str
    columns: tuple[str, ...]
    log: bool = False
    y_range: tuple[float, float] | None = None
    marks: tuple[str, ...] = ("t_grok",)


PANELS = (
    Panel("loss", "loss", ("test_loss", "train_loss"), log=True),
    Panel("accuracy", "accuracy", ("test_acc", "train_acc"), y_range=(0.0, 1.0), marks=("t_mem", "t_grok")),
    Panel("norm", "weight norm", ("weight_norm",)),
    Panel("lambda", "weight decay λ", ("weight_decay",)),
)
OVERLAY = Panel("overlay", "accuracy", ("test_acc", "train_acc"), y_range=(0.0, 1.0))
