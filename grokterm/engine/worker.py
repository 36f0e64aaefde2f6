"""The loop of one worker: train a cohort, write what it measures, obey requests, leave a checkpoint behind.

The loop reads from top to bottom in `Worker.train`. The host meets the device in `_drain` (once a chunk) and in
`checkpoint`; between two looks it only queues work.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import psutil
import torch

from grokterm.engine.baselines import baselines
from grokterm.engine.cohort import build_data
from grokterm.engine.interventions import Donor
from grokterm.engine.log import say
from grokterm.engine.own import changed, sources
from grokterm.engine.pace import CHECKPOINT_SECONDS, CHECKPOINT_SHARE, DECISION_STEPS, FLUSH_SECONDS, Pace, next_kept
from grokterm.engine.provenance import provenance
from grokterm.engine.standby import MakingData
from grokterm.engine.trainer import Trainer
from grokterm.engine.watch import MilestoneWatch
from grokterm.errors import GroktermError
from grokterm.record import CohortFolder, CohortWriter, Event, Request
from grokterm.spec import Member

PAUSE_TICK = 0.1  # seconds between two looks for a request while paused
FULL_DISK_TICK = 2.0  # seconds between two tries to write the last numbers

LastWord = Callable[[int], Event]  # writes the event that ends a run, at a step


class Worker:
    """Trains one cohort to its end, or until it is asked to stop.

    Args:
        members: the cohort, in column order.
        writer: the cohort's record; its streams are cut back to the newest good checkpoint here.
        past: the same record, for what it holds from before.
        device: where to train.
        interrupted: says the name of a signal that asks the process to leave, or None.
        donors: for each member the weights of the run that it gets some from, or None; see `Trainer`.

    Raises:
        Leave: asked to go while the data were made.
    """

    def __init__(
        self,
        members: Sequence[Member],
        writer: CohortWriter,
        past: CohortFolder,
        device: torch.device,
        interrupted: Callable[[], str | None],
        donors: Sequence[Donor | None] = (),
    ) -> None:
        self._writer = writer
        self._device = device
        self._interrupted = interrupted
        self._stop = members[0].spec.stop
        self._streams = members[0].spec.streams
        self._paused = False
        self._flushed = float("-inf")
        self._clock_at = -1  # step of the last row of the clock
        # Whoever is sent away meanwhile leaves the record as it was: its streams are not cut back yet.
        data = build_data(members, device, MakingData(writer, interrupted))
        checkpoint = writer.load_checkpoint()
        meta = checkpoint.meta if checkpoint else {}
        if "threads" in meta:  # sums over another number of threads round differently
            torch.set_num_threads(meta["threads"])
        self._trainer = Trainer(members, device, data, donors)
        if checkpoint:
            self._clock_at = checkpoint.step
            self._trainer.group(meta["group"])
            self._trainer.load_state(checkpoint.tensors)
        begun = past.provenance()
        own = sources(members)
        entry = {"step": self._trainer.step, "time": time.time()} | provenance(device, writer.members)
        writer.provenance(entry | ({"modules": own} if own else {}))
        writer.event("resumed" if checkpoint else "started", step=self._trainer.step, device=str(device))
        if not checkpoint and (costs := baselines(members[0].spec, *data)):
            writer.event("baselines", costs=costs)
        for file in changed(begun[-1].get("modules", {}), own) if begun else ():
            text = f"{file} is not what it was when training began at step {begun[-1].get('step')}"
            writer.event("note", self._trainer.step, text=text)
        self._end = meta.get("end", self._stop.steps)
        self._closed = meta.get("closed", False)  # the closing rows are in the record: a checkpoint after them says so
        self._wall_before = float(meta.get("wall", 0.0))
        self._started = self._checkpointed = time.monotonic()
        self._checkpoint_cost = 0.0
        self._pace = Pace(self._trainer.max_chunk)
        self._watch = MilestoneWatch(members, writer, past, self._trainer.diverged_at)

    def train(self) -> None:
        """Train to the end of the budget, or until asked to leave. The last word in the record says which."""
        self._pace.look(self._trainer.step)
        self.commit()
        while not self._over():
            leaving = self._obey()
            if leaving:
                return self._leave(leaving)
            step = self._trainer.step
            kept = next_kept(step, self._streams.checkpoint_every, self._end)
            decision = (step // DECISION_STEPS + 1) * DECISION_STEPS
            self._advance(self._pace.chunk(step, self._end, kept, decision))
            self._drain()
            self._decide()
            if self._trainer.step >= self._end:
                break  # the last checkpoint holds the closing rows too
            if self._trainer.step == kept:
                self.checkpoint(keep=True)
            elif self._checkpoint_due():
                self.checkpoint(keep=False)
        if not self._closed:
            self._trainer.close()
            self._drain()
            self._closed = True
        self._leave(lambda step: self._writer.event("finished", step))

    def _over(self) -> bool:
        hours = self._stop.wall_hours
        return self._trainer.step >= self._end or (hours is not None and self.wall() >= hours * 3600)

    def _advance(self, steps: int) -> None:
        """Run steps; where memory runs out, go on from the same step with half as many members at a time."""
        goal = self._trainer.step + steps
        while not self._reached(goal):
            # Here the failed step's traceback is gone, and with it what it held of the device's memory.
            self._trainer.halve()
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            text = f"out of memory: going on with {self._trainer.group_size} members at a time"
            self._writer.event("note", self._trainer.step, text=text)

    def _reached(self, goal: int) -> bool:
        """Run to the step `goal`. False where memory ran out on the way; that step is as if never begun."""
        try:
            self._trainer.advance(goal - self._trainer.step)
        except (MemoryError, RuntimeError) as problem:
            if not out_of_memory(problem):
                raise
            return False
        return True

    def wall(self) -> float:
        """Seconds of training behind the present state, over every resume; time spent paused is left out."""
        now = self._pause_began if self._paused else time.monotonic()
        return self._wall_before + now - self._started

    def _drain(self) -> None:
        """Bring the measured rows to the host and hand them to the record; write them out when it is time."""
        for stream, (steps, columns) in self._trainer.drain().items():
            if len(steps):
                self._writer.append(stream, steps, columns)
                if stream == "eval":
                    self._watch.observe(steps, columns, self._trainer.diverged_at)
        trainer = self._trainer
        self._watch.frozen(trainer.diverged_at, trainer.switched_at, trainer.intervened)
        self._pace.look(self._trainer.step)
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.commit()

    def commit(self) -> bool:
        """Write every row so far, and then the status that names the new lengths. Returns whether all was written."""
        step, rate, memory = self._trainer.step, self._pace.rate, self._memory()
        if step > self._clock_at:  # one row a step: a paused worker has nothing new to say
            clock = {"wall": self.wall(), "rate": rate, "memory_bytes": float(memory)}
            self._writer.append("clock", [step], {name: np.array([value]) for name, value in clock.items()})
            self._clock_at = step
        self._flushed = time.monotonic()
        return self._writer.commit(
            state="paused" if self._paused else "running",
            step=step,
            steps=self._end,
            rate=rate,
            device=str(self._device),
            memory_bytes=memory,
        )

    def _memory(self) -> int:
        if self._device.type == "cuda":
            return torch.cuda.memory_reserved(self._device)
        return psutil.Process().memory_info().rss

    def _decide(self) -> None:
        """Move the end forward once every member has grokked; at fixed steps, so that the clock has no say in it."""
        step, extra = self._trainer.step, self._stop.grokked_plus
        if extra is None or step % DECISION_STEPS:
            return
        grokked = self._watch.all_grokked_at(self._trainer.alive)
        if grokked is not None:
            self._end = min(self._stop.steps, max(step, grokked + extra))

    def _checkpoint_due(self) -> bool:
        waited = time.monotonic() - self._checkpointed
        return waited >= max(CHECKPOINT_SECONDS, self._checkpoint_cost / CHECKPOINT_SHARE)

    def checkpoint(self, keep: bool) -> bool:
        """Write the whole state of the cohort. One that can't be written is counted in the status, training goes on.

        Args:
            keep: keep it for good, instead of until two newer ones exist.

        Returns:
            whether it was written.
        """
        self.commit()
        begun = time.monotonic()
        meta = {
            "wall": self.wall(),
            "end": self._end,
            "closed": self._closed,
            "threads": torch.get_num_threads(),
            "group": self._trainer.group_size,
        }
        try:
            self._writer.save_checkpoint(self._trainer.step, self._trainer.state(), meta, keep)
            written = True
        except GroktermError as problem:
            say(str(problem))
            written = False
        self._checkpointed = time.monotonic()
        self._checkpoint_cost = self._checkpointed - begun
        return written

    def _obey(self) -> LastWord | None:
        """Answer requests; while paused, wait here for the next.

        Returns:
            what writes the last word, when the loop should end.
        """
        while True:
            signal = self._interrupted()
            if signal:
                return lambda step: self._writer.event("parked", step, signal=signal)
            for request in self._writer.requests():
                if request.action in ("stop", "park"):
                    return partial(self._writer.answer, request)
                self._answer(request)
            if not self._paused:
                return None
            due = time.monotonic() - self._flushed >= FLUSH_SECONDS  # a pause has a heartbeat too
            if due and not self.commit() and self._writer.gone:
                return lambda step: self._writer.event("parked", step, why="its folder is gone")
            time.sleep(PAUSE_TICK)

    def _answer(self, request: Request) -> None:
        if request.action == "checkpoint":
            self._writer.answer(request, self._trainer.step, written=self.checkpoint(keep=True))
            return
        paused = request.action == "pause"
        if paused and not self._paused:
            self._pause_began = time.monotonic()
        elif self._paused and not paused:
            self._started += time.monotonic() - self._pause_began
            self._pace.forget()
            self._pace.look(self._trainer.step)
        self._paused = paused
        self.commit()
        self._writer.answer(request, self._trainer.step)

    def _leave(self, last_word: LastWord) -> None:
        """Write everything, then the last word. On a full disk this waits for room: leaving would lose numbers."""
        while not (self.checkpoint(keep=True) and self.commit()):
            if self._interrupted():
                say("told to leave before everything was written")
                break
            if self._writer.gone:
                say("leaving: the folder is gone, and with it the record")
                break
            time.sleep(FULL_DISK_TICK)
        self._writer.close(state=last_word(self._trainer.step).kind)


def out_of_memory(problem: BaseException) -> bool:
    """True for running out of memory on any device; the CPU's allocator and cuBLAS say it in a RuntimeError."""
    words = ("can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")
    return isinstance(problem, torch.OutOfMemoryError | MemoryError) or any(word in str(problem) for word in words)
