"""The runs folder: making, listing, finding and removing experiments, with names as users and accidents make them."""

import builtins
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from grokterm.errors import BadInput, GroktermError, NotFound
from grokterm.record import CohortWriter, DamagedRecord, State, create, find, list_folders, open_folder, remove, restore
from grokterm.record.status import write_status


def test_a_new_folder_is_whole_and_gives_the_experiment_back(runs, experiment):
    folder = create(runs / "deeper" / "still", experiment)
    assert folder.problem is None and folder.spec() == experiment
    assert folder.title == experiment.title and abs(folder.created - time.time()) < 5
    assert folder.name.split("-")[2] == "tiny" and len(folder.name.split("-")[3]) == 4
    (cohort,) = folder.cohorts
    assert cohort.members == (("static", 0), ("static", 1), ("high", 0), ("high", 1))
    assert cohort.steps == 100 and cohort.index == 0 and cohort.problem is None
    assert [(member.arm, member.seed) for member in folder.planned(cohort)] == list(cohort.members)
    assert folder.planned(cohort)[3].spec == experiment.arms[1].spec
    assert folder.state() is State.CREATED
    made = sorted(path.name for path in cohort.path.iterdir())
    assert made == ["checkpoints", "control", "members.json"]


def test_cohorts_follow_the_plan(runs, experiment):
    folder = create(runs, replace(experiment, cohort_width=1))
    assert [cohort.members for cohort in folder.cohorts] == [
        (("static", 0),),
        (("static", 1),),
        (("high", 0),),
        (("high", 1),),
    ]
    assert [cohort.index for cohort in folder.cohorts] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("static-vs-dynamic", "-static-vs-dynamic-"),
        ("[red]\x1b[31mboo[/red]", "-red-31mboo-red-"),
        ("../../etc/passwd", "-etc-passwd-"),
        ("Größe λ = 3", "-gr-e-3-"),
        ("  ..  ", "-experiment-"),
        ("", "-experiment-"),
        ("a" * 500, "-" + "a" * 64 + "-"),
        ("x\0y\nz", "-x-y-z-"),
    ],
)
def test_hostile_names_become_plain_folder_names(runs, experiment, name, expected):
    folder = create(runs, replace(experiment, name=name))
    assert folder.path.parent == runs and expected in folder.name
    assert [found.name for found in list_folders(runs)] == [folder.name]


def test_many_in_one_second_have_different_names_and_keep_their_order(runs, experiment):
    made = [create(runs, experiment).name for _ in range(12)]
    assert len(set(made)) == 12
    assert [folder.name for folder in list_folders(runs)] == made[::-1]
    assert find(runs, "@last").name == made[-1]


def test_a_runs_folder_that_is_a_file(tmp_path, experiment):
    file = tmp_path / "file"
    file.write_text("mine")
    for path in (file, file / "below"):
        with pytest.raises(BadInput) as error:
            create(path, experiment)
        assert "\n" not in error.value.message and str(path) in error.value.message and error.value.hint
    with pytest.raises(BadInput, match="not a folder"):
        list_folders(file)
    assert file.read_text() == "mine" and list_folders(tmp_path / "nothing") == []


def test_an_unwritable_runs_folder(runs, experiment):
    """Root may write anywhere, so the attempt is made as nobody."""
    script = "import sys; sys.path[:0] = sys.argv[3:]; from pathlib import Path; from grokterm.spec import load\n"
    script += "from grokterm.record import create; from grokterm.errors import BadInput\n"
    script += "import os; experiment = load(Path(sys.argv[2])); os.geteuid() or os.setuid(65534)\n"
    script += "try: create(Path(sys.argv[1]), experiment)\nexcept BadInput as error: print(error.message)\n"
    preset = runs / "tiny.toml"
    preset.write_text(experiment.to_toml())
    locked = runs / "locked"
    locked.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    command = [sys.executable, "-c", script, str(locked), str(preset), *filter(None, sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"{locked}: can't be written (permission denied)\n", done.stderr
    assert list(locked.iterdir()) == []


def test_only_experiments_are_listed_and_broken_ones_are(runs, experiment):
    whole = create(runs, experiment)
    (runs / "README.md").write_text("hello")
    (runs / "plots").mkdir()
    (runs / ".new-20250101-000000-half-aaaa").mkdir()
    (runs / "20250101-000000-empty-aaaa").mkdir()
    (runs / "20250102-000000-file-aaaa").write_text("not a folder")
    renamed = create(runs, experiment)
    renamed.path.rename(runs / "my favourite [run]")
    assert {folder.name for folder in list_folders(runs)} == {
        whole.name,
        "my favourite [run]",
        "20250101-000000-empty-aaaa",
    }
    broken = find(runs, "empty")
    assert "format.json: missing" in broken.problem and broken.cohorts == () and broken.title == ""
    assert broken.state() is State.CREATED and broken.notes() == []
    assert find(runs, "favourite").problem is None


def test_only_numbers_are_cohorts(folder):
    for name in ("\u00b2", "\u0663", "-1", "1.5", "notes"):  # a square and an Arabic digit pass for digits in places
        (folder.paths.cohorts / name).mkdir()
    assert [cohort.index for cohort in open_folder(folder.path).cohorts] == [0]


def test_a_folder_of_a_later_format_is_reported_not_misread(runs, folder):
    marker = json.loads(folder.paths.marker.read_text())
    folder.paths.marker.write_text(json.dumps(marker | {"format": 2, "version": "9.1"}))
    later = open_folder(folder.path)
    assert "format 2" in later.problem and "9.1" in later.problem and "\n" not in later.problem
    with pytest.raises(Exception, match="format 2"):
        later.spec()
    assert later.name in [listed.name for listed in list_folders(runs)]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda paths: paths.spec.unlink(), "experiment.toml: missing"),
        (lambda paths: paths.marker.write_bytes(b"\xff{"), "format.json: can't be read"),
        (lambda paths: paths.marker.write_text("{}"), "names no format"),
        (lambda paths: paths.cohort(0).members.unlink(), "members.json: missing"),
        (lambda paths: paths.cohort(0).members.write_text('{"format": 9}'), "format 9"),
        (lambda paths: paths.cohort(0).members.write_text('{"format": 1, "members": [3]}'), "members.json: can't be"),
        (lambda paths: paths.cohorts.rename(paths.root / "gone"), "no cohorts"),
    ],
)
def test_half_folders_say_what_is_wrong_and_never_raise(folder, damage, said):
    damage(folder.paths)
    assert said in open_folder(folder.path).problem
    assert open_folder(folder.path).state() is State.CREATED


