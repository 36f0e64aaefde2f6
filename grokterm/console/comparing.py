"""A comparison with the curves behind it, computed in a thread. scipy is loaded here and not before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from grokterm.analysis import Comparison, arms_of, compare, unreadable
from grokterm.analysis.words import listed
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine, runs_of
from grokterm.console.gathering import gather_curves, labels_of
from grokterm.errors import GroktermError
from grokterm.names import short_name
from grokterm.record import ExperimentFolder, open_folder


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison, its arms as charts know them, and their curves."""

    comparison: Comparison
    arms: tuple[ArmLine, ...]
    curves: Curves


def comparison_of(runs: Path, names: tuple[str, ...]) -> Comparison:
    """Every arm of these experiments against the first. What can't be read is left out, and a warning names it.

    Raises:
        GroktermError: no folder can be read.
    """
    try:
        return _of(runs, names)
    except GroktermError:
        broken = unreadable(ExperimentFolder(runs / name) for name in names)
        rest = tuple(name for name in names if name not in broken)
        if not broken or not rest:
            raise
    found = _of(runs, rest)
    told = listed([f"{short_name(name)} ({problem})" for name, problem in broken.items()])
    first = "" if names[0] in rest else f"; the others are measured against {short_name(rest[0])} instead"
    return replace(found, warnings=(f"left out, since it can't be read: {told}{first}", *found.warnings))


def _of(runs: Path, names: tuple[str, ...]) -> Comparison:
    return compare([item for name in names for item in arms_of(open_folder(runs / name))])


def compared(runs: Path, names: tuple[str, ...], columns: Iterable[str]) -> Compared:
    """`comparison_of`, with the curves of these columns behind it.

    Raises:
        GroktermError: no folder can be read.
    """
    comparison = comparison_of(runs, names)
    folders = {name: open_folder(runs / name) for name in dict.fromkeys(row.experiment for row in comparison.rows)}
    items = [(folders[row.experiment], row.arm) for row in comparison.rows]
    # Nobody counts here who has memorised: the table says what is known of every arm.
    arms = tuple(
        ArmLine(
            index,
            label,
            row.about,
            row.n,
            grokked=row.n_grokked,
            diverged=row.n_diverged,
            t_mem=row.t_mem.value,
            t_grok=row.t_grok.value,
            scored=row.scored,
            test_loss=row.test_loss,
            forked=tuple(part.until for part in folder.past(arm)),
            each=runs_of(index, label, row.about, own, folder.past(arm)),
        )
        for index, (label, (row, own), (folder, arm)) in enumerate(
            zip(labels_of(items), comparison.by_row(), items, strict=True)
        )
    )
    return Compared(comparison, arms, gather_curves(items, columns, whole=False))
