"""RunSpec: everything that decides one run, apart from its seed."""

from pydantic import Field, model_validator

from grokterm.spec.base import Section, refuse
from grokterm.spec.loss import Loss
from grokterm.spec.milestones import MilestoneRule
from grokterm.spec.model import Model
from grokterm.spec.optimizer import Optimizer
from grokterm.spec.schedules import plateau_of
from grokterm.spec.stop import Stop, Streams
from grokterm.spec.task import Task

DECAY = "optimizer.weight_decay"
RATE = "optimizer.lr_schedule"


class RunSpec(Section):
    """One arm, resolved: every default filled in."""

    task: Task = Field(description="What is learned and how much of it is shown.")
    model: Model = Field(description="The network.")
    optimizer: Optimizer = Field(description="The update rule and its numbers.")
    loss: Loss = Field(default_factory=dict, validate_default=True, description="What is minimised.")
    stop: Stop = Field(description="When the run ends.")
    streams: Streams = Field(default_factory=Streams, description="What is written down, and how often.")
    milestones: MilestoneRule = Field(
        default_factory=MilestoneRule, description="What counts as memorised and as grokked."
    )

    @model_validator(mode="after")
    def _sections_fit(self) -> "RunSpec":
        refuse([*_decay_problems(self), *_rate_problems(self), *_loss_problems(self), *_evaluation_problems(self)])
        return self


def _decay_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    decay, steps = spec.optimizer.weight_decay, spec.stop.steps
    bad = decay.check(steps)
    if bad:
        return [((f"{DECAY}.{field}", f"{DECAY}.end", "stop.steps"), sentence) for field, sentence in bad]
    if not spec.optimizer.decays_weights:
        return []
    # Every schedule is monotone or constant, so its largest value is at one end; that of the learning rate is lr.
    peak = max(decay.at([0.0, steps - 1.0], steps))
    if spec.optimizer.lr * peak >= 1:
        product = f"lr * lambda = {spec.optimizer.lr * peak:g}"
        sentence = f"{product} must stay below 1: each step multiplies the weights by 1 - lr * lambda"
        return [((DECAY, "optimizer.lr"), sentence)]
    return []


def _rate_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    schedule = spec.optimizer.lr_schedule
    bad = [] if schedule is None else schedule.check(spec.stop.steps)
    return [((f"{RATE}.{field}", f"{RATE}.end", "stop.steps"), sentence) for field, sentence in bad]


def _loss_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    given = getattr(spec.task, "answers", "classes")
    if given in spec.loss.answers:
        return []
    wanted = " or ".join(sorted(spec.loss.answers))
    return [
        (("loss.kind", "task.kind"), f"{spec.loss.kind} needs answers that are {wanted}; {spec.task.kind} has {given}")
    ]


def _evaluation_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    if spec.streams.eval_every:
        return []
    problems = []
    if spec.stop.grokked_plus is not None:
        problems.append((("stop.grokked_plus", "streams.eval_every"), "needs evaluations, and streams.eval_every is 0"))
    if plateau_of(spec.optimizer.weight_decay):
        problems.append(
            (
                (f"{DECAY}.switch", "streams.eval_every"),
                "a plateau needs evaluations, and streams.eval_every is 0",
            )
        )
    return problems
