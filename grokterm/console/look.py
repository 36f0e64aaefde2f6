"""Design tokens that Python needs: arm colours and markers, state glyphs. The rest are in `tokens.tcss`.

Colours are Okabe and Ito's, which stay apart for the colour-blind; every arm also has a marker of its own and every
state a glyph and a word, so that nothing depends on colour. A terminal with 16 colours has none of them, and the
nearest ones would be the same for several arms: it gets a theme made of its own 16.
"""

from dataclasses import dataclass, replace

from textual.color import Color
from textual.theme import Theme

from grokterm.console.commands import told

MARKERS = "●▲■◆▼★✚○"
MARKED = "▌"  # none of the arms' signs: they stand in the same line

# The same family at the same place in both: a screenshot in the light theme reads like one in the dark theme.
_DARK = ("#56B4E9", "#E69F00", "#2FBF91", "#CC79A7", "#F0E442", "#E8743B", "#6FA8DC", "#B8B8B8")
_LIGHT = ("#0072B2", "#C46A00", "#007F5C", "#A8477E", "#8A7A00", "#B54700", "#2A5D9F", "#555555")
# Of the 16, as Rich writes them. The brighter half for arms on black, the darker half on white, and the other way round
# for what lies behind: bands and lines of milestones.
_DARK_16 = ("#55FFFF", "#FFFF55", "#55FF55", "#FF55FF", "#FFFFFF", "#FF5555", "#5555FF", "#AAAAAA")
_LIGHT_16 = ("#0000AA", "#AA5500", "#00AA00", "#AA00AA", "#000000", "#AA0000", "#00AAAA", "#555555")
_BEHIND_DARK = ("#00AAAA", "#AA5500", "#00AA00", "#AA00AA", "#AAAAAA", "#AA0000", "#0000AA", "#555555")
_BEHIND_LIGHT = ("#5555FF", "#FFFF55", "#55FF55", "#FF55FF", "#AAAAAA", "#FF5555", "#55FFFF", "#AAAAAA")
_BEHIND = dict(zip(_DARK_16 + _LIGHT_16, _BEHIND_DARK + _BEHIND_LIGHT, strict=True))

DARK = Theme(
    name="grokterm-dark",
    primary="#7AA2C8",
    secondary="#8FB996",
    accent="#E6B566",
    warning="#E69F00",
    error="#E8743B",
    success="#2FBF91",
    foreground="#D5DAE1",
    background="#12161C",
    surface="#181D25",
    panel="#222933",
    dark=True,
    variables={"block-cursor-text-style": "none", "scrollbar": "#2C3541", "scrollbar-background": "#12161C"},
)
LIGHT = Theme(
    name="grokterm-light",
    primary="#2F6690",
    secondary="#3A7D44",
    accent="#9A5B00",
    warning="#9A5B00",
    error="#B54700",
    success="#007F5C",
    foreground="#20262E",
    background="#F7F7F4",
    surface="#EFEFEA",
    panel="#E2E2DB",
    dark=False,
    variables={"block-cursor-text-style": "none"},
)
DARK_16 = Theme(
    name="grokterm-dark-16",
    primary="#55FFFF",
    secondary="#55FF55",
    accent="#FFFF55",
    warning="#FFFF55",
    error="#FF5555",
    success="#55FF55",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#0000AA",
    dark=True,
    variables={"block-cursor-text-style": "none"},
)
LIGHT_16 = Theme(
    name="grokterm-light-16",
    primary="#0000AA",
    secondary="#00AA00",
    accent="#0000AA",
    warning="#AA5500",
    error="#AA0000",
    success="#00AA00",
    foreground="#000000",
    background="#FFFFFF",
    surface="#FFFFFF",
    panel="#AAAAAA",
    dark=False,
    variables={"block-cursor-text-style": "none"},
)
THEMES = (DARK, LIGHT, DARK_16, LIGHT_16)


def theme_of(shade: str | None, few: bool) -> Theme:
    """The theme for a terminal that is `light` or else dark.

    Args:
        few: it has 16 colours.
    """
    if shade == "light":
        return LIGHT_16 if few else LIGHT
    return DARK_16 if few else DARK


