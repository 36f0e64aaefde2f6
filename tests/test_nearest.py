"""What is said about a name that isn't there."""

import pytest

from grokterm.names import natural
from grokterm.nearest import LISTED, alike, instead, nearest, some

PRESETS = ("quickstart", "static-vs-dynamic", "lou-fig9-depth", "lou-fig10-mlp", "prieto-fig2")
MANY = tuple(f"column_{number}" for number in range(40))


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("quikstart", ("quickstart",)),
        ("QuickStart", ("quickstart",)),
        ("lou-fig", ("lou-fig9-depth", "lou-fig10-mlp")),
        ("dynamic", ("static-vs-dynamic",)),
        ("zebra", ()),
        ("", ()),
    ],
)
def test_which_names_are_meant(typed, meant):
    assert alike(typed, PRESETS) == meant
    assert nearest(typed, PRESETS) == (meant[0] if meant else None)


def test_of_many_no_more_than_three():
    assert alike("column", MANY) == MANY[:3]
    assert alike("um", MANY) == ()


def test_a_short_list_is_told_and_a_long_one_is_not():
    assert instead("wto", ["one", "two"]) == "there is: one, two; nearest: two"
    assert instead("zebra", ["one", "two"], "arms") == "arms: one, two"
    assert instead("colum_7", MANY, see="`ls` lists all").startswith("nearest: column_7, ")
    assert instead("zebra", MANY, see="`ls` lists all") == "`ls` lists all"
    assert instead("zebra", MANY) == f"there is: {', '.join(MANY[:LISTED])}, … (40 in all)"
    assert some(MANY[:LISTED]) == ", ".join(MANY[:LISTED])


def test_figure_10_is_behind_figure_9():
    assert sorted(["fig10", "fig9", "a", "fig9b"], key=natural) == ["a", "fig9", "fig9b", "fig10"]
