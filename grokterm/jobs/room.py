"""Whether an experiment fits into the memory of its device."""

from grokterm.errors import BadInput
from grokterm.jobs.devices import default_device, devices
from grokterm.sizes import size
from grokterm.spec import Experiment, Member, RunSpec, memory_of, plan_cohorts


class TooLarge(BadInput):
    """One run alone needs more memory than its device has. The system would stand still before it ended it."""


def check_room(experiment: Experiment, device: str = "auto", force: bool = False) -> None:
    """Refuse an experiment one of whose runs alone needs more memory than its device has.

    Args:
        experiment: what is to be started.
        device: where.
        force: don't refuse.

    Raises:
        TooLarge: a line with the figures and what would fit; nothing was created.
    """
    figures, advice = _one_alone(experiment, *_room(device))
    if figures and not force:
        raise TooLarge(f"{figures}; {advice}", "--force starts it all the same")


def memory_caution(experiment: Experiment, device: str = "auto", advise: bool = True) -> str:
    """One line where a cohort needs more memory than its device has; empty where everything fits.

    Args:
        advise: say also which field would help; it can't where the experiment stands already.
    """
    if not experiment.known:
        return ""
    name, room = _room(device)
    widest = max(plan_cohorts(experiment), key=memory_of)
    needed = memory_of(widest)
    figures, advice = _one_alone(experiment, name, room)
    if not figures and needed > room:
        figures = f"{len(widest):,} runs together need about {size(needed)}, and {name} has {size(room)}"
        advice = f"--set cohort_width={max(1, int(len(widest) * room / needed / 2))} trains fewer at once"
    return f"{figures}; {advice}" if figures and advise else figures


def _room(device: str) -> tuple[str, float]:
    """The device's name and its memory in bytes, infinite where that isn't known."""
    name = default_device(device)
    return name, next((place.memory_total for place in devices() if place.name == name), float("inf"))


def _one_alone(experiment: Experiment, name: str, room: float) -> tuple[str, str]:
    """Figures of the run that needs most memory where the device `name` has less, and what helps; empty if all fit."""
    largest = max(experiment.arms, key=lambda arm: _alone(arm.spec))
    if _alone(largest.spec) <= room:
        return "", ""
    arm = f"arms.{largest.name}: " if len(experiment.arms) > 1 else ""
    needs = f"one run alone needs about {size(_alone(largest.spec))}, and {name} has {size(room)}"
    return f"{arm}{needs}", _what_fits(largest.spec, room / 2)  # the count may be wrong by a factor of two


def _what_fits(spec: RunSpec, room: float) -> str:
    """Batches with which the run would fit; or how many weights would, where one sample is too much already."""
    sizes = [1 << bits for bits in reversed(range((spec.batch_size - 1).bit_length()))]
    fitting = next((batch for batch in sizes if _alone(_with_batches(spec, batch)) <= room), 0)
    if fitting:
        return f"--set batches.size={fitting} would fit"
    weights = spec.model.parameters(spec.task.shown)
    fitting = int(float(f"{weights * room / _alone(_with_batches(spec, 1)):.2g}"))
    return f"about {fitting:,} weights would fit, and its network has {weights:,}"


def _with_batches(spec: RunSpec, batch: int) -> RunSpec:
    return spec.model_copy(update={"batches": spec.batches.model_copy(update={"size": batch})})


def _alone(spec: RunSpec) -> int:
    """Bytes of one run."""
    return memory_of([Member("", 0, spec)])
