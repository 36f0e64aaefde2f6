"""A full disk: training goes on, what was written is intact, what could not be written is kept or counted."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, create, open_folder


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount; test_a_limit_on_file_size covers the same path")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    """Leaves not a byte."""
    hog = place / "hog"
    with hog.open("wb", buffering=0) as file:
        for size in (65536, 1):
            while True:
                try:
                    file.write(b"x" * size)
                except OSError:
                    break
    return hog


def test_an_experiment_that_has_no_room_is_one_line_and_leaves_nothing(small_disk, answer):
    hog = fill(small_disk)
    for words in (("run", "quickstart", "--detach"), ("demo", "--headless")):
        code, out, err = answer(*words, "--runs", small_disk / "runs")
        assert (code, out) == (1, "") and len(err.splitlines()) == 1, err
        assert "runs: can't be written (no space left on device)" in err and "df -h" in err
    assert not (small_disk / "runs").exists() or not list((small_disk / "runs").iterdir())
    hog.unlink()


def test_rows_events_and_status_wait_for_room(small_disk, experiment, values):
    cohort = create(small_disk / "runs", experiment).cohorts[0]
    writer = CohortWriter(cohort.path)
    writer.load_checkpoint()
    writer.append("train", [0, 1], {"value": values([0, 1])})
    assert writer.commit(state="running", step=2)
    hog = fill(small_disk)
    step = 2
    for _ in range(20):  # far beyond what is left in the last page of the file
        rows = np.arange(step, step + 50)
        writer.append("train", rows, {"value": values(rows)})
        whole = writer.commit(step=step)
        step += 50
    assert not whole and writer.status.dropped >= 20
    writer.event("memorised", 100, member=0)
    table = cohort.stream("train").read()
    np.testing.assert_array_equal(table.columns["value"], values(table.steps))
    assert not table.missing and len(table) < step
    with pytest.raises(GroktermError, match="no space left"):
        writer.save_checkpoint(step, {"w": np.ones(1000)}, {})
    assert cohort.checkpoints() == [] and not list(cohort.paths.checkpoints.iterdir())
    hog.unlink()
    assert writer.commit(step=step)
    table = cohort.stream("train").read()
    np.testing.assert_array_equal(table.steps, np.arange(step))
    np.testing.assert_array_equal(table.columns["value"], values(table.steps))
    kinds = [event.kind for event in cohort.events()]
    assert kinds.count("write_failed") == 1 and "memorised" in kinds
    assert cohort.status().dropped >= 20 and cohort.status().lost_rows == 0
    writer.save_checkpoint(step, {"w": np.ones(1000)}, {})
    assert cohort.checkpoints()[0].load().tensors["w"].sum() == 1000


def test_rows_beyond_the_bound_are_given_up_and_counted(small_disk, experiment, values, monkeypatch):
    monkeypatch.setattr("grokterm.record.writer.HOLD_BYTES", 20_000)
    cohort = create(small_disk / "runs", experiment).cohorts[0]
    writer = CohortWriter(cohort.path)
    writer.load_checkpoint()
    writer.append("train", [0], {"value": values([0])})
    writer.commit()
    hog = fill(small_disk)
    for step in range(1, 4001, 100):
        rows = np.arange(step, step + 100)
        writer.append("train", rows, {"value": values(rows)})
        writer.commit(step=step)
    lost = writer.status.lost_rows
    assert lost > 3000
    hog.unlink()
    assert writer.commit()
    table = cohort.stream("train").read()
    assert len(table) == 4001 - lost and (np.diff(table.steps) > 0).all()
    np.testing.assert_array_equal(table.columns["value"], values(table.steps))
    (told,) = [event for event in cohort.events() if event.kind == "lost_rows"]
    assert told.data["rows"] == lost and told.data["stream"] == "train"
    assert cohort.status().lost_rows == lost


def test_an_experiment_that_does_not_fit_leaves_nothing(small_disk, experiment):
    runs = small_disk / "runs"
    runs.mkdir()
    fill(small_disk)
    with pytest.raises(GroktermError, match="no space left") as error:
        create(runs, experiment)
    assert error.value.exit_code == 1 and error.value.hint
    assert os.listdir(runs) == []  # noqa: PTH208 - hidden names count too


def test_a_worker_that_can_not_start_on_a_full_disk_says_so(small_disk, experiment):
    cohort = create(small_disk / "runs", experiment).cohorts[0]
    fill(small_disk)
    with pytest.raises(GroktermError, match="no space left"):
        CohortWriter(cohort.path)
    assert cohort.status() is None


def test_a_limit_on_file_size(folder, values):
    """The same where nothing can be mounted: every file of a process is limited, in the middle of a write."""
    script = """
        import resource, signal, sys
        import numpy as np
        from grokterm.record import CohortWriter
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        writer = CohortWriter(sys.argv[1])
        writer.load_checkpoint()
        before = writer.status.dropped  # counted over all workers of a cohort
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_001, hard))
        whole = True
        step = 0
        while whole:
            rows = np.arange(step, step + 7)
            writer.append("train", rows, {"value": np.sin(rows.astype(float))[:, None] + np.arange(4)})
            whole = writer.commit(step=step)
            step += 7
        assert writer.status.dropped == before + 1, writer.status
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if sys.argv[2] == "recover":
            assert writer.commit(step=step)
        print(step)
    """
    for what in ("die", "recover"):
        command = [sys.executable, "-c", textwrap.dedent(script), str(folder.cohorts[0].path), what]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        cohort = open_folder(folder.path).cohorts[0]
        table = cohort.stream("train").read()
        expected = int(done.stdout) - (7 if what == "die" else 0)
        np.testing.assert_array_equal(table.steps, np.arange(expected))
        np.testing.assert_array_equal(table.columns["value"], values(table.steps))
        assert cohort.paths.stream("train").stat().st_size == cohort.status().committed["train"]
