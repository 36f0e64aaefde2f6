"""Arms of any experiments with their curves, as charts need them: read once, for a comparison or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grokterm.analysis import Band, Curve, CurveFeed, guesses, run_results
from grokterm.console.curves import AXIS_COLUMNS, Curves
from grokterm.console.detail import ArmLine, arm_line
from grokterm.console.text import plain
from grokterm.names import arm_labels, natural
from grokterm.record import ExperimentFolder, open_folder

Items = Sequence[tuple[ExperimentFolder, str]]
_FIRST = ("train", "eval", "weights", "sparsity", "clock")  # a column that several streams have is read from the first


def labels_of(items: Items) -> list[str]:
    """What every arm is called: see `arm_labels`."""
    return [plain(label) for label in arm_labels([(folder.path, arm) for folder, arm in items])]


def gather(items: Items, columns: Iterable[str]) -> tuple[tuple[ArmLine, ...], Curves]:
    """The arms, under distinct names and in their order, and the curves of these columns (and of the x axes).

    Args:
        items: experiments and names of their arms.
        columns: what to read; a column that an experiment lacks has no curve there.

    Raises:
        GroktermError: a folder can't be read.
    """
    results = {folder.path: run_results(folder) for folder in {folder.path: folder for folder, _ in items}.values()}
    arms = tuple(
        arm_line(index, label, "", [r for r in results[folder.path] if r.arm == arm], folder.past(arm))
        for index, ((folder, arm), label) in enumerate(zip(items, labels_of(items), strict=True))
    )
    return arms, gather_curves(items, columns)


def gather_curves(items: Items, columns: Iterable[str], whole: bool = True) -> Curves:
    """The curves alone, by the same names of the arms.

    Args:
        items, columns: as of `gather`.
        whole: every row; otherwise very long streams are thinned to their extremes.

    Raises:
        GroktermError: a folder can't be read.
    """
    found: dict[str, tuple[Curve, ...]] = {}
    bands: dict[tuple[str, str], Band] = {}
    wanted = dict.fromkeys((*columns, *AXIS_COLUMNS.values()))
    read = {
        folder.path: _read(folder, wanted, whole) for folder in {folder.path: folder for folder, _ in items}.values()
    }
    labels = labels_of(items)
    for (folder, arm), label in zip(items, labels, strict=True):
        for column in wanted:
            if (column, arm) in read[folder.path]:
                own, bands[column, label] = read[folder.path][column, arm]
                found[column] = (*found.get(column, ()), *(curve._replace(arm=label) for curve in own))
    epochs = {label: folder.spec().arm(arm).spec.epoch for (folder, arm), label in zip(items, labels, strict=True)}
    told = guesses(items[0][0]) if len(read) == 1 else ""  # of several, whose?
    return Curves(found, bands, epochs=epochs, guesses=told)


def _read(
    folder: ExperimentFolder, columns: Iterable[str], whole: bool
) -> dict[tuple[str, str], tuple[tuple[Curve, ...], Band]]:
    """The curves and the band of every column and arm, each from the first stream in which the arm has it."""
    found: dict[tuple[str, str], tuple[tuple[Curve, ...], Band]] = {}
    for stream, names in streams_of(folder).items():
        feed = CurveFeed(folder, stream, [name for name in columns if name in names], whole)
        feed.poll()
        for name in feed.columns:
            curves = feed.curves(name)
            for arm, band in feed.bands(name).items():
                found.setdefault((name, arm), (tuple(curve for curve in curves if curve.arm == arm), band))
    return found


def unthinned(curves: Curves, runs: Path, names: Sequence[str]) -> Curves:
    """The same curves with every row that is recorded by now, for a file; themselves where they have all rows.

    Args:
        runs: the runs folder.
        names: the experiments that they are of.

    Raises:
        GroktermError: a folder can't be read.
    """
    if curves.within() == 1:
        return curves
    folders = [open_folder(runs / name) for name in names]
    items = [(folder, arm.name) for folder in folders for arm in folder.spec().arms]
    found = gather_curves(items, curves.columns)
    return replace(found, growing=curves.growing)


def streams_of(folder: ExperimentFolder) -> dict[str, tuple[str, ...]]:
    """Every recorded stream with its columns. What several streams have is read from the first of them."""
    known = {name for cohort in folder.cohorts for name in cohort.stream_names()}
    ordered = sorted(known, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), natural(name)))
    return {
        stream: tuple(dict.fromkeys(name for cohort in folder.cohorts for name in cohort.stream(stream).column_names()))
        for stream in ordered
    }


def known_columns(items: Items) -> list[str]:
    """Every column that some of these experiments have recorded."""
    return list(dict.fromkeys(name for folder, _ in items for names in streams_of(folder).values() for name in names))
