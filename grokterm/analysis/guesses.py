"""What guesses cost that look at no input, as the workers have recorded it: a loss is read beside them."""

from grokterm.record import ExperimentFolder


def guesses(folder: ExperimentFolder) -> str:
    """In words, of the first cohort that says so: `guesses: 1 → 124, one constant → 11.2`; "" for most tasks."""
    told = (event for cohort in folder.cohorts for event in cohort.events() if event.kind == "baselines")
    event = next(told, None)
    return "" if event is None else costs_words(event.data.get("costs"))


def costs_words(costs: object) -> str:
    """The same of the costs by what is guessed; "" for what isn't that."""
    pairs = costs.items() if isinstance(costs, dict) else ()
    known = [f"{what} → {cost:.4g}" for what, cost in pairs if isinstance(cost, int | float)]
    return f"guesses: {', '.join(known)}" if known else ""