def test_a_spec_that_can_not_be_parsed_is_one_line(folder):
    from grokterm.record import DamagedRecord

    for text in ("[[[", "seeds = 0", "\xff"):
        folder.paths.spec.write_bytes(text.encode("latin-1"))
        with pytest.raises(DamagedRecord, match=r"experiment\.toml"):
            open_folder(folder.path).spec()


def test_finding_by_exact_name_part_last_and_path(runs, experiment, monkeypatch):
    first = create(runs, replace(experiment, name="alpha"))
    second = create(runs, replace(experiment, name="alphabet"))
    assert find(runs, first.name).path == first.path
    assert find(runs, second.name[-4:]).path == second.path
    assert find(runs, "ALPHABET").path == second.path
    assert find(runs, "@last").path == second.path
    monkeypatch.chdir(runs)
    assert find(runs / "elsewhere", f"./{first.name}").path == first.path
    assert find(runs / "elsewhere", first.name).path == first.path
    with pytest.raises(BadInput, match="matches 2") as several:
        find(runs, "alpha")
    assert first.name in several.value.message and second.name in several.value.message
    with pytest.raises(NotFound, match="alphabeet") as none:
        find(runs, "alphabeet")
    assert none.value.hint == f"nearest: {second.name}; `grokterm ls` lists all"
    for hostile in ("", "[bold]", "\x1b[31m", "../..", "a\0b", "x" * 5000):
        with pytest.raises((NotFound, BadInput)):
            find(runs, hostile)
    with pytest.raises(NotFound, match="no experiments yet"):
        find(runs / "elsewhere", "@last")


def test_many_matches_are_not_all_listed(runs, experiment):
    for _ in range(13):
        create(runs, experiment)
    with pytest.raises(BadInput, match="and 3 more"):
        find(runs, "tiny")


def test_thousands_are_listed_without_a_look_at_any(runs, monkeypatch):
    for i in range(10_000):
        (runs / f"20260101-{i // 3600:02d}{i // 60 % 60:02d}{i % 60:02d}-static-vs-dynamic-aaaa").mkdir()
    with monkeypatch.context() as patch:
        for module, name in ((os, "stat"), (os, "open"), (builtins, "open"), (io, "open")):
            patch.setattr(module, name, lambda path, *_, name=name, **__: pytest.fail(f"{name} of {path}"))
        listed = list_folders(runs)
    assert len(listed) == 10_000 and listed[0].name.startswith("20260101-024639")


def test_removing_moves_to_the_bin_and_never_a_running_one(runs, folder, cohort):
    writer = CohortWriter(cohort.path)
    writer.commit(state="running")
    with pytest.raises(BadInput, match="is running"):
        remove(folder)
    with pytest.raises(BadInput, match="is running"):
        remove(folder, force=True)
    writer.event("stopped", 3)
    writer.close()
    target = remove(folder)
    assert target == runs / ".bin" / folder.name and open_folder(target).cohorts[0].state() is State.STOPPED
    assert list_folders(runs) == [] and not folder.path.exists()
    os.rename(target, folder.path)  # noqa: PTH104 - taken back by hand
    assert remove(folder) == target
    target.rename(folder.path)
    target.mkdir()
    assert remove(folder) != target


