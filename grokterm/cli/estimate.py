"""`grokterm estimate`: how long an experiment will take on this machine."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Runs
from grokterm.cli.out import data, emit_json, say
from grokterm.cli.run import Preset, Seeds, Sets, read_seeds
from grokterm.console.text import duration

Measure = Annotated[bool, typer.Option("--measure", help="Train a few steps now to find out, for some seconds.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command()
    def estimate(
        preset: Preset,
        sets: Sets = None,
        seeds: Seeds = None,
        device: Device = "auto",
        runs: Runs = RUNS,
        measure: Measure = False,
        as_json: AsJson = False,
    ) -> None:
        """Say how long a preset will take here, from what was measured before."""
        from grokterm import jobs
        from grokterm.spec import cautions, load, plan_cohorts

        experiment = load(preset, sets or [], read_seeds(seeds))
        jobs.check_device(device)
        experiment = jobs.described(experiment)
        found = jobs.measure(experiment, device) if measure else jobs.estimate(experiment, runs, device)
        notes = jobs.memory_caution(experiment, device)
        if as_json:
            counts = {
                "preset": experiment.name,
                "device": jobs.default_device(device),
                "runs": len(experiment.members),
                "cohorts": len(plan_cohorts(experiment)),
            }
            emit_json(counts | {"estimate": found, "cautions": [*cautions(experiment), *([notes] if notes else [])]})
            return
        known = found.seconds == found.seconds
        memory = f", {found.memory / 2**30:.1f} GiB of memory" if found.memory else ""
        data(f"{duration(found.seconds) if known else 'not known'} on {jobs.default_device(device)}{memory}")
        say(
            found.how
            if known
            else f"{found.how}; `grokterm estimate {preset} --measure` trains a few steps to find out"
        )
        if notes:
            say(f"note: {notes}")
