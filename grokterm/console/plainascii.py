"""Everything in the 95 printable characters of ASCII, for terminals and fonts that have no others.

One table, applied to finished lines: to what the console draws (`Ascii` in `look`'s filters) and to what the command
line prints. A character is replaced by as many characters as it takes cells, so that nothing moves.
"""

import os
import unicodedata
from functools import lru_cache

ENVIRONMENT = "GROKTERM_ASCII"

# For every ASCII character what it stands for. The markers of arms (o ^ # * v @ + 0) and the signs of states must stay
# apart among themselves.
_STANDS_FOR = {
    "o": "●", "^": "▲↑⇧△▴", "#": "■█▓▅▆▇", "*": "◆☆◇", "v": "▼↓▽▾✓", "@": "★", "+": "✚±", "0": "○◯◉◎∅",
    ">": "▶→▸▹►▷›»≥", "<": "←↵⏎⌫◂◄◁‹«≤", "V": "✔", "X": "✖✗", "=": "⏸≡", "!": "◔≠", "~": "◷≈", ",": "◌", "s": "◫",
    "H": "▣", "-": "–—−‐‑―▔", ".": "…·•∙░▪▫", "'": "‘’‚′°", '"': "“”„″▀", ":": "▒⋮⋯", "_": "▁▂▃▄", "|": "▌▐▎▏▊▋▉▍▕¦",
    "x": "×", "/": "÷", "S": "∫", "l": "λ", "D": "Δ", "b": "β", "n": "η", "e": "ε", "m": "μ", "8": "∞", " ": "\u00a0",
}  # fmt: skip
_CHARACTERS = {character: sign for sign, characters in _STANDS_FOR.items() for character in characters}
_BEFORE_A_SPACE = {"≥": ">=", "≤": "<="}  # there is a cell more for them there
_DENSITY = " .::--==##"  # a braille cell by the number of its dots, as far as it goes


def to_ascii(text: str) -> str:
    """`text` with every character that isn't ASCII replaced, cell by cell. Line ends and escapes stay."""
    if text.isascii():
        return text
    for sign, written in _BEFORE_A_SPACE.items():
        text = text.replace(f"{sign} ", written)
    return "".join(c if c < "\x80" else _replaced(c) for c in text)


@lru_cache(maxsize=4096)
def _replaced(character: str) -> str:
    from rich.cells import cell_len

    if character in _CHARACTERS:
        return _CHARACTERS[character]
    code = ord(character)
    if 0x2500 <= code <= 0x257F:
        return _line(unicodedata.name(character))
    if 0x2800 <= code <= 0x28FF:
        return _DENSITY[min((code - 0x2800).bit_count(), len(_DENSITY) - 1)]
    cells = cell_len(character)
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()  # é is e, ² is 2
    return letters if len(letters) == cells and letters.isprintable() else "?" * cells


def _line(name: str) -> str:
    """A box-drawing character by its Unicode name."""
    sideways = any(word in name for word in ("HORIZONTAL", "LEFT", "RIGHT"))
    upright = any(word in name for word in ("VERTICAL", "UP", "DOWN"))
    if "DIAGONAL" in name:
        return "/" if "TO LOWER LEFT" in name and "CROSS" not in name else "\\" if "CROSS" not in name else "X"
    if sideways and upright:
        return "+"
    if "DASH" in name:
        return "." if sideways else ":"
    return ("=" if "HEAVY" in name or "DOUBLE" in name else "-") if sideways else "|"


def locale_without_unicode() -> str:
    """What in the environment says that the terminal takes no UTF-8, as `LC_ALL=C`; "" where nothing does.

    No word at all is none against it: containers and many hosts say nothing, and their terminals are UTF-8.
    """
    if os.environ.get("TEXTUAL_DRIVER"):  # a browser, which always can
        return ""
    if os.environ.get("TERM") == "linux":
        return "TERM=linux, whose font has few signs"
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = os.environ.get(name, "")
        if value:
            _, dot, charset = value.partition(".")
            utf = charset.lower().replace("-", "").startswith("utf8")
            bare = value in ("C", "POSIX") and name == "LC_ALL"
            return f"{name}={value}" if (dot and not utf) or bare else ""
    return ""


def wanted(setting: bool | None = None) -> bool:
    """Plain ASCII is asked for: by `--ascii` (kept in the environment, 0 or 1), else the setting, else the locale."""
    said = os.environ.get(ENVIRONMENT, "")
    if said:
        return said not in ("0", "no", "false", "off")
    return setting if setting is not None else bool(locale_without_unicode())
