"""`grokterm repeat · fork`: a new experiment out of an old one."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Name, Oversize, Runs, examples
from grokterm.cli.out import say
from grokterm.cli.run import Detach, Sets, answer, read_seeds, tell

NewSeeds = Annotated[
    str | None,
    typer.Option(
        "--seeds",
        metavar="N|LIST",
        help="How many new seeds (5), or which (0,1,7); by default as many as there were.",
    ),
]
At = Annotated[
    int | None, typer.Option("--at", metavar="STEP", help="The checkpoint to go on from; by default the last.", min=0)
]
Arms = Annotated[
    list[str] | None,
    typer.Option(
        "--arm",
        metavar="ARM",
        help="Take only this arm; may be given again. --set arms.NEW.optimizer.weight_decay=3 forks it further.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""

    @app.command(epilog=examples("repeat @last", "repeat @last --seeds 10 --detach"))
    def repeat(
        name: Name,
        seeds: NewSeeds = None,
        sets: Sets = None,
        device: Device = "auto",
        runs: Runs = RUNS,
        force: Oversize = False,
        detach: Detach = False,
        as_json: AsJson = False,
    ) -> None:
        """Run an experiment again with seeds that were not used yet."""
        from grokterm import jobs
        from grokterm.record import find

        old = find(runs, name)
        folder = jobs.repeat(old, read_seeds(seeds), sets or [], device, force)
        _begun(folder, old, sets or [], detach, as_json)

    @app.command(
        epilog=examples(
            "fork @last --at 500 --set arms.static.optimizer.weight_decay=3",
            "fork @last --arm static --set arms.high.optimizer.weight_decay=3",
        )
    )
    def fork(
        name: Name,
        at: At = None,
        sets: Sets = None,
        arms: Arms = None,
        device: Device = "auto",
        runs: Runs = RUNS,
        force: Oversize = False,
        detach: Detach = False,
        as_json: AsJson = False,
    ) -> None:
        """Go on from a checkpoint with changed fields. It is a new experiment that keeps the past."""
        from grokterm import jobs
        from grokterm.record import find

        old = find(runs, name)
        folder = jobs.fork(old, at, sets or [], device, arms or [], force)
        _begun(folder, old, sets or [], detach, as_json)


def _begun(folder, old, sets: list[str], detach: bool, as_json: bool) -> None:
    from grokterm.spec import left_out_of

    for note in left_out_of(old.spec().to_document(), sets):
        say(f"note: {note}")
    spec = folder.spec()
    say(spec.origin)
    tell(folder, spec)
    answer(folder, detach, as_json)
