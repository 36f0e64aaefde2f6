"""A comparison with the curves behind it, computed in a thread. scipy is loaded here and not before."""

from __future__ import annotations

from pathlib import Path

from grokterm.analysis import arms_of, band, compare, load_curves
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine
from grokterm.console.screens.compare import Compared
from grokterm.record import open_folder

COLUMNS = {"test_acc": "eval", "train_acc": "eval"}


def compared(runs: Path, names: tuple[str, ...]) -> Compared:
    """Compare every arm of these experiments.

    Raises:
        GroktermError: a folder can't be read.
    """
    folders = {name: open_folder(runs / name) for name in names}
    comparison = compare([item for folder in folders.values() for item in arms_of(folder)])
    columns: dict[str, list] = {column: [] for column in COLUMNS}
    bands, arms = {}, []
    for index, row in enumerate(comparison.rows):
        for column, stream in COLUMNS.items():
            own = [
                curve._replace(arm=row.label)
                for curve in load_curves(folders[row.experiment], stream, column)
                if curve.arm == row.arm
            ]
            columns[column] += own
            if own:
                bands[column, row.label] = band(own)
        arms.append(
            ArmLine(
                index, row.label, row.about, row.n, grokked=row.n_grokked, diverged=row.n_diverged,
                t_mem=row.t_mem.value, t_grok=row.t_grok.value,
            )
        )  # fmt: skip
    return Compared(comparison, tuple(arms), Curves({name: tuple(own) for name, own in columns.items()}, bands))
