"""Recorded streams as one long table, for export: a row for each run and step."""

import numpy as np
import pyarrow as pa

from grokterm.record import ExperimentFolder


def long_table(folder: ExperimentFolder, stream: str) -> pa.Table:
    """Every committed row of one stream, over all cohorts.

    Args:
        folder: the experiment.
        stream: `train`, `eval`, `weights`, `sparsity` or `clock`.

    Returns:
        columns `cohort`, `arm`, `seed`, `step`, and one for each recorded quantity. A stream with one number for
        the whole cohort (`clock`) has no arm and seed, and a row for each step only.
    """
    return pa.concat_tables([_of_cohort(cohort, stream) for cohort in folder.cohorts], promote_options="default")


def _of_cohort(cohort, stream: str) -> pa.Table:
    table = cohort.read(stream)
    rows, members = len(table), len(cohort.members)
    by_member = any(values.ndim == 2 for values in table.columns.values())
    each = members if by_member else 1
    columns = {"cohort": np.full(rows * each, cohort.index, dtype=np.int32)}
    if by_member:
        columns["arm"] = pa.array([arm for _ in range(rows) for arm, _ in cohort.members], pa.string())
        columns["seed"] = np.tile(np.array([seed for _, seed in cohort.members], dtype=np.int64), rows)
    columns["step"] = np.repeat(table.steps, each)
    for name, values in table.columns.items():
        columns[name] = values.reshape(-1) if values.ndim == 2 else np.repeat(values, each)
    return pa.table(columns)
