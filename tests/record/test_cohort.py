"""The rest of a cohort: log, provenance, and the heartbeat."""

import time

import pytest

from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, DamagedRecord


def test_the_tail_of_a_log(cohort):
    assert cohort.log_tail(5) == []
    lines = [f"line {n} \x1b[31m" for n in range(20_000)]
    cohort.log_path.write_text("\n".join(lines) + "\n")
    assert cohort.log_tail(3) == lines[-3:]
    assert cohort.log_tail(12_345) == lines[-12_345:]
    assert cohort.log_tail(10**6) == lines and cohort.log_tail(0) == []
    cohort.log_path.write_bytes(b"\xff\xfe no end")
    assert cohort.log_tail(1) == ["\ufffd\ufffd no end"]


def test_provenance(writer, cohort):
    assert cohort.provenance() is None
    writer.provenance({"torch": "2.13", "tf32": False})
    assert cohort.provenance() == {"torch": "2.13", "tf32": False}


def test_every_commit_is_a_heartbeat(writer, cohort):
    before = cohort.status()
    begin = time.time()
    writer.commit(state="paused")
    after = cohort.status()
    assert after.heartbeat == before.heartbeat + 1 and begin <= after.heartbeat_at <= time.time()
    assert after.steps == 100 and after.state == "paused"
    again = CohortWriter(cohort.path)
    assert again.status.heartbeat == after.heartbeat + 1  # goes on counting, so that nobody takes it for the old one


def test_a_folder_that_is_no_cohort_is_refused(tmp_path):
    with pytest.raises(DamagedRecord, match=r"members\.json: missing"):
        CohortWriter(tmp_path)
    with pytest.raises(GroktermError):
        CohortWriter(tmp_path / "nowhere")


def test_a_folder_that_vanishes_does_not_end_training(folder, writer, values):
    import shutil

    writer.append("train", [0], {"value": values([0])})
    shutil.rmtree(folder.path)
    assert writer.commit(step=1) is False
    writer.event("memorised", 1)
    writer.append("train", [1], {"value": values([1])})
    assert writer.commit(step=2) is False and writer.status.dropped >= 4
    with pytest.raises(GroktermError, match="no such file"):
        writer.save_checkpoint(2, {}, {})
    assert writer.requests() == []
