"""`grokterm run`: an experiment out of a preset, trained by workers in the background."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Device, Runs
from grokterm.cli.out import data, emit_json, say
from grokterm.console.text import plain, plural

Preset = Annotated[str, typer.Argument(help="A preset's name, or the path of a TOML file.", show_default=False)]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a field: optimizer.lr=3e-3, or arms.dynamic.optimizer.lr=3e-3."
    ),
]
Seeds = Annotated[str | None, typer.Option(help="How many seeds (5), or which (0,1,7).", metavar="N|LIST")]
Detach = Annotated[bool, typer.Option("--detach", help="Start it and return at once.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command()
    def run(
        preset: Preset,
        sets: Sets = None,
        seeds: Seeds = None,
        device: Device = "auto",
        runs: Runs = RUNS,
        detach: Detach = False,
        as_json: AsJson = False,
    ) -> None:
        """Run a preset in background workers, follow them, and print the comparison of its arms."""
        answer(begin(preset, sets or [], seeds, device, runs), detach, as_json)


def begin(preset: str, sets: list[str], seeds: str | None, device: str, runs):
    """Check everything, create the folder, start the workers.

    Returns:
        the new experiment's folder.
    """
    from grokterm.jobs import check_device, described, launch, memory_caution
    from grokterm.record import create
    from grokterm.spec import cautions, load

    experiment = load(preset, sets, read_seeds(seeds))
    check_device(device)
    experiment = described(experiment)
    for caution in filter(None, (*cautions(experiment), memory_caution(experiment, device))):
        say(f"note: {caution}")
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


def read_seeds(text: str | None) -> int | list[int] | None:
    """The value of `--seeds`: a count, or a list of them.

    Raises:
        BadInput: neither of the two.
    """
    from grokterm.errors import BadInput

    if text is None:
        return None
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise BadInput(f"--seeds: given {text!r}; right would be a count (5) or a list (0,1,7)") from None
    return numbers if "," in text else numbers[0]


def finish(folder, as_json: bool) -> None:
    """Follow the workers to their end and print what came out."""
    from grokterm.analysis import arms_of, compare
    from grokterm.cli.compare import show_comparison
    from grokterm.cli.progress import fail_unless_finished, follow_to_the_end

    summary = follow_to_the_end(folder)
    fail_unless_finished(folder, summary)
    items = arms_of(folder)
    comparison = compare(items)
    if as_json:
        head = {"experiment": folder.name, "path": folder.path, "state": summary.state, "steps": summary.step}
        emit_json(head | comparison.to_json())
    else:
        show_comparison(comparison, items)
