"""From one experiment to another like it: the same arms with other seeds, a choice of them, or fields changed."""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from grokterm.errors import BadInput
from grokterm.nearest import instead, some
from grokterm.spec.experiment import Experiment, spec_to_document
from grokterm.spec.kinds import keep_common
from grokterm.spec.load import SEEDS, SET, Document, assemble, truthful
from grokterm.spec.overrides import read_overrides
from grokterm.spec.run import RunSpec

_NEW_ARM = re.compile(r"""arms\.(["']?)([A-Za-z0-9_=\-]+)\1\.""")


def revise(
    experiment: Experiment,
    overrides: Sequence[str] = (),
    seeds: Sequence[int] | None = None,
    arms: Sequence[str] = (),
    origin: str = "",
    since: int | None = None,
) -> tuple[Experiment, dict[str, str]]:
    """A resolved experiment with changes.

    Args:
        experiment: what to begin with.
        overrides: texts like "optimizer.lr=3e-3" or "arms.dynamic.optimizer.lr=3e-3". A name that no arm has makes
            a new arm out of the one arm that is taken, which it replaces: "arms.low.optimizer.weight_decay=0.1".
        seeds: others than the experiment's.
        arms: which arms are taken; none means all.
        origin: what the new one says of where it came from.
        since: the step from which changes of the training hold; None where they hold from the beginning.

    Returns:
        the new experiment; and for each of its arms, the arm of the old one that it came from.

    Raises:
        BadInput: with all mistakes, one line each.
    """
    source = experiment.to_document()
    source.pop("origin", None)
    came_from = _arms(experiment, overrides, arms)
    taken = {
        new: copy.deepcopy(source["arms"][old]) | ({} if new == old else {"about": f"out of {old}"})
        for new, old in came_from.items()
    }
    document, source = source | {"arms": taken}, source | {"arms": source["arms"] | taken}
    changes, problems = read_overrides(overrides, list(came_from))
    changes, _ = keep_common(document, changes)
    layers = [Document(SET, change.document) for change in changes]
    if seeds is not None:
        layers.append(Document(SEEDS, {"seeds": list(seeds)}))
    layers = [Document(experiment.name, document), *truthful(layers, document, source, since=since)]
    if origin:
        layers.append(Document(SET, {"origin": origin}))
    return assemble(layers, experiment.name, changes, problems), came_from


def _arms(experiment: Experiment, overrides: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """The old arm of each arm of the new experiment."""
    known = [arm.name for arm in experiment.arms]
    for name in taken:
        if name not in known:
            raise BadInput(f"no arm {name!r}; {instead(name, known)}")
    kept = [name for name in known if name in taken] or known
    named = (_named_arm(text, known) for text in overrides)
    new = [name for name in dict.fromkeys(named) if name and name not in known]
    if not new:
        return {name: name for name in kept}
    if len(kept) > 1:
        raise BadInput(
            f"arms.{new[0]}: the arms are {some(known)}; a new one comes out of exactly one of them",
            f"choose it: --arm {kept[0]}",
        )
    return dict.fromkeys(new, kept[0])


def _named_arm(text: str, known: Sequence[str]) -> str | None:
    """The arm that an override speaks of. Known names are tried first, since they may hold dots."""
    for name in known:
        if re.match(rf"""arms\.(["']?){re.escape(name)}\1\.""", text):
            return name
    match = _NEW_ARM.match(text)
    return match[2] if match else None


def changed_fields(old: RunSpec, new: RunSpec) -> dict[str, tuple[Any, Any]]:
    """Dotted fields that differ, with the old and the new value. A schedule counts as one field; absent is None."""
    tables = [_flat(spec_to_document(spec)) for spec in (old, new)]
    names = dict.fromkeys(name for table in tables for name in table)
    pairs = {name: (tables[0].get(name), tables[1].get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _flat(document: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, fields in document.items() for name, value in fields.items()}
