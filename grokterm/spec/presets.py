"""Where presets are: those that came with the program, and the user's own.

The bundled ones are in the installed package, or at the top of the repository in an editable install; the user's are in
`$GROKTERM_PRESETS`, else `$XDG_CONFIG_HOME/grokterm/presets`. Where both have a name, it means the user's: a file of
one's own must not come to mean something else when the program brings a preset of that name along. The bundled one is
then reached by its path, and saving refuses to take such a name.
"""

import os
import re
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import tomli

from grokterm.errors import BadInput, NotFound
from grokterm.names import natural
from grokterm.nearest import alike
from grokterm.places import expanded, user_folder
from grokterm.spec.own import placed
from grokterm.spec.problems import plain_line, show

MOST_BYTES = 2_000_000
PRESET_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,63}")
DOCUMENTS = ("Biswas, Islam, Hu", "Lou, Wang, Yang", "Lin", "Grokking Dynamics", "Prieto et al.")
"""The works whose figures come with the program, in the order in which they are listed."""


class PresetInfo(NamedTuple):
    """What a preset says about itself. `problem` is why it can't be read, else None; `mine`: it is the user's own;
    `small`: it has a small form."""

    name: str
    title: str
    question: str
    source: str
    expect: str
    cost: str
    path: Path
    problem: str | None = None
    mine: bool = False
    document: str = ""
    small: bool = False


def presets_folder() -> Path:
    """The folder of the presets that came with the program."""
    package = Path(str(files("grokterm")))
    installed = package / "presets"
    return installed if installed.is_dir() else package.parent / "presets"


def my_folder() -> Path:
    """The folder of the user's own presets; it need not exist.

    Raises:
        BadInput: the user has no home folder, and says no other.
    """
    given = os.environ.get("GROKTERM_PRESETS")
    if given:
        return expanded(given)
    settings = user_folder("", "XDG_CONFIG_HOME", ".config")
    if settings is None:
        raise BadInput("presets of your own need a home folder, and there is none", "set GROKTERM_PRESETS to a folder")
    return settings / "presets"


def list_presets() -> tuple[PresetInfo, ...]:
    """The bundled presets by document and name, those of none first, then the user's in the same order.

    Documents are in the order of DOCUMENTS, others behind them; figure 10 is behind figure 9. One that is broken is
    listed with its problem.
    """
    bundled = [_info(path) for path in _preset_files(presets_folder())]
    mine = [_info(path, mine=True) for path in _my_files()]
    return tuple(info for infos in (bundled, mine) for info in sorted(infos, key=_place))


def find_preset(source: str | Path, beside: Path | None = None) -> Path:
    """The file that `source` means.

    Args:
        source: a name, or a path: with a slash in it or with .toml at its end.
        beside: the folder that relative paths and names are looked up in first; None is the current folder,
            for paths only.
    """
    text = str(source)
    folder = beside or Path()
    if isinstance(source, Path) or "/" in text or "\\" in text or text.endswith(".toml"):
        path = folder / expanded(text)
        with suppress(OSError):  # a name that is longer than any file's may be
            if path.exists():
                return path
        raise NotFound(
            plain_line(f"no such file: {path}"), hint="`grokterm presets` lists the presets that have a name"
        )
    if beside is not None and (beside / f"{text}.toml").exists():
        return beside / f"{text}.toml"
    found = {path.stem: path for path in (*_preset_files(presets_folder()), *_my_files())}
    if text in found:
        return found[text]
    close = alike(text, sorted(found, key=natural))
    said = f"; nearest: {', '.join(close)}" if close else ""
    path = "" if close else "; a path needs a slash or .toml at its end"
    raise NotFound(
        plain_line(f"no preset is called {text!r}{said}"), f"`grokterm presets` lists all {len(found)}{path}"
    )


def label(path: Path) -> str:
    """How error lines name a preset's file."""
    return f"presets/{path.name}" if path.parent == presets_folder() else str(path)


