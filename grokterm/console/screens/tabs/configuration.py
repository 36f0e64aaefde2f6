"""Configuration: every field of the resolved spec, and where the arms differ."""

from __future__ import annotations

from textual.app import ComposeResult

from grokterm.console.screens.fieldtable import FieldTable
from grokterm.console.screens.tabs.tab import Tab


class ConfigurationTab(Tab):
    """The fields of this experiment; they never change."""

    PLACEHOLDER = "which fields: text in their names or values"
    FOCUS = "FieldTable Table"

    def compose(self) -> ComposeResult:
        """One table."""
        yield FieldTable()

    def show(self, detail) -> None:
        """Once is enough."""
        first = self.detail is None or self.detail.experiment is not detail.experiment
        super().show(detail)
        if first and detail.experiment is not None:
            known = zip(detail.experiment.arms, detail.pasts, strict=True)
            self.query_one(FieldTable).show([(arm.name, detail.experiment, arm, past) for arm, past in known])

    def sift(self, text: str) -> None:
        """Only fields with this in them."""
        self.query_one(FieldTable).sift(text)

    def differing(self) -> bool:
        """All fields, or those in which the arms differ."""
        self.query_one(FieldTable).flip()
        return True
