"""The same experiment again, with other seeds or with those that somebody chooses."""

import re
from collections.abc import Sequence

import tomli

from grokterm.errors import BadInput
from grokterm.jobs.launch import launch
from grokterm.jobs.prepare import prepared
from grokterm.names import NAME
from grokterm.record import ExperimentFolder, create, list_folders
from grokterm.spec import parse, revise
from grokterm.spec.documents import as_new

_LOOKED_AT = 200  # folders of the same name that are searched for earlier repeats, the newest
_NAMED = 8  # seeds in an origin
_REPEAT = re.compile(r"repeat of (\S+) with (?:new )?seeds")


def repeat(
    folder: ExperimentFolder,
    seeds: int | Sequence[int] | None = None,
    overrides: Sequence[str] = (),
    device: str = "auto",
    force: bool = False,
) -> ExperimentFolder:
    """A new experiment beside `folder`, with the same spec and other seeds, launched.

    Args:
        folder: what to repeat.
        seeds: which, or how many; by default as many as it has. A number of them follows the largest that it or one of
            its repeats used.
        overrides: fields to change on the way.
        device: where to train.
        force: also where one run alone needs more memory than the device has.

    Raises:
        BadInput: mistakes in seeds or overrides, a fork, whose past no new seed has, or a module of the user's own that
            can't be trained any more. Nothing was created.
        NotFound: no such device, or data that this machine lacks.
    """
    spec = folder.spec()
    check_repeat(folder)
    counted = seeds is None or isinstance(seeds, int)
    seeds = next_seeds(folder, seeds) if counted else seeds
    changes = f": {', '.join(overrides)}" if overrides else ""
    # Those that somebody chose may have been used: for the same runs once more, or for some of them changed.
    which = "new seeds" if counted else f"seeds {_listed(seeds)}"
    origin = f"repeat of {folder.name} with {which}{changes}"
    # Without what was found of the user's own modules: overrides may name others.
    bare = parse(as_new(spec.to_document()), spec.name)
    again, _ = revise(bare, overrides, seeds, origin=origin)
    new = create(folder.path.parent, prepared(again, device, force))
    launch(new, device)
    return new


def _listed(seeds: Sequence[int]) -> str:
    shown = ", ".join(map(str, seeds[:_NAMED]))
    return shown if len(seeds) <= _NAMED else f"{shown}, … ({len(seeds)} in all)"


def check_repeat(folder: ExperimentFolder) -> None:
    """Raises BadInput for a fork, whose past no new seed has."""
    forked = folder.forked()
    if forked:
        raise BadInput(
            f"{folder.name} is a fork of {forked.name} at step {forked.step}: new seeds have no past to go on from",
            f"repeat {forked.name}, and fork what comes out",
        )


def next_seeds(folder: ExperimentFolder, count: int | None = None) -> range:
    """The seeds after the largest that an experiment or one of its repeats used, by default as many as it has.

    Raises:
        BadInput: `count` is less than one.
    """
    count = len(folder.spec().seeds) if count is None else count
    if count < 1:
        raise BadInput(f"given {count} seeds; a count is at least 1, a list names the seeds (7,8,9)")
    first = _largest_seed(folder) + 1
    return range(first, first + count)


def _largest_seed(folder: ExperimentFolder) -> int:
    """The largest seed of an experiment, the one it repeats, and all their repeats among the newest of that name."""
    spec = folder.spec()
    family = {folder.name, *_REPEAT.findall(spec.origin)}
    largest = max(spec.seeds)
    alike = [other for other in list_folders(folder.path.parent) if _preset(other) == _preset(folder)][:_LOOKED_AT]
    for other in reversed(alike):  # the oldest first: a repeat is younger than what it repeats
        origin, seeds = _glance(other)
        parents = set(_REPEAT.findall(origin))
        if other.name in family or parents & family:
            family |= {other.name} | parents
            largest = max(largest, *seeds, 0)
    return largest


def _preset(folder: ExperimentFolder) -> str:
    """The experiment's name as it stands in its folder's."""
    match = NAME.fullmatch(folder.name)
    return match[2] if match else ""


def _glance(folder: ExperimentFolder) -> tuple[str, list[int]]:
    """Origin and seeds as they are written in the spec, which is not validated: a look has to be cheap."""
    try:
        document = tomli.loads(folder.paths.spec.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):  # it says so where it is opened
        return "", []
    seeds = document.get("seeds")
    numbers = [seed for seed in seeds if isinstance(seed, int)] if isinstance(seeds, list) else []
    return str(document.get("origin", "")), numbers
