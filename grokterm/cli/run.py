"""`grokterm run`: an experiment out of a preset, trained by workers in the background."""

from math import isfinite
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Oversize, Runs, examples
from grokterm.cli.out import data, emit_json, say
from grokterm.console.text import duration, plain, plural

Preset = Annotated[
    str, typer.Argument(metavar="PRESET", help="A preset's name, or the path of a TOML file.", show_default=False)
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a field: optimizer.lr=3e-3, arms.dynamic.optimizer.lr=3e-3, or every arm at several values: "
        """'grid."optimizer.lr"=[1e-3,3e-3]'. May be given again.""",
    ),
]
Seeds = Annotated[
    str | None,
    typer.Option(metavar="N|LIST", help="How many seeds (5), or which (0,1,7); by default as the preset says."),
]
Small = Annotated[
    bool, typer.Option("--small", help="The preset's small form, which shows its question in a minute or two.")
]
Detach = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(
        epilog=examples(
            "run quickstart",
            "run static-vs-dynamic-30 --seeds 10 --detach",
            "run quickstart --set arms.dynamic.optimizer.lr=1e-3 --seeds 0,1,7",
        )
    )
    def run(
        preset: Preset,
        sets: Sets = None,
        seeds: Seeds = None,
        small: Small = False,
        device: Device = "auto",
        runs: Runs = RUNS,
        force: Oversize = False,
        detach: Detach = False,
        as_json: AsJson = False,
    ) -> None:
        """Train a preset in the background and compare its arms. Ctrl-C leaves; the workers go on."""
        answer(begin(preset, sets or [], seeds, device, runs, small, force), detach, as_json)


def begin(preset: str, sets: list[str], seeds: str | None, device: str, runs, small: bool = False, force: bool = False):
    """Check everything, create the folder, start the workers. `force` is about memory alone.

    Returns:
        the new experiment's folder.
    """
    from grokterm.jobs import default_device, estimate, launch, memory_caution, prepared
    from grokterm.record import create
    from grokterm.spec import cautions, left_out, load

    experiment = prepared(load(preset, sets, read_seeds(seeds), small), device, force)
    notes = (*left_out(preset, sets, small), *cautions(experiment))
    for caution in filter(None, (*notes, memory_caution(experiment, device))):
        say(f"note: {caution}")
    found = estimate(experiment, runs, device)
    if isfinite(found.seconds):
        say(f"about {duration(found.seconds)} on {default_device(device)}, {found.how}")
    folder = create(runs, experiment)
    tell(folder, experiment)
    launch(folder, device)
    return folder


def tell(folder, experiment) -> None:
    """Say what a new experiment is, and where."""
    size = f"{plural(len(experiment.arms), 'arm')} x {plural(len(experiment.seeds), 'seed')}"
    say(f"{plain(experiment.title or experiment.name)}: {size}")
    say(f"in {folder.path}")


def answer(folder, detach: bool, as_json: bool) -> None:
    """Name a launched experiment and leave it to its workers, or follow it to its end and print what came out."""
    if not detach:
        finish(folder, as_json)
        return
    if as_json:
        emit_json({"experiment": folder.name, "path": folder.path, "state": "queued", "origin": folder.spec().origin})
    else:
        data(folder.name)
    say("launched: it starts as soon as its device is free")
    say(f"`grokterm watch {folder.name}` follows it, `grokterm stop {folder.name}` ends it")


def read_seeds(text: str | None) -> int | tuple[int, ...] | None:
    """The value of `--seeds`: a count, or a list of them.

    Raises:
        BadInput: neither of the two.
    """
    from grokterm.errors import BadInput
    from grokterm.spec import seeds_of

    try:
        return None if text is None else seeds_of(text)
    except BadInput as error:
        raise BadInput(f"--seeds: {error.message}") from None


def finish(folder, as_json: bool) -> None:
    """Follow the workers to their end and print what came out; where some of them failed, what the others measured.

    Raises:
        GroktermError: a worker failed or was lost.
    """
    from grokterm.analysis import arms_of, compare
    from grokterm.cli.compare import show_comparison
    from grokterm.cli.progress import fail_unless_finished, failures, follow_to_the_end

    summary = follow_to_the_end(folder)
    failed, items = failures(folder), arms_of(folder)
    if as_json:
        head = {"experiment": folder.name, "path": folder.path, "state": summary.state, "steps": summary.step}
        emit_json(head | {"failures": failed} | compare(items).to_json())
    elif summary.done or not failed:
        show_comparison(compare(items), items)
    fail_unless_finished(folder, summary)
