"""`grokterm presets`: what can be run, whether a TOML file is a good preset, and presets of one's own."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import data, emit_json, say, table, width, written
from grokterm.cli.run import Preset, Seeds, Sets, Small, read_seeds
from grokterm.cli.usage import Commands
from grokterm.console.text import duration, plural
from grokterm.errors import BadInput

New = Annotated[str, typer.Argument(metavar="NAME", help="What yours will be called.", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="Write over a preset of yours by that name.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    presets = typer.Typer(
        cls=Commands,
        help="List, show and check presets, and keep your own.",
        epilog=examples("presets", "presets show quickstart"),
        rich_markup_mode=None,
        invoke_without_command=True,
    )
    app.add_typer(presets, name="presets")

    @presets.callback()
    def listing(context: typer.Context, runs: Runs = RUNS, as_json: AsJson = False) -> None:
        """List the presets, with the question that each one asks and the time it takes here."""
        if context.invoked_subcommand is None:
            _list(runs, as_json)
        elif as_json:
            name = context.invoked_subcommand
            raise BadInput(f"--json belongs to {name}: grokterm presets {name} … --json")

    @presets.command(epilog=examples("presets show prieto-fig2"))
    def show(name: Preset, small: Small = False, as_json: AsJson = False) -> None:
        """Print a preset as it is written, with its reasons."""
        _show(name, small, as_json)

    @presets.command(epilog=examples("presets check ./mine.toml"))
    def check(name: Preset, small: Small = False, as_json: AsJson = False) -> None:
        """Check a preset without running it. Prints its arms, seeds and cohorts."""
        _check(name, small, as_json)

    @presets.command(epilog=examples("presets save mine quickstart --set optimizer.lr=3e-3 --seeds 10"))
    def save(
        name: New, source: Preset, sets: Sets = None, seeds: Seeds = None, force: Force = False, as_json: AsJson = False
    ) -> None:
        """Keep a preset with changes as one of your own. To delete it, remove the file."""
        _save(name, source, sets or [], read_seeds(seeds), force, as_json)

    @presets.command(epilog=examples("presets path quickstart"))
    def path(name: Preset, as_json: AsJson = False) -> None:
        """Print where a preset's file is."""
        found = _path(name)
        if as_json:
            emit_json({"name": found.stem, "path": found})
        else:
            data(str(found))

    @presets.command(epilog=examples("presets fields"))
    def fields(as_json: AsJson = False) -> None:
        """List every field that a preset, an arm or --set can name."""
        _fields(as_json)


def _show(name: str, small: bool, as_json: bool) -> None:
    path = _path(name)
    text = _resolved(name) if small else _text(path)
    if as_json:
        emit_json({"name": path.stem, "path": path, "small": small, "text": text})
    else:
        written(text.rstrip())


def _path(name: str) -> Path:
    """The file of a preset, which need not be a good one. Raises NotFound."""
    from grokterm.spec import find_preset

    return find_preset(name).absolute()


def _text(path: Path) -> str:
    """What stands in a preset's file.

    Raises:
        BadInput: it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}") from None


def _resolved(name: str) -> str:
    """The small form of a preset, every value written out."""
    from grokterm.spec import load

    return load(name, small=True).to_toml()


def _list(runs, as_json: bool) -> None:
    from grokterm.spec import list_presets

    times, found = {}, []
    for preset in list_presets():
        times[preset.path], problem = _seconds_here(preset, runs)
        found.append(preset._replace(problem=preset.problem or problem))
    if as_json:
        here = [{"seconds_here": times[preset.path], **preset._asdict()} for preset in found]
        emit_json({"presets": here, "folder": _my_folder()})
        return
    rows, before = [], ""
    for preset in found:
        if (heading := "yours" if preset.mine else preset.document) != before:
            rows += [[""] * 3, [heading, "", ""]]
        before = heading
        here = "" if times[preset.path] is None else duration(times[preset.path])
        words = preset.problem or preset.question or preset.title
        rows.append([f"  {preset.name}" if heading else preset.name, words, here])
    table([("preset", "left"), ("question", "left"), ("time here", "right")], rows)
    mine = {preset.name for preset in found if preset.mine}
    for preset in found:
        if not preset.mine and preset.name in mine:
            say(f"{preset.name} means yours; the one that came with grokterm is {preset.path}")
    say("`grokterm presets show NAME` prints one; `grokterm run NAME` runs it, with --small in a minute or two.")
    if (folder := _my_folder()) is not None:
        say(f"Yours are in {folder}; `grokterm presets save NAME FROM --set key=value` adds one.")


def _my_folder() -> Path | None:
    from grokterm.spec import my_folder

    try:
        return my_folder()
    except BadInput:  # without a home folder
        return None


def _seconds_here(preset, runs) -> tuple[float | None, str | None]:
    """How long it takes on this machine, None where nobody knows; and the first of its mistakes, None without one."""
    from grokterm.errors import GroktermError
    from grokterm.jobs import estimate
    from grokterm.spec import load

    try:
        experiment = load(preset.path)
    except GroktermError as error:  # `grokterm presets check` names them all
        return None, error.message.split("\n")[0]
    try:
        seconds = estimate(experiment, runs).seconds
    except GroktermError:
        return None, None
    return (seconds if isfinite(seconds) else None), None


def _save(name: str, source: str, sets: list[str], seeds, force: bool, as_json: bool) -> None:
    from grokterm.spec import cautions, left_out, load, open_draft, save_preset

    experiment = load(source, sets, seeds)  # nothing is kept that can't be run
    path = save_preset(name, open_draft(source).with_overrides(sets, seeds).to_toml(), force)
    if as_json:
        emit_json({"name": name, "path": path})
        return
    data(str(path))
    for caution in (*left_out(source, sets), *cautions(experiment)):
        say(f"note: {caution}")
    say(f"`grokterm run {name}` runs it; to delete it, remove the file")


def _check(name: str, small: bool, as_json: bool) -> None:
    from grokterm.jobs import described
    from grokterm.spec import cautions, load, plan_cohorts

    experiment = described(load(name, small=small))
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
    from grokterm.cli.field_list import field_lines
    from grokterm.spec import field_table

    if as_json:
        emit_json({"fields": field_table()})
        return
    for line in field_lines(field_table(), width()):
        data(line)
