"""Opening the console, for the commands that do."""

from pathlib import Path


def has_terminal() -> bool:
    """True where the console can draw."""
    from grokterm.console.terminal import can_draw

    return can_draw()


def open_console(
    runs: Path, experiment: str | None = None, theme: str | None = None, mouse: bool | None = None
) -> None:
    """Run the console until it is left.

    Args:
        runs: the folder of experiments.
        experiment: open on this one instead of the history.
        theme: `dark`, `light`, `auto`, or None for what was chosen before.
        mouse: False leaves the mouse to the terminal; None: as the settings say.

    Raises:
        GroktermError: there is no terminal, or one that can't draw.
    """
    from grokterm.console.start import Wishes, open_console

    open_console(runs, experiment, Wishes(theme, mouse))
