"""What the user has decided about the console, for good: `console.toml`, which grokterm reads and never writes over.

It lies in `$GROKTERM_CONFIG`, else in `$XDG_CONFIG_HOME/grokterm`, else in `~/.config/grokterm`. `grokterm keys --init`
writes one with every command in it, commented out.

    [look]
    theme = "auto"   # dark, light, or auto: ask the terminal
    ascii = true     # nothing on the screen but the 95 printable characters of ASCII
    mouse = false    # leave the mouse to the terminal, which selects text with it

    [keys]
    new = "N"
    stop = ["K", "ctrl+k"]

What can't be understood is said in one line, at the start and in `grokterm doctor`, and counts as not written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grokterm.places import user_folder

THEMES = ("auto", "dark", "light")
_FILE = "console.toml"


@dataclass(frozen=True)
class Settings:
    """The settings, with what is wrong in their file.

    Attributes:
        theme: one of `THEMES`, or "" where nothing is said.
        ascii: None where nothing is said.
        keys: for the id of a command its keys in Textual's names, separated by commas. Checked: see `keymap`.
        problems: one line for everything that was left out.
    """

    theme: str = ""
    ascii: bool | None = None
    mouse: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def settings_file() -> Path | None:
    """The file; it need not exist. None where the user has no home folder."""
    folder = user_folder("GROKTERM_CONFIG", "XDG_CONFIG_HOME", ".config")
    return None if folder is None else folder / _FILE


def load_settings(path: Path | None = None) -> Settings:
    """The settings in `path`, or in the user's file. Never raises: what is wrong is in `problems`."""
    path = path or settings_file()
    if path is None:
        return Settings()
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as problem:
        return Settings(problems=(f"{path}: can't be read ({problem}); it counts as empty",))
    import tomli

    try:
        document = tomli.loads(text)
    except (ValueError, RecursionError) as problem:  # no TOML, numbers without end, brackets nested without end
        return Settings(problems=(f"{path}: not TOML ({problem}); it counts as empty",))
    return _settings(document, path.name)


def _settings(document: Mapping[str, Any], file: str) -> Settings:
    from grokterm.console.keymap import resolve

    others = document.keys() - {"look", "keys"}
    problems = [f"{file}: [{name}] means nothing; there are [look] and [keys]" for name in sorted(others)]
    look, keys = (document.get(name, {}) for name in ("look", "keys"))
    for name, table in (("look", look), ("keys", keys)):
        if not isinstance(table, dict):
            problems.append(f"{file}: {name} must be a table, [{name}]")
    look, keys = (table if isinstance(table, dict) else {} for table in (look, keys))
    kinds = {"theme": THEMES, "ascii": (True, False), "mouse": (True, False)}
    good = {}
    for name, value in look.items():
        if name not in kinds:
            problems.append(f"{file}: look.{name} means nothing; there are {', '.join(kinds)}")
        elif not any(value is choice or (isinstance(value, str) and value == choice) for choice in kinds[name]):
            choices = " or ".join(str(choice).lower() for choice in kinds[name])
            problems.append(f"{file}: look.{name} = {value!r} must be {choices}")
        else:
            good[name] = value
    moved, wrong = resolve(keys)
    return Settings(**good, keys=moved, problems=(*problems, *(f"{file}: {line}" for line in wrong)))


def template() -> str:
    """A settings file that changes nothing, with everything that can be set in it as a comment."""
    from grokterm.console.commands import COMMANDS

    lines = ["# Settings of grokterm's console. Take the # away in front of a line and change it.", ""]
    lines += ["[look]", '# theme = "auto"  # dark, light, or auto: ask the terminal']
    lines += ["# ascii = false   # true: nothing but ASCII on the screen"]
    lines += ["# mouse = true    # false: leave it to the terminal"]
    lines += ["", "[keys]  # one key, or a list of keys; `grokterm doctor` says what can't be done"]
    for entry in COMMANDS:
        keys = entry.key.split(",")
        value = f'"{keys[0]}"' if len(keys) == 1 else "[" + ", ".join(f'"{key}"' for key in keys) + "]"
        lines.append(f"# {entry.id} = {value}  # {entry.help}")
    return "\n".join(lines) + "\n"
