"""`grokterm presets`: what can be run, and whether a TOML file is a good preset."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs
from grokterm.cli.out import data, emit_json, say, table, written
from grokterm.console.text import duration, plural
from grokterm.errors import BadInput

Preset = Annotated[str, typer.Argument(help="A preset's name, or the path of a TOML file.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    presets = typer.Typer(
        help="Presets: list, show and check them.", rich_markup_mode=None, invoke_without_command=True
    )
    app.add_typer(presets, name="presets")

    @presets.callback()
    def listing(context: typer.Context, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """List the presets, with the question that each one asks and the time it takes here, where that is known."""
        if context.invoked_subcommand is None:
            _list(runs, as_json)

    @presets.command()
    def show(name: Preset) -> None:
        """Print a preset as it is written, with its reasons."""
        written(_text(name).rstrip())

    @presets.command()
    def check(name: Preset, as_json: AsJson = False) -> None:
        """Check a preset without running it; print its arms, seeds and cohorts."""
        _check(name, as_json)

    @presets.command()
    def fields(as_json: AsJson = False) -> None:
        """List every field that a preset, an arm or --set can name."""
        _fields(as_json)


def _text(name: str) -> str:
    """The text of a preset's file, which need not be a good preset.

    Raises:
        NotFound, BadInput: there is no such file, or it is no text.
    """
    from grokterm.spec import find_preset

    path = find_preset(name)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}") from None


def _list(runs: Path, as_json: bool) -> None:
    from grokterm.jobs import estimate
    from grokterm.spec import list_presets, load

    found = list_presets()
    times = [None if preset.problem else estimate(load(preset.path), runs) for preset in found]
    if as_json:
        emit_json({"presets": [p._asdict() | {"estimate": time} for p, time in zip(found, times, strict=True)]})
        return
    table(
        [("preset", "left"), ("question", "left"), ("cost", "left"), ("here", "right")],
        [[p.name, p.question or p.title, p.cost, _time(time)] for p, time in zip(found, times, strict=True)],
    )
    say("`grokterm presets show NAME` prints one; `grokterm run NAME` runs it.")


def _time(estimate) -> str:
    known = estimate is not None and estimate.seconds == estimate.seconds
    return duration(estimate.seconds) if known else "–"


def _check(name: str, as_json: bool) -> None:
    from grokterm.spec import cautions, load, plan_cohorts

    experiment = load(name)
    cohorts = plan_cohorts(experiment)
    answer = {
        "name": experiment.name,
        "arms": [arm.name for arm in experiment.arms],
        "seeds": experiment.seeds,
        "runs": len(experiment.arms) * len(experiment.seeds),
        "cautions": cautions(experiment),
        "cohorts": [[f"{m.arm}/{m.seed}" for m in cohort] for cohort in cohorts],
    }
    if as_json:
        emit_json(answer)
        return
    size = f"{plural(len(experiment.arms), 'arm')} x {plural(len(experiment.seeds), 'seed')}"
    data(f"{experiment.name}: good. {answer['runs']} runs = {size}")
    data(f"arms: {', '.join(answer['arms'])}")
    data(f"cohorts (trained together): {', '.join(str(len(c)) for c in cohorts)} runs")
    for caution in answer["cautions"]:
        say(f"note: {caution}")


def _fields(as_json: bool) -> None:
    from grokterm.spec import field_table

    rows = field_table()
    if as_json:
        emit_json({"fields": rows})
        return
    table(
        [("field", "left"), ("type", "left"), ("default", "left"), ("meaning", "left")],
        [[field.path, field.type, field.default, field.description] for field in rows],
    )
