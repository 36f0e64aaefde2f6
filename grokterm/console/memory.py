"""What the user was looking at, kept between two visits in a small file of the user's state folder."""

import contextlib
import json
import math
import os
from dataclasses import asdict
from pathlib import Path

from grokterm.console.scales import AXES, PENS, SMOOTHING, TABS, Y_SCALES, Spot, View

_FILE = "console.json"
_MOST_SPOTS = 50


class Memory:
    """The view state of one runs folder. `remember` is cheap; `save` writes only what changed since the last time.

    Args:
        path: the file, or None to keep nothing (tests).
        runs: the runs folder whose state this is; the theme is shared by all.
    """

    def __init__(self, path: Path | None, runs: Path = Path(), document: dict | None = None) -> None:
        self._path, self._key = path, str(Path(runs).absolute())
        self._document = document or {}
        self._dirty = False
        mine = self._document.get("runs", {}).get(self._key, {})
        self.theme: str | None = _text(self._document.get("theme"))
        self.greeted: bool = self._document.get("greeted") is True
        self.open: str | None = _text(mine.get("open"))
        self.marks: tuple[str, ...] = _texts(mine.get("marks"))
        self.filter: str = _text(mine.get("filter")) or ""
        self.sort: str = _text(mine.get("sort")) or ""
        self.reverse: bool = mine.get("reverse") is True
        self.group: str = _text(mine.get("group")) or ""
        self.folded: tuple[str, ...] = _texts(mine.get("folded"))
        self.view = _view(mine.get("view", {}))
        self._spots: dict[str, Spot] = {name: _spot(spot) for name, spot in mine.get("spots", {}).items()}

    @classmethod
    def load(cls, runs: Path) -> "Memory":
        """What is remembered of `runs`. A file that is missing, cut off or not ours counts as nothing remembered."""
        path = state_folder() / _FILE
        document = None
        with contextlib.suppress(OSError, ValueError):
            document = json.loads(path.read_text("utf-8"))
        try:
            return cls(path, runs, document if isinstance(document, dict) else None)
        except (AttributeError, TypeError):
            return cls(path, runs)

    def remember(self, **values: object) -> None:
        """Keep any of the attributes: `theme`, `greeted`, `open`, `marks`, `filter`, `sort`, …, `view`."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                self._dirty = True

    def spot(self, name: str) -> Spot:
        """Where the user looks within the experiment `name`."""
        return self._spots.get(name, Spot())

    def look_at(self, name: str, spot: Spot) -> None:
        """Keep where the user looks within an experiment; of those not visited for longest the oldest are forgotten."""
        if self._spots.get(name, Spot()) != spot:
            self._spots.pop(name, None)
            self._spots[name] = spot
            self._spots = dict(list(self._spots.items())[-_MOST_SPOTS:])
            self._dirty = True

    def save(self) -> None:
        """Write the file if anything changed. Where it can't be written the view is simply not kept."""
        if not self._dirty or self._path is None:
            return
        self._dirty = False
        kept = ("open", "marks", "filter", "sort", "reverse", "group", "folded")
        mine = {name: getattr(self, name) for name in kept}
        mine |= {"view": asdict(self.view), "spots": {name: asdict(spot) for name, spot in self._spots.items()}}
        runs = {**self._document.get("runs", {}), self._key: mine}
        self._document = {**self._document, "theme": self.theme, "greeted": self.greeted, "runs": runs}
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_name(f".{_FILE}.{os.getpid()}")
            beside.write_text(json.dumps(self._document, indent=1), "utf-8")
            beside.replace(self._path)


def state_folder() -> Path:
    """Where small things that may be lost are kept."""
    own = os.environ.get("GROKTERM_STATE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "grokterm"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _view(document: dict) -> View:
    seed, smooth = document.get("seed"), document.get("smooth")
    return View(
        y=_one_of(Y_SCALES, document.get("y")),
        log_x=document.get("log_x") is True,
        axis=_one_of(AXES, document.get("axis")),
        seed=seed if type(seed) is int and seed >= -1 else None,
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
    )


def _one_of(choices: tuple[str, ...], value: object) -> str:
    return value if isinstance(value, str) and value in choices else choices[0]