def test_a_silent_one_elsewhere_is_removed_by_force_and_one_alive_here_never(folder, cohort):
    writer = CohortWriter(cohort.path)
    writer.event("started", 0)
    writer.commit(state="running")
    silent = replace(writer.status, heartbeat_at=time.time() - 1000)
    write_status(cohort.paths.status, silent)
    assert folder.state() is State.STALLED
    for force in (False, True):
        with pytest.raises(BadInput, match=rf"stalled.*alive here as process {os.getpid()}"):
            remove(folder, force)
    write_status(cohort.paths.status, replace(silent, host="far", boot_id="b"))
    with pytest.raises(BadInput, match=r"stalled: silent since 20.*, maybe alive on host far") as refused:
        remove(folder)
    assert "--force" in refused.value.hint and folder.path.exists()
    remove(folder, force=True)
    assert not folder.path.exists()


def test_force_does_not_reach_a_living_cohort_beside_a_stalled_one(runs, experiment):
    folder = create(runs, replace(experiment, cohort_width=2))
    stalled, queued = folder.cohorts
    writer = CohortWriter(stalled.path)
    writer.event("started", 0)
    gone = replace(writer.status, state="running", heartbeat_at=1.0, host="far", boot_id="b")
    write_status(stalled.paths.status, gone)
    queued.announce("cpu", pid=os.getpid())
    assert folder.state() is State.STALLED
    with pytest.raises(BadInput, match="is queued"):
        remove(folder, force=True)


def test_the_example_in_the_readme_works(runs, folder, cohort, values, monkeypatch):
    """What runs/README.md tells a person to type."""
    import re
    from pathlib import Path

    writer = CohortWriter(cohort.path)
    writer.load_checkpoint()
    writer.append("eval", [0, 1], {"test_acc": values([0, 1])})
    writer.commit()
    text = (Path(__file__).parents[2] / "runs" / "README.md").read_text()
    first, second = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(runs.parent)
    names: dict = {}
    exec(first.replace("20261122-141203-static-vs-dynamic-k3f9", folder.name), names)
    assert names["table"].column("test_acc").to_pylist() == values([0, 1]).tolist()
    exec(second, names)
    assert (names["rows"].columns["test_acc"] == values([0, 1])).all()


def test_the_bin_gives_back(runs, folder):
    remove(folder)
    assert restore(runs, folder.name[-4:]) == folder.path and list_folders(runs)[0].name == folder.name
    with pytest.raises(NotFound) as empty:
        restore(runs, folder.name)
    assert "the bin is empty" in empty.value.hint


def test_a_name_that_looks_like_one_of_the_bin_comes_back_as_it_was(runs, folder):
    plain, dated = runs / "my-study", runs / "my-study.2024"
    shutil.copytree(folder.path, dated)
    shutil.copytree(folder.path, runs.parent / "copy")
    folder.path.rename(plain)
    remove(open_folder(plain))
    remove(open_folder(dated))
    assert restore(runs, "my-study.2024") == dated
    shutil.copytree(runs.parent / "copy", runs / "a.0000")
    remove(open_folder(runs / "a.0000"))
    shutil.copytree(runs.parent / "copy", runs / "a.0000")
    assert restore(runs, remove(open_folder(runs / "a.0000")).name) == runs / "a.0000"


def test_a_mistake_in_what_fills_a_folder_ends_the_attempt(runs, experiment):
    calls = []

    def fill(paths):
        calls.append(paths)
        (paths.root / "cohorts").mkdir()  # is there already

    with pytest.raises(GroktermError):
        create(runs, experiment, fill=fill)
    assert len(calls) == 1 and list(runs.iterdir()) == []


def test_a_taken_name_is_tried_with_another(runs, experiment, monkeypatch):
    names = iter(["first", "first", "second"])
    monkeypatch.setattr("grokterm.record.runs._new_name", lambda _: next(names))
    assert create(runs, experiment).name == "first"
    assert create(runs, experiment).name == "second"
    assert sorted(path.name for path in runs.iterdir()) == ["first", "second"]


def test_the_bin_keeps_two_of_one_name_and_gives_back_where_there_is_room(runs, folder):
    shutil.copytree(folder.path, runs.parent / "copy")
    first = remove(folder)
    shutil.copytree(runs.parent / "copy", folder.path)
    second = remove(folder)
    assert first.name == folder.name and second.name.startswith(f"{folder.name}.")
    with pytest.raises(BadInput, match="matches 2"):
        restore(runs, folder.name[:-1])
    assert restore(runs, second.name) == folder.path
    with pytest.raises(BadInput, match="is there already"):
        restore(runs, first.name)
    assert first.is_dir()


def test_a_stamp_tells_of_every_change_and_of_nothing_else(folder, cohort):
    before = folder.stamp()
    assert folder.unchanged(before) and open_folder(folder.path).stamp() == before
    for change in (
        lambda: folder.add_note("note", "x"),
        lambda: CohortWriter(cohort.path).commit(state="running"),
        lambda: cohort.announce("cpu"),
    ):
        before = folder.stamp()
        change()
        assert not folder.unchanged(before)
    shutil.rmtree(folder.path)
    assert not folder.unchanged(before) and not any(folder.stamp())


def test_fields_are_read_without_validation(folder):
    assert folder.fields()["task"] == ("modular",) and folder.fields()["optimizer.lr"]
    folder.paths.spec.write_text('title = "half')
    with pytest.raises(DamagedRecord):
        folder.fields()
