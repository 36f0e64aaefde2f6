"""Configuration: every field of the resolved spec, and where the arms differ."""

from __future__ import annotations

from textual.app import ComposeResult

from grokterm.console.screens.fieldtable import FieldTable
from grokterm.console.screens.tabs.tab import Tab


class ConfigurationTab(Tab):
    """The fields of this experiment; they never change."""

    PLACEHOLDER = "text in the name or value of a field"
    FOCUS = "FieldTable Table"

    def compose(self) -> ComposeResult:
        """One table."""
        yield FieldTable()

    def show(self, detail) -> None:
        """Once is enough."""
        first = self.detail is None or self.detail.experiment is not detail.experiment
        super().show(detail)
        if first and detail.experiment is not None:
            arms = [(arm.name, detail.experiment, arm) for arm in detail.experiment.arms]
            self.query_one(FieldTable).show(arms)

    def sift(self, text: str) -> None:
        """Only fields with this in them."""
        self.query_one(FieldTable).sift(text)

    def differing(self) -> bool:
        """All fields, or those in which the arms differ."""
        self.query_one(FieldTable).flip()
        return True
