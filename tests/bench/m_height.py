"""Exact m-heights: matrices a second on one core, against linear programmes, and the time for a whole data set.

    python tests/bench/m_height.py [--rounds 5] [--programmes 60] [--whole 1] [--data-set]

The enumeration uses one core: it calls no BLAS, and numpy's arithmetic has one thread. Its time is that of 500
matrices, the quickest of some rounds, by the process's own clock, for all m of (n, k) at once and for the m of the
group alone (which is what a data set needs).

The other way to an exact height takes n C(n-1, m-1) linear programmes a matrix, solved here by HiGHS through
scipy.optimize.linprog. A few of them, drawn at random, are timed and multiplied; for `--whole` matrices of the smallest
groups all of them are solved and the heights compared. A part of each programme's time is linprog's own, so the ratio
is that to "linprog for each", not to the best that a linear programme could do.
"""

import argparse
import os
import tempfile
import time
from itertools import combinations
from math import comb

import numpy as np
from scipy.optimize import linprog

from grokterm.engine.baselines import baselines
from grokterm.engine.cohort import Part
from grokterm.engine.tasks.m_height import Stream, draw_block, m_height_split, m_heights
from grokterm.engine.tasks.m_height.task import tensors
from grokterm.spec import load
from grokterm.spec.tasks.m_height import MHeight


def enumeration(P: np.ndarray, m: int | None, rounds: int) -> float:
    """Seconds a matrix, the quickest round."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        m_heights(P, m)
        times.append((time.process_time() - begun) / len(P))
    return min(times)


def programmes(n: int, m: int) -> list[tuple[int, tuple[int, ...]]]:
    """Which coordinate is maximised, and which others are free, in every programme of one matrix."""
    return [(a, free) for a in range(n) for free in combinations([j for j in range(n) if j != a], m - 1)]


def solve(G: np.ndarray, a: int, free: tuple[int, ...]) -> float:
    """The largest c_a of a word whose other coordinates, but for the free ones, are at most 1."""
    A = G[:, [j for j in range(G.shape[1]) if j != a and j not in free]].T
    found = linprog(-G[:, a], A_ub=np.vstack([A, -A]), b_ub=np.ones(2 * len(A)), bounds=(None, None), method="highs")
    return -found.fun


def generator(P: np.ndarray) -> np.ndarray:
    return np.hstack([np.eye(len(P)), P])


def seconds_a_programme(P: np.ndarray, m: int, count: int) -> float:
    """Mean over programmes of random matrices."""
    rng, choices = np.random.default_rng(0), programmes(sum(P.shape[1:]), m)
    chosen = [
        (generator(P[i]), *choices[j])
        for i, j in zip(rng.integers(len(P), size=count), rng.integers(len(choices), size=count), strict=True)
    ]
    begun = time.process_time()
    for one in chosen:
        solve(*one)
    return (time.process_time() - begun) / count


def one_group(n: int, k: int, m: int, options: argparse.Namespace) -> tuple[float, float]:
    """Prints a line; returns seconds a matrix by enumeration and by programmes."""
    P = draw_block(Stream(0, "train", n, k, m, 100.0), 0).P.astype(np.float64)
    every, alone = (enumeration(P, which, options.rounds) for which in (None, m))
    count = n * comb(n - 1, m - 1)
    each = seconds_a_programme(P, m, options.programmes)
    slow = count * each
    print(
        f"({n}, {k}, {m})  all m {every * 1e3:5.3f} ms, m alone {alone * 1e3:5.3f} ms ({1 / alone:6.0f}/s); "
        f"{count:4d} programmes of {each * 1e3:4.2f} ms: {slow * 1e3:5.0f} ms; ratio {slow / alone:6.0f}",
        flush=True,
    )
    return alone, slow


def agreement(options: argparse.Namespace) -> None:
    """Solves every programme of a few matrices, and compares heights."""
    for n, k, m in ((9, 4, 2), (9, 6, 2), (10, 5, 2)):
        P = draw_block(Stream(0, "train", n, k, m, 100.0), 0).P.astype(np.float64)[: options.whole]
        begun = time.process_time()
        solved = np.array([max(solve(generator(one), *place) for place in programmes(n, m)) for one in P])
        took = (time.process_time() - begun) / len(P)
        worst = np.abs(solved / m_heights(P, m) - 1).max()
        print(f"({n}, {k}, {m})  all programmes: {took:.3f} s a matrix; largest relative difference {worst:.0e}")


def data_set() -> None:
    """Makes the samples of seed 002 in an empty cache, then reads them again."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["GROKTERM_CACHE"] = place
        for what in ("made", "read from the cache"):
            begun, cpu = time.perf_counter(), time.process_time()
            split = m_height_split(MHeight(), 0)
            samples = sum(len(part.log2_h) for part in split)
            took, cpu = time.perf_counter() - begun, time.process_time() - cpu
            print(f"{samples} samples {what}: {took:.1f} s ({cpu:.1f} s of one core, {samples / cpu:.0f}/s)")
        train, test = (Part(*(part[None] for part in tensors(codes))) for codes in split)
        print(baselines(load("lin-wd").arms[0].spec, train, test))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rounds", 5), ("programmes", 60), ("whole", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--data-set", action="store_true", help="also make the 315,000 samples of seed 002")
    options = parser.parse_args()
    times = np.array([one_group(*group, options) for group in MHeight().all_groups])
    mine, theirs = times.mean(axis=0)
    print(
        f"mean of the groups: {mine * 1e3:.3f} ms ({1 / mine:.0f}/s) against {theirs * 1e3:.0f} ms, {theirs / mine:.0f}"
    )
    agreement(options)
    if options.data_set:
        data_set()


if __name__ == "__main__":
    main()
