"""What to do: presets, arms, grids and seeds; validated, frozen.

TOML goes in, an `Experiment` comes out, or a `BadInput` with every mistake on a line of its own. Nothing
here trains, and nothing here knows of folders of results. Start reading at `run.RunSpec`.
"""

from grokterm.spec.cautions import cautions
from grokterm.spec.cohorts import plan_cohorts
from grokterm.spec.experiment import Arm, Experiment, Header, Member
from grokterm.spec.fields import FieldInfo, field_table
from grokterm.spec.load import load, parse
from grokterm.spec.losses import CrossEntropy
from grokterm.spec.milestones import MilestoneRule, Milestones, find_milestones
from grokterm.spec.model import Transformer
from grokterm.spec.optimizers import AdamW
from grokterm.spec.presets import PresetInfo, find_preset, list_presets, slug
from grokterm.spec.rates import RateSchedule, rate_values
from grokterm.spec.run import RunSpec
from grokterm.spec.schedules import Plateau, Schedule, plateau_of, schedule_values
from grokterm.spec.stop import Stop, Streams
from grokterm.spec.task import Modular

__all__ = [
    "AdamW",
    "Arm",
    "CrossEntropy",
    "Experiment",
    "FieldInfo",
    "Header",
    "Member",
    "MilestoneRule",
    "Milestones",
    "Modular",
    "Plateau",
    "PresetInfo",
    "RateSchedule",
    "RunSpec",
    "Schedule",
    "Stop",
    "Streams",
    "Transformer",
    "cautions",
    "field_table",
    "find_milestones",
    "find_preset",
    "list_presets",
    "load",
    "parse",
    "plan_cohorts",
    "plateau_of",
    "rate_values",
    "schedule_values",
    "slug",
]
