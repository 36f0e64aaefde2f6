"""A comparison with the curves behind it, computed in a thread. scipy is loaded here and not before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grokterm.analysis import Comparison, arms_of, band, compare, load_curves
from grokterm.console.curves import Curves
from grokterm.console.detail import SOURCES, ArmLine
from grokterm.record import open_folder

_COLUMNS = {column: stream for stream, columns in SOURCES.items() for column in columns}


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison, its arms as charts know them, and their curves."""

    comparison: Comparison
    arms: tuple[ArmLine, ...]
    curves: Curves


def comparison_of(runs: Path, names: tuple[str, ...]) -> Comparison:
    """Every arm of these experiments against the first.

    Raises:
        GroktermError: a folder can't be read.
    """
    return compare([item for name in names for item in arms_of(open_folder(runs / name))])


def compared(runs: Path, names: tuple[str, ...]) -> Compared:
    """`comparison_of`, with the curves behind it. An arm is called as it is labelled in the comparison.

    Raises:
        GroktermError: a folder can't be read.
    """
    comparison = comparison_of(runs, names)
    folders = {name: open_folder(runs / name) for name in names}
    columns: dict[str, list] = {column: [] for column in _COLUMNS}
    bands, arms = {}, []
    for column, stream in _COLUMNS.items():
        read = {name: load_curves(folder, stream, column) for name, folder in folders.items()}
        if column.startswith("train") and not any(read.values()):
            read = {name: load_curves(folder, "eval", column) for name, folder in folders.items()}
        for row in comparison.rows:
            own = [curve._replace(arm=row.label) for curve in read[row.experiment] if curve.arm == row.arm]
            columns[column] += own
            if own:
                bands[column, row.label] = band(own)
    for index, row in enumerate(comparison.rows):
        t_mem, t_grok = row.t_mem.value, row.t_grok.value
        # Nobody counts here who has memorised: the table above says what is known of every arm.
        arms.append(
            ArmLine(index, row.label, row.about, row.n, 0, row.n_grokked, row.n_diverged, t_mem=t_mem, t_grok=t_grok)
        )
    return Compared(comparison, tuple(arms), Curves({name: tuple(own) for name, own in columns.items()}, bands))
