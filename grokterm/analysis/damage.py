"""What is lost of a record, in one sentence that lists, screens and comparisons all have."""

from collections.abc import Sequence

import numpy as np

from grokterm.analysis.results import RunResult


def damage(results: Sequence[RunResult]) -> str:
    """How far the evaluations of these runs can be read, and what their workers had told of them; "" where all can.

    The history counts by what workers told, a page and a comparison by evaluations, so that the two may differ here.
    """
    lost = [result for result in results if np.isfinite(result.known_to)]
    if not lost:
        return ""
    steps = [f"{step:,.0f}" for step in sorted({result.known_to for result in lost})]
    upto = steps[0] if len(steps) == 1 else f"{steps[0]} to {steps[-1]}"
    readable = "can't be read" if upto == "0" else f"can be read up to step {upto} only"
    who = f"{len(lost)} of {len(results)} run{'s' if len(results) > 1 else ''}"
    said = f"part of the record is lost: evaluations of {who} {readable}"
    open_ends = [result for result in lost if result.incomplete and result.scored]
    if not open_ends:
        return said
    told = sum(not np.isnan(result.told) for result in open_ends)
    workers = f"; workers had told of {told} that they did, which can't be checked" if told else ""
    return f"{said}, so it isn't known whether {len(open_ends)} of them grokked{workers}"
