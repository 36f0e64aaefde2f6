"""Things that scroll."""

from typing import ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll


class Words(VerticalScroll):
    """Text that scrolls by the keys that walk rows elsewhere."""

    HELP = "The text"
    BINDINGS: ClassVar = [
        Binding("up,k", "scroll_up", "A line up.", show=False),
        Binding("down,j", "scroll_down", "A line down.", show=False),
        Binding("pageup", "page_up", "A screenful up.", show=False),
        Binding("pagedown", "page_down", "A screenful down.", show=False),
        Binding("home", "scroll_home", "The first line.", show=False),
        Binding("end", "scroll_end", "The last line.", show=False),
    ]


class Pages(VerticalScroll, inherit_bindings=False):
    """Scrolls by pages and the wheel only: arrows, Home and End mean something else beside charts."""

    HELP = "The page"
    BINDINGS: ClassVar = [
        Binding("pageup", "page_up", "A screenful up.", show=False),
        Binding("pagedown", "page_down", "A screenful down.", show=False),
    ]
