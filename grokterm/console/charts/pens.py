"""What curves are made of: dots in a cell, and the characters that show them.

A pen divides a cell into dots. The finer, the more of a curve is seen; the coarser, the more fonts can show it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_BRAILLE = 0x2800
# The bit of each dot in a braille character, by row and column inside the cell.
_BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16)
_HALVES = np.array(list(" ▀▄█"))


@dataclass(frozen=True)
class Pen:
    """One way of drawing.

    Attributes:
        across, down: dots in a cell.
        glyphs: the characters of cells from their bits [n] -> [n] str; bits as `bits_of` makes them.
        band: the character of a cell inside a band; "" where a band is a screen of dots.
        milestone: the character of a milestone's line.
        slanted: a curve is drawn by strokes in its direction and not by dots.
    """

    across: int
    down: int
    glyphs: Callable[[np.ndarray], np.ndarray]
    band: str = ""
    milestone: str = "┊"
    slanted: bool = False

    def bits_of(self, dots: np.ndarray) -> np.ndarray:
        """The bits of every cell: dots [rows of dots, columns of dots] bool -> [rows, columns] uint16, 0 is blank."""
        rows, columns = dots.shape
        blocks = dots.reshape(rows // self.down, self.down, columns // self.across, self.across)
        return np.einsum("rycx,yx->rc", blocks, self._weights())

    def _weights(self) -> np.ndarray:
        if (self.across, self.down) == (2, 4):
            return _BRAILLE_BITS
        return (1 << np.arange(self.down * self.across, dtype=np.uint16)).reshape(self.down, self.across)


def _braille(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) + _BRAILLE).view("<U1")


PENS = {
    "braille": Pen(2, 4, _braille),
    "half": Pen(1, 2, lambda bits: _HALVES[bits], band="░"),
    "dot": Pen(1, 1, lambda bits: np.where(bits > 0, "•", " "), band="·"),
    "ascii": Pen(1, 1, lambda bits: np.where(bits > 0, "*", " "), band=".", milestone=":", slanted=True),
}


def pen_of(name: str) -> Pen:
    """The pen called `name`; braille for one that isn't known, as in a view that a later version has kept."""
    return PENS.get(name, PENS["braille"])


def strokes(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """The character of a slanted curve in every column, from the first and last row it covers there (-1: nowhere).

    A column that it runs through is `|`; else `/` or `\\` where it has come from below or above, and `-` on the flat.
    """
    before = np.concatenate([top[:1], top[:-1]])
    there = (bottom >= top) & (top >= 0) & (before >= 0)
    flat = np.where(there & (before > top), "/", np.where(there & (before < top), "\\", "-"))
    return np.where(bottom > top, "|", flat)
