"""A folder of a user's own code, and a preset that names it."""

from pathlib import Path

TASKS = """
import torch


class Cube:
    \"\"\"x^3 + y modulo n.\"\"\"

    def __init__(self, seed, n=7, share=0.6):
        pairs = torch.cartesian_prod(torch.arange(n), torch.arange(n))
        answers = (pairs[:, 0] ** 3 + pairs[:, 1]) % n
        order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(seed))
        train, test = order.split([int(share * len(pairs)), len(pairs) - int(share * len(pairs))])
        self.train = pairs[train], answers[train]
        self.test = pairs[test], answers[test]


def line(seed, samples=20):
    x = torch.randn(2 * samples, 3)
    y = x @ torch.tensor([1.0, -2.0, 0.5])
    return (x[:samples], y[:samples]), (x[samples:], y[samples:])


def pictures(seed):
    x = torch.rand(30, 1, 4, 4)
    y = (x[:, 0, :2].sum((1, 2)) > x[:, 0, 2:].sum((1, 2))).long()
    return (x[:20], y[:20]), (x[20:], y[20:])
"""

MODELS = """
import torch
from torch import nn


class Tiny(nn.Module):
    def __init__(self, shown, width=8):
        super().__init__()
        self.embed = nn.Embedding(shown.values, width)
        self.hidden = nn.Linear(shown.operands * width, 2 * width)
        self.out = nn.Linear(2 * width, shown.outputs)
        self.register_buffer("scale", torch.tensor(1.5))

    def forward(self, inputs, drop):
        return self.out(drop(self.scale * self.hidden(self.embed(inputs).flatten(1)).relu()))


class Looped(Tiny):
    looped = True


class Reading(nn.Module):
    def __init__(self, shown, width=8):
        super().__init__()
        self.embed = nn.Embedding(shown.values, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.out = nn.Linear(width, shown.outputs)

    def forward(self, inputs):
        return self.out(self.lstm(self.embed(inputs))[0][:, -1])


class Flat(nn.Module):
    def __init__(self, shown):
        super().__init__()
        self.out = nn.Linear(shown.features, shown.outputs)

    def forward(self, inputs):
        return self.out(inputs)


class Seeing(nn.Module):
    def __init__(self, shown):
        super().__init__()
        self.see = nn.Conv2d(shown.shape[0], 4, 3)
        self.out = nn.Linear(4 * (shown.shape[1] - 2) * (shown.shape[2] - 2), shown.outputs)

    def forward(self, inputs):
        return self.out(self.see(inputs).relu().flatten(1))
"""

PRESET = """
seeds = 2
task = { kind = "module", module = "my_lab.tasks:Cube" }
model = { kind = "module", module = "my_lab.models:Tiny" }
optimizer = { lr = 1e-2, weight_decay = 1.0 }
stop = { steps = 60 }
streams = { train_every = 1, eval_every = 5 }
"""


def make_lab(folder: Path, tasks: str = TASKS, models: str = MODELS, preset: str = PRESET) -> Path:
    """The path of a preset, lab.toml, beside the package my_lab that it names."""
    (folder / "my_lab").mkdir(parents=True)
    (folder / "my_lab" / "tasks.py").write_text(tasks)
    (folder / "my_lab" / "models.py").write_text(models)
    (folder / "lab.toml").write_text(preset)
    return folder / "lab.toml"


def files(folder: Path) -> set[Path]:
    """Every file and folder below one, the caches of Python left out."""
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.name != "__pycache__"}
