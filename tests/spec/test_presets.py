"""The presets that come with the program."""

import os
from pathlib import Path

import pytest
import tomli

from grokterm.errors import BadInput
from grokterm.spec import (
    Exists,
    cautions,
    find_preset,
    list_presets,
    load,
    my_folder,
    parse,
    save_preset,
    schedule_values,
)
from grokterm.spec.presets import DOCUMENTS, presets_folder, slug

NAMES = ["quickstart", "static-vs-dynamic", "static-vs-dynamic-30"]
FIGURES = {  # every figure and table of the works that is about trained networks the bench has, by what repeats it
    "Biswas, Islam, Hu": {
        "static-vs-dynamic": ["figures 1 to 6", "8 and 9"],
        "static-vs-dynamic-30": [],  # ours: where a schedule has time to matter
    },
    "Lou, Wang, Yang": {
        "lou-fig1-encodings": ["figure 1b"],
        "lou-fig1-replication": ["figure 1a"],
        "lou-fig2-primes": ["figure 2"],
        "lou-fig3-depth": ["figure 3a"],
        "lou-fig3-lstm": ["figure 3b"],
        "lou-fig4-fractions": ["figure 4"],
        "lou-fig5-shape": ["figure 5"],
        "lou-fig6-birnn": ["figure 6"],
        "lou-fig7-lr-batch": ["figure 7"],
        "lou-fig8-lr-decay": ["figures 7 and 8"],
        "lou-fig9-decay": ["figure 9"],
        "lou-fig9-depth": ["figure 9"],
        "lou-fig9-dropout": ["figure 9"],
        "lou-fig9-fractions": ["figure 9"],
        "lou-fig9-optimizers": ["figure 9"],
        "lou-fig9-width": ["figure 9"],
        "lou-fig10-mlp": ["figure 10"],
        "lou-fig10-transformer": ["figure 10"],
        "lou-fig11-birnn": ["figure 11"],
        "lou-fig12-birnn": ["figure 12"],
        "lou-fig13-landscape": ["figure 13"],
    },
    "Lin": {"lin-heads": [], "lin-wd": ["3.1 to 3.3", "tables of sections 3.4 and 4.2"]},  # heads: ours
    "Grokking Dynamics": {
        "dynamics-beta1": ["beta1 sweep"],
        "dynamics-calibrate": [],
        "dynamics-curve": ["What the geometry is doing"],
        "dynamics-decay": ["Weight decay"],
        "dynamics-grokfast": ["The initial hypothesis"],
        "dynamics-momentum": ["curvature", "gradient agreement", "rank collapse", "agreement instability"],
        "dynamics-oscillation": ["Grokked"],
        "dynamics-transplant": ["Fourier transplant"],
    },
    "Prieto et al.": {
        "prieto-fig1": ["figure 1"],
        "prieto-fig2": ["figure 2"],
        "prieto-fig4": ["figure 4, left and middle"],
        "prieto-fig4-inputs": ["figure 4, right"],
        "prieto-fig5": ["figure 5"],
        "prieto-fig6a": ["figure 6a"],
        "prieto-fig6b": ["figure 6b"],
        "prieto-fig6c": ["figure 6c"],
        "prieto-fig7": ["figure 7"],
        "prieto-fig8": ["figure 8"],
        "prieto-fig9": ["figure 9"],
        "prieto-fig10": ["figure 10"],
        "prieto-fig11": ["figure 11"],
        "prieto-fig12-fourier": ["figure 12"],
        "prieto-fig13": ["figure 13"],
        "prieto-fig14": ["figure 14"],
        "prieto-fig15a": ["figure 15a"],
        "prieto-fig15b": ["figure 15b"],
        "prieto-fig16": ["figure 16"],
        "prieto-l1": ["D.1"],
    },
}
PRESETS = sorted(presets_folder().glob("*.toml"))


def decay_sums(experiment):
    """The sum of lambda over the run, by arm."""
    decays = {arm.name: (arm.spec.optimizer.weight_decay, arm.spec.stop.steps) for arm in experiment.arms}
    return {name: schedule_values(*decay).sum() for name, decay in decays.items()}


def test_they_are_listed_and_say_what_they_are_for():
    presets = {preset.name: preset for preset in list_presets()}
    assert set(NAMES) <= presets.keys()
    for preset in presets.values():
        assert preset.problem is None
        assert all([preset.title, preset.question, preset.source, preset.expect, preset.cost])


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_is_valid_without_cautions_and_survives_the_round_trip(path):
    experiment = load(path.stem)
    assert experiment.name == path.stem
    assert cautions(experiment) == ()
    assert parse(tomli.loads(experiment.to_toml()), "experiment.toml") == experiment


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_has_a_small_form_that_costs_little(path):
    whole, small = load(path), load(path, small=True)
    assert small.expect and (path.stem == "quickstart" or small.expect != whole.expect)
    assert cautions(small) == ()
    assert len(small.members) <= 20
    assert len(small.seeds) <= 5 and max(arm.spec.stop.steps for arm in small.arms) <= 8000


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_those_of_a_document_have_seeds_enough_for_a_comparison(path):
    experiment = load(path)
    if experiment.document:
        least = 30 if experiment.document == "Grokking Dynamics" and path.stem != "dynamics-calibrate" else 5
        assert len(experiment.seeds) >= least


