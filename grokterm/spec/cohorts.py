"""Which runs train together, stacked in one worker."""

from typing import Any

from grokterm.spec.base import Section
from grokterm.spec.experiment import Experiment, Member
from grokterm.spec.run import RunSpec


def plan_cohorts(experiment: Experiment) -> tuple[tuple[Member, ...], ...]:
    """Groups the members of an experiment: equal in every structural field, at most `cohort_width` wide.

    Members keep their order (arm after arm, seed after seed), and cohorts come in the order of their first
    member, so the plan depends on the experiment alone and cohort 3 is cohort 3 wherever it is computed.
    """
    groups: dict[Any, list[Member]] = {}
    for arm in experiment.arms:
        group = groups.setdefault(structural_key(arm.spec), [])
        group.extend(Member(arm.name, seed, arm.spec) for seed in experiment.seeds)
    width = experiment.cohort_width
    return tuple(
        tuple(members[start : start + (width or len(members))])
        for members in groups.values()
        for start in range(0, len(members), width or len(members))
    )


def structural_key(spec: RunSpec) -> tuple:
    """What members of one cohort must share: the values of all fields that aren't marked per member."""
    return _key(spec)


def _key(value: Any) -> Any:
    if not isinstance(value, Section):
        return value
    fields = type(value).model_fields.items()
    marks = {name: (field.json_schema_extra or {}).get("per_member", False) for name, field in fields}
    return (
        type(value).__name__,
        *(_key(getattr(value, name)) for name, marked in marks.items() if not marked),
    )
