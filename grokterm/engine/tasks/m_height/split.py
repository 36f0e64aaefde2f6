"""What a network that learns m-heights is shown, and how well no network at all would do.

b sample; samples come group after group
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from grokterm.engine.log import say
from grokterm.engine.tasks.m_height.blocks import Tell, get_block
from grokterm.engine.tasks.m_height.draws import BLOCK, Block, Stream
from grokterm.spec.tasks.m_height import SIDE, MHeight


class Codes(NamedTuple):
    """One part of the data."""

    inputs: np.ndarray  # [b, 6, 6] float32: P in the upper left corner, zeros elsewhere, raw
    parameters: np.ndarray  # [b, 3] float32: n, k, m
    log2_h: np.ndarray  # [b] float64, finite
    group: np.ndarray  # [b] int64, place of (n, k, m) in the section's groups


class CodeSplit(NamedTuple):
    """Both parts, of one member."""

    train: Codes
    validation: Codes


class Progress(Protocol):
    """Hears how far the data are; an exception from it ends the work, and what was finished is kept."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` samples are there."""


def m_height_split(section: MHeight, seed: int, progress: Progress | None = None, tell: Tell = say) -> CodeSplit:
    """The training and the validation set of a member.

    The two are streams of their own, so that more training samples leave the validation set alone. Blocks come from the
    cache where they are there; an interruption keeps what was finished.

    Args:
        section: groups, sizes, range; and the data's seed where it has one.
        seed: of the run; draws the data where the section has no data_seed.
        progress: called after every block of 500 samples or fewer.
        tell: takes a line about a cache that is damaged or can't be used; the same line once.
    """
    seed = seed if section.data_seed is None else section.data_seed
    counts = {"train": section.train_per_group, "validation": section.validation_per_group}
    done, total = 0, sum(counts.values()) * len(section.all_groups)
    tell, parts = _once(tell), {}
    for part, count in counts.items():
        parts[part] = []
        for n, k, m in section.all_groups:
            blocks = []
            for block in _blocks(Stream(seed, part, n, k, m, section.range), count, tell):
                blocks.append(block)
                done += len(block.P)
                if progress is not None:
                    progress(done, total)
            parts[part].append(blocks)
    return CodeSplit(*(_codes(section.all_groups, drawn) for drawn in parts.values()))


def _blocks(stream: Stream, count: int, tell: Tell) -> Iterator[Block]:
    """The first `count` samples of a stream."""
    for start in range(0, count, BLOCK):
        block = get_block(stream, start // BLOCK, tell)
        yield Block(block.P[: count - start], block.log2_h[: count - start])


def _once(tell: Tell) -> Tell:
    told = set()

    def tell_once(line: str) -> None:
        if line not in told:
            told.add(line)
            tell(line)

    return tell_once


def _codes(groups: tuple[tuple[int, int, int], ...], drawn: list[list[Block]]) -> Codes:
    sizes = [sum(len(block.P) for block in blocks) for blocks in drawn]
    inputs = np.zeros((sum(sizes), SIDE, SIDE), dtype=np.float32)
    start = 0
    for block in (block for blocks in drawn for block in blocks):
        g, k, outside = block.P.shape
        inputs[start : start + g, :k, :outside] = block.P
        start += g
    group = np.repeat(np.arange(len(groups)), sizes)
    log2_h = np.concatenate([block.log2_h for blocks in drawn for block in blocks])
    return Codes(inputs, np.array(groups, dtype=np.float32)[group], log2_h, group)
