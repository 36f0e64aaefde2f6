"""Random codes with their heights, drawn in blocks: block b of a stream is the same whatever else is asked for.

A stream is (seed, part, n, k, m, reach). Its blocks have generators of their own, so more samples extend fewer, another
group changes nothing, and blocks can be made in any order, by anyone, again.

g matrix
"""

from typing import NamedTuple

import numpy as np

from grokterm.engine.tasks.m_height.heights import m_heights

BLOCK = 500
"""Matrices a block: some 20 ms of work, which is what an interruption can lose."""

VERSION = 1
"""Raised when the same stream would give other numbers."""

PARTS = {"train": 0, "validation": 1}
_TAG = 0x6D2D68  # "m-h": sets these generators apart from others that hash the same seed
_ATTEMPTS = 100


class Stream(NamedTuple):
    """What a block's numbers depend on, apart from its index."""

    seed: int  # 0 ... 2^32 - 1
    part: str  # train or validation
    n: int
    k: int
    m: int
    reach: float  # entries of P are uniform on [-reach, reach]


class Block(NamedTuple):
    """BLOCK codes of one stream."""

    P: np.ndarray  # [g, k, n-k] float32
    log2_h: np.ndarray  # [g] float64


def draw_block(stream: Stream, index: int) -> Block:
    """Block `index` of a stream.

    Entries are rounded to float32 *before* the heights are computed: a height belongs to the matrix that the network is
    shown, and near a singular submatrix the last bit of an entry moves it. They are made with one exactly rounded
    multiplication from numpy's 53-bit numbers, so they are the same bits on every machine.

    A code of infinite height has probability zero, but not quite in floats: it is replaced by the next draw of its
    place. So what is learned is the distribution on the condition that the height is finite.

    Raises:
        ValueError: a place stays infinite in 100 draws (m > n - k).
    """
    P = _entries(stream, index, 0)
    heights = m_heights(P, stream.m)
    for attempt in range(1, _ATTEMPTS):
        infinite = np.isinf(heights)
        if not infinite.any():
            return Block(P, np.log2(heights))
        P[infinite] = _entries(stream, index, attempt)[infinite]
        heights[infinite] = m_heights(P[infinite], stream.m)
    raise ValueError(f"group ({stream.n}, {stream.k}, {stream.m}) draws codes of infinite height only")


def _entries(stream: Stream, index: int, attempt: int) -> np.ndarray:
    place = (stream.seed, PARTS[stream.part], stream.n, stream.k, stream.m, index, attempt)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((_TAG, *place))))
    uniform = rng.random((BLOCK, stream.k, stream.n - stream.k))
    return ((2 * uniform - 1) * stream.reach).astype(np.float32)
