"""`grokterm plot`: the charts of experiments as pictures, as numbers, or on standard output."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.compare import Contenders, contenders
from grokterm.cli.options import RUNS, AsJson, Runs, examples
from grokterm.cli.out import drawn, emit_json, say, table, width
from grokterm.errors import BadInput, NotFound
from grokterm.names import short_name
from grokterm.nearest import alike

_ROWS = 18  # of a chart on standard output

Panels = Annotated[
    str,
    typer.Option(metavar="NAME,…", help="loss, accuracy, norm, lambda, all, or names of recorded columns; see --list."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="A .svg, .png, .csv or .json file. Without one it is drawn here.",
        dir_okay=False,
    ),
]
Seeds = Annotated[str, typer.Option(metavar="band|all|N", help="Median and band, every seed, or the one seed N.")]
X = Annotated[str, typer.Option("--x", metavar="AXIS", help="step, epoch, wall or integral (of the weight decay).")]
Y = Annotated[str, typer.Option("--y", metavar="SCALE", help="auto (logarithmic for losses), log or linear.")]
LogX = Annotated[bool, typer.Option("--log-x", help="A logarithmic x axis.")]
Smooth = Annotated[
    float,
    typer.Option(metavar="WEIGHT", help="Weight of a moving average, such as 0.9; the recorded curve stays behind it."),
]
From = Annotated[float | None, typer.Option("--from", metavar="X", help="Left edge of the x axis.", show_default=False)]
To = Annotated[float | None, typer.Option("--to", metavar="X", help="Right edge of the x axis.", show_default=False)]
List = Annotated[bool, typer.Option("--list", help="List what --panel can name here, and draw nothing.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(
        epilog=examples(
            "plot @last --panel loss,accuracy --x integral",
            "plot @last dynamic static --panel all --seeds all -o charts.svg",
            "plot @last --list",
        )
    )
    def plot(
        names: Contenders,
        panel: Panels = "accuracy",
        out: Out = None,
        seeds: Seeds = "band",
        x: X = "step",
        y: Y = "auto",
        log_x: LogX = False,
        smooth: Smooth = 0.0,
        left: From = None,
        right: To = None,
        list_panels: List = False,
        runs: Runs = RUNS,
        as_json: AsJson = False,
    ) -> None:
        """Draw charts here, or into an SVG, PNG, CSV or JSON file."""
        items = contenders(names, runs)
        if list_panels:
            _list(items, as_json)
            return
        view = view_of(items, x, y, log_x, seeds, smooth)
        _give(charts_of(items, panel.split(","), view, left, right), out, as_json)


def _list(items, as_json: bool) -> None:
    """Every name that `--panel` takes, with the title of its chart."""
    named = _panels(items)
    if as_json:
        emit_json({"panels": [{"name": name, "title": panel.title} for name, panel in named.items()]})
    else:
        table([("panel", "left"), ("chart", "left")], [[name, panel.title] for name, panel in named.items()])


def _give(charts: list, out: Path | None, as_json: bool) -> None:
    """The charts into a file, as numbers, or drawn on standard output."""
    if out is not None:
        from grokterm.console.charts.files import write

        written = write(charts, out)
        if as_json:
            emit_json({"path": written, "charts": [chart.title for chart in charts]})
        else:
            say(f"written: {written}")
    elif as_json:
        from grokterm.console.charts.numbers import as_document

        emit_json(as_document(charts))
    else:
        from grokterm.cli.picture import lines_of

        for line in lines_of(charts, min(width(), 100), _ROWS):
            drawn(line)


def view_of(items, x: str, y: str, log_x: bool, seeds: str, smooth: float):
    """The options as a view, each checked.

    Raises:
        BadInput: a value that isn't allowed, with those that are.
    """
    from grokterm.console.scales import AXES, SMOOTHING, Y_SCALES, View

    for option, value, allowed in (("--x", x, AXES), ("--y", y, Y_SCALES), ("--smooth", smooth, SMOOTHING)):
        if value not in allowed:
            raise BadInput(f"{option}: given {value}; allowed: {', '.join(map(str, allowed))}")
    return View(y=y, log_x=log_x, axis=x, seed=_seed(items, seeds), smooth=SMOOTHING.index(smooth))


def _seed(items, text: str) -> int | None:
    """What the view calls it: None for the band, -1 for all, else the place of the seed."""
    if text in ("band", "all"):
        return None if text == "band" else -1
    known = list(dict.fromkeys(seed for folder, _ in items for seed in folder.spec().seeds))
    if not text.isdigit() or int(text) not in known:
        listed = ", ".join(map(str, known[:12])) + (", …" if len(known) > 12 else "")
        raise BadInput(f"--seeds: given {text!r}; expected band, all, or one of the seeds {listed}")
    return known.index(int(text))


def charts_of(items, panels: list[str], view, left: float | None, right: float | None) -> list:
    """The charts asked for, over one x axis.

    Args:
        panels: ids of panels, `all`, or names of columns.

    Raises:
        NotFound: a column that nothing has recorded.
        BadInput: a window with nothing in it.
    """
    from dataclasses import replace

    from grokterm.console.gathering import gather
    from grokterm.console.look import DARK, ink
    from grokterm.console.panels import charts, extent
    from grokterm.console.scales import Spot

    chosen = _chosen(items, panels)
    arms, curves = gather(items, [column for panel in chosen for column in panel.columns])
    spot = Spot()
    if left is not None or right is not None:
        whole = extent(curves, arms, view, spot) or (0.0, 1.0)
        window = (whole[0] if left is None else left, whole[1] if right is None else right)
        if not max(window[0], whole[0]) < min(window[1], whole[1]):
            given = " ".join(
                f"{name} {edge:g}" for name, edge in (("--from", left), ("--to", right)) if edge is not None
            )
            raise BadInput(f"{given}: nothing lies there; this axis runs from {whole[0]:g} to {whole[1]:g}")
        spot = replace(spot, window=window)
    made = charts(curves, arms, view, spot, ink(DARK), chosen).values()
    names = ", ".join(dict.fromkeys(short_name(folder.name) for folder, _ in items))
    seeds = tuple(dict.fromkeys(seed for folder, _ in items for seed in folder.spec().seeds))
    whose = " · ".join(filter(None, (names, view.shown(seeds))))
    return [replace(chart, hint="", whose=whose) for chart in made]  # without a hint: here there are no keys


def _panels(items) -> dict:
    """The panel behind each name: the charts of an experiment, then every recorded column."""
    from grokterm.console.gathering import known_columns
    from grokterm.console.panel import PANELS
    from grokterm.console.probes import probe_panels

    of_columns = {panel.columns[0]: panel for panel in probe_panels(known_columns(items))}
    return {panel.id: panel for panel in PANELS} | of_columns


def _chosen(items, names: list[str]) -> list:
    """The panels of these names, in their order.

    Raises:
        NotFound: a name of nothing; the nearest are named.
    """
    from grokterm.console.panel import PANELS

    known = _panels(items)
    wanted = dict.fromkeys(one for name in names for one in ([p.id for p in PANELS] if name == "all" else [name]))
    for name in wanted:
        if name not in known:
            close = alike(name, ("all", *known))
            said = f"nearest: {', '.join(close)}; " if close else ""
            raise NotFound(f"--panel {name!r}: no such chart or column; {said}see `grokterm plot NAME --list`")
    return [known[name] for name in wanted]
