"""`grokterm estimate`: how long an experiment will take on this machine."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Runs, examples
from grokterm.cli.out import data, emit_json, say
from grokterm.cli.run import Preset, Seeds, Sets, Small, read_seeds
from grokterm.console.text import duration
from grokterm.sizes import size

Measure = Annotated[bool, typer.Option("--measure", help="Train a few steps now, for some seconds.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("estimate static-vs-dynamic-30 --seeds 10", "estimate quickstart --measure"))
    def estimate(
        preset: Preset,
        sets: Sets = None,
        seeds: Seeds = None,
        small: Small = False,
        device: Device = "auto",
        runs: Runs = RUNS,
        measure: Measure = False,
        as_json: AsJson = False,
    ) -> None:
        """Say how long a preset will take here. From what was measured before, or from a few steps now."""
        from grokterm import jobs
        from grokterm.spec import cautions, left_out, load, plan_cohorts

        experiment = load(preset, sets or [], read_seeds(seeds), small)
        jobs.check_device(device)
        experiment = jobs.described(experiment)
        found = jobs.measure(experiment, device, runs) if measure else jobs.estimate(experiment, runs, device)
        notes = tuple(filter(None, (*left_out(preset, sets or []), jobs.memory_caution(experiment, device))))
        if as_json:
            counts = {
                "preset": experiment.name,
                "device": jobs.default_device(device),
                "runs": len(experiment.members),
                "cohorts": len(plan_cohorts(experiment)),
            }
            emit_json(counts | {"estimate": found, "cautions": [*notes, *cautions(experiment)]})
            return
        named = f"{preset} --small" if small else preset
        known = found.seconds == found.seconds
        memory = f", {size(found.memory)} of memory" if found.memory else ""
        data(f"{duration(found.seconds) if known else 'not known'} on {jobs.default_device(device)}{memory}")
        advice = f"; `grokterm estimate {named} --measure` trains a few steps to find out"
        say(found.how if known or measure else found.how + advice)
        for note in notes:
            say(f"note: {note}")