def test_they_are_listed_by_document_those_of_none_first():
    documents = [info.document for info in list_presets() if not info.mine]
    assert list(dict.fromkeys(documents)) == ["", *DOCUMENTS]
    order = ["", *DOCUMENTS]
    assert documents == sorted(documents, key=order.index)


def test_every_figure_has_its_preset_which_names_it_and_is_listed_in_its_place():
    listed = {document: [info for info in list_presets() if info.document == document] for document in DOCUMENTS}
    assert list(FIGURES) == list(DOCUMENTS)
    for document, figures in FIGURES.items():
        assert [info.name for info in listed[document]] == list(figures)
        for info in listed[document]:
            assert not [named for named in figures[info.name] if named not in info.source]
            assert info.small and len(info.name) <= 22  # whole in the New screen at 80 columns


def test_documents_of_ones_own_are_listed_behind_and_numbers_in_names_count():
    for name, document in (("b", "Zoo"), ("a-fig10", "Aardvark"), ("a-fig9", "Aardvark"), ("c", "Lin")):
        (my_folder() / f"{name}.toml").write_text(f'document = "{document}"\n' + GOOD)
    assert [info.name for info in list_presets() if info.mine] == ["c", "a-fig9", "a-fig10", "b"]


def test_small_forms_of_what_has_another_optimizer_have_a_rate_of_their_own():
    for name, rate in (("prieto-fig7", 10.0), ("prieto-fig9", 0.1), ("prieto-fig10", 1.0)):
        arms = load(name, small=True).arms
        assert {arm.spec.optimizer.lr for arm in arms} == {rate}  # not that of the AdamW they extend


def test_the_quickstart():
    experiment = load("quickstart")
    assert [arm.name for arm in experiment.arms] == ["static", "dynamic", "static-high"]
    assert experiment.seeds == (0, 1, 2, 3)
    spec = experiment.arms[0].spec
    assert (spec.task.p, spec.task.train_fraction, spec.model.d_model, spec.model.d_mlp) == (53, 0.55, 48, 192)
    assert (spec.optimizer.lr, spec.optimizer.beta1, spec.optimizer.beta2, spec.stop.steps) == (2e-3, 0.9, 0.98, 900)
    dynamic = schedule_values(experiment.arm("dynamic").spec.optimizer.weight_decay, 1000)
    assert (dynamic[0], dynamic[200], dynamic[550], dynamic[900]) == (3.0, 3.0, 1.75, 0.5)


def test_static_vs_dynamic_carries_its_controls():
    experiment = load("static-vs-dynamic")
    spec = experiment.arms[0].spec
    assert (spec.task.p, spec.task.train_fraction, spec.task.train_size) == (113, 0.7, 8938)
    assert (spec.stop.steps, spec.streams.checkpoint_every, spec.loss.dtype) == (25_000, 1000, "float64")
    assert (spec.model.d_head, spec.model.init_std) == (32, 0.8 / 128**0.5)
    sums = decay_sums(experiment)
    assert sums["static"] == 25_000
    assert sums["static-final"] == 0
    assert sums["static-mean"] == pytest.approx(sums["dynamic"]) == pytest.approx(sums["mirror"])
    assert sums["dynamic-literal"] == pytest.approx(13)  # 1 + 0.96 + ... + 0.04
    assert sums["dynamic-checkpoint"] == pytest.approx(13_000)
    assert len(experiment.seeds) >= 5


def test_the_30_percent_form_differs_in_the_share_alone():
    full, part = load("static-vs-dynamic"), load("static-vs-dynamic-30")
    assert part.arms[0].spec.task.train_size == 3830
    assert [arm.name for arm in part.arms] == [arm.name for arm in full.arms]
    for one, other in zip(full.arms, part.arms, strict=True):
        task = one.spec.task.model_copy(update={"train_fraction": 0.3})
        assert one.spec.model_copy(update={"task": task}) == other.spec


def test_a_broken_preset_is_listed_with_its_problem(tmp_path, monkeypatch):
    (tmp_path / "good.toml").write_text('title = "good"')
    (tmp_path / "torn.toml").write_text("title = ")
    monkeypatch.setattr("grokterm.spec.presets.presets_folder", lambda: tmp_path)
    good, torn = list_presets()
    assert (good.title, good.problem) == ("good", None)
    assert "line 1, column 9" in torn.problem


