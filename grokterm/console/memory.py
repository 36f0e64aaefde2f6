"""What the user was looking at, kept between two visits in a small file of the user's state folder."""

import json
import math
from dataclasses import asdict
from pathlib import Path

from grokterm.console.scales import AXES, PENS, SMOOTHING, TABS, Y_SCALES, Spot, View
from grokterm.places import user_folder

_FILE = "console.json"
_MOST_SPOTS = 50
_MOST = 2**53  # a larger integer is no float exactly, and is no step or seed that was written here
_SHARED = ("theme", "greeted")  # by all runs folders


class Memory:
    """The view state of one runs folder. `remember` is cheap; `save` writes only what changed since the last time.

    Args:
        path: the file, or None to keep nothing (tests).
        runs: the runs folder whose state this is; the theme is shared by all.
    """

    def __init__(self, path: Path | None, runs: Path = Path(), document: dict | None = None) -> None:
        self._path, self._key = path, str(Path(runs).absolute())
        self.problem = ""  # why the view can't be kept for the next visit
        document = document or {}
        self._dirty: set[str] = set()
        self._looked: dict[str, None] = {}  # the experiments whose spots have changed, the last one last
        mine = document.get("runs", {}).get(self._key, {})
        self.theme: str | None = _text(document.get("theme"))
        self.greeted: bool = document.get("greeted") is True
        self.open: str | None = _text(mine.get("open"))
        self.marks: tuple[str, ...] = _texts(mine.get("marks"))
        self.filter: str = _text(mine.get("filter")) or ""
        self.sort: str = _text(mine.get("sort")) or ""
        self.reverse: bool = mine.get("reverse") is True
        self.group: str = _text(mine.get("group")) or ""
        self.folded: tuple[str, ...] = _texts(mine.get("folded"))
        self.view = self._kept_view = _view(mine.get("view", {}))
        self._spots: dict[str, Spot] = {name: _spot(spot) for name, spot in mine.get("spots", {}).items()}

    @classmethod
    def load(cls, runs: Path) -> "Memory":
        """What is remembered of `runs`. A file that is missing, cut off or not ours counts as nothing remembered.

        Without a home folder nothing is kept.
        """
        folder = user_folder("GROKTERM_STATE", "XDG_STATE_HOME", ".local/state")
        if folder is None:
            return cls(None, runs)
        path = folder / _FILE
        try:
            return cls(path, runs, _read(path))
        except (OSError, ValueError, RecursionError, AttributeError, TypeError):
            return cls(path, runs)

    def remember(self, **values: object) -> None:
        """Keep any of the attributes: `theme`, `greeted`, `open`, `marks`, `filter`, `sort`, …, `view`."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                self._dirty.add(name)

    def spot(self, name: str) -> Spot:
        """Where the user looks within the experiment `name`."""
        return self._spots.get(name, Spot())

    def look_at(self, name: str, spot: Spot) -> None:
        """Keep where the user looks within an experiment; of those not visited for longest the oldest are forgotten."""
        if self._spots.get(name, Spot()) != spot:
            self._spots.pop(name, None)
            self._spots[name] = spot
            self._spots = dict(list(self._spots.items())[-_MOST_SPOTS:])
            self._looked.pop(name, None)
            self._looked[name] = None

    def save(self) -> None:
        """Write the file if anything changed.

        Where it can't be read or written, `problem` says why, and it is tried again the next time.
        Another console may have written meanwhile: of what is there only that is changed which was changed here.
        """
        if not (self._dirty or self._looked) or self._path is None:
            return
        try:
            self._write(self._changed(_read_or_set_aside(self._path)))
        except OSError as error:
            self.problem = f"the view can't be kept for the next visit: {self._path}: {error.strerror or error}"
            return
        self._dirty, self._looked, self._kept_view, self.problem = set(), {}, self.view, ""

    def _changed(self, document: dict) -> dict:
        """What is in the file, with what was changed here."""
        others = _table(document.get("runs"))
        mine = _table(others.get(self._key))
        mine |= {name: getattr(self, name) for name in self._dirty - {*_SHARED, "view"}}
        before, now = asdict(self._kept_view), asdict(self.view)
        mine["view"] = now | _table(mine.get("view")) | {name: now[name] for name in now if now[name] != before[name]}
        spots = {name: spot for name, spot in _table(mine.get("spots")).items() if name not in self._looked}
        spots |= {name: asdict(self._spots[name]) for name in self._looked if name in self._spots}
        mine["spots"] = dict(list(spots.items())[-_MOST_SPOTS:])
        document |= {name: getattr(self, name) for name in _SHARED if name in self._dirty}
        document["runs"] = others | {self._key: mine}
        return document

    def _write(self, document: dict) -> None:
        from grokterm.record.files import write_whole  # the record loads Arrow: after the first paint

        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(document, indent=1).encode("ascii"))


def _read(path: Path) -> dict:
    """The file; empty where there is none. Raises OSError, ValueError or RecursionError where there is another."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(document, dict):
        raise ValueError(f"{path}: not an object")
    return document


def _read_or_set_aside(path: Path) -> dict:
    """What isn't ours stays beside: another version, or a hand, may have written it. Raises OSError."""
    try:
        return _read(path)
    except (ValueError, RecursionError):
        path.replace(path.with_name(f"{path.name}.damaged"))
        return {}


def _table(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _is_number(value: object) -> bool:
    return _is_integer(value) or (type(value) is float and math.isfinite(value))


def _is_integer(value: object) -> bool:
    return type(value) is int and abs(value) < _MOST


def _view(document: dict) -> View:
    seed, smooth = document.get("seed"), document.get("smooth")
    return View(
        y=_one_of(Y_SCALES, document.get("y")),
        log_x=document.get("log_x") is True,
        axis=_one_of(AXES, document.get("axis")),
        seed=seed if _is_integer(seed) and seed >= -1 else None,
        smooth=smooth if type(smooth) is int and 0 <= smooth < len(SMOOTHING) else 0,
        pen=_one_of(PENS, document.get("pen")),
        table=document.get("table") is True,
        side_by_side=document.get("side_by_side") is True,
    )


def _spot(document: dict) -> Spot:
    window, cursor = document.get("window"), document.get("cursor")
    fine = isinstance(window, list) and len(window) == 2 and all(map(_is_number, window))
    return Spot(
        tab=_one_of(TABS, document.get("tab")),
        window=(window[0], window[1]) if fine and window[0] < window[1] else None,
        cursor=cursor if _is_number(cursor) else None,
        hidden=_texts(document.get("hidden")),
        chart=_text(document.get("chart")) or "",
        axis=_one_of(AXES, document.get("axis")),
    )


def _one_of(choices: tuple[str, ...], value: object) -> str:
    return value if isinstance(value, str) and value in choices else choices[0]