def read_chain(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The document at `path` behind those it extends, the furthest first, each with its file's name."""
    return extend(label(path), read(path), path.parent, (path.resolve(),))


def extend(
    origin: str, document: dict[str, Any], folder: Path, seen: tuple[Path, ...] = ()
) -> list[tuple[str, dict[str, Any]]]:
    """`document` behind those that its `extends` leads to. A circle of them is refused."""
    document = placed(document, folder)
    parent = document.pop("extends", None)
    if parent is None:
        return [(origin, document)]
    if not isinstance(parent, str) or not parent:
        raise BadInput(plain_line(f"{origin}: extends: expected the name or the path of a preset"))
    try:
        path = find_preset(parent, folder)
    except NotFound as error:
        raise BadInput(plain_line(f"{origin}: extends: {error.message}"), error.hint) from None
    if path.resolve() in seen:
        raise BadInput(plain_line(f"{origin}: extends: {parent} extends this file in turn"))
    ancestors = extend(label(path), read(path), path.parent, (*seen, path.resolve()))
    for _, ancestor in ancestors:
        ancestor.pop("name", None)  # a name belongs to one file
    return [*ancestors, (origin, document)]


def read(path: Path) -> dict[str, Any]:
    """The TOML document in a file, unvalidated."""
    name = label(path)
    try:
        if path.exists() and not path.is_file():
            raise BadInput(plain_line(f"{name}: not a file"))
        if path.exists() and path.stat().st_size > MOST_BYTES:
            raise BadInput(plain_line(f"{name}: larger than {MOST_BYTES // 1_000_000} MB; a preset is some kB"))
        return tomli.loads(path.read_text(encoding="utf-8"))
    except tomli.TOMLDecodeError as error:
        raise BadInput(plain_line(f"{name}: line {error.lineno}, column {error.colno}: {error.msg}")) from None
    except UnicodeDecodeError as error:
        raise BadInput(plain_line(f"{name}: not UTF-8 text (byte {error.start})")) from None
    except FileNotFoundError:
        raise NotFound(plain_line(f"no such file: {name}")) from None
    except OSError as error:
        raise BadInput(plain_line(f"{name}: can't be read: {error.strerror}")) from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # a number of thousands of digits, brackets nested a thousand deep
        raise BadInput(plain_line(f"{name}: not readable as TOML: {error}")) from None


def slug(text: str) -> str:
    """`text` as part of a folder's name: lower case, at most 64 of a-z 0-9 . _ -, and no dot first."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", text.lower())[:64].strip("-.")
    return cleaned or "experiment"


def save_preset(name: str, text: str, overwrite: bool = False) -> Path:
    """Writes a preset of the user's own, whole or not at all.

    Args:
        name: what it will be called; the file's name without .toml.
        text: TOML.

    Returns:
        the file.

    Raises:
        BadInput: the name is none or a bundled preset's, there is such a file and `overwrite` is false, or it can't be
            written.
    """
    if problem := name_problem(name):
        raise BadInput(problem)
    path = my_folder() / f"{name}.toml"
    if path.exists() and not overwrite:
        raise Exists(plain_line(f"{path} exists"), hint="--force writes over it")
    beside = path.with_name(f".{name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise BadInput(plain_line(f"{path}: can't be written: {error.strerror}")) from None
    return path


def name_problem(name: str) -> str:
    """What is wrong with a name for a preset of the user's own, "" where nothing is."""
    if not PRESET_NAME.fullmatch(name):
        return f"preset name {show(name)}: expected 1 to 64 letters, digits and . _ - without spaces"
    if name in (path.stem for path in _preset_files(presets_folder())):
        return f"{name} is a preset that came with grokterm; yours needs another name"
    return ""


class Exists(BadInput):
    """There is a preset of that name, and it wasn't asked to write over it."""


def _preset_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.toml"), key=lambda path: path.stem)


def _my_files() -> list[Path]:
    """The user's own; a file that came with the program isn't, also where `$GROKTERM_PRESETS` leads to it."""
    try:
        found = _preset_files(my_folder())
    except BadInput:  # said where one is to be written
        return []
    return [path for path in found if not _same(path, presets_folder() / path.name)]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them isn't there
        return False


def _place(info: PresetInfo) -> tuple[int, str, list[tuple[int, str]]]:
    known = ("", *DOCUMENTS)
    document = known.index(info.document) if info.document in known else len(known)
    return document, info.document, natural(info.name)


def _info(path: Path, mine: bool = False) -> PresetInfo:
    texts = dict.fromkeys(("document", "title", "question", "source", "expect", "cost"), "")
    small = False
    try:
        for _, document in read_chain(path):
            texts |= {key: document[key] for key in texts if isinstance(document.get(key), str)}
            small = small or "small" in document
    except (BadInput, NotFound) as error:
        return PresetInfo(path.stem, **texts, path=path, problem=error.message, mine=mine)
    return PresetInfo(path.stem, **texts, path=path, mine=mine, small=small)