GOOD = "extends = 'quickstart'\ntitle = 'mine'\n"


def test_presets_of_ones_own_are_listed_and_found_by_name():
    path = save_preset("sweep", GOOD)
    assert path == my_folder() / "sweep.toml" == find_preset("sweep")
    assert [info.name for info in list_presets() if info.mine] == ["sweep"] == [list_presets()[-1].name]
    assert load("sweep").name == "sweep"
    assert load("sweep").arms == load("quickstart").arms


def test_where_they_are(monkeypatch, tmp_path):
    monkeypatch.delenv("GROKTERM_PRESETS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert my_folder() == tmp_path / "grokterm" / "presets"
    assert all(not info.mine for info in list_presets())  # the folder need not exist


def test_a_name_that_both_have_means_the_users_and_both_are_listed():
    (my_folder() / "quickstart.toml").write_text(GOOD.replace("quickstart", str(presets_folder() / "quickstart.toml")))
    assert find_preset("quickstart").parent == my_folder()
    assert load("quickstart").title == "mine"
    assert [info.mine for info in list_presets() if info.name == "quickstart"] == [False, True]
    assert load(presets_folder() / "static-vs-dynamic-30.toml").arms  # what bundled ones extend is bundled


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_that_came_along_is_one_preset_wherever_its_folder_is_named(tmp_path, monkeypatch, linked):
    folder = presets_folder()
    if linked:
        folder = tmp_path / "linked"
        folder.symlink_to(presets_folder())
    monkeypatch.setenv("GROKTERM_PRESETS", str(folder))
    listed = list_presets()
    assert len({info.name for info in listed}) == len(listed) and not any(info.mine for info in listed)
    assert find_preset("quickstart") == presets_folder() / "quickstart.toml"


def test_an_own_file_that_links_to_one_that_came_along_is_the_same_preset():
    (my_folder() / "quickstart.toml").symlink_to(presets_folder() / "quickstart.toml")
    (my_folder() / "another.toml").symlink_to(presets_folder() / "quickstart.toml")
    (my_folder() / "gone.toml").symlink_to(my_folder() / "nowhere.toml")
    assert [info.name for info in list_presets() if info.mine] == ["another", "gone"]


def test_saving_writes_over_nothing_unasked():
    save_preset("sweep", GOOD)
    with pytest.raises(Exists):
        save_preset("sweep", "other")
    assert load("sweep").title == "mine"
    save_preset("sweep", GOOD.replace("mine", "again"), overwrite=True)
    assert load("sweep").title == "again"
    for name in ("quickstart", "../out", ".hidden", "a b", "", "x" * 65):
        with pytest.raises(BadInput) as refused:
            save_preset(name, GOOD)
        assert len(refused.value.problems) == 1
    assert [path.name for path in my_folder().iterdir()] == ["sweep.toml"]


def test_a_preset_that_can_not_be_put_in_place_leaves_nothing_beside(monkeypatch):
    save_preset("sweep", GOOD)
    monkeypatch.setattr(Path, "replace", lambda *_: (my_folder() / "no such file").stat())
    with pytest.raises(BadInput, match="can't be written"):
        save_preset("sweep", GOOD, overwrite=True)
    assert [path.name for path in my_folder().iterdir()] == ["sweep.toml"]


def test_a_folder_that_cannot_be_written_is_one_line(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GROKTERM_PRESETS", str(tmp_path / "file" / "presets"))
    with pytest.raises(BadInput, match="can't be written"):
        save_preset("sweep", GOOD)
    assert not any(info.mine for info in list_presets())


def test_hostile_files_are_listed_with_what_is_wrong():
    folder = my_folder()
    os.mkfifo(folder / "pipe.toml")  # reading one would wait for ever
    (folder / "folder.toml").mkdir()
    (folder / "huge.toml").write_text("#" + "x" * 2_000_001)
    (folder / "bytes.toml").write_bytes(b"\xff\xfe")
    (folder / "\x1b[2J.toml").write_text("x")
    (folder / "gone.toml").symlink_to(folder / "nowhere")
    (folder / "self.toml").write_text('extends = "self"')
    (folder / ".hidden.toml").write_text("")
    problems = {info.name: info.problem for info in list_presets() if info.mine}
    assert len(problems) == 7 and all(problem and problem.isprintable() for problem in problems.values())
    assert "not a file" in problems["pipe"] and "larger than 2 MB" in problems["huge"]


@pytest.mark.parametrize(
    "text, name",
    [
        ("My Sweep", "my-sweep"),
        ("../../etc/passwd", "etc-passwd"),
        ("\x1b[2J", "2j"),
        ("", "experiment"),
        ("...", "experiment"),
    ],
)
def test_slugs_are_safe_in_a_path(text, name):
    assert slug(text) == name
    assert len(slug(text * 50)) <= 64
