"""What is allowed in an experiment and still worth a second look before it starts."""

from collections.abc import Iterator

from grokterm.nearest import some
from grokterm.spec.experiment import Experiment
from grokterm.spec.run import RunSpec
from grokterm.spec.schedules import Constant, Mean, Phases, Schedule, plateau_of


def cautions(experiment: Experiment) -> tuple[str, ...]:
    """One line for each thing that a researcher would want to know beforehand.

    A budget that is shorter than a schedule is no mistake (a short run is the beginning of a long one), but
    an arm whose weight decay never moves within it is its own control, and comparing the two is empty.
    """
    lines = [f"arms.{arm.name}: {line}" for arm in experiment.arms for line in _of_run(arm.spec)]
    same: dict[RunSpec, list[str]] = {}
    for arm in experiment.arms:
        same.setdefault(arm.spec, []).append(arm.name)
    lines += [f"arms {some(names)} are the same in every field" for names in same.values() if len(names) > 1]
    return tuple(lines)


def _of_run(spec: RunSpec) -> Iterator[str]:
    yield from (*spec.task.cautions, *spec.model.cautions)
    decay, steps = spec.optimizer.weight_decay, spec.stop.steps
    first, last = decay.at([0.0, steps - 1.0], steps)  # every schedule is monotone
    if first == last and not isinstance(decay, Constant | Mean):
        yield f"the weight decay stays at {first:g}: {steps} steps end before the schedule moves"
    elif (getattr(decay, "end", None) or steps) > steps:
        yield f"the weight decay doesn't reach {decay.final:g}: it would at step {decay.end} of {steps}"
    if plateau_of(decay) and spec.streams.eval_every * plateau_of(decay).patience >= steps:
        yield f"no plateau can be found within {steps} steps: it takes eval_every * patience steps at least"
    rate_end = getattr(spec.optimizer.lr_schedule, "end", None)
    if (rate_end or steps) > steps:
        yield f"the learning rate doesn't reach its final value: it would at step {rate_end} of {steps}"
    if ignored := _ignored(decay):
        yield f"{ignored} without effect: the switch is a step, and no plateau is waited for"
    if (window := getattr(spec.optimizer.grokfast, "window", 0)) > steps:
        yield f"grokfast adds nothing: its window of {window} gradients isn't full within {steps} steps"
    if not spec.streams.weights_every:
        yield "streams.weights_every is 0: the integral of the weight decay will not be known"
    if getattr(spec.loss, "head", "") == "clamp" and not spec.streams.numerics_every:
        yield "streams.numerics_every is 0: the share of clamped outputs will not be known"
    if not spec.streams.eval_every:
        yield "streams.eval_every is 0: nothing will count as memorised or grokked"
    elif (not spec.task.known or spec.task.scored) and spec.milestones.window >= steps:
        yield f"milestones.window {spec.milestones.window} can't be observed whole within {steps} steps"


def _ignored(decay: Schedule) -> str:
    """What is set for a plateau that a schedule, or the one it is the control of, doesn't wait for."""
    phases = getattr(decay, "of", decay)
    if not isinstance(phases, Phases) or plateau_of(phases):
        return ""
    # The default may be written out, as it is in the record of every experiment.
    names = ("patience", "min_delta")
    changed = [name for name in names if getattr(phases, name) != Phases.model_fields[name].default]
    return f"{' and '.join(changed)} {'are' if len(changed) > 1 else 'is'}" if changed else ""
