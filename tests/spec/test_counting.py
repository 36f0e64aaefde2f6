"""Seeds as people write them: the same on the command line and in the console."""

import pytest

from grokterm.cli.run import read_seeds as of_a_command
from grokterm.console.deeds import read_seeds as of_the_console
from grokterm.errors import BadInput
from grokterm.spec import seeds_of

READERS = (seeds_of, of_a_command, of_the_console)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("text", "seeds"),
    [("4", 4), (" 4 ", 4), ("7,", (7,)), ("7,8", (7, 8)), ("7 8 9", (7, 8, 9)), ("7, 8 ,9,", (7, 8, 9)), ("0,", (0,))],
)
def test_a_count_or_a_list(read, text, seeds):
    assert read(text) == seeds


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["x", "-3", "4.5", "1,,2", ",1", ",", "1_000", "٣", "+1", "1,x", "9" * 19])
def test_what_is_neither(read, text):
    with pytest.raises(BadInput, match=r"expected a count \(4\) or a list"):
        read(text)


def test_nothing_said():
    assert of_a_command(None) is None and of_the_console("  ") is None
