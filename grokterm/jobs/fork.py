"""Going on from a checkpoint with changed fields, as a new experiment."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from grokterm.errors import BadInput
from grokterm.jobs import interventions
from grokterm.jobs.launch import launch
from grokterm.jobs.prepare import check_data
from grokterm.jobs.probe import check_device
from grokterm.jobs.room import check_room
from grokterm.nearest import some
from grokterm.record import Branch, Checkpoint, CohortFolder, ExperimentFolder, create_fork
from grokterm.spec import (
    Experiment,
    Member,
    changed_fields,
    plan_cohorts,
    plateau_of,
    rate_values,
    revise,
    schedule_values,
    words_of,
)

# Sections whose fields may change, and why those of the others may not.
_FREE = ("optimizer", "stop", "streams", "milestones", "intervene")
_FIXED = {
    "task": "the checkpoint was trained on the task as it was",
    "model": "the checkpoint's weights are of the model as it was",
    "loss": "what is minimised, and how exactly, is part of what was trained",
    "optimizer.kind": "the checkpoint's state is of the optimizer as it was",
}
_MEAN = "the checkpoint has a mean gradient, or has none, as it was"
_FILTER = "the checkpoint's state is of the filter as it was; its alpha and lamb can change"
_MOMENTUM = "the checkpoint has a momentum, or has none, as it was; above 0 it can change"
_RATE = f"{interventions.RATE}; optimizer.lr can change"
_SCHEDULES = ("weight_decay", "lr_schedule")

Homes = Mapping[tuple[str, int], CohortFolder]
"""The cohort that holds each (arm, seed)."""


def fork_points(folder: ExperimentFolder) -> tuple[int, ...]:
    """Steps with a checkpoint in every cohort, the newest last."""
    return _points(folder.cohorts)


def fork(
    folder: ExperimentFolder,
    step: int | None = None,
    overrides: Sequence[str] = (),
    device: str = "auto",
    arms: Sequence[str] = (),
    force: bool = False,
) -> ExperimentFolder:
    """A new experiment beside `folder` that goes on from a checkpoint of it, launched.

    Weights, the optimizer's state, the step and every number recorded before it go along, so a fork without changes
    trains to the same bits as the original.

    Args:
        folder: where to begin.
        step: of a checkpoint; by default the last that every cohort has.
        overrides: changed fields of optimizer, stop, streams, milestones and intervene, and titles. `arms.NAME.…` with
            a NAME that is new makes an arm out of the one in `arms`; several of them make several.
        device: where to train.
        arms: which arms go along; none means all.
        force: also where one run alone needs more memory than the device has.

    Raises:
        BadInput: mistakes in the above, each a line with the field and the reason. Nothing was created.
        TooLarge: one run alone needs more memory than the device has. Nothing was created.
        NotFound: no such device, or data that this machine lacks.
        GroktermError: the checkpoint or the numbers can't be read.
    """
    experiment, came_from, homes, step = _planned(folder, step, overrides, arms)
    check_device(device)
    check_data(experiment)
    check_room(experiment, device, force)
    branches = _branches(experiment, folder, came_from, homes, step)
    new = create_fork(folder.path.parent, experiment, folder, branches)
    launch(new, device)
    return new


def plan_fork(folder: ExperimentFolder, step: int | None = None, overrides: Sequence[str] = ()) -> Experiment:
    """What `fork` would make of these arguments, without making it. Raises as it does."""
    return _planned(folder, step, overrides, ())[0]


def _planned(folder: ExperimentFolder, step: int | None, overrides: Sequence[str], arms: Sequence[str]):
    """The experiment that a fork is; the old arm of each of its arms; who is in which cohort; and the step."""
    old = folder.spec()
    came_from = revise(old, overrides, arms=arms)[1]
    homes = _homes(folder, came_from.values())
    step = _chosen(step, _points(homes.values()), folder.name)
    draft = revise(old, overrides, arms=arms, since=step)[0]
    draft = _pinned(draft, old, came_from)
    problems = list(dict.fromkeys(_problems(draft, old, came_from, step)))
    problems = problems or list(dict.fromkeys(_parted(draft, old, came_from, homes)))
    if problems:
        raise BadInput(problems)
    origin = _origin(folder.name, step, draft, old, came_from)
    return replace(draft, origin=origin), came_from, homes, step


def _homes(folder: ExperimentFolder, arms) -> Homes:
    """The cohort that holds each (arm, seed) of these arms."""
    wanted = set(arms)
    return {who: cohort for cohort in folder.cohorts for who in cohort.members if who[0] in wanted}


def _points(cohorts) -> tuple[int, ...]:
    steps = [{file.step for file in cohort.checkpoints()} for cohort in {c.path: c for c in cohorts}.values()]
    return tuple(sorted(set.intersection(*steps))) if steps else ()


def _chosen(step: int | None, points: tuple[int, ...], name: str) -> int:
    if not points:
        raise BadInput(f"{name} has no checkpoint to fork from yet", f"`grokterm checkpoint {name}` writes one")
    if step is None:
        return points[-1]
    if step not in points:
        nearest = min(points, key=lambda point: abs(point - step))
        there = some([str(point) for point in points])
        raise BadInput(f"{name} has no checkpoint at step {step}; nearest: {nearest}", f"there are: {there}")
    return step


def _pinned(draft: Experiment, old: Experiment, came_from: Mapping[str, str]) -> Experiment:
    """Schedules that stretch with the budget keep the end they had: a longer one would bend what was trained."""
    arms = []
    for arm in draft.arms:
        before, spec = old.arm(came_from[arm.name]).spec, arm.spec
        pinned = {}
        for name in _SCHEDULES if spec.stop.steps > before.stop.steps else ():
            schedule = getattr(spec.optimizer, name)
            if schedule == getattr(before.optimizer, name) and getattr(schedule, "end", 0) is None:
                pinned[name] = schedule.model_copy(update={"end": before.stop.steps})
        if pinned:
            optimizer = spec.optimizer.model_copy(update=pinned)
            arm = replace(arm, spec=spec.model_copy(update={"optimizer": optimizer}))
        arms.append(arm)
    return replace(draft, arms=tuple(arms))


def _problems(draft: Experiment, old: Experiment, came_from: Mapping[str, str], step: int):
    """A line for each field that can't change, and for a fork that would have nothing to do."""
    if draft.seeds != old.seeds:
        yield "seeds: the checkpoint holds the runs it holds; `grokterm repeat` trains other seeds from the beginning"
    for arm in draft.arms:
        before, spec = old.arm(came_from[arm.name]).spec, arm.spec
        changed = changed_fields(before, spec)
        for name in changed:
            section = name.partition(".")[0]
            if section not in _FREE or name in _FIXED:
                yield f"{name}: can't change in a fork: {_FIXED.get(name) or _FIXED[section]}"
        if before.optimizer.kind == spec.optimizer.kind:
            for name, why in _other_state(before.optimizer, spec.optimizer):
                yield f"optimizer.{name}: can't change so in a fork: {why}"
        yield from interventions.problems(before, spec, step)
        if spec.stop.steps <= step:
            yield f"stop.steps: {spec.stop.steps} is reached at the checkpoint of step {step}; a fork needs more"
        for name, values in zip(_SCHEDULES, (schedule_values, rate_values), strict=True):
            schedule = getattr(spec.optimizer, name)
            if schedule is None or schedule.schedule == "constant":
                continue
            if f"optimizer.{name}" not in changed and not _same_past(before, spec, step, name, values):
                yield (
                    f"stop.steps: the {schedule.schedule} schedule of arm {arm.name} is another one over "
                    f"{spec.stop.steps} steps, and {step} were trained with the old; "
                    "write it out with an end of its own"
                )


