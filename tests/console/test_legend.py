"""Values at the cursor, in the room that there is."""

import pytest

from grokterm.console.detail import ArmLine
from grokterm.console.look import DARK, ink
from grokterm.console.screens.legend import Shown, Value, legend_text

ARM = ArmLine(0, "static", "", 4, t_mem=10.0, t_grok=20.0)
VALUES = {"static": (Value("test 0.931", " @240", " (0.91–0.98)"), Value("train 1", " @235", " (0.99–1)"))}


def line(width: int, arms: tuple[ArmLine, ...] = (ARM,), values: dict = VALUES) -> str:
    return legend_text(Shown(arms, "static", frozenset(), values, ""), width, 4, ink(DARK))[0].plain


@pytest.mark.parametrize(
    "width, told",
    [
        (70, "test 0.931 @240 (0.91–0.98)  train 1 @235 (0.99–1)"),
        (50, "test 0.931 @240  train 1 @235"),
        (38, "test 0.931  train 1"),
        (26, "test 0.931"),
    ],
)
def test_spread_and_place_go_before_a_value_does(width, told):
    assert line(width).split("static", 1)[1].strip() == told


def test_an_arm_without_a_value_has_a_dash():
    assert line(60, values={}).strip().endswith("–")


def test_names_of_any_kind_stay_in_their_room():
    from rich.cells import cell_len

    names = ("static", "[red]" + "x" * 90, "学習率" * 20, "a\tb\x1b[31m")
    arms = tuple(ArmLine(place, name, "", 2) for place, name in enumerate(names))
    for width in (30, 60, 200):
        for values in (None, VALUES):
            rows = line(width, arms, values).split("\n")
            assert all(cell_len(row) <= width for row in rows) and "\x1b" not in "".join(rows)
