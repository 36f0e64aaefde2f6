"""How the user looks at curves: what the keys `y`, `x` and `g` have set."""

from dataclasses import dataclass, replace

Y_SCALES = ("auto", "log", "linear")


@dataclass(frozen=True)
class View:
    """What the keys `y`, `x` and `g` have set.

    Attributes:
        y: `auto` (loss logarithmic, the rest linear), `log` or `linear` for every chart.
        log_x: the step axis is logarithmic.
        seed: None for median and band, -1 for all seeds, else the position of the one seed shown.
    """

    y: str = "auto"
    log_x: bool = False
    seed: int | None = None

    def next_y(self) -> "View":
        """The next scale of the y axes."""
        return replace(self, y=Y_SCALES[(Y_SCALES.index(self.y) + 1) % len(Y_SCALES)])

    def flip_x(self) -> "View":
        """The other scale of the x axis."""
        return replace(self, log_x=not self.log_x)

    def next_seed(self, count: int) -> "View":
        """Median and band, then all seeds, then each of `count` seeds alone, then from the beginning."""
        if self.seed is None:
            return replace(self, seed=-1)
        return replace(self, seed=self.seed + 1 if self.seed + 1 < count else None)

    def words(self, seeds: tuple[int, ...]) -> str:
        """The view in words, for a header line."""
        if self.seed is None:
            shown = f"median and range of {len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}" if seeds else ""
        elif self.seed < 0:
            shown = "every seed"
        else:
            shown = f"seed {seeds[self.seed]}" if self.seed < len(seeds) else "no such seed"
        axes = " · ".join(part for part in (f"y {self.y}", "x log" if self.log_x else "x linear") if part)
        return f"{shown} · {axes}" if shown else axes
