"""The kinds of intervention, one file each; `when` has what says when."""

from grokterm.spec.interventions.change import Change
from grokterm.spec.interventions.clamp_norm import ClampNorm
from grokterm.spec.interventions.collapse import Collapse
from grokterm.spec.interventions.freeze import Freeze
from grokterm.spec.interventions.reset_optimizer import ResetOptimizer
from grokterm.spec.interventions.transplant import Transplant
from grokterm.spec.interventions.when import When

__all__ = ["Change", "ClampNorm", "Collapse", "Freeze", "ResetOptimizer", "Transplant", "When"]
