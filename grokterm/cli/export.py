"""`grokterm export`: recorded numbers as Parquet, CSV or JSON."""

from pathlib import Path
from typing import Annotated

import typer

from grokterm.cli.options import RUNS, AsJson, Name, Runs, examples
from grokterm.cli.out import emit_json, say
from grokterm.errors import BadInput
from grokterm.nearest import instead

FORMATS = ("parquet", "csv", "json")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("export @last", "export @last --format csv --stream eval -o numbers"))
    def export(
        name: Name,
        form: Annotated[
            str, typer.Option("--format", metavar="FORMAT", help="parquet, csv or json (one object a line).")
        ] = "parquet",
        out: Annotated[
            Path | None,
            typer.Option("--out", "-o", metavar="DIR", help="Folder to write into; by default NAME-export."),
        ] = None,
        stream: Annotated[
            list[str] | None, typer.Option("--stream", metavar="STREAM", help="Only this stream; may be given again.")
        ] = None,
        runs: Runs = RUNS,
        as_json: AsJson = False,
    ) -> None:
        """Write every stream of an experiment as a table. Columns are arm, seed, step, and one for each quantity."""
        from grokterm.record import find

        if form not in FORMATS:
            raise BadInput(f"--format: given {form!r}; allowed: {', '.join(FORMATS)}")
        folder = find(runs, name)
        folder.check()
        target = out or Path(f"{folder.name}-export")
        files = export_streams(folder, target, form, stream or ())
        for written, rows in files:
            say(f"{written}: {rows:,} rows")
        if as_json:
            told = [{"stream": written.stem, "path": written, "rows": rows} for written, rows in files]
            emit_json({"experiment": folder.name, "folder": target, "format": form, "files": told})


def export_streams(folder, target: Path, form: str, only) -> list[tuple[Path, int]]:
    """Write the streams of an experiment, a file each.

    Args:
        folder: the experiment.
        target: folder to write into; made if it isn't there.
        form: one of `FORMATS`.
        only: names of streams; empty for all.

    Returns:
        the files and their numbers of rows.

    Raises:
        BadInput: no such stream, or the target can't be written.
    """
    from grokterm.analysis import long_table

    names = sorted({name for cohort in folder.cohorts for name in cohort.stream_names()})
    unknown = [name for name in only if name not in names]
    if unknown:
        known = instead(unknown[0], names, "it has") if names else "it has none yet"
        raise BadInput(f"{folder.name} has no stream {unknown[0]!r}; {known}")
    if not names:
        say(f"{folder.name} has recorded no numbers yet; nothing is written")
        return []
    written = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in only or names:
            table = long_table(folder, name)
            path = target / f"{name}.{form}"
            _write(table, path, form)
            written.append((path, table.num_rows))
    except OSError as problem:
        raise BadInput(
            f"{target}: can't be written: {problem.strerror or problem}", "say another place: --out DIR"
        ) from None
    return written


def _write(table, path: Path, form: str) -> None:
    if form == "parquet":
        import pyarrow.parquet as parquet

        parquet.write_table(table, path)
    elif form == "csv":
        from pyarrow import csv

        csv.write_csv(table, path)
    else:
        from grokterm.cli.out import json_line

        columns = table.column_names
        with path.open("w", encoding="utf-8") as file:
            for batch in table.to_batches(max_chunksize=10_000):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    file.write(json_line(dict(zip(columns, values, strict=True))) + "\n")
