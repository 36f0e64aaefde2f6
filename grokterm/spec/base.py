"""What every section of a spec is made of.

A section is a frozen pydantic model. Every field carries a sentence (meaning and consequence, with its unit):
the help, the console's form and the error lines are all drawn from it, so it is written once. A new task,
model, optimizer, loss or schedule is one more `Section` in a file of its own and one more name in the
`one_of` of its kind.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Tag
from pydantic_core import PydanticCustomError

PER_MEMBER = {"per_member": True}
"""Marks a field whose value may differ from member to member inside one cohort."""

OWN_MEANING = {"own_meaning": True}
"""Marks a field that is something else than the field of that name in other kinds of its section."""

OPEN = {"open": True}
"""Marks a field that is a table with keys of the user's own."""

TAG_PREFIX = "\0"
"""Starts a union's tag in the location of a pydantic error. No key that a person wrote starts like this."""

COMBINATION = "combination"
"""The type of an error about fields that are right one by one and wrong together."""


class Section(BaseModel):
    """A frozen table of fields. Unknown keys, numbers in quotes, true for 1, nan and inf are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def refuse(problems: Iterable[tuple[tuple[str, ...], str]]) -> None:
    """Raises one validation error for all `problems`, if there are any.

    Args:
        problems: pairs of the dotted fields that clash, the one to blame first, relative to the section; and
            a sentence.
    """
    problems = list(problems)
    if problems:
        text = "; ".join(sentence for _, sentence in problems)
        raise PydanticCustomError(COMBINATION, "{text}", {"text": text, "problems": problems})


def one_of(key: str, default: str | None, *classes: type[Section]) -> Any:
    """The type "one of these sections, told apart by `key`".

    Args:
        key: the discriminating field, `kind` or `schedule`, which each class has as a `Literal`.
        default: what a table without the key is taken for; None makes the key obligatory.
        classes: the choices. Adding one here is all it takes to make it reachable from every preset.
    """
    if len(classes) == 1:
        return classes[0]

    def choose(value: Any) -> str | None:
        given = value.get(key, default) if isinstance(value, dict) else getattr(value, key, None)
        return f"{TAG_PREFIX}{given}" if isinstance(given, str) else None

    members = tuple(Annotated[cls, Tag(TAG_PREFIX + tag_of(cls, key))] for cls in classes)
    return Annotated[Union[members], Discriminator(choose)]  # noqa: UP007


def tag_of(cls: type[Section], key: str) -> str:
    """The value of `key` that means `cls`: the one value of its `Literal`."""
    return cls.model_fields[key].annotation.__args__[0]
