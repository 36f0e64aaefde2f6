"""The recorded columns of one experiment, as charts need them."""

from dataclasses import dataclass, field

from grokterm.analysis import Band, Curve


@dataclass(frozen=True, eq=False)
class Curves:
    """The recorded columns of one experiment and their bands by arm. Another object means other numbers."""

    columns: dict[str, tuple[Curve, ...]] = field(default_factory=dict)
    bands: dict[tuple[str, str], Band] = field(default_factory=dict)

    def of(self, column: str, arm: str) -> tuple[Curve, ...]:
        """The curves of one arm, by seed."""
        return tuple(curve for curve in self.columns.get(column, ()) if curve.arm == arm)

    def band(self, column: str, arm: str) -> Band | None:
        """The median of one arm with its range; None where nothing is recorded."""
        return self.bands.get((column, arm))
