"""What curves are made of: dots in a cell, and the characters that show them.

A pen divides a cell into dots. The finer, the more of a curve is seen; the coarser, the more fonts can show it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_BRAILLE = 0x2800
# The bit of each dot in a braille character, by row and column inside the cell.
_BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16)
_HALVES = np.array(list(" ▀▄█"))


@dataclass(frozen=True, eq=False)
class Pen:
    """One way of drawing.

    Attributes:
        dots: [down, across] the bit of each dot in a cell.
        glyphs: the characters of cells from their bits [n] -> [n] str; bits as `bits_of` makes them.
        band: the character of a cell inside a band; "" where a band is the dots of `screen`.
        screen: the bits of a cell that a band may set.
        milestone: the character of a milestone's line.
        slanted: a curve is drawn by strokes in its direction and not by dots, a faint one by full stops.
    """

    dots: np.ndarray
    glyphs: Callable[[np.ndarray], np.ndarray]
    band: str = ""
    screen: int = 0xFF
    milestone: str = "┊"
    slanted: bool = False

    @property
    def down(self) -> int:
        """Rows of dots in a cell."""
        return self.dots.shape[0]

    @property
    def across(self) -> int:
        """Columns of dots in a cell."""
        return self.dots.shape[1]

    def bits_of(self, top: np.ndarray, bottom: np.ndarray, height: int) -> np.ndarray:
        """The bits of every cell of curves that cover, in each column of dots, the rows from `top` to `bottom`.

        Args:
            top, bottom: [n, columns of dots] counted downwards; none where `bottom` is above `top`.
            height: rows of cells.

        Returns:
            [n, height, columns of cells] uint16; 0 is blank.
        """
        head = (np.arange(height) * self.down)[:, None]
        first = np.clip(top[:, None] - head, 0, self.down)
        end = np.clip(bottom[:, None] + 1 - head, 0, self.down)
        spans = self._spans
        bits = spans[0][first[..., :: self.across], end[..., :: self.across]]
        for column in range(1, self.across):
            bits = bits | spans[column][first[..., column :: self.across], end[..., column :: self.across]]
        return bits

    @cached_property
    def _spans(self) -> np.ndarray:
        """The bits of the dots from one row up to another (left out), by column: [across, down + 1, down + 1]."""
        spans = np.zeros((self.across, self.down + 1, self.down + 1), dtype=np.uint16)
        for first in range(self.down):
            for end in range(first + 1, self.down + 1):
                spans[:, first, end] = self.dots[first:end].sum(0)
        return spans


def _braille(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) + _BRAILLE).view("<U1")


_ONE = np.array([[1]], dtype=np.uint16)
PENS = {
    "braille": Pen(_BRAILLE_BITS, _braille, screen=0x21),
    "half": Pen(np.array([[1], [2]], dtype=np.uint16), lambda bits: _HALVES[bits], band="░"),
    "dot": Pen(_ONE, lambda bits: np.where(bits > 0, "•", " "), band="·"),
    "ascii": Pen(_ONE, lambda bits: np.where(bits > 0, "*", " "), band="'", milestone=":", slanted=True),
}


def pen_of(name: str) -> Pen:
    """The pen called `name`; braille for one that isn't known, as in a view that a later version has kept."""
    return PENS.get(name, PENS["braille"])


def strokes(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """The characters of slanted curves, from the first and last row they cover in every column: [n, columns].

    A column that a curve runs through is `|`; else it is `/` or `\\` where the curve has come from below or above, and
    `-` on the flat and behind a gap.
    """
    there, middle = bottom >= top, top + bottom  # twice the middle
    before = np.roll(middle, 1, axis=-1)
    known = there & np.roll(there, 1, axis=-1)
    known[..., 0] = False
    flat = np.where(known & (before > middle), "/", np.where(known & (before < middle), "\\", "-"))
    return np.where(bottom > top, "|", flat)
