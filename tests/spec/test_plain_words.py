"""However a wrong value comes in, the answer names the field and what would be right, in our words and never in
those of the library that validates."""

import copy
import datetime
import re

import pytest
from spec.conftest import SMALL

from grokterm.errors import BadInput
from grokterm.spec import check, draft_of, field_table, load, parse, revise

LIBRARY = re.compile(
    r"Value error|Assertion failed|Input should|Input tag|Unable to extract|Field required|Extra inputs|pydantic|"
    r"https?:|type=|validation error|NoneType|<class|\x00"
)
RIGHT = re.compile(r"expected|allowed: |nearest: |would be right|lists all|must |one of |a budget|missing; ")
ODD = ("a word", "", -3, 1.5, float("nan"), 10**400, True, [[1]], {"x": 1}, {"kind": "zz"}, {"schedule": 3})
NEVER = datetime.date(2026, 1, 1)  # no field is a date
FIELDS = field_table()
PATHS = {field.path for field in FIELDS}
GROUPS = sorted({field.path.partition(".")[0] for field in FIELDS})


def with_value(path: str, value: object) -> tuple[str, dict]:
    """The dotted key of a field, and a document that has this value there and tables of the kinds around it."""
    document = copy.deepcopy(SMALL)
    here, keys, above = document, [], ""
    *around, last = re.split(r"\.", path)
    for part in around:
        key, _, kind = part.removesuffix("]").partition("[")
        keys.append(key)
        above += part
        table = here.get(key) if isinstance(here.get(key), dict) else {}
        if kind and kind not in (table.get("kind"), table.get("schedule")):
            how = "kind" if f"{above}.kind" in PATHS else "schedule"
            table = (table if key in SMALL and kind in ("modular", "transformer", "adamw") else {}) | {how: kind}
        here[key] = table
        here, above = table, f"{above}."
    here[last] = value
    return ".".join((*keys, last)), document


def check_lines(lines, key: str = "") -> None:
    """No line is the library's. Some line is about the field, or a table around it, and says what would be right."""
    for line in lines:
        assert not LIBRARY.search(line), line
    if key:
        about = [line for line in lines if _is_about(line, key)]
        assert any(map(RIGHT.search, about)), (key, lines)


def _is_about(line: str, key: str) -> bool:
    named = re.match(r"(?:mine\.toml: |--set |)(?:arms\.static\.)?([\w.]+): ", line)
    return bool(named) and (f"{key}.".startswith(f"{named[1]}.") or named[1].startswith(f"{key}."))


@pytest.mark.parametrize("group", GROUPS)
def test_in_a_file(group):
    for path in (path for path in PATHS if path.partition(".")[0] == group):
        for value in (*ODD, NEVER):
            key, document = with_value(path, value)
            try:
                parse(document, "mine.toml")
            except BadInput as error:
                check_lines(error.problems, key if value is NEVER else "")
            else:
                assert value is not NEVER, path


SETS = (
    "optimizer.lr=fast", "optimizer.lr=true", "optimizer.lr=[1]", "optimizer.lr=nan", "optimizer.beta1=2",
    "optimizer.weight_decay={schedule='linaer'}", "optimizer.weight_decay=x", "optimizer.lr_schedule=3",
    "optimizer.grokfast={kind='zz'}", "task.p=2.5", "task.p={}", "model.layers=9", "model.bias=1", "loss.dtype=float8",
    "batches.size=0", "stop.steps=soon", "streams.eval_every=-1", "milestones.window=x", "intervene.collapse=3",
    "intervene.freeze={at=1, tensors=3}", "title=[1]", "cohort_width=0", "seeds=[1, 'x']",
)  # fmt: skip


@pytest.mark.parametrize("text", SETS)
def test_by_set_in_the_form_and_in_a_fork(text):
    key = text.partition("=")[0]
    with pytest.raises(BadInput) as by_set:
        load("quickstart", [text])
    check_lines(by_set.value.problems, key)
    experiment = load("quickstart")
    with pytest.raises(BadInput) as forked:
        revise(experiment, [text], since=100)
    check_lines(forked.value.problems, key)
    verdict = check(draft_of(experiment.to_document(), "mine").with_overrides([text]))
    assert verdict.experiment is None
    check_lines([f"{field}: {sentence}" for field, sentence in verdict.problems], key)


@pytest.mark.parametrize("value", [3, {}, [1], True, "x"])
@pytest.mark.parametrize("key", ["origin", "changed"])
def test_what_the_program_writes_itself(small, key, value):
    small[key] = value
    try:
        parse(small, "mine.toml")
    except BadInput as error:
        check_lines(error.problems, key)
        assert "text" in error.problems[0]
    else:
        assert (key, value) == ("origin", "x")
