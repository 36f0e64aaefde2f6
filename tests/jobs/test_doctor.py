"""What the doctor says of folders that can't be reached."""

from pathlib import Path

from grokterm.jobs import doctor


def test_a_runs_folder_below_one_that_may_not_be_entered(tmp_path, monkeypatch):
    exists, inner = Path.exists, tmp_path / "private" / "runs"

    def refuse(path, **words):  # as for a user who isn't root
        if path == inner:
            raise PermissionError(13, "Permission denied")
        return exists(path, **words)

    monkeypatch.setattr(Path, "exists", refuse)
    (check,) = doctor._runs_folder(inner)
    assert (check.verdict, check.detail) == ("bad", f"{inner} can't be reached: Permission denied")
    monkeypatch.setenv("GROKTERM_STATE", str(inner))
    inner.mkdir(parents=True)
    (check,) = doctor._locks()
    assert check.verdict == "bad" and "can't be reached" in check.detail
