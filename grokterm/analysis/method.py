"""How a comparison was made, in a paragraph that a referee can hold against its numbers."""

from collections.abc import Sequence

from grokterm.analysis.bootstrap import RESAMPLES
from grokterm.analysis.comparison import Contender
from grokterm.analysis.words import listed


def method(contenders: Sequence[Contender]) -> str:
    """Definitions and tests behind the table, with the thresholds and budgets of these arms."""
    rules = list(dict.fromkeys(contender.spec.milestones for contender in contenders))
    defined = " or ".join(
        f"t_mem: first evaluation with train accuracy >= {rule.memorised:g}; t_grok: first with test accuracy >= "
        f"{rule.grokked:g} that stays there for {rule.window} steps"
        for rule in rules
    )
    budgets = listed([f"{steps:,}" for steps in sorted({c.spec.stop.steps for c in contenders})])
    return (
        f"{defined}; gap: t_grok - t_mem of a run; budget {budgets} steps. Runs that don't grok are censored. "
        "Medians are Kaplan-Meier's: the first step by which half of the runs have it. Speed-up: median t_grok of "
        f"{contenders[0].label} over the arm's, interval by {RESAMPLES:,} bootstrap resamples of seeds. p: two-sided "
        "log-rank, also by permutation; Holm's correction, over all pairs, takes the larger of the two. The tests "
        "don't use that arms share seeds. Losses are medians at the last evaluation."
    )