@dataclass(frozen=True)
class Ink:
    """What a drawing needs to know of the screen: colours as hexadecimal strings, taken from the theme in force.

    Attributes:
        few: there are only 16 colours, and a mixture would become one of them by chance.
        ascii: only ASCII may be drawn; curves are made of letters then, whatever the view says.
    """

    foreground: str
    muted: str
    faint: str
    background: str
    accent: str
    good: str
    bad: str
    dark: bool
    few: bool = False
    ascii: bool = False

    def arm(self, index: int) -> str:
        """The colour of the arm at `index`. After eight arms markers come again, each in another colour than before."""
        colours = (_DARK_16 if self.dark else _LIGHT_16) if self.few else (_DARK if self.dark else _LIGHT)
        return colours[(index + index // len(MARKERS)) % len(colours)]

    def tone(self, tone: str) -> str:
        """The colour of a tone, as `StateLook` names it."""
        tones = {"good": self.good, "bad": self.bad, "accent": self.accent, "muted": self.muted}
        return tones.get(tone, self.foreground)

    def mix(self, colour: str, share: float) -> str:
        """`colour` laid over the background with an opacity of `share`; of 16 colours its neighbour."""
        if self.few:
            return _BEHIND.get(colour, self.faint)
        return Color.parse(self.background).blend(Color.parse(colour), share, alpha=1).hex


def ink(theme: Theme, ascii: bool = False) -> Ink:
    """The `Ink` of a theme, ours or one of Textual's."""
    variables = theme.to_color_system().generate()
    background = Color.parse(theme.background or variables["background"])
    foreground = Color.parse(theme.foreground or variables["foreground"])

    def shade(share: float) -> str:
        return background.blend(foreground, share, alpha=1).hex

    return Ink(
        foreground=foreground.hex,
        muted=shade(0.6),
        faint=shade(0.25),
        background=background.hex,
        accent=Color.parse(theme.accent or theme.primary).hex,
        good=Color.parse(theme.success or theme.primary).hex,
        bad=Color.parse(theme.error or theme.primary).hex,
        dark=theme.dark,
        few=theme in (DARK_16, LIGHT_16),
        ascii=ascii,
    )


def marker(index: int) -> str:
    """The marker of the arm at `index`."""
    return MARKERS[index % len(MARKERS)]


@dataclass(frozen=True)
class StateLook:
    """How a state is shown: a glyph and a word side by side, a tone, and what the user can do about it.

    Attributes:
        untrained: what can be done in place of `next_step` where nothing was trained, and so no checkpoint is there.
    """

    glyph: str
    word: str
    tone: str
    next_step: str = ""
    untrained: str = ""


UNKNOWN = StateLook("?", "unknown", "muted", "the folder can't be read; {reread} reads it again")

_UNTRAINED = "nothing was trained yet; {pause} puts it in line again"
STATES = {
    "created": StateLook("·", "created", "muted", "no worker was ever started; {pause} starts one"),
    "queued": StateLook("◷", "queued", "muted", "waits for a free device, and starts by itself"),
    "starting": StateLook("◌", "starting", "accent", "the worker is loading; first numbers within seconds"),
    "running": StateLook("▶", "running", "accent"),
    "paused": StateLook("⏸", "paused", "foreground", "{pause} goes on; memory stays on the device"),
    "parked": StateLook(
        "◫", "parked", "foreground", "{pause} goes on from the checkpoint; it holds no device", _UNTRAINED
    ),
    "stopped": StateLook("▣", "stopped", "muted", "{pause} goes on from its last checkpoint", _UNTRAINED),
    "finished": StateLook("✔", "finished", "good"),
    "failed": StateLook(
        "✖",
        "failed",
        "bad",
        "what is written is kept; {pause} tries again from the last checkpoint",
        "nothing was trained; {pause} tries again from the beginning",
    ),
    "stalled": StateLook("◔", "stalled", "bad", "its worker is silent and may be dead, or only slow"),
    "lost": StateLook(
        "✖",
        "lost",
        "bad",
        "its process is gone; {pause} goes on from the last checkpoint",
        "its process is gone before anything was trained; {pause} starts it again",
    ),
    "broken": StateLook("?", "broken", "bad", "the folder can't be read as an experiment; {reread} reads it again"),
}


def state_look(name: str | None, trained: bool = True) -> StateLook:
    """The look of a state by its name. None: the folder can't be read. An unknown name may be from a newer version.

    Args:
        trained: steps were done; what can be done next may depend on it.
    """
    look = STATES.get(name if name is not None else "broken", UNKNOWN)
    return replace(look, next_step=told((not trained and look.untrained) or look.next_step))
