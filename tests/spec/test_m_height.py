"""[task] kind = "m-height": what it refuses, and in which words."""

import pytest
from pydantic import TypeAdapter, ValidationError

from grokterm.spec.base import one_of
from grokterm.spec.fields import type_text
from grokterm.spec.problems import problems_of
from grokterm.spec.tasks import Modular
from grokterm.spec.tasks.m_height import MHeight


def test_the_default_is_the_report_s():
    section = MHeight()
    assert len(section.all_groups) == 21
    assert section.all_groups[0] == (9, 4, 2) and section.all_groups[-1] == (10, 6, 4)
    assert section.train_size == 105_000
    assert hash(section) == hash(MHeight(n=[9, 10], k=[4, 5, 6]))


def test_it_is_told_apart_by_its_kind():
    task = TypeAdapter(one_of("kind", "modular", Modular, MHeight))
    section = task.validate_python({"kind": "m-height", "n": [8], "k": [4], "groups": [[8, 4, 3]]})
    assert section == MHeight(n=[8], k=[4], groups=[[8, 4, 3]]) and section.all_groups == ((8, 4, 3),)
    assert isinstance(task.validate_python({"p": 5, "train_fraction": 0.5}), Modular)


def test_every_field_has_a_sentence_and_a_type_in_words():
    for field in MHeight.model_fields.values():
        assert field.description.endswith(".") and type_text(field) != "a table"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"n": [13]}, "n", "expected a list of integers, 3 to 12 (given [13])"),
        ({"n": 9}, "n", "expected a list of integers, 3 to 12 (given 9)"),
        ({"k": []}, "k", "expected a list of integers, 1 to 6 (given [])"),
        ({"k": ["4"]}, "k", 'expected a list of integers, 1 to 6 (given ["4"])'),
        ({"groups": [[9, 4]]}, "groups", "expected a list of lists [n, k, m] (given [[9, 4]])"),
        ({"groups": []}, "groups", "expected a list of lists [n, k, m] (given [])"),
        ({"n": [9, 9]}, "n", "9 is listed twice"),
        ({"n": [12]}, "n", "n = 12 with k = 4: n - k is 8; 2 to 6 would be right, or a list of groups"),
        ({"n": [5], "k": [5]}, "n", "n = 5 with k = 5: n - k is 0; 2 to 6 would be right, or a list of groups"),
        ({"groups": [[8, 4, 2]]}, "groups", "[8, 4, 2] needs 8 in n and 4 in k"),
        ({"groups": [[9, 4, 6]]}, "groups", "[9, 4, 6]: every height is infinite from m = 6; up to 5 would be right"),
        ({"groups": [[9, 4, 2], [9, 4, 2]]}, "groups", "(9, 4, 2) is listed twice"),
        ({"n": [12], "groups": [[12, 4, 2]]}, "groups", "[12, 4, 2]: n - k is 8; 1 to 6 would be right"),
        ({"train_per_group": 0}, "train_per_group", "expected an integer, 1 to 100000 (given 0)"),
        ({"range": 0.0}, "range", "expected a number, 0.01 to 10000 (given 0.0)"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(fields, field, words):
    with pytest.raises(ValidationError) as caught:
        MHeight.model_validate(fields)
    problems = problems_of(caught.value, MHeight, fields)
    assert problems[0].paths[0] == (field,) and problems[0].text == words


def test_one_parity_symbol_is_a_group_when_it_is_asked_for():
    assert MHeight(n=[6], k=[5], groups=[[6, 5, 1]]).all_groups == ((6, 5, 1),)
