"""The runs folder: making experiment folders, listing and finding them, and moving them to the bin."""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from grokterm import __version__
from grokterm.errors import BadInput, NotFound
from grokterm.names import NAME
from grokterm.nearest import alike
from grokterm.places import unlistable
from grokterm.record.donors import with_donors
from grokterm.record.errors import unwritable
from grokterm.record.files import sync_folder, write_json, write_whole
from grokterm.record.folder import ExperimentFolder
from grokterm.record.layout import BIN, FORMAT, HIDDEN, ExperimentPaths
from grokterm.record.state import State
from grokterm.spec import Experiment, Member, plan_cohorts, slug

LAST = "@last"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that are not mistaken for each other
_SHOWN = 10
_AGAIN = ".removed-again-"  # before some digits: in the bin, where the name was taken
_SAME_AGAIN = re.compile(rf"(.+){re.escape(_AGAIN)}[0-9a-f]{{8}}", re.DOTALL)
_TAKEN = {errno.EEXIST, errno.ENOTEMPTY}

Fill = Callable[[ExperimentPaths], None]


def create(
    runs: Path, experiment: Experiment, cohorts: Sequence[tuple[Member, ...]] | None = None, fill: Fill | None = None
) -> ExperimentFolder:
    """Makes the folder of an experiment; it appears whole under its name or not at all.

    Args:
        runs: the runs folder, made if missing.
        experiment: what is to be done.
        cohorts: which runs train together; by default as planned for a new experiment.
        fill: writes what the cohorts begin with, into folders that nobody sees yet.

    Raises:
        BadInput: `runs` is a file or can't be written, or there is no checkpoint to transplant from; nothing was
            created.
        GroktermError: the disk is full; nothing was created.
    """
    runs = Path(runs)
    experiment = with_donors(experiment, runs, partial(find, runs))
    try:
        runs.mkdir(parents=True, exist_ok=True)
        path = None
        while path is None:
            path = _create_as(runs, _new_name(experiment.name), experiment, cohorts or plan_cohorts(experiment), fill)
        sync_folder(runs)
    except OSError as error:
        raise unwritable(runs, error, made=False) from error
    return ExperimentFolder(path)


