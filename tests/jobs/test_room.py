"""What doesn't fit into the memory of its device: said, refused, and started by consent. Nothing large is ever made."""

import sys

import pytest
from worker.lab import document, wait_for_state

from grokterm.cli.run import begin
from grokterm.errors import BadInput, GroktermError
from grokterm.jobs import TooLarge, check_room, fork, launch, measure, memory_caution, repeat
from grokterm.jobs.devices import Device
from grokterm.record import create, list_folders
from grokterm.spec import memory_of, parse, plan_cohorts

ABSURD = {"task": {"p": 1999}, "model": {"d_model": 8192, "heads": 64, "d_mlp": 65536, "layers": 4, "dtype": "float64"}}


def tiny(**sections):
    return parse(document(**sections), "tiny")


@pytest.fixture
def memory(monkeypatch):
    """memory(bytes): the CPU has that many."""

    def have(total: int) -> None:
        monkeypatch.setattr(sys.modules["grokterm.jobs.room"], "devices", lambda: (Device("cpu", "", 0, 0, total, 1),))

    return have


def test_what_fits_is_not_spoken_of():
    assert memory_caution(tiny(), "cpu") == ""
    check_room(tiny(), "cpu")


def test_runs_that_do_not_fit_together_are_told_how_many_would():
    many = tiny(task={"p": 97}, model={"d_model": 128, "d_mlp": 512}, seeds=9000)
    caution = memory_caution(many, "cpu")
    assert "runs together need about" in caution and "--set cohort_width=" in caution
    check_room(many, "cpu")


def test_one_run_that_does_not_fit_is_refused_before_anything_is_made(runs, tmp_path, capsys):
    (tmp_path / "huge.toml").write_text(tiny(**ABSURD).to_toml())
    with pytest.raises(TooLarge) as refused:
        begin(str(tmp_path / "huge.toml"), [], None, "cpu", runs)
    assert isinstance(refused.value, BadInput) and refused.value.exit_code == 2
    (line,) = refused.value.message.splitlines()
    assert "one run alone needs about" in line and " weights would fit" in line and "--force" in refused.value.hint
    assert not list_folders(runs)
    assert "note:" not in capsys.readouterr().err
    with pytest.raises(GroktermError, match="one run alone needs about"):
        measure(tiny(**ABSURD), "cpu")
    assert memory_caution(tiny(**ABSURD), "cpu") == line


def test_the_arm_that_is_too_large_is_named(memory):
    arms = {"small": {}, "wide": {"model": {"d_model": 256, "d_mlp": 4096}}}
    both = tiny(arms=arms)
    needed = max(memory_of(cohort[:1]) for cohort in plan_cohorts(both))
    memory(needed)
    check_room(both, "cpu")
    memory(needed - 1)
    with pytest.raises(TooLarge, match=r"^arms\.wide: one run alone needs about"):
        check_room(both, "cpu")


def test_the_batches_that_are_named_fit(memory):
    """With room to spare, since needs are counted roughly."""
    wide = {"task": {"p": 97}, "model": {"d_model": 16, "d_mlp": 1024}, "seeds": 1, "arms": {"run": {}}}
    room = memory_of(plan_cohorts(tiny(**wide))[0]) * 9 // 10
    memory(room)
    words = memory_caution(tiny(**wide), "cpu").rpartition("; ")[2]
    named = int(words.removeprefix("--set batches.size=").removesuffix(" would fit"))
    fitting, twice = (tiny(**wide, batches={"size": size}) for size in (named, 2 * named))
    assert memory_of(plan_cohorts(fitting)[0]) <= room / 2 < memory_of(plan_cohorts(twice)[0])


def test_by_consent_it_starts(runs, tmp_path, memory, capsys):
    """A run that is small, on a machine that is said to be smaller."""
    small = tiny(seeds=1, stop={"steps": 60})
    (tmp_path / "small.toml").write_text(small.to_toml())
    memory(10_000)
    with pytest.raises(TooLarge):
        begin(str(tmp_path / "small.toml"), [], None, "cpu", runs)
    folder = begin(str(tmp_path / "small.toml"), [], None, "cpu", runs, force=True)
    assert "note: " in capsys.readouterr().err
    wait_for_state(folder, "finished")


def test_a_repeat_is_refused_likewise(runs, memory):
    folder = create(runs, tiny(seeds=1))
    memory(10_000)
    with pytest.raises(TooLarge, match="one run alone needs about"):
        repeat(folder, device="cpu")
    assert len(list_folders(runs)) == 1


def test_a_fork_is_refused_likewise_and_a_resume_elsewhere_says_it(runs, memory, answer):
    folder = create(runs, tiny(seeds=1, stop={"steps": 40}, streams={"checkpoint_every": 20}))
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    memory(10_000)
    with pytest.raises(TooLarge, match="one run alone needs about"):
        fork(folder, 20, ["optimizer.lr=1e-3"], "cpu")
    assert len(list_folders(runs)) == 1
    wait_for_state(fork(folder, 20, ["optimizer.lr=1e-3"], "cpu", force=True), "finished")
    assert len(list_folders(runs)) == 2
    said = answer("resume", folder.name, "--runs", runs)[2]
    assert "one run alone needs about" in said and "--set" not in said and "would fit" not in said
