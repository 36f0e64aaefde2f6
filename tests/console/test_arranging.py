"""Order, groups and the archive: from the history and a query to rows."""

import math

import pytest
from console.test_filtering import summary
from console.world import NOW

from grokterm.analysis import ArmProgress
from grokterm.console.arranging import GROUPS, SORTS, Arranger, Heading, Query
from grokterm.console.filtering import parse
from grokterm.record import Marks, State
from grokterm.spec import flat_values


def arms(t_grok: float) -> dict:
    return {"only": ArmProgress(1, 1, 1, 0, t_grok)}


HISTORY = (
    summary(name="d", created=40, state=State.RUNNING, progress=0.5, rate=20.0, arms=arms(math.nan), marks=Marks()),
    summary(name="c", created=30, state=State.FINISHED, progress=1.0, arms=arms(300), marks=Marks(("x",))),
    summary(name="a", created=20, state=None, problem="half", arms={}, marks=Marks()),
    summary(
        name="b", created=10, state=State.FAILED, progress=0.2, arms=arms(200), marks=Marks(("x", "y"), starred=True)
    ),
)


def names(query: Query, history=HISTORY) -> str:
    arranged = Arranger(lambda name: {}).arrange(history, query, NOW)
    return " ".join(f"[{row.title} {row.count}]" if isinstance(row, Heading) else row.name for row in arranged.rows)


@pytest.mark.parametrize(
    ("sort", "order", "reverse"),
    [
        ("", "d c a b", "b a c d"),
        ("age", "d c a b", "b a c d"),
        ("name", "a b c d", "d c b a"),
        ("state", "d c b a", "a b c d"),
        ("progress", "c d b a", "b d c a"),
        ("t_grok", "b c d a", "c b d a"),  # what has none stays last
        ("rate", "d c a b", "d c a b"),
        ("starred", "b d c a", "d c a b"),
        ("nonsense", "d c a b", "b a c d"),
    ],
)
def test_orders(sort, order, reverse):
    assert names(Query(sort=sort)) == order
    assert names(Query(sort=sort, reverse=True)) == reverse


def test_by_state_those_who_wait_stand_in_the_order_of_the_line():
    waiting = [summary(name=name, created=at, state=State.QUEUED, arms={}) for at, name in enumerate("zyx", 50)]
    history = (*reversed(waiting), *HISTORY)

    def order(line: dict[str, int], **query: object) -> str:
        rows = Arranger(lambda name: {}).arrange(history, Query(**query), NOW, line).rows
        return " ".join(row.name for row in rows)

    line = {"z": 1, "x": 2, "y": 3}
    assert order(line, sort="state") == "d z x y c b a"
    assert order({**line, "y": 0}, sort="state") == "d y z x c b a"
    assert order(line) == "x y z d c a b"


def test_every_order_and_group_can_take_anything():
    for sort in SORTS:
        for group in GROUPS:
            assert len(Arranger(lambda name: {}).arrange(HISTORY, Query(sort=sort.name, group=group), NOW).rows) >= 4


def test_groups_have_headings_and_fold():
    assert names(Query(group="state")) == "[running 1] d [finished 1] c [broken 1] a [failed 1] b"
    assert names(Query(group="tag")) == "[#x 1] c [#x + #y 1] b [without a tag 2] d a"
    assert (
        names(Query(group="state", folded=("running", "failed")))
        == "[running 1] [finished 1] c [broken 1] a [failed 1]"
    )


def test_the_archive_is_counted_and_shown_when_asked_for():
    history = (*HISTORY, summary(name="e", created=5, marks=Marks(archived=True)))
    arranger = Arranger(lambda name: {})
    hidden = arranger.arrange(history, Query(), NOW)
    assert (hidden.shown, hidden.archived, hidden.running) == (4, 1, 1)
    assert names(Query(filter=parse("archived=yes")), history) == "e"
    assert names(Query(filter=parse("archived=any")), history) == "d c a b e"
    assert names(Query(filter=parse("-archived=yes")), history) == "d c a b"


def test_a_changed_line_is_decided_anew():
    arranger = Arranger(lambda name: {})
    query = Query(filter=parse("state=running"))
    assert arranger.arrange(HISTORY, query, NOW).shown == 1
    changed = (summary(name="d", created=40, state=State.STOPPED), *HISTORY[1:])
    assert arranger.arrange(changed, query, NOW).shown == 0


def test_values_of_a_field_are_collected():
    fields = {"d": {"optimizer.lr": (0.003, "linear")}, "c": {"optimizer.lr": (0.001,)}}
    arranged = Arranger(lambda name: fields.get(name, {})).arrange(HISTORY, Query(about="optimizer.lr"), NOW)
    assert arranged.values == ("0.001", "0.003", "linear")


def test_the_values_of_a_field_hold_what_no_float_does():
    history = [summary(name="a"), summary(name="b")]
    fields = {"a": {"optimizer.lr": (1e-3,)}, "b": flat_values({"optimizer": {"lr": 10**400}})}
    arranger = Arranger(lambda name: fields[name])
    assert arranger.arrange(history, Query(about="optimizer.lr"), 0.0).values == ("0.001", "inf")
    assert [row.name for row in arranger.arrange(history, Query(filter=parse("lr=0.001")), 0.0).rows] == ["a"]
    assert [row.name for row in arranger.arrange(history, Query(filter=parse("lr>0.001")), 0.0).rows] == ["b"]
