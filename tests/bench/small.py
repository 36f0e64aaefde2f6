"""The small form of every preset, one after another: how long each takes here, and what it reached.

    python tests/bench/small.py [NAME ...] [--runs FOLDER] [--limit SECONDS]

Each is a `grokterm run NAME --small` that is followed to its end; wall time is that of the whole command. An arm's line
has the median steps of memorising and of generalising, the runs that did, and the final losses.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress

from grokterm.spec import list_presets


def run(name: str, runs: str, limit: float) -> tuple[float, dict | None]:
    """Wall time in seconds, and the comparison; None where it didn't end within `limit` or failed."""
    command = [sys.executable, "-m", "grokterm", "run", name, "--small", "--json", "--runs", runs]
    begun, answer = time.monotonic(), None
    with suppress(subprocess.TimeoutExpired):
        ended = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
        answer = json.loads(ended.stdout) if ended.returncode == 0 else None
        if answer is None:
            print(ended.stderr.splitlines()[-1])
    if answer is None:
        newest = json.loads(subprocess.check_output([sys.executable, "-m", "grokterm", "ls", "--json", "--runs", runs]))
        subprocess.run([sys.executable, "-m", "grokterm", "stop", newest["experiments"][0]["name"], "--runs", runs])
    return time.monotonic() - begun, answer


def lines(answer: dict) -> list[str]:
    """What each arm reached."""
    text = "  {arm:<40} memorised {t_mem:>6}  grokked {t_grok:>6} ({n_grokked} of {n})  loss {train:.3g} / {test:.3g}"
    found = []
    for row in answer["rows"]:
        times = {key: "-" if row[key]["value"] is None else f"{row[key]['value']:.0f}" for key in ("t_mem", "t_grok")}
        losses = {key: float("nan") if row[f"{key}_loss"] is None else row[f"{key}_loss"] for key in ("train", "test")}
        found.append(text.format(**(row | times | losses)))
    return found


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="presets; none means every one that came with grokterm")
    parser.add_argument("--runs", default=None, help="where the experiments are kept; a temporary folder otherwise")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which one is stopped")
    given = parser.parse_args()
    names = given.names or [info.name for info in list_presets() if info.small and not info.mine]
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            seconds, answer = run(name, given.runs or temporary, given.limit)
            print(f"{name}: {seconds:.0f} s" + ("" if answer else ", not finished"))
            print("\n".join(lines(answer) if answer else []), flush=True)


if __name__ == "__main__":
    main()