def _create_as(
    runs: Path, name: str, experiment: Experiment, cohorts: Sequence[tuple[Member, ...]], fill: Fill | None
) -> Path | None:
    """Makes the folder under this name; None if somebody has it already."""
    beside = runs / f"{HIDDEN}new-{name}"
    try:
        beside.mkdir()
    except FileExistsError:
        return None
    try:
        _build(ExperimentPaths(beside), experiment, cohorts)
        if fill:
            fill(ExperimentPaths(beside))
        return _renamed(beside, runs / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # nothing is there after the renaming


def _renamed(path: Path, new: Path) -> Path | None:
    """Renames a folder and returns where it is now; None if the name is taken."""
    try:
        return path.rename(new)
    except OSError as error:
        if error.errno in _TAKEN:
            return None
        raise


def _build(paths: ExperimentPaths, experiment: Experiment, cohorts: Sequence[tuple[Member, ...]]) -> None:
    marker = {"format": FORMAT, "version": __version__, "created": time.time()}
    marker |= {"name": experiment.name, "title": experiment.title}
    marker |= {"scored": any(arm.spec.task.scored for arm in experiment.arms)}
    write_json(paths.marker, marker, durable=True)
    write_whole(paths.spec, experiment.to_toml().encode("utf-8"), durable=True)
    for index, members in enumerate(cohorts):
        cohort = paths.cohort(index)
        for folder in (cohort.checkpoints, cohort.control):
            folder.mkdir(parents=True)
        write_json(cohort.members, _plan(members), durable=True)
    sync_folder(paths.cohorts)
    sync_folder(paths.root)


def _plan(members: tuple[Member, ...]) -> dict:
    return {
        "format": FORMAT,
        "steps": max(member.spec.stop.steps for member in members),
        "members": [{"arm": member.arm, "seed": member.seed} for member in members],
    }


def _new_name(experiment: str) -> str:
    # UTC: local time jumps back once a year, and "@last" would then be the wrong experiment.
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{slug(experiment)}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"


def list_folders(runs: Path) -> list[ExperimentFolder]:
    """All experiment folders, newest first; none if `runs` is missing. Opens no file.

    A folder that has an experiment's name is listed even if it is broken; any other only if it holds a spec.

    Raises:
        BadInput: `runs` is not a folder or can't be read.
    """
    folders = [ExperimentFolder(path) for path in _experiment_paths(Path(runs))]
    folders.sort(key=lambda folder: (folder.created, folder.name), reverse=True)
    ordered: list[ExperimentFolder] = []
    for _, together in groupby(folders, key=lambda folder: folder.created):
        same_second = list(together)
        ordered += sorted(same_second, key=_made, reverse=True) if len(same_second) > 1 else same_second
    return ordered


def _experiment_paths(runs: Path) -> list[Path]:
    try:
        with os.scandir(runs) as entries:
            names = [
                entry.name
                for entry in entries
                if not entry.name.startswith(HIDDEN)
                and entry.is_dir()
                and (NAME.fullmatch(entry.name) or ExperimentPaths(runs / entry.name).spec.is_file())
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unlistable(runs, error) from error
    return [runs / name for name in names]


def _made(folder: ExperimentFolder) -> int:
    """When a folder was made, finer than its name says."""
    try:
        return folder.paths.spec.stat().st_mtime_ns
    except OSError:
        return 0


def find(runs: Path, name: str) -> ExperimentFolder:
    """Finds one experiment.

    Args:
        runs: the runs folder.
        name: a folder's name, a part of one that only one has, "@last", or a path to an experiment folder.

    Raises:
        BadInput: several match.
        NotFound: none does.
    """
    runs = Path(runs)
    if "/" in name and _is_experiment(Path(name)):
        return ExperimentFolder(Path(name).absolute())
    folders = list_folders(runs)
    if name == LAST:
        if not folders:
            raise NotFound(f"{runs}: no experiments yet", hint="start one with `grokterm run PRESET`")
        return folders[0]
    exact = [folder for folder in folders if folder.name == name]
    matches = exact or [folder for folder in folders if name and name.lower() in folder.name.lower()]
    if len(matches) == 1:
        return matches[0]
    if not matches and name and _is_experiment(Path(name)):
        return ExperimentFolder(Path(name).absolute())
    raise _several(name, matches) if matches else _none(runs, name, folders)


def _is_experiment(path: Path) -> bool:
    try:
        return ExperimentPaths(path).spec.is_file()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False


def _several(name: str, matches: list[ExperimentFolder]) -> BadInput:
    shown = ", ".join(folder.name for folder in matches[:_SHOWN])
    more = f" and {len(matches) - _SHOWN} more" if len(matches) > _SHOWN else ""
    line = f"{name!r} matches {len(matches)} experiments: {shown}{more}"
    return BadInput(line, hint="name more of one of them")


def _none(runs: Path, name: str, folders: list[ExperimentFolder]) -> NotFound:
    names = [folder.name for folder in folders]
    parts = {part: full for full in reversed(names) for part in (full, NAME.sub(r"\2", full))}
    close = dict.fromkeys(parts[part] for part in alike(name, parts))
    hint = f"nearest: {', '.join(close)}; `grokterm ls` lists all" if close else "`grokterm ls` lists all"
    return NotFound(f"{runs}: no experiment {name!r}", hint=hint)


def remove(folder: ExperimentFolder, force: bool = False) -> Path:
    """Moves an experiment to the bin of its runs folder, and returns where it is now. Nothing is deleted.

    Args:
        folder: the experiment.
        force: also where a worker is stalled, because a person knows that it is gone. One whose process is
            seen alive on this host is refused all the same.

    Raises:
        BadInput: a worker may be writing it.
        GroktermError: it can't be moved.
    """
    check_removable(folder, force)
    target = folder.path.parent / BIN / folder.name
    try:
        target.parent.mkdir(exist_ok=True)
        while target.exists():
            target = target.with_name(f"{folder.name}{_AGAIN}{secrets.token_hex(4)}")
        folder.path.rename(target)
    except OSError as error:
        raise unwritable(folder.path, error) from error
    return target


def check_removable(folder: ExperimentFolder, force: bool = False) -> None:
    """Raises BadInput where `remove` would, because a worker may be writing the folder."""
    for cohort in folder.cohorts:
        state = cohort.state()
        if state is State.STALLED:
            silence = cohort.silence()
            if silence.pid or not force:
                raise BadInput(f"{folder.name} is {silence}", hint=silence.hint)
        elif state.live:
            raise BadInput(f"{folder.name} is {state}", hint=f"stop it first: grokterm stop {folder.name}")


def restore(runs: Path, name: str) -> Path:
    """Takes an experiment out of the bin, and returns where it is now.

    Args:
        runs: the runs folder.
        name: a folder's name in the bin, or a part of one that only one has.

    Raises:
        NotFound: nothing in the bin is called so.
        BadInput: several match, or an experiment of that name is there already.
        GroktermError: it can't be moved.
    """
    runs = Path(runs)
    folder = find_removed(runs, name)
    match = _SAME_AGAIN.fullmatch(folder.name)
    target = runs / (match[1] if match else folder.name)
    if target.exists():
        raise BadInput(f"{target}: is there already; the one in the bin stays", hint=f"move it by hand: {folder.path}")
    try:
        folder.path.rename(target)
    except OSError as error:
        raise unwritable(folder.path, error) from error
    return target


def count_binned(runs: Path) -> int:
    """How many experiments lie in the bin of a runs folder.

    Raises:
        BadInput: the bin can't be listed.
    """
    return len(list_folders(Path(runs) / BIN))


def find_removed(runs: Path, name: str) -> ExperimentFolder:
    """The experiment in the bin that `restore` would take out; raises as it does."""
    folders = list_folders(Path(runs) / BIN)
    exact = [folder for folder in folders if folder.name == name]
    matches = exact or [folder for folder in folders if name and name.lower() in folder.name.lower()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise _several(name, matches)
    held = ", ".join(folder.name for folder in folders[:_SHOWN])
    raise NotFound(f"{runs / BIN}: no experiment {name!r}", hint=f"in the bin: {held}" if held else "the bin is empty")
