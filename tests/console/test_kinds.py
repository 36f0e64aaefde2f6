"""Every kind of optimizer and loss in every place that lists fields: the form, the configuration, the filter."""

import pytest
from console.play import play, press, settle, until, words
from console.test_form import go, judged
from console.test_new import GOOD
from console.world import make
from kinds import LOSSES, OPTIMIZERS, loss, optimizer

from grokterm.console.configuration import about, fields
from grokterm.console.facts import find_key
from grokterm.console.filtering import parse
from grokterm.console.screens.form import Form
from grokterm.console.screens.preset_text import flat
from grokterm.console.widgets.sheet import Sheet
from grokterm.console.widgets.table import Table
from grokterm.errors import BadInput
from grokterm.spec import draft_of, flat_values, load

BOTH = [*((optimizer(kind), kind) for kind in OPTIMIZERS), *((loss(kind), kind) for kind in LOSSES)]
SECTIONS = [override for override, _ in BOTH]
NAMES = [kind for _, kind in BOTH]


@pytest.fixture
def source(tmp_path):
    """A preset with one arm."""
    path = tmp_path / "small.toml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("override", SECTIONS, ids=NAMES)
async def test_the_form_opens_on_it_and_says_what_each_field_means(runs, source, override):
    draft = draft_of(load(source, [override]).to_document(), "small")
    async with play(runs) as pilot:
        page = Form(draft)
        pilot.app.push_screen(page)
        await until(pilot, lambda: page.draft is not None)
        await judged(pilot)
        assert "ready to start" in words(pilot, "#title")
        written = [row for row in page._rows if row.path[:1] in (("optimizer",), ("loss",)) and row.sort == "field"]
        assert all(row.field.description for row in written)
        for key in (f"{override.partition('=')[0]}.kind", written[-1].key):
            await go(pilot, key)
            assert page._row.field.description[:20] in words(pilot, "#about")


async def test_kinds_and_filters_are_gone_through(runs, source):
    async with play(runs) as pilot:
        page = Form(source)
        pilot.app.push_screen(page)
        await until(pilot, lambda: page.draft is not None)
        await judged(pilot)
        await go(pilot, "optimizer.kind")
        seen = []
        for _ in OPTIMIZERS:
            await press(pilot, "right")
            seen.append(page.draft.document["optimizer"]["kind"])
        assert sorted(seen) == sorted(OPTIMIZERS) and seen[-1] == "adamw"
        await press(pilot, "left")
        assert "newton_schulz" in [row.label for row in page._rows]
        await go(pilot, "optimizer.grokfast")
        assert "off ema ma" in words(pilot, "#about") and page.query_one(Sheet).cell.placeholder == "absent: off"
        await press(pilot, "right", "right")
        assert page.draft.document["optimizer"]["grokfast"] == {"kind": "ma"}
        assert "ma: The mean of the last" in words(pilot, "#about")
        await press(pilot, "right")
        assert "grokfast" not in page.draft.document["optimizer"]
        await press(pilot, "left", "left")
        assert page.draft.document["optimizer"]["grokfast"] == {"kind": "ema"}
        await judged(pilot)
        assert "ready to start" in words(pilot, "#title")


@pytest.mark.parametrize("override", SECTIONS, ids=NAMES)
def test_every_field_of_the_configuration_is_explained_by_its_own_kind(override):
    experiment = load("quickstart", [override])
    for row in fields([(experiment, arm) for arm in experiment.arms]):
        info = about(row)
        if row.key.startswith(("optimizer.", "loss.")):
            assert info is not None, row.key
            if info.path.startswith(("optimizer[", "loss[")):
                assert info.path.partition("[")[2].partition("]")[0] in row.kinds


async def test_the_configuration_shows_what_is_inside_a_filter(runs):
    folder = make(runs, "20261122-133000-quickstart-aaaa", overrides=(optimizer("muon"), loss("stablemax")))
    async with play(runs, open_at=folder.name) as pilot:
        await press(pilot, "4")
        table = pilot.app.screen.query(Table).last()
        shown = {row.key: row.values[0] for row in table.rows if row.values}
        assert shown["optimizer.kind"] == "muon" and shown["optimizer.grokfast"] == "ma"
        assert shown["optimizer.grokfast.window"] == "50" and shown["optimizer.lr_schedule"] == "cosine"
        assert shown["optimizer.l1"] == "not set" and shown["loss.kind"] == "stablemax"
        assert "optimizer.grokfast.kind" not in shown
        await press(pilot, "slash", *"grokfast.window", "enter")
        await settle(pilot)
        assert "grokfast.window" in words(pilot, "#about") and "averaged" in words(pilot, "#about")


def test_what_arms_of_different_kinds_have_stands_beside_each_other():
    names = ("adamw", "lion")
    both = [load("quickstart", [optimizer(kind, f"clip = {n + 1}")]) for n, kind in enumerate(names)]
    rows = {row.key: row for row in fields([(one, one.arms[0]) for one in both])}
    assert rows["optimizer.kind"].values == names and rows["optimizer.kind"].differs
    assert rows["optimizer.eps"].values == ("1e-08", "–") and rows["optimizer.clip"].values == ("1", "2")
    assert about(rows["optimizer.eps"]).path == "optimizer[adamw].eps"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("optimizer=muon", True), ("optimizer.kind=muon", True), ("optimizer=adamw", False), ("lr<=1e-3", True),
        ("newton_schulz=5", True), ("grokfast=ma", True), ("grokfast=ema", False), ("grokfast.window=50", None),
        ("optimizer.grokfast.window>40", True), ("lamb=5", True), ("clip=1", True), ("lr_schedule=cosine", True),
        ("optimizer.lr_schedule.warmup=9", True), ("loss=stablemax", True), ("temperature=1", True),
        ("momentum=0.95", True), ("alpha=0.99", False), ("-optimizer=sgd", True),
    ],
)  # fmt: skip
def test_it_can_be_filtered_for(text, holds):
    experiment = load("quickstart", [optimizer("muon"), loss("stablemax")])
    values = flat_values(experiment.to_document())
    if holds is None:
        with pytest.raises(BadInput, match=r"nearest: "):
            parse(text)
    else:
        assert parse(text).matches(None, lambda: values, 0.0) is holds


def test_every_kind_is_a_value_of_its_section():
    assert find_key("optimizer").choices == OPTIMIZERS
    assert set(LOSSES) < set(find_key("loss").choices)
    with pytest.raises(BadInput, match="nearest: muon"):
        parse("optimizer=moun")
    with pytest.raises(BadInput, match=r"final: in several sections; .*lr_schedule\.final"):
        parse("final=0")


def test_a_preset_is_told_with_its_filter_in_one_line():
    experiment = load("quickstart", [optimizer("muon")])
    told = dict(flat(experiment.to_document()["optimizer"], "optimizer."))
    assert told["optimizer.grokfast"] == "ma: window 50 lamb 5.0"
    assert told["optimizer.lr_schedule"] == "cosine: warmup 9 start 0.1 final 0.0"
    assert told["optimizer.kind"] == "muon"
