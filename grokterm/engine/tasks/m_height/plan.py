"""Which minors a generator G = [I | P] has, and which of them a change of basis is made of: tables of indices.

k rows, n columns, S a k-subset of the columns, I and J the rows and columns of P that a minor of P uses

A k-subset S that leaves out the unit columns I and takes the columns J of P (|I| = |J|) has
det G_S = +- det P[I, J], so the C(n, k) maximal minors of G are the minors of P of every order, 1 among them as the
empty one. By Cramer's rule they are also all there is in a change of basis,

    (G_S^-1 G)_ij = det G_{S, i-th column replaced by j} / det G_S.

Everything here depends on (n, k) alone and is computed once.
"""

from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np


class Expansion(NamedTuple):
    """Minors of one order r, each expanded along its first row: sum_c (-1)^c P[row, column_c] * smaller_c."""

    minors: np.ndarray  # [q] their places in the list of minors
    rows: np.ndarray  # [q] the first row of P in each
    columns: np.ndarray  # [r, q] its columns
    smaller: np.ndarray  # [r, q] places of the minors of order r - 1 that are left


class Plan(NamedTuple):
    """The tables of one (n, k).

    Places in the list of minors are those of `combinations(range(n), k)`. In `exchange` a place v >= count means the
    minor v - count with the other sign.
    """

    n: int
    k: int
    subsets: np.ndarray  # [C(n,k), k] columns of G in each S
    parts: list[tuple[tuple[int, ...], tuple[int, ...]]]  # (I, J) of each S
    expansions: list[Expansion]  # orders 1, 2, ...
    signs: np.ndarray  # [C(n,k)] det G_S = signs * det P[I, J]
    exchange: np.ndarray  # [C(n,k), k, n-k] det of G_S with its i-th column replaced by the j-th not in S


@cache
def plan(n: int, k: int) -> Plan:
    """The tables for k x n generators, 1 <= k < n."""
    subsets = list(combinations(range(n), k))
    parts = [_part(subset, k) for subset in subsets]
    place = {part: index for index, part in enumerate(parts)}
    expansions = [_expansion(order, parts, place) for order in range(1, min(k, n - k) + 1)]
    return Plan(n, k, np.array(subsets), parts, expansions, _signs(subsets, parts), _exchange(n, subsets))


def _part(subset: tuple[int, ...], k: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(i for i in range(k) if i not in subset), tuple(j - k for j in subset if j >= k)


def _expansion(order: int, parts: list, place: dict) -> Expansion:
    chosen = [part for part in parts if len(part[0]) == order]
    smaller = [[place[rows[1:], columns[:c] + columns[c + 1 :]] for rows, columns in chosen] for c in range(order)]
    return Expansion(
        np.array([place[part] for part in chosen]),
        np.array([rows[0] for rows, _ in chosen]),
        np.array([[columns[c] for _, columns in chosen] for c in range(order)]),
        np.array(smaller),
    )


def _signs(subsets: list, parts: list) -> np.ndarray:
    # The unit columns of S come first, and clearing the rows A that they stand in leaves P[I, J]: the sign is that of
    # the permutation (A, I).
    kept = [[column for column in subset if column < len(subset)] for subset in subsets]
    odd = [sum(a > i for a in left for i in rows) % 2 for left, (rows, _) in zip(kept, parts, strict=True)]
    return np.where(odd, -1.0, 1.0)


def _exchange(n: int, subsets: list) -> np.ndarray:
    place = {subset: index for index, subset in enumerate(subsets)}
    table = np.empty((len(subsets), len(subsets[0]), n - len(subsets[0])), dtype=np.intp)
    for index, subset in enumerate(subsets):
        others = [column for column in range(n) if column not in subset]
        for i, out in enumerate(subset):
            for j, new in enumerate(others):
                changed = tuple(sorted({*subset, new} - {out}))
                odd = abs(changed.index(new) - i) % 2  # columns that the new one passes on its way to its place
                table[index, i, j] = place[changed] + odd * len(subsets)
    return table
