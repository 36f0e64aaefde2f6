"""What the user was looking at, kept between two visits in a small file of the user's state folder."""

import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from grokterm.console.scales import Y_SCALES, View

_FILE = "console.json"


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
        self.open: str | None = _text(mine.get("open"))
        self.marks: tuple[str, ...] = tuple(name for name in mine.get("marks", ()) if isinstance(name, str))
        self.view = _view(mine.get("view", {}))

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
        """Keep `theme`, `open`, `marks` or `view`."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                self._dirty = True

    def save(self) -> None:
        """Write the file if anything changed. Where it can't be written the view is simply not kept."""
        if not self._dirty or self._path is None:
            return
        self._dirty = False
        mine = {"open": self.open, "marks": self.marks, "view": asdict(self.view)}
        runs = {**self._document.get("runs", {}), self._key: mine}
        self._document = {**self._document, "theme": self.theme, "runs": runs}
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


def _view(document: dict) -> View:
    y, seed = document.get("y"), document.get("seed")
    return View(
        y=y if y in Y_SCALES else View.y,
        log_x=document.get("log_x") is True,
        seed=seed if isinstance(seed, int) and seed >= -1 else None,
    )
