"""Arms whose task has no accuracy, compared by their final test losses."""

import math
from collections.abc import Sequence

import numpy as np

from grokterm.analysis.comparison import CLAIM, FEW, LEVEL, ArmRow, Contender
from grokterm.analysis.survival import holm
from grokterm.analysis.words import p_words

_MOST_EXACT = 100  # runs of an arm; with 200 against 200 the exact test takes 20 seconds

LOSS_METHOD = (
    "Losses are those of the last evaluation, as medians over the runs; a run that diverged counts as infinite. p: "
    "two-sided Mann-Whitney test of the final test losses, exact where no two are equal and no arm has more than "
    f"{_MOST_EXACT} runs, else by the normal approximation; Holm's correction is over the arms that are measured "
    "against the first. The test doesn't use that arms share seeds."
)


def loss_verdict(contenders: Sequence[Contender], rows: Sequence[ArmRow]) -> tuple[str, ...]:
    """One sentence for each arm but the first, or for the only one.

    "ends lower" needs p at or below 0.05 after Holm's correction, and five seeds; below ten it is an indication.
    """
    finals = [_finals(contender) for contender in contenders]
    if len(rows) == 1:
        return (f"{rows[0].label} ends at a test loss of {_written(rows[0].test_loss)} ({_seeds(rows[0])})",)
    tests = [_test(finals[0], final) for final in finals[1:]]
    corrected = holm(tests)
    return tuple(
        _sentence(rows[0], row, finals[0], final, p, p_holm, len(tests))
        for row, final, p, p_holm in zip(rows[1:], finals[1:], tests, corrected, strict=True)
    )


def _finals(contender: Contender) -> np.ndarray:
    """The final test losses of the runs that have one."""
    losses = np.array([math.inf if r.diverged else r.test_loss for r in contender.results], dtype=float)
    return losses[~np.isnan(losses)]


def _test(first: np.ndarray, other: np.ndarray) -> float:
    """p of a difference; nan where one has no runs, or all are alike."""
    distinct = np.unique(np.concatenate([first, other])).size
    if not (first.size and other.size) or distinct == 1:
        return math.nan
    from scipy.stats import mannwhitneyu  # as in `survival`: it costs half a second

    exact = distinct == first.size + other.size and max(first.size, other.size) <= _MOST_EXACT
    return float(mannwhitneyu(first, other, method="exact" if exact else "asymptotic").pvalue)


def _sentence(
    first: ArmRow, row: ArmRow, base: np.ndarray, own: np.ndarray, p: float, p_holm: float, tests: int
) -> str:
    so_far = "so far, " if first.n_running or row.n_running else ""
    if not (base.size and own.size):
        return f"{so_far}{row.label} can't be compared with {first.label}: no test loss has been recorded"
    numbers = f"medians {_written(row.test_loss)} and {_written(first.test_loss)}, {p_words(p)}"
    numbers += f", {p_words(p_holm)} by Holm over {tests} arms" if tests > 1 else ""
    numbers += f", {_seeds(row) if row.n == first.n else f'{row.n} and {first.n} seeds'}"
    fewest = min(row.n, first.n)
    if not (p_holm <= LEVEL and fewest >= FEW):
        return f"{so_far}{row.label} can't be told apart from {first.label} by final test loss ({numbers})"
    lower = np.subtract.outer(base, own)  # ranks decide, not medians: those of two arms may be equal
    word = "lower" if (lower > 0).sum() > (lower < 0).sum() else "higher"
    indication = f" (an indication: fewer than {CLAIM} seeds)" if fewest < CLAIM else ""
    return f"{so_far}{row.label} ends with a {word} test loss than {first.label} ({numbers}){indication}"


def _written(loss: float) -> str:
    return "no finite number" if math.isnan(loss) else f"{loss:.3g}"


def _seeds(row: ArmRow) -> str:
    return f"{row.n} seed{'s' if row.n > 1 else ''}"
