"""An experiment: a question, arms to answer it, and the seeds that every arm is trained with."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import tomli_w
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from grokterm.spec.base import Section
from grokterm.spec.run import RunSpec
from grokterm.spec.schedules import Constant, Schedule

HEADER_LINE = "# The resolved spec of an experiment: every value, defaults included. It is a preset itself.\n"
MAX_SEEDS = 10_000
_WORDS = ("name", "document", "title", "question", "source", "expect", "cost", "origin")


class Header(Section):
    """The part of a preset that isn't about one run."""

    name: str = Field("", json_schema_extra={"default_text": "the file's name"}, description="Short name for folders.")
    document: str = Field(
        "", description="The work whose figure or table it repeats: presets are listed under it. Authors, in few words."
    )
    title: str = Field("", description="One line that says what is compared.")
    question: str = Field("", description="What the experiment is to decide.")
    source: str = Field("", description="Where the set-up comes from: paper, figure, table.")
    expect: str = Field("", description="What should come out, so that a surprise is noticed.")
    cost: str = Field("", description="What it costs: time on which machine.")
    origin: str = Field(
        "",
        json_schema_extra={"hidden": True},
        description="Where a fork or a repeat came from, in words. Written by the program, never by a person.",
    )
    changed: list[str] = Field(
        default=[],
        json_schema_extra={"hidden": True, "type_text": "a list of texts"},
        description="What was changed of the preset, in words. Written by the program, never by a person.",
    )
    seeds: list[int] = Field(
        default=[0, 1, 2, 3, 4],
        json_schema_extra={
            "type_text": "a number of seeds (N means 0 to N - 1) or a list of different seeds",
            "default_text": "5",
        },
        description="The seeds of every arm. Each draws initial weights, split and batches; five or more for a "
        "comparison.",
    )
    cohort_width: int | None = Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "absent: as many as fit"},
        description="Most runs that train stacked in one worker. Fewer need less memory; more use a GPU better.",
    )

    @field_validator("seeds", mode="before")
    @classmethod
    def _count_or_list(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= MAX_SEEDS:
                raise PydanticCustomError("seeds", "a number of seeds is 1 to {most}", {"most": MAX_SEEDS})
            return list(range(value))
        return list(value) if isinstance(value, tuple) else value

    @field_validator("seeds", mode="after")
    @classmethod
    def _different_seeds(cls, seeds: list[int]) -> list[int]:
        twice = [seed for seed, count in Counter(seeds).items() if count > 1]
        if not 1 <= len(seeds) <= MAX_SEEDS:
            raise PydanticCustomError("seeds", "a list of seeds has 1 to {most} entries", {"most": MAX_SEEDS})
        if twice:
            raise PydanticCustomError("seeds", "seed {seed} is listed twice", {"seed": twice[0]})
        if not all(0 <= seed < 2**32 for seed in seeds):
            raise PydanticCustomError("seeds", "a seed is 0 to 4294967295", {})
        return seeds


@dataclass(frozen=True)
class Arm:
    """A named variation. The first arm of an experiment is the one the others are compared with."""

    name: str
    about: str
    spec: RunSpec


class Member(NamedTuple):
    """One run of a cohort: an arm with one seed."""

    arm: str
    seed: int
    spec: RunSpec

    @property
    def split_seed(self) -> int:
        """The seed that draws the training set: the task's own where it is given, else the run's."""
        own = getattr(self.spec.task, self.spec.task.seed_field)
        return self.seed if own is None else own


@dataclass(frozen=True)
class Experiment:
    """One resolved experiment: nothing is left to defaults, and nothing changes it any more."""

    name: str
    title: str
    question: str
    source: str
    expect: str
    cost: str
    seeds: tuple[int, ...]
    arms: tuple[Arm, ...]
    cohort_width: int | None = None
    origin: str = ""
    changed: tuple[str, ...] = ()
    document: str = ""

    def arm(self, name: str) -> Arm:
        """The arm called `name`; KeyError where there is none."""
        return {arm.name: arm for arm in self.arms}[name]

    @property
    def known(self) -> bool:
        """Whether the sizes of all arms are known; see `grokterm.spec.own`."""
        return all(arm.spec.known for arm in self.arms)

    @property
    def members(self) -> tuple[Member, ...]:
        """Every run, arm after arm, each with all seeds."""
        return tuple(Member(arm.name, seed, arm.spec) for arm in self.arms for seed in self.seeds)

    def to_document(self) -> dict[str, Any]:
        """The experiment as a TOML document: what all arms share at the top, the rest under each arm."""
        header = {key: getattr(self, key) for key in _WORDS}
        header = {key: value for key, value in header.items() if value}
        if self.changed:
            header["changed"] = list(self.changed)
        header["seeds"] = list(self.seeds)
        if self.cohort_width is not None:
            header["cohort_width"] = self.cohort_width
        tables = [spec_to_document(arm.spec) for arm in self.arms]
        shared = _shared(tables)
        arms = {}
        for arm, table in zip(self.arms, tables, strict=True):
            arms[arm.name] = ({"about": arm.about} if arm.about else {}) | _without(table, shared)
        return header | shared | {"arms": arms}

    def to_toml(self) -> str:
        """The resolved document as text: itself a preset, which parses to the same experiment."""
        return HEADER_LINE + tomli_w.dumps(self.to_document())


def spec_to_document(spec: RunSpec) -> dict[str, Any]:
    """A run's sections as plain tables. Absent values are left out, a constant schedule is its number."""
    return {name: _plain(getattr(spec, name)) for name in type(spec).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Section):
        pairs = ((name, getattr(value, name)) for name in _order(value))
        return {name: _plain(field) for name, field in pairs if field is not None}
    return value


def _order(section: Section) -> list[str]:
    """Field names, a schedule's own name first, as people write it."""
    names = list(type(section).model_fields)
    return sorted(names, key=lambda name: name != "schedule") if isinstance(section, Schedule) else names


def _shared(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """What is equal in all tables, section by section.

    A section whose `kind` differs is shared not at all, because an arm that names another kind replaces the
    section. A key that some arm lacks isn't shared either, because an arm has no way to take a value back.
    """
    shared = {}
    for section, first in tables[0].items():
        others = [table[section] for table in tables[1:]]
        if all(other.get("kind") == first.get("kind") for other in others):
            equal = {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
            shared[section] = equal
    return {section: table for section, table in shared.items() if table}


def _without(table: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The part of an arm's table that the shared part doesn't say."""
    rest = {
        section: {key: value for key, value in fields.items() if key not in shared.get(section, {})}
        for section, fields in table.items()
    }
    return {section: fields for section, fields in rest.items() if fields}
