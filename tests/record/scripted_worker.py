"""A worker without a network: a process that writes rows which follow from their step, until it is done or killed.

python scripted_worker.py COHORT_FOLDER STEPS CHECKPOINT_EVERY PAUSE
"""

import sys
import time
from pathlib import Path

import numpy as np

from grokterm.record import CohortWriter

CHUNK = 3


def main(path: Path, steps: int, checkpoint_every: int, pause: float) -> None:
    writer = CohortWriter(path)
    checkpoint = writer.load_checkpoint()
    step = checkpoint.step if checkpoint else 0
    assert checkpoint is None or checkpoint.tensors["step"] == step
    writer.event("resumed" if checkpoint else "started", step)
    while step < steps:
        rows = np.arange(step, min(step + CHUNK, steps))
        values = np.sin(rows.astype(float))[:, None] + np.arange(len(writer.members))
        attempt = np.full(len(rows), writer.status.attempt, np.int64)
        writer.append("train", rows, {"value": values, "attempt": attempt})
        even = rows % 2 == 0
        if even.any():
            writer.append("eval", rows[even], {"value": values[even].astype(np.float32)})
        step = int(rows[-1]) + 1
        writer.commit(state="running", step=step)
        if step // checkpoint_every > (step - len(rows)) // checkpoint_every:
            writer.save_checkpoint(step, {"step": np.array(step), "noise": values}, {"step": step})
        time.sleep(pause)
    writer.event("finished", step)
    writer.close(state="finished")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
