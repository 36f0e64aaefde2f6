"""What is shown, as pure functions, and that it is remembered."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.console.memory import Memory
from grokterm.console.scales import AXES, PENS, SMOOTHING, TABS, Y_SCALES, Spot, View


def test_the_words_of_a_view_tell_everything_that_changes_a_curve():
    view, seeds = View(), (3, 4)
    changed = [
        view, view.next_y(), view.flip_x(), view.smoother(1), view.smoother(2), view.next_seed(2),
        view.next_seed(2).next_seed(2), view.next_axis(), view.next_axis().next_axis(), replace(view, axis="integral"),
    ]  # fmt: skip
    assert len({one.words(seeds) for one in changed}) == len(changed)
    assert view.words(seeds).startswith("median and range of 2 seeds")
    assert View(seed=1).words(seeds).startswith("seed 4") and "no such seed" in View(seed=7).words(seeds)


def test_every_key_comes_round():
    view = View()
    for turn, count in ((View.next_y, len(Y_SCALES)), (View.next_axis, len(AXES)), (View.next_pen, len(PENS))):
        seen = [view]
        for _ in range(count):
            seen.append(turn(seen[-1]))
        assert seen[-1] == view and len(set(seen)) == count
    seeds = [view]
    for _ in range(5):
        seeds.append(seeds[-1].next_seed(3))
    assert [one.seed for one in seeds] == [None, -1, 0, 1, 2, None]
    assert view.smoother(-1) == view and view.smoother(99).smooth == len(SMOOTHING) - 1


def test_arms_are_hidden_shown_and_isolated():
    arms = ("a", "b", "c")
    spot = Spot().toggle("b")
    assert spot.hidden == ("b",) and spot.toggle("b") == Spot()
    assert spot.toggle_all(arms).hidden == () and Spot().toggle_all(arms).hidden == arms
    alone = Spot().isolate("a", arms)
    assert alone.hidden == ("b", "c") and alone.isolate("a", arms) == Spot()
    assert alone.isolate("b", arms).hidden == ("a", "c")


def test_a_place_on_one_axis_is_none_on_another():
    spot = Spot(window=(1, 2), cursor=1.5, tab="log")
    assert spot.on("step") == spot and spot.on("wall") == Spot(tab="log", axis="wall")


WINDOWS = st.tuples(st.floats(1, 9_000), st.floats(100, 1_000)).map(lambda pair: (pair[0], sum(pair)))
VIEWS = st.builds(
    View, st.sampled_from(Y_SCALES), st.booleans(), st.sampled_from(AXES), st.none() | st.integers(-1, 20),
    st.integers(0, len(SMOOTHING) - 1), st.sampled_from(PENS), st.booleans(), st.booleans(),
)  # fmt: skip
SPOTS = st.builds(
    Spot, st.sampled_from(TABS), st.none() | WINDOWS, st.none() | st.floats(0, 1e9),
    st.lists(st.text(max_size=8), max_size=3).map(tuple), st.sampled_from(["", "loss"]),
    st.sampled_from(AXES),
)  # fmt: skip


@given(VIEWS, SPOTS)
def test_view_and_spot_survive_two_visits(tmp_path_factory, view, spot):
    file = tmp_path_factory.getbasetemp() / "memory.json"
    file.unlink(missing_ok=True)
    memory = Memory(file, Path("runs"))
    memory.remember(view=view, sort="rate")
    memory.look_at("one", spot)
    memory.save()
    again = Memory(file, Path("runs"), json.loads(file.read_text("utf-8")))
    assert (again.view, again.spot("one"), again.spot("another")) == (view, spot, Spot())


DAMAGED = [
    {"y": 7, "log_x": "yes", "axis": [], "seed": "x", "smooth": 99, "pen": {}, "table": 1},
    {"seed": -7, "smooth": -1, "y": "cubic", "side_by_side": None},
    {"seed": True, "smooth": False},
]


@pytest.mark.parametrize("view", DAMAGED)
def test_a_damaged_view_is_the_usual_one(view):
    found = Memory(None, Path("runs"), {"runs": {str(Path("runs").absolute()): {"view": view}}}).view
    assert found == View()
    assert type(found.seed) in (int, type(None)) and type(found.smooth) is int


@pytest.mark.parametrize(
    "spot",
    [
        {"window": [5, 1]}, {"window": ["a", "b"]}, {"window": [1]}, {"window": "12"}, {"cursor": "x", "hidden": 3},
        {"tab": "none", "chart": 4}, {"window": [float("nan"), 1.0]}, {"window": [0.0, float("inf")]},
        {"cursor": float("nan")}, {"window": [False, True]}, {"axis": "none"},
    ],
)  # fmt: skip
def test_a_damaged_spot_is_the_usual_one(spot):
    document = {"runs": {str(Path("runs").absolute()): {"spots": {"one": spot}}}}
    assert Memory(None, Path("runs"), document).spot("one") == Spot()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"runs": 3}', '{"runs": {"%s": {"view": 3, "spots": []}}}'])
def test_a_damaged_file_is_nothing_remembered(tmp_path, monkeypatch, text):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path))
    (tmp_path / "console.json").write_text(text.replace("%s", str(Path("runs").absolute())))
    memory = Memory.load(Path("runs"))
    assert memory.view == View() and memory.spot("one") == Spot()


def test_two_consoles_keep_what_the_other_one_has_written(tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path))
    one, other = Memory.load(Path("runs")), Memory.load(Path("others"))
    one.remember(theme="light", sort="rate")
    one.save()
    other.remember(filter="arm=static")
    other.save()
    assert Memory.load(Path("runs")).sort == "rate" and Memory.load(Path("others")).filter == "arm=static"
    assert Memory.load(Path("others")).theme == "light"


def test_two_consoles_on_the_same_folder_change_only_what_each_has_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path))
    one, other = Memory.load(Path("runs")), Memory.load(Path("runs"))
    one.look_at("a", Spot(tab="log"))
    one.remember(filter="arm=static", view=View(log_x=True))
    one.save()
    other.look_at("b", Spot(tab="system"))
    other.remember(marks=("b",), view=View(table=True))
    other.save()
    one.look_at("a", Spot(cursor=5.0))
    one.save()
    kept = Memory.load(Path("runs"))
    assert (kept.filter, kept.marks, kept.view) == ("arm=static", ("b",), View(log_x=True, table=True))
    assert (kept.spot("a"), kept.spot("b")) == (Spot(cursor=5.0), Spot(tab="system"))


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where the memory lies; its folder is not made yet."""
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "console.json"