def _other_state(before, now) -> Iterator[tuple[str, str]]:
    """Fields of two optimizers of one kind that leave tensors or recorded columns which don't fit, and why."""
    shapes = [one.grokfast and (one.grokfast.kind, getattr(one.grokfast, "window", 0)) for one in (before, now)]
    if shapes[0] != shapes[1]:
        yield "grokfast", _FILTER
    if getattr(before, "centered", False) != getattr(now, "centered", False):
        yield "centered", _MEAN
    if before.keeps_momentum != now.keeps_momentum:
        yield "momentum", _MOMENTUM
    if (before.lr_schedule is None) != (now.lr_schedule is None):
        yield "lr_schedule", _RATE


# What a whole cohort keeps or records as soon as one of its members needs it; the engine asks by the same names.
_SHARED = (
    (attrgetter("optimizer.keeps_momentum"), "keeps a momentum"),
    (attrgetter("records_lr"), "records its learning rate"),
)


def _parted(draft: Experiment, old: Experiment, came_from: Mapping[str, str], homes: Homes) -> Iterator[str]:
    """A line for each cohort that would go on without the arm because of which it has a tensor or a column."""
    for source, members in _cohorts(draft, came_from, homes):
        for needs, does in _SHARED:
            reason = dict.fromkeys(arm for arm, _ in source.members if needs(old.arm(arm).spec))
            if reason and not any(needs(member.spec) for member in members):
                names = ", ".join(dict.fromkeys(came_from[member.arm] for member in members))
                yield (
                    f"arms: {names} can't go on in a cohort without {', '.join(reason)}, "
                    f"because of which it {does}: take both, and leave what parts them as it was"
                )


def _same_past(before, spec, step: int, name: str, values: Callable) -> bool:
    return np.array_equal(*(values(getattr(s.optimizer, name), s.stop.steps)[:step] for s in (before, spec)))


