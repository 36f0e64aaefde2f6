"""Every maximal minor of G = [I | P], each with a relative error below 1e-11, and zero exactly when it is zero.

g matrix (last, so that arithmetic runs over contiguous numbers), S a k-subset of the n columns

Each minor of P is expanded along its first row into smaller ones, which are minors as well: about three products a
minor and no division. With unit round-off u = 2^-53 the computed value d of a minor of order r obeys

    |d - det| <= (2 + 3 + ... + r) u perm(|P[I, J]|) + O(u^2),

one rounding for each product and r - 1 for the sum, order after order; the permanent of the magnitudes is computed
beside it by the same recursion. So |d| above the bound proves that the minor isn't zero: a test of rank that no
tolerance had to be chosen for, and that scaling a row or a column doesn't change. A minor that is less than 1e11
bounds from zero (one random matrix in a hundred has such a minor) is computed again in exact integers, which
floats are, and rounded once.
"""

from fractions import Fraction

import numpy as np

from grokterm.engine.tasks.m_height.plan import Expansion, Plan

UNIT_ROUNDOFF = 2.0**-53
RELATIVE_ERROR = 1e-11


def minors(P: np.ndarray, tables: Plan) -> np.ndarray:
    """det G_S for every k-subset S of the columns of G = [I | P].

    Args:
        P: [k, n-k, g] float64, finite, the matrix index last. Products of min(k, n-k) entries must not overflow.
        tables: of (n, k).

    Returns:
        [C(n,k), g] float64, in the order of `tables.subsets`.
    """
    values = np.empty((len(tables.parts), P.shape[-1]))
    bounds = np.empty_like(values)
    for first, (rows, _) in enumerate(tables.parts):
        if not rows:
            values[first] = bounds[first] = 1.0
    for order, expansion in enumerate(tables.expansions, start=1):
        _expand(P, expansion, values, bounds)
        if order > 1:
            roundings = order * (order + 1) // 2 + 1  # 2 + ... + r, and 2 for what is of second order
            _repair(P, tables, expansion.minors, values, bounds, roundings * UNIT_ROUNDOFF / RELATIVE_ERROR)
    values *= tables.signs[:, None]
    return values


def _expand(P: np.ndarray, expansion: Expansion, values: np.ndarray, bounds: np.ndarray) -> None:
    """All minors of one order from those of the order below; `bounds` gets the permanents of the magnitudes."""
    value = np.zeros((len(expansion.minors), P.shape[-1]))
    bound = np.zeros_like(value)
    for c, (columns, smaller) in enumerate(zip(expansion.columns, expansion.smaller, strict=True)):
        entries = P[expansion.rows, columns]  # [q, g]
        term = entries * values[smaller]
        value = value - term if c % 2 else value + term
        bound += np.abs(entries, out=entries) * bounds[smaller]
    values[expansion.minors], bounds[expansion.minors] = value, bound


def _repair(P: np.ndarray, tables: Plan, places: np.ndarray, values, bounds, share: float) -> None:
    """Puts the exact determinant where the computed one is below `share` times its permanent."""
    doubtful = np.abs(values[places]) < share * bounds[places]
    # Where the permanent is zero every term is, and so is the determinant.
    for index, g in np.argwhere(doubtful):
        rows, columns = tables.parts[places[index]]
        values[places[index], g] = exact_determinant(P[np.ix_(rows, columns)][..., g])


def exact_determinant(matrix: np.ndarray) -> float:
    """The determinant of a small square matrix of floats, rounded once (Bareiss's elimination without fractions).

    Every float is an integer divided by a power of two, so the elimination runs in Python's integers and is exact.
    """
    ratios = [[float(entry).as_integer_ratio() for entry in row] for row in matrix]
    unit = max(denominator for row in ratios for _, denominator in row)
    a = [[numerator * (unit // denominator) for numerator, denominator in row] for row in ratios]
    size, sign, before = len(a), 1, 1
    for i in range(size - 1):
        pivot = next((row for row in range(i, size) if a[row][i]), None)
        if pivot is None:
            return 0.0
        if pivot != i:
            a[i], a[pivot], sign = a[pivot], a[i], -sign
        for row in range(i + 1, size):
            for column in range(i + 1, size):
                a[row][column] = (a[row][column] * a[i][i] - a[row][i] * a[i][column]) // before
        before = a[i][i]
    return float(Fraction(sign * a[-1][-1], unit**size))