def test_what_could_not_be_written_is_written_once_it_can(file):
    memory = Memory.load(Path("runs"))
    file.parent.write_text("in the way")
    memory.remember(filter="arm=static", view=View(table=True))
    memory.look_at("a", Spot(tab="log"))
    memory.save()
    assert memory.problem == f"the view can't be kept for the next visit: {file}: Not a directory"
    file.parent.unlink()
    memory.save()
    assert memory.problem == ""
    kept = Memory.load(Path("runs"))
    assert (kept.filter, kept.view, kept.spot("a")) == ("arm=static", View(table=True), Spot(tab="log"))


def test_what_could_not_be_put_in_place_leaves_nothing_beside(file, monkeypatch):
    memory = Memory.load(Path("runs"))
    memory.remember(filter="arm=static")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (file.parent / "no such file").stat())
        memory.save()
    assert memory.problem and list(file.parent.iterdir()) == []


def test_a_file_that_can_not_be_read_now_is_not_overwritten(file):
    other = Memory.load(Path("others"))
    other.remember(filter="mine")
    other.save()
    memory = Memory.load(Path("runs"))
    memory.remember(filter="arm=static")
    away = file.rename(file.with_name("away"))
    file.mkdir()
    memory.save()
    file.rmdir()
    away.rename(file)
    assert Memory.load(Path("others")).filter == "mine" and Memory.load(Path("runs")).filter == ""
    memory.save()
    assert Memory.load(Path("others")).filter == "mine" and Memory.load(Path("runs")).filter == "arm=static"


@pytest.mark.parametrize("data", [b'{"runs": {"', b'{"runs": "\xff"}', b"[]", b"[" * 100_000])
def test_a_file_that_is_not_ours_is_set_aside(file, data):
    file.parent.mkdir()
    file.write_bytes(data)
    memory = Memory.load(Path("runs"))
    memory.remember(filter="arm=static")
    memory.save()
    assert Memory.load(Path("runs")).filter == "arm=static"
    assert file.with_name("console.json.damaged").read_bytes() == data


def test_a_number_beyond_every_float_is_nothing_remembered(file):
    file.parent.mkdir()
    number = "1" + "0" * 400
    mine = f'{{"filter": "x", "view": {{"seed": {number}}}, "spots": {{"a": {{"cursor": {number}}}}}}}'
    file.write_text(f'{{"runs": {{"{Path("runs").absolute()}": {mine}}}}}')
    memory = Memory.load(Path("runs"))
    assert (memory.filter, memory.view, memory.spot("a")) == ("x", View(), Spot())