def _origin(name: str, step: int, draft: Experiment, old: Experiment, came_from: Mapping[str, str]) -> str:
    """ "fork of NAME at step 500: optimizer.weight_decay = 3"."""
    said: dict[str, list[str]] = {}
    for arm in draft.arms:
        for field, (_, value) in changed_fields(old.arm(came_from[arm.name]).spec, arm.spec).items():
            said.setdefault(f"{field} = {words_of(value)}", []).append(arm.name)
    shared = [text for text, names in said.items() if len(names) == len(draft.arms)]
    own = [f"{', '.join(names)}: {text}" for text, names in said.items() if len(names) < len(draft.arms)]
    taken = list(dict.fromkeys(came_from.values()))
    only = f", {', '.join(taken)} only" if len(taken) < len(old.arms) else ""
    changes = "; ".join([", ".join(shared)] * bool(shared) + own)
    return f"fork of {name} at step {step}{only}" + (f": {changes}" if changes else "")


def _branches(
    experiment: Experiment,
    folder: ExperimentFolder,
    came_from: Mapping[str, str],
    homes: Homes,
    step: int,
) -> list[Branch]:
    """The cohorts of the fork: as planned for a new experiment, and none across two cohorts of the old one."""
    read: dict[CohortFolder, Checkpoint] = {}
    branches = []
    for source, members in _cohorts(experiment, came_from, homes):
        if source not in read:
            read[source] = _read(source, step)
        branches.append(_branch(members, source, read[source], folder.spec(), came_from))
    return branches


def _cohorts(
    experiment: Experiment, came_from: Mapping[str, str], homes: Homes
) -> list[tuple[CohortFolder, tuple[Member, ...]]]:
    """The cohorts of the fork, each behind the one it comes from."""
    found = []
    for members in plan_cohorts(experiment):
        parts: dict[CohortFolder, list[Member]] = {}
        for member in members:
            parts.setdefault(homes[came_from[member.arm], member.seed], []).append(member)
        found += [(source, tuple(part)) for source, part in parts.items()]
    return found


def _read(cohort: CohortFolder, step: int) -> Checkpoint:
    file = next((file for file in cohort.checkpoints() if file.step == step), None)
    try:
        if file is not None:
            return file.load()
    except FileNotFoundError:
        pass  # the worker has just replaced it
    raise BadInput(f"the checkpoint of step {step} was just replaced by a newer one; try again")


def _branch(
    members: tuple[Member, ...],
    source: CohortFolder,
    checkpoint: Checkpoint,
    old: Experiment,
    came_from: Mapping[str, str],
) -> Branch:
    whom = [(came_from[member.arm], member.seed) for member in members]
    columns = tuple(source.members.index(who) for who in whom)
    before = [old.arm(arm).spec for arm, _ in whom]
    width = len(source.members)
    place = np.array(columns)
    # The engine's layout: every tensor has the members first, but for the step.
    tensors = {name: t if name == "step" else t[place] for name, t in checkpoint.tensors.items()}
    tensors = _new_clocks(tensors, members, before, checkpoint.step)
    tensors = interventions.new_state(tensors, members, before)
    meta, stop = dict(checkpoint.meta), members[0].spec.stop
    meta["closed"] = False
    meta["group"] = len(members) if meta["group"] >= width else min(meta["group"], len(members))
    if columns != tuple(range(width)) or any(spec.stop != stop for spec in before):
        meta["end"] = stop.steps  # where everything has grokked is decided anew
    rule = all(member.spec.milestones == spec.milestones for member, spec in zip(members, before, strict=True))
    _something_to_do(meta, members[0], checkpoint.step)
    return Branch(members, source, columns, checkpoint, tensors, meta, rule)


def _something_to_do(meta: Mapping, member: Member, step: int) -> None:
    hours = member.spec.stop.wall_hours
    if meta.get("end", member.spec.stop.steps) <= step:
        raise BadInput(f"stop.grokked_plus: by step {step} everything had grokked; a fork needs a larger one")
    if hours is not None and meta.get("wall", 0.0) >= hours * 3600:
        raise BadInput(f"stop.wall_hours: {hours:g} h were over by step {step}; a fork needs more")


def _new_clocks(tensors: dict, members: Sequence[Member], before, step: int) -> dict:
    """The clocks of weight decay, where the new schedule waits for a plateau and the old one didn't, or the reverse.

    See `engine.decay`: a schedule without a plateau runs by the step, one with it begins to wait now.
    """
    now = [plateau_of(member.spec.optimizer.weight_decay) is not None for member in members]
    then = [plateau_of(spec.optimizer.weight_decay) is not None for spec in before]
    values = {True: ("waiting", "clock", "best", "bad", "switched_at"), False: ("waiting", "clock")}
    fresh = {"waiting": True, "clock": 0, "best": np.inf, "bad": 0, "switched_at": -1}
    running = {"waiting": False, "clock": step}
    changed = {name: tensor.copy() for name, tensor in tensors.items() if name.startswith("decay.")}
    for index, (waits, waited) in enumerate(zip(now, then, strict=True)):
        if waits != waited:
            for name in values[waits]:
                changed[f"decay.{name}"][index] = (fresh if waits else running)[name]
    return tensors | changed
