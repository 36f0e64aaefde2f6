"""Things that scroll."""

from typing import ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll


class Words(VerticalScroll):
    """Text that scrolls by the keys that walk rows elsewhere."""

    BINDINGS: ClassVar = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]


class Pages(VerticalScroll, inherit_bindings=False):
    """Scrolls by pages and the wheel only: arrows, Home and End mean something else beside charts."""

    BINDINGS: ClassVar = [
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]
