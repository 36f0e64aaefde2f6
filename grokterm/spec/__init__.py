"""What to do: presets, arms, grids and seeds; validated, frozen.

TOML goes in, an `Experiment` comes out, or a `BadInput` with every mistake on a line of its own. Nothing
here trains, and nothing here knows of folders of results. Start reading at `run.RunSpec`.
"""

from grokterm.spec.cautions import cautions
from grokterm.spec.cohorts import plan_cohorts
from grokterm.spec.counting import seeds_of
from grokterm.spec.disclosure import TIMELY
from grokterm.spec.documents import words_of
from grokterm.spec.editing import Draft, Verdict, check, draft_of, open_draft
from grokterm.spec.experiment import Arm, Experiment, Header, Member
from grokterm.spec.field_rows import Row, attach, rows
from grokterm.spec.fields import FieldInfo, field_table
from grokterm.spec.flat import Scalar, all_paths, flat_fields, flat_values
from grokterm.spec.interventions import Transplant, When
from grokterm.spec.kinds import lost, not_kept
from grokterm.spec.load import left_out, left_out_of, load, parse
from grokterm.spec.losses import CrossEntropy
from grokterm.spec.merge import kind_of
from grokterm.spec.milestones import MilestoneRule, Milestones, find_milestones
from grokterm.spec.models import ModuleModel, Transformer
from grokterm.spec.optimizers import AdamW
from grokterm.spec.presets import (
    Exists,
    PresetInfo,
    find_preset,
    list_presets,
    my_folder,
    name_problem,
    save_preset,
    slug,
)
from grokterm.spec.rates import RateSchedule, rate_values
from grokterm.spec.revise import changed_fields, revise
from grokterm.spec.run import RunSpec
from grokterm.spec.schedules import Plateau, Schedule, plateau_of, schedule_values
from grokterm.spec.stop import Stop, Streams
from grokterm.spec.tasks import Modular, ModuleTask
from grokterm.spec.work import memory_of, shape_of, work_of

__all__ = [
    "TIMELY",
    "AdamW",
    "Arm",
    "CrossEntropy",
    "Draft",
    "Exists",
    "Experiment",
    "FieldInfo",
    "Header",
    "Member",
    "MilestoneRule",
    "Milestones",
    "Modular",
    "ModuleModel",
    "ModuleTask",
    "Plateau",
    "PresetInfo",
    "RateSchedule",
    "Row",
    "RunSpec",
    "Scalar",
    "Schedule",
    "Stop",
    "Streams",
    "Transformer",
    "Transplant",
    "Verdict",
    "When",
    "all_paths",
    "attach",
    "cautions",
    "changed_fields",
    "check",
    "draft_of",
    "field_table",
    "find_milestones",
    "find_preset",
    "flat_fields",
    "flat_values",
    "kind_of",
    "left_out",
    "left_out_of",
    "list_presets",
    "load",
    "lost",
    "memory_of",
    "my_folder",
    "name_problem",
    "not_kept",
    "open_draft",
    "parse",
    "plan_cohorts",
    "plateau_of",
    "rate_values",
    "revise",
    "rows",
    "save_preset",
    "schedule_values",
    "seeds_of",
    "shape_of",
    "slug",
    "words_of",
    "work_of",
]
