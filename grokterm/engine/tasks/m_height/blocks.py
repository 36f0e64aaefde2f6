"""Blocks of random codes from the cache, or made and put there."""

from collections.abc import Callable
from pathlib import Path

from grokterm.engine.log import say
from grokterm.engine.tasks.m_height.draws import BLOCK, VERSION, Block, Stream, draw_block
from grokterm.record.cache import cache_place, read_cached, write_cached
from grokterm.record.errors import DamagedRecord

Tell = Callable[[str], None]


def get_block(stream: Stream, index: int, tell: Tell = say) -> Block:
    """Block `index` of a stream, read where it is in the cache and made where it isn't.

    A damaged file is made anew, and the cache is a convenience: where it can't be read or written, the block is made
    all the same. Makers of the same block write the same numbers, so it doesn't matter whose file stays.

    Args:
        stream, index: see `draw_block`.
        tell: takes a line about a damaged file, or about a cache that doesn't work.
    """
    block = _read(stream, index, tell)
    if block is None:
        block = draw_block(stream, index)
        _write(stream, index, block, tell)
    return block


def block_path(stream: Stream, index: int) -> Path:
    """The file of a block."""
    group = f"{stream.part}-{stream.n}-{stream.k}-{stream.m}"
    folder = cache_place() / f"m-height-{VERSION}" / f"seed-{stream.seed}-reach-{float(stream.reach)!r}" / group
    return folder / f"{index:06d}.safetensors"


def _read(stream: Stream, index: int, tell: Tell) -> Block | None:
    try:
        arrays = read_cached(block_path(stream, index), _recipe(stream, index))
    except DamagedRecord as problem:
        tell(f"{problem}; it is made anew")
    except OSError as problem:
        tell(f"the cache can't be read ({problem.strerror}): codes and heights are made anew")
    else:
        return None if arrays is None else Block(arrays["P"], arrays["log2_h"])
    return None


def _write(stream: Stream, index: int, block: Block, tell: Tell) -> None:
    try:
        write_cached(block_path(stream, index), _recipe(stream, index), block._asdict())
    except OSError as problem:
        tell(f"the cache can't be written ({problem.strerror}): codes and heights will have to be made again next time")


def _recipe(stream: Stream, index: int) -> str:
    return f"m-height {VERSION}: {(*stream[:-1], float(stream.reach))!r}, block {index} of {BLOCK} codes"
