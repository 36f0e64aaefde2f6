"""RunSpec: everything that decides one run, apart from its seed."""

import math
from collections.abc import Iterable

from pydantic import Field, model_validator

from grokterm.spec.base import PER_MEMBER, Section, refuse
from grokterm.spec.batches import Batches
from grokterm.spec.intervene import Intervene
from grokterm.spec.loss import Loss
from grokterm.spec.milestones import MilestoneRule
from grokterm.spec.model import Model
from grokterm.spec.optimizer import Optimizer
from grokterm.spec.schedules import plateau_of
from grokterm.spec.stop import Stop, Streams
from grokterm.spec.task import Task

DECAY = "optimizer.weight_decay"
RATE = "optimizer.lr_schedule"
_EVALUATED = 1 << 26  # numbers of one member that an evaluation holds at a time


class RunSpec(Section):
    """One arm, resolved: every default filled in."""

    task: Task = Field(description="What is learned and how much of it is shown.")
    model: Model = Field(description="The network.")
    optimizer: Optimizer = Field(description="The update rule and its numbers.")
    loss: Loss = Field(default_factory=dict, validate_default=True, description="What is minimised.")
    batches: Batches = Field(default_factory=Batches, description="How many samples an update sees.")
    stop: Stop = Field(description="When the run ends.")
    streams: Streams = Field(default_factory=Streams, description="What is written down, and how often.")
    milestones: MilestoneRule = Field(
        default_factory=MilestoneRule, description="What counts as memorised and as grokked."
    )
    intervene: Intervene = Field(
        default_factory=Intervene,
        json_schema_extra=PER_MEMBER,
        description="What is done to the run while it trains.",
    )

    @property
    def known(self) -> bool:
        """Whether sizes are known; see `grokterm.spec.own`."""
        return self.task.known and self.model.known

    @property
    def batch_size(self) -> int:
        """Samples of one update; the last of an epoch may have fewer."""
        return min(self.batches.size or self.task.train_size, self.task.train_size)

    @property
    def epoch(self) -> int:
        """Steps of one epoch."""
        return math.ceil(self.task.train_size / self.batch_size)

    @property
    def most_evaluated(self) -> int:
        """Samples that go through a network at a time where no gradient is asked for."""
        shown = self.task.shown
        return max(1, _EVALUATED // (self.model.kept(shown) + 3 * shown.outputs))

    @property
    def changes_lr(self) -> bool:
        """Whether an intervention changes the learning rate."""
        return self.intervene.change is not None and self.intervene.change.lr is not None

    @property
    def records_lr(self) -> bool:
        """Whether the learning rate changes, and so is recorded: for every member of a cohort if for one."""
        return self.optimizer.lr_schedule is not None or self.changes_lr

    @model_validator(mode="after")
    def _sections_fit(self) -> "RunSpec":
        refuse([*(problem for rule in _RULES for problem in rule(self)), *self.intervene.check(self)])
        return self


def _fit_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    if not spec.task.known:
        return []
    shown = spec.task.shown.kind
    if shown in spec.model.reads:
        return []
    wanted = " or ".join(sorted(spec.model.reads))
    return [(("model.kind", "task.kind"), f"{spec.model.kind} reads {wanted}; {spec.task.kind} shows {shown}")]


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


def _scope_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    scope, model = spec.optimizer.decay_scope, spec.model
    if scope == "all" or not spec.known or spec.task.shown.kind not in model.reads:
        return []
    if model.embedding_tensors(spec.task.shown):
        return []
    if model.kind == "module":
        fields, other = ("optimizer.decay_scope", "model.module"), f"; {_declared(('embeddings',))} names others"
        return [(fields, f'"{scope}" needs embeddings, and {model.module} has no nn.Embedding{other}')]
    fields = ("optimizer.decay_scope", "model.kind", "model.embedding", "task.kind", "task.encoding")
    return [(fields, f'"{scope}" needs embeddings, and this network has none; "all" would be right')]


def _hidden_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    unclear = spec.model.unclear
    if getattr(spec.optimizer, "matrices", "all") == "all" or not unclear:
        return []
    missing = " and ".join(unclear)
    sentence = f'"hidden" leaves out {missing}, and those of {spec.model.module} are not known'
    return [(("optimizer.matrices", "model.module"), f'{sentence}; {_declared(unclear)} names them, "all" moves them')]


def _declared(roles: Iterable[str]) -> str:
    """How a network of the user's own says which tensors they are."""
    return " and ".join(f'{role} = ("name.weight",)' for role in roles) + " on its class"


def _rate_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    schedule = spec.optimizer.lr_schedule
    bad = [] if schedule is None else schedule.check(spec.stop.steps)
    return [((f"{RATE}.{field}", f"{RATE}.end", "stop.steps"), sentence) for field, sentence in bad]


def _loss_problems(spec: RunSpec) -> list[tuple[tuple[str, ...], str]]:
    if not spec.task.known:
        return []
    given = spec.task.answers
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


_RULES = (
    _fit_problems,
    _decay_problems,
    _scope_problems,
    _hidden_problems,
    _rate_problems,
    _loss_problems,
    _evaluation_problems,
)
