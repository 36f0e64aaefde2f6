"""Numbers that several kinds of optimizer have, each described once."""

from typing import Any

from pydantic import Field

from grokterm.spec.base import OWN_MEANING, PER_MEMBER, Section

OFF = {"default_text": "absent: off"}


def number(default: Any, description: str, **bounds: float) -> Any:
    """A number that may differ from member to member."""
    return Field(default, json_schema_extra=PER_MEMBER, description=description, **bounds)


def own_number(default: Any, description: str, **bounds: float) -> Any:
    """A number that only shares its name with one of another kind: it isn't kept when the kind changes."""
    return Field(default, json_schema_extra=PER_MEMBER | OWN_MEANING, description=description, **bounds)


def learning_rate() -> Any:
    return number(
        ..., "Learning rate: about the change of one weight a step. It multiplies the weight decay too.", gt=0
    )


def step_size() -> Any:
    return number(..., "Learning rate: what the direction of the update is multiplied with.", gt=0)


def epsilon(default: float) -> Any:
    return number(
        default,
        "Added to sqrt(v). Gradients far below it no longer move the weights; 0 divides by zero where they vanish.",
        ge=0,
    )


class AdamNumbers(Section):
    """Learning rate, the two memories and eps of the Adam family."""

    kind: str
    lr: float = learning_rate()
    beta1: float = number(
        0.9, "Memory of the mean gradient, about 1 / (1 - beta1) steps. 0 switches momentum off.", ge=0, lt=1
    )
    beta2: float = number(
        0.98,
        "Memory of the squared gradient, about 1 / (1 - beta2) steps. Close to 1 it reacts late to spikes.",
        ge=0,
        lt=1,
    )
    eps: float = epsilon(1e-8)
