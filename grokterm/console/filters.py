"""What is done to every line just before it is sent: signs into ASCII, colours away."""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from grokterm.console.plainascii import to_ascii

_PALE = 110.0  # of 255: words that differ less than this from what is behind them were meant to step back


class Ascii(LineFilter):
    """Nothing but ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace signs, cell by cell."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


class NoColour(LineFilter):
    """No colour at all, not even grey: the terminal's own two. Pale words become dim; bold, underline and reverse stay.

    (Textual's own filter for NO_COLOR sends greys, which are colours still, and makes a light terminal dark.)
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Take the colours out."""
        return [Segment(text, style and _bare(style), control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _bare(style: Style) -> Style:
    front, back = (None if colour is None else colour.triplet for colour in (style.color, style.bgcolor))
    pale = front is not None and back is not None and abs(_light(front) - _light(back)) < _PALE
    attributes = Style(
        bold=style.bold,
        dim=(style.dim or pale) and not style.reverse,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
    )
    return attributes + Style.from_meta(style.meta) if style.meta else attributes


def _light(triplet) -> float:
    return 0.2126 * triplet.red + 0.7152 * triplet.green + 0.0722 * triplet.blue
