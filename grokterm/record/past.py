"""What fields of an arm were before forks changed them, as the `forked` events of a fork keep it.

Each fork says it for itself and for the forks that it comes from, so that none needs the folder of another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grokterm.record.errors import DamagedRecord
from grokterm.record.events import FORKED, Event
from grokterm.spec import TIMELY, RunSpec, flat_fields


@dataclass(frozen=True)
class Past:
    """The values that fields of an arm had until a step at which a fork changed them.

    Attributes:
        until: the first update with other values is the one at this step.
        values: by dotted field, as `flat_fields` has them; None where the field was absent.
    """

    until: int
    values: Mapping[str, Any]


def past_of(events: Iterable[Event], arm: str) -> tuple[Past, ...]:
    """What is known of an arm, the earliest first; empty where no fork changed it, or an older version forked it.

    Raises:
        DamagedRecord: an event that says it in another form.
    """
    for event in events:
        past = event.data.get("past")
        if event.kind == FORKED and isinstance(past, dict) and arm in past:
            try:
                return tuple(Past(int(part["until"]), dict(part["values"])) for part in past[arm])
            except (TypeError, KeyError, ValueError) as error:
                raise DamagedRecord(f"event {event.n}: the past of arm {arm} can't be read") from error
    return ()


def with_fork(past: tuple[Past, ...], before: RunSpec, now: RunSpec, step: int) -> tuple[Past, ...]:
    """The past of an arm that had `past` and the spec `before`, and goes on from `step` with the spec `now`.

    Only what can take effect during training counts. An end of a schedule that was the budget stays that when it is
    written out.
    """
    old, new = flat_fields(before), flat_fields(now)
    values = {
        name: old.get(name)
        for name in dict.fromkeys((*old, *new))
        if name.partition(".")[0] in TIMELY and old.get(name) != new.get(name)
    }
    for name in [name for name in values if name.endswith(".end")]:
        if values[name] is None and new[name] == before.stop.steps and old.keys() == new.keys():
            del values[name]
    if not values:
        return past
    if past and past[-1].until == step:  # forked twice at one step: the values between them were never trained with
        last = past[-1]
        return (*past[:-1], Past(step, values | last.values))
    return (*past, Past(step, values))
