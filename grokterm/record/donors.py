"""The checkpoints that transplants come from: found when an experiment is made, read when its workers start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy.typing as npt

from grokterm.errors import BadInput, GroktermError, NotFound
from grokterm.nearest import instead
from grokterm.record.checkpoints import CheckpointFile
from grokterm.record.cohort import CohortFolder
from grokterm.record.folder import ExperimentFolder
from grokterm.spec import Arm, Experiment, Member, Transplant

_WEIGHTS = "weights."
_FIELD = "intervene.transplant"

Find = Callable[[str], ExperimentFolder]
Weights = Mapping[str, npt.NDArray]


def with_donors(experiment: Experiment, runs: Path, find: Find) -> Experiment:
    """The experiment with the experiment, arm and step of every transplant written out.

    Args:
        experiment: what is to be made.
        runs: the runs folder it will be in.
        find: finds an experiment by what a person calls it.

    Raises:
        BadInput: there is no such experiment, arm, seed or kept checkpoint, or it has no such tensors.
    """
    if all(arm.spec.intervene.transplant is None for arm in experiment.arms):
        return experiment
    return replace(experiment, arms=tuple(_with_donor(arm, experiment.seeds, runs, find) for arm in experiment.arms))


def _with_donor(arm: Arm, seeds: Sequence[int], runs: Path, find: Find) -> Arm:
    wanted = arm.spec.intervene.transplant
    if wanted is None:
        return arm
    try:
        folder = find(wanted.experiment)
        arms = folder.spec().arms
        taken = wanted.arm or arms[0].name
        files = [_kept(folder, taken, seed, wanted) for seed in ([wanted.seed] if wanted.seed is not None else seeds)]
    except NotFound as error:
        raise BadInput(f"{_FIELD}.experiment: {error.message}", error.hint) from error
    _check_size(arm, folder.spec().arm(taken), wanted)
    step = min(file.step for file, _ in files)
    for cohort in {cohort.path: cohort for _, cohort in files}.values():
        _check_tensors(_at(cohort, step, wanted), wanted)
    inside = folder.path.parent.resolve() == runs.resolve()
    update = {"experiment": folder.name if inside else str(folder.path), "arm": taken, "step": step}
    intervene = arm.spec.intervene.model_copy(update={"transplant": wanted.model_copy(update=update)})
    return replace(arm, spec=arm.spec.model_copy(update={"intervene": intervene}))


def _kept(folder: ExperimentFolder, arm: str, seed: int, wanted: Transplant) -> tuple[CheckpointFile, CohortFolder]:
    """The checkpoint to copy from for one seed, and the cohort it is of."""
    cohort = next((cohort for cohort in folder.cohorts if (arm, seed) in cohort.members), None)
    if cohort is None:
        there = ", ".join(f"{name}/{number}" for one in folder.cohorts for name, number in one.members)
        raise BadInput(f"{_FIELD}: {folder.name} has no run {arm}/{seed}; there is: {there}")
    return _at(cohort, wanted.step, wanted), cohort


def _at(cohort: CohortFolder, step: int | None, wanted: Transplant) -> CheckpointFile:
    """The kept checkpoint of a step, or the last kept one."""
    kept = [file for file in cohort.checkpoints() if file.kept]
    found = next((file for file in kept if step in (None, file.step)), None)
    if found is None:
        steps = ", ".join(str(file.step) for file in reversed(kept)) or "none yet"
        at = "" if step is None else f" at step {step}"
        raise BadInput(f"{_FIELD}.step: {wanted.experiment} has no kept checkpoint{at}; there is: {steps}")
    return found


def _check_size(arm: Arm, donor: Arm, wanted: Transplant) -> None:
    """Refuses neurons of another network. Whole tensors may fit where the rest doesn't; the worker compares them."""
    own, other = (one.spec.model.parameters(one.spec.task.shown) for one in (arm, donor))
    if wanted.tensors is None and (own, arm.spec.model.kind) != (other, donor.spec.model.kind):
        here, there = f"{arm.spec.model.kind} of {own:,} weights", f"{donor.spec.model.kind} of {other:,} weights"
        raise BadInput(f"{_FIELD}: neurons of a {there} don't fit into a {here} (arm {arm.name})")


def _check_tensors(file: CheckpointFile, wanted: Transplant) -> None:
    names = sorted(name.removeprefix(_WEIGHTS) for name in file.load().tensors if name.startswith(_WEIGHTS))
    for pattern in wanted.tensors or ():
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInput(f'{_FIELD}.tensors: no tensor "{pattern}"; {instead(pattern, names)}')


def read_donors(runs: Path, members: Sequence[Member]) -> tuple[Weights | None, ...]:
    """For each member the weights that its transplant comes from, by recorded name; None where it has none.

    Args:
        runs: the runs folder.
        members: as planned in a folder that `with_donors` went through.

    Raises:
        GroktermError: the checkpoint is gone, or a byte of it is wrong.
    """
    read: dict[Path, Mapping[str, npt.NDArray]] = {}
    return tuple(_weights(runs, member, read) for member in members)


def _weights(runs: Path, member: Member, read: dict) -> Weights | None:
    wanted = member.spec.intervene.transplant
    if wanted is None:
        return None
    folder = ExperimentFolder(runs / wanted.experiment)
    if folder.problem:
        raise GroktermError(f"{_FIELD}: {folder.problem}")
    seed = member.seed if wanted.seed is None else wanted.seed
    file, cohort = _kept(folder, wanted.arm, seed, wanted)
    if file.path not in read:
        read[file.path] = file.load().tensors
    place = cohort.members.index((wanted.arm, seed))
    tensors = read[file.path].items()
    return {name.removeprefix(_WEIGHTS): t[place] for name, t in tensors if name.startswith(_WEIGHTS)}
