"""Exact heights against linear programmes, exact arithmetic, symmetries, and codes whose height is infinite."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from scipy.optimize import linprog

from grokterm.engine.tasks.m_height import m_heights
from grokterm.engine.tasks.m_height.minors import exact_determinant, minors
from grokterm.engine.tasks.m_height.plan import plan


def draw(seed, *shape):
    return np.random.default_rng(seed).random(shape) * 200 - 100


def generator(P):
    return np.hstack([np.eye(len(P)), P])


def by_programmes(P, m):
    """h_m by its definition: the largest c_a while n - m other coordinates stay within 1, over every such choice."""
    G = generator(np.asarray(P, dtype=float))
    n, best = G.shape[1], 1.0
    for a in range(n):
        others = [j for j in range(n) if j != a]
        for Y in combinations(others, m - 1):
            A = G[:, [j for j in others if j not in Y]].T
            bounds = np.ones(2 * len(A))
            found = linprog(-G[:, a], A_ub=np.vstack([A, -A]), b_ub=bounds, bounds=(None, None), method="highs")
            if found.status in (3, 4):  # zero is feasible, so "unbounded or infeasible" is unbounded
                return np.inf
            best = max(best, -found.fun)
    return best


def by_fractions(P):
    """Every h_m by the list of words, sorted, in rational arithmetic."""
    k, outside = P.shape
    n = k + outside
    G = [[Fraction(float(x)) for x in row] for row in generator(P)]
    best = [Fraction(0)] * (outside + 1)
    for S in combinations(range(n), k):
        rows = _eliminated([row[:] for row in G], S)
        for signs in product((1, -1), repeat=k) if rows else ():
            word = sorted(
                (abs(sum(s * row[j] for s, row in zip(signs, rows, strict=True))) for j in range(n)), reverse=True
            )
            for m in range(outside + 1):
                best[m] = max(best[m], word[0] / word[m])
    return [float(h) for h in best]


def _eliminated(rows, S):
    """G_S^-1 G, or None where G_S is singular."""
    for i, column in enumerate(S):
        pivot = next((r for r in range(i, len(rows)) if rows[r][column]), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][column] for x in rows[i]]
        for r in range(len(rows)):
            if r != i:
                rows[r] = [x - rows[r][column] * y for x, y in zip(rows[r], rows[i], strict=True)]
    return rows


def test_the_anchor():
    P = np.array([[0.4759809, 0.9938236, 0.819425], [-0.8960798, -0.7442706, 0.3345122]])
    assert m_heights(P[None], 2)[0] == pytest.approx(1.9242387, abs=2e-7)  # P is known to seven digits
    assert m_heights(P[None], 2)[0] == pytest.approx(by_programmes(P, 2), rel=1e-13)


@pytest.mark.parametrize(("n", "k"), [(4, 1), (5, 2), (6, 3), (7, 4), (6, 5)])
def test_random_codes_agree_with_linear_programmes(n, k):
    P = draw(n, 2, k, n - k)
    heights = m_heights(P)
    for one, row in zip(P, heights, strict=True):
        assert row[0] == 1
        for m in range(1, n - k + 1):
            assert row[m] == pytest.approx(by_programmes(one, m), rel=1e-11)


@pytest.mark.parametrize(("n", "k", "m"), [(9, 6, 2), (10, 5, 1)])
def test_larger_codes_agree_with_linear_programmes(n, k, m):
    P = draw(1, 1, k, n - k)
    assert m_heights(P, m)[0] == pytest.approx(by_programmes(P[0], m), rel=1e-11)


def test_small_integers_with_their_ties_and_singular_minors_agree_with_linear_programmes():
    P = np.random.default_rng(5).integers(-2, 3, (12, 3, 2)).astype(float)
    expected = [[1.0, *(by_programmes(one, m) for m in (1, 2))] for one in P]
    assert np.isinf(expected).any() and (np.isfinite(expected).sum(axis=1) > 1).any()
    np.testing.assert_allclose(m_heights(P), expected, rtol=1e-11)


def test_random_codes_agree_with_sorted_words_in_rational_arithmetic():
    P = draw(2, 2, 3, 3)
    for one, row in zip(P, m_heights(P), strict=True):
        np.testing.assert_allclose(row, by_fractions(one), rtol=1e-11)


@pytest.mark.parametrize("distance", [1e-3, 1e-7, 1e-11])
def test_heights_of_nearly_singular_codes_are_right(distance):
    """Two almost equal columns: heights up to 1e13, where elimination in float64 would lose most digits."""
    P = draw(3, 1, 3, 3)
    P[0, :, 1] = P[0, :, 0] * (1 + distance * np.array([1.0, 2.0, -1.0]))
    heights = m_heights(P)[0]
    assert heights[-1] > 0.1 / distance
    np.testing.assert_allclose(heights, by_fractions(P[0]), rtol=1e-8)


def test_minors_are_determinants():
    P = draw(4, 3, 4, 5)
    tables = plan(9, 4)
    found = minors(np.ascontiguousarray(P.transpose(1, 2, 0)), tables)
    expected = [[np.linalg.det(generator(one)[:, S]) for one in P] for S in tables.subsets]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_minors_are_right_to_eleven_digits_also_where_they_nearly_vanish():
    P = np.random.default_rng(6).integers(-9, 10, (40, 5, 5)) * (1 + np.float32(1e-7) * draw(7, 40, 5, 5))
    P[:, :, 4] = P[:, :, 0] + P[:, :, 1] * (1 + 1e-15)
    tables = plan(10, 5)
    found = minors(np.ascontiguousarray(P.transpose(1, 2, 0)), tables)[-1]  # of P itself
    expected = np.array([exact_determinant(one) for one in P])
    np.testing.assert_allclose(found, tables.signs[-1] * expected, rtol=1e-11)
    assert np.count_nonzero(expected) > 20


def test_heights_grow_with_m_and_one_m_is_the_same_as_all():
    P = draw(8, 700, 4, 6)  # more than one chunk
    heights = m_heights(P)
    assert heights.shape == (700, 7)
    assert (heights[:, 0] == 1).all() and (np.diff(heights) >= 0).all()
    for m in range(7):
        np.testing.assert_array_equal(m_heights(P, m), heights[:, m])


def test_a_code_does_not_feel_its_neighbours():
    P = draw(9, 600, 5, 4)
    P[3] = 0
    order = np.random.default_rng(0).permutation(600)
    np.testing.assert_array_equal(m_heights(P[order]), m_heights(P)[order])
    np.testing.assert_array_equal(m_heights(P[17:18]), m_heights(P)[17:18])


@pytest.mark.parametrize(("n", "k"), [(9, 5), (10, 4)])
def test_permutations_and_signs_of_rows_and_columns_leave_heights_alone(n, k):
    rng = np.random.default_rng(10)
    P = draw(11, 60, k, n - k)
    moved = P[:, rng.permutation(k)][:, :, rng.permutation(n - k)]
    moved = moved * rng.choice([-1, 1], (60, k, 1)) * rng.choice([-1, 1], (60, 1, n - k))
    np.testing.assert_allclose(m_heights(moved), m_heights(P), rtol=1e-10)


def zero_column(P):
    P[:, 2] = 0


def zero_entry(P):
    P[1, 2] = 0


def zero_row(P):
    P[1] = 0


def equal_columns(P):
    P[:, 3] = P[:, 0]


def equal_rows(P):
    P[2] = P[0]


def all_ones(P):
    P[:] = 1


@pytest.mark.parametrize(
    ("craft", "distance"),
    [(zero_column, 4), (zero_entry, 4), (zero_row, 1), (equal_columns, 4), (equal_rows, 2), (all_ones, 2)],
)
def test_heights_are_infinite_from_the_minimum_distance_on(craft, distance):
    P = draw(12, 3, 4, 4)
    craft(P[1])
    heights = m_heights(P)
    assert np.isfinite(heights[[0, 2]]).all()
    assert np.isfinite(heights[1, :distance]).all()
    assert np.isinf(heights[1, distance:]).all()
    assert [m_heights(P, m)[1] for m in range(5)] == heights[1].tolist()


def test_rank_is_decided_exactly_and_scaling_does_not_matter():
    P = np.round(draw(13, 2, 3, 3) * 64) / 64
    P[0, :, 2] = P[0, :, 0] * 0.5 + P[0, :, 1] * 0.25  # exact in a few bits: singular
    for scale in (2.0**-30, 1.0, 2.0**30):
        heights = m_heights(P * np.array([[2.0**-8], [1], [2.0**8]]) * scale)
        assert np.isinf(heights[0, 3]) and np.isfinite(heights[0, :3]).all() and np.isfinite(heights[1]).all()
    P[0, 0, 2] = np.nextafter(P[0, 0, 2], np.inf)  # one bit away from singular is not singular
    assert 1e13 < m_heights(P)[0, 3] < np.inf
    np.testing.assert_allclose(m_heights(P)[0], by_fractions(P[0]), rtol=1e-10)


@pytest.mark.parametrize(
    ("P", "m", "words"),
    [
        (np.ones((2, 3)), None, r"shape \(2, 3\); a batch"),
        (np.ones((1, 2, 0)), None, "shape"),
        (np.full((1, 2, 3), np.nan), None, "nan, infinite"),
        (np.full((1, 2, 3), 1e16), None, "above 1e15"),
        (np.ones((1, 2, 3)), 4, "m is 4; 0 to n - k = 3"),
    ],
)
def test_what_is_no_batch_of_matrices_is_refused(P, m, words):
    with pytest.raises(ValueError, match=words):
        m_heights(P, m)


def test_no_matrices_have_no_heights():
    assert m_heights(np.empty((0, 4, 5))).shape == (0, 6)
