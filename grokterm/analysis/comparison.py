"""What a comparison says: one frozen object, from which the table, the charts and the JSON are all made."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from grokterm.analysis.bootstrap import Ratio
from grokterm.analysis.results import RunResult
from grokterm.analysis.survival import LogRank, Median
from grokterm.json_types import json_types
from grokterm.record import ExperimentFolder, Past
from grokterm.spec import RunSpec

LEVEL = 0.05
FEW, CLAIM = 5, 10  # seeds below which nothing is claimed, and from which a claim may be


@dataclass(frozen=True)
class Contender:
    """An arm that takes part in a comparison, with its runs."""

    label: str
    folder: ExperimentFolder
    arm: str
    about: str
    spec: RunSpec
    results: tuple[RunResult, ...]
    past: tuple[Past, ...] = ()  # what fields of it were before a fork changed them


@dataclass(frozen=True)
class ArmRow:
    """One arm of a comparison. Times in steps; nan is "not reached", and None in JSON.

    Attributes:
        label: how the arm is called here: its name, behind the id of its experiment where there are several.
        arm, experiment, about: where it comes from.
        n, seeds, budget: its runs.
        n_grokked, n_diverged, n_running, n_censored, n_incomplete: outcomes; each run is in exactly one, see
            `RunResult.outcome`. For the medians all but the grokked are censored. An arm with an incomplete run is
            measured against no other.
        t_mem, t_touch, t_grok, gap: Kaplan-Meier medians with 95 % intervals. gap is over the `n_gap` runs that
            have memorised.
        t_mem_range, t_grok_range: smallest and largest time that was observed.
        speed_up: median t_grok of the first arm over that of this one; None for the first arm.
        p: two-sided log-rank p against the first arm, not corrected. nan for the first arm.
        p_exact: the same by permutation: the one to believe with a handful of seeds.
        p_holm: the larger of p and p_exact, corrected for all pairs of this comparison.
        integral_at_grok: the sum of lambda up to the median `t_grok`, median over the runs; nan if not reached.
        integral_at_end: median over all runs of that sum at their last step.
        train_loss, test_loss: median over all runs at the last evaluation. A diverged run counts as infinite; nan
            where the median is one of those.
        test_loss_range: smallest and largest of the runs that didn't diverge; nan where there is none.
        scored: its task has an accuracy. Without one there are no milestones, and losses alone are compared.
    """

    label: str
    arm: str
    experiment: str
    about: str
    n: int
    seeds: tuple[int, ...]
    budget: int
    n_grokked: int
    n_diverged: int
    n_running: int
    n_censored: int
    n_incomplete: int
    n_gap: int
    t_mem: Median
    t_mem_range: tuple[float, float]
    t_touch: Median
    t_grok: Median
    t_grok_range: tuple[float, float]
    gap: Median
    speed_up: Ratio | None
    p: float
    p_exact: float
    p_holm: float
    integral_at_grok: float
    integral_at_end: float
    train_loss: float
    test_loss: float
    test_loss_range: tuple[float, float]
    scored: bool


@dataclass(frozen=True)
class Pair:
    """Two arms against each other.

    Attributes:
        first, second: labels of the arms.
        test: the log-rank test; z above 0 where `first` groks sooner.
        p_holm: the larger of the test's two p, by Holm's correction for all pairs of the comparison.
        ratio: median of `first` over median of `second`.
        fewest: runs that can be measured against the other's, of the arm that has fewer.
    """

    first: str
    second: str
    test: LogRank
    p_holm: float
    ratio: Ratio
    fewest: int

    @property
    def p_larger(self) -> float:
        """The larger of the p by approximation and by permutation: a claim has to survive both."""
        return max(self.test.p, self.test.p_exact)

    @property
    def strength(self) -> str:
        """`clear` below 0.05 after Holm's correction, `suggestive` below it before, else `none`; `untested`.

        Fewer than five seeds are never more than suggestive: four against four can reach 0.029, and one more run of
        each may undo it.
        """
        if math.isnan(self.test.p):
            return "untested"
        if self.p_holm <= LEVEL and self.fewest >= FEW:
            return "clear"
        return "suggestive" if self.p_larger <= LEVEL else "none"

    def sooner(self) -> str | None:
        """Label of the arm whose runs grok sooner by the test; None where it shows neither."""
        if math.isnan(self.test.z) or self.test.z == 0:
            return None
        return self.first if self.test.z > 0 else self.second


@dataclass(frozen=True)
class Comparison:
    """Arms of one or several experiments against the first of them.

    Attributes:
        rows: one for each arm, in the order asked for.
        pairs: every two arms, in that order.
        differing: dotted fields of the spec that are not the same in all arms, or not all the time, with a value for
            each arm; see `differing_fields`.
        warnings: what a reader must know before believing the numbers; one sentence each.
        method: what was measured and how it was counted, in one paragraph.
        verdict: what the numbers say, one sentence for each arm but the first (or for the only one).
        runs: the runs behind the rows.
    """

    rows: tuple[ArmRow, ...]
    pairs: tuple[Pair, ...]
    differing: Mapping[str, tuple[Any, ...]]
    warnings: tuple[str, ...]
    method: str
    verdict: tuple[str, ...]
    runs: tuple[RunResult, ...]

    def by_row(self) -> list[tuple[ArmRow, tuple[RunResult, ...]]]:
        """Every row with the runs behind it, which lie arm after arm as the rows do."""
        runs = iter(self.runs)
        return [(row, tuple(islice(runs, row.n))) for row in self.rows]

    @property
    def going(self) -> tuple[ArmRow, ...]:
        """The rows of arms of which a run goes on, whether it has grokked or not: what is at the end isn't yet."""
        return tuple(row for row, own in self.by_row() if any(run.running for run in own))

    @property
    def scored(self) -> bool:
        """Some arm has an accuracy, so there are times to compare."""
        return any(row.scored for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Plain types only. Not reached, not bounded and not computable are all None."""
        document = {f.name: json_types(getattr(self, f.name)) for f in dataclasses.fields(self)}
        for shown, pair in zip(document["pairs"], self.pairs, strict=True):
            shown |= {"strength": pair.strength, "sooner": pair.sooner()}
        for shown, run in zip(document["runs"], self.runs, strict=True):
            shown |= {"gap": json_types(run.gap), "outcome": run.outcome}
        return document


def tested(pairs: Sequence[Pair]) -> int:
    """Of how many pairs there is a p, for which the others have to be corrected."""
    return sum(not math.isnan(pair.test.p) for pair in pairs)


def find_pair(pairs: tuple[Pair, ...], one: str, other: str) -> Pair:
    """The pair of two labels, in whichever order it is kept. KeyError where there is none."""
    for pair in pairs:
        if {pair.first, pair.second} == {one, other}:
            return pair
    raise KeyError(f"{one} and {other} are not compared")
