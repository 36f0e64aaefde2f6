"""What a fork may change of [intervene], and what becomes of the state that interventions left in its checkpoint."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from grokterm.spec import Member, RunSpec

Tensors = dict[str, npt.NDArray]

_STATE = "intervene."
RATE = "a learning rate that changes is recorded, one that doesn't isn't, and the records go on"


def problems(before: RunSpec, spec: RunSpec, step: int) -> Iterator[str]:
    """A line for each intervention that can't be changed so from `step` on."""
    old, new = before.intervene.given, spec.intervene.given
    for name in old.keys() | new.keys():
        if old.get(name) == new.get(name):
            continue
        if name in new and not new[name].milestone and new[name].first < step:
            yield f"intervene.{name}.at: step {new[name].first} is before the checkpoint of step {step}"
        if name == "transplant" and name in old and -1 < old[name].first < step:
            yield f"intervene.transplant: was done at step {old[name].first}, before the checkpoint; it can't change"
    if before.changes_lr != spec.changes_lr:
        yield f"intervene.change.lr: can't come or go in a fork: {RATE}; optimizer.lr can change"


def new_state(tensors: Mapping[str, npt.NDArray], members: Sequence[Member], before: Sequence[RunSpec]) -> Tensors:
    """The tensors of a checkpoint, cut to `members`, with the state of interventions as these members need it.

    One that is as it was goes on. One that is new begins to wait; for a milestone, the first evaluation after the fork
    counts. See `grokterm.engine.interventions` for the layout.

    Args:
        tensors: with the members first.
        members: of the fork.
        before: what each of them was.
    """
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(_STATE)}
    for kind in dict.fromkeys(kind for member in members for kind in member.spec.intervene.given):
        kept |= _state_of(kind, tensors, members, before)
    return kept


def _state_of(
    kind: str, tensors: Mapping[str, npt.NDArray], members: Sequence[Member], before: Sequence[RunSpec]
) -> Tensors:
    now = [member.spec.intervene.given.get(kind) for member in members]
    then = [spec.intervene.given.get(kind) for spec in before]
    due = np.array([-1 if when is None else when.first for when in now], dtype=np.int64)
    same = np.array([new == old for new, old in zip(now, then, strict=True)])
    key = f"{_STATE}{kind}.due"
    state = {key: np.where(same, tensors[key], due) if key in tensors else due}
    if kind == "clamp_norm":
        key, width = f"{_STATE}{kind}.norms", sum(name.startswith("weights.") for name in tensors)
        norms = np.full((len(members), width), np.nan)
        state[key] = np.where(same[:, None], tensors[key], norms) if key in tensors else norms
    return state
