"""What the tensors of a network of the user's own are: what Muon moves, and by how much; what decays."""

import sys

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, trained
from own.lab import MODELS, make_lab

from grokterm.engine.cohort import build_stack
from grokterm.engine.seeds import Purpose, word
from grokterm.jobs import described
from grokterm.spec import load, plan_cohorts

MORE = """

class Deep(nn.Module):
    def __init__(self, shown):
        super().__init__()
        self.embed = nn.Embedding(shown.values, 8)
        self.up = nn.Linear(shown.operands * 8, 40)
        self.down = nn.Linear(40, 12)
        self.out = nn.Linear(12, shown.outputs)

    def forward(self, inputs):
        return self.out(self.down(self.up(self.embed(inputs).flatten(1)).relu()).relu())


class Parted(Deep):
    def forward(self, inputs):
        hidden = self.down(self.up(self.embed(inputs).flatten(1)).relu()).relu()
        return self.out(torch.stack([hidden, 2 * hidden], 1))[:, -1]


class Plain(nn.Module):
    def __init__(self, shown):
        super().__init__()
        self.embeddings = nn.Linear(1, 1)  # a layer of that name says nothing
        self.W_E = nn.Parameter(torch.randn(shown.values, 8))
        self.W = nn.Parameter(torch.randn(shown.operands * 8, 12))
        self.W_U = nn.Parameter(torch.randn(12, shown.outputs))

    def forward(self, inputs):
        return (self.W_E[inputs].flatten(1) @ self.W).relu() @ self.W_U + 0 * self.embeddings.weight


class Said(Plain):
    unembeddings = ["W_U"]

    def __init__(self, shown):
        super().__init__(shown)
        self.unused, self.embeddings = self.embeddings, None
        self.__dict__["embeddings"] = ("W_E",)

    def forward(self, inputs):
        return (self.W_E[inputs].flatten(1) @ self.W).relu() @ self.W_U + 0 * self.unused.weight


class None_(Plain):
    unembeddings = ("W_U",)


class Wrong(Deep):
    unembeddings = ("out.wieght",)


class Text(Deep):
    unembeddings = "out.weight"
"""
MUON = 'optimizer={kind="muon", lr=0.02, weight_decay=0.1, scale="original"}'


@pytest.fixture
def deep(tmp_path, monkeypatch):
    """A preset beside more networks; what a test imports here is not there for the next."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    yield make_lab(tmp_path / "lab", models=MODELS.replace("from torch", "import torch\nfrom torch", 1) + MORE)
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_lab"]:
        del sys.modules[name]


def looked_at(preset, name, *sets):
    return described(load(preset, [f"model.module=my_lab.models:{name}", *sets]))


def cohort(preset, name, *sets):
    return plan_cohorts(looked_at(preset, name, *sets))[0]


class ByHand(torch.optim.Optimizer):
    """Muon as Keller Jordan wrote it (kellerjordan.github.io/posts/muon), in float32, decayed as AdamW is."""

    def __init__(self, parameters, lr, decay):
        super().__init__(parameters, {"lr": lr, "decay": decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - 0.95)
                update = self.zeropower(p.grad.lerp(m, 0.95))
                update = update * max(1, p.size(-2) / p.size(-1)) ** 0.5
                p.mul_(1 - group["lr"] * group["decay"]).add_(update, alpha=-group["lr"])

    @staticmethod
    def zeropower(g):
        a, b, c = (3.4445, -4.7750, 2.0315)
        x = g.T if g.size(0) > g.size(1) else g
        x = x / (x.norm() + 1e-7)
        for _ in range(5):
            gram = x @ x.T
            x = a * x + (b * gram + c * gram @ gram) @ x
        return x.T if g.size(0) > g.size(1) else x


def test_muon_moves_the_hidden_matrices_as_jordans_does(deep):
    (member,) = cohort(deep, "Deep", MUON, "seeds=1")
    ours = trained([member], 10).drain()["train"][1]["train_loss"][:, 0]
    from my_lab.models import Deep
    from my_lab.tasks import Cube

    inputs, answers = Cube(member.seed).train
    torch.manual_seed(word(member.seed, Purpose.WEIGHTS))
    network = Deep(member.spec.task.shown)
    hidden = [network.up.weight, network.down.weight]  # [40, 16] and [12, 40]: the first grows by sqrt(40 / 16)
    others = [p for p in network.parameters() if not any(p is one for one in hidden)]
    optimizers = torch.optim.AdamW(others, 0.02, (0.9, 0.98), weight_decay=0.1), ByHand(hidden, 0.02, 0.1)
    for step in range(10):
        loss = torch.nn.functional.cross_entropy(network(inputs), answers)
        assert ours[step] == pytest.approx(loss.item(), rel=1e-3), step
        network.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()


@pytest.mark.parametrize(
    "name, embeddings, unembeddings, turned",
    [
        ("Tiny", {"embed.weight"}, {"out.weight"}, {"hidden.weight", "out.weight"}),
        ("Reading", {"embed.weight"}, {"out.weight"}, {"lstm.weight_ih_l0", "lstm.weight_hh_l0", "out.weight"}),
        ("Parted", {"embed.weight"}, {"out.weight"}, {"up.weight", "down.weight", "out.weight"}),
        ("Said", {"W_E"}, {"W_U"}, {"W", "W_U", "unused.weight"}),
    ],
)
def test_what_the_tensors_of_a_network_are(deep, name, embeddings, unembeddings, turned):
    members = cohort(deep, name, MUON)
    stack = build_stack(members, CPU)
    assert (stack.embeddings, stack.unembeddings, stack.turned) == (embeddings, unembeddings, turned)


@pytest.mark.parametrize(
    "name, sets, line",
    [
        ("Plain", [MUON], 'optimizer.matrices: "hidden" leaves out embeddings and unembeddings, and those of '
         'my_lab.models:Plain are not known; embeddings = ("name.weight",) and unembeddings = ("name.weight",) on its '
         'class names them, "all" moves them'),
        ("None_", [MUON], '"hidden" leaves out embeddings, and those of my_lab.models:None_ are not known'),
        ("Plain", ["optimizer.decay_scope=no_embeddings"], 'optimizer.decay_scope: "no_embeddings" needs embeddings, '
         'and my_lab.models:Plain has no nn.Embedding; embeddings = ("name.weight",) on its class names others'),
        ("Wrong", [], 'unembeddings names "out.wieght", which is none of its tensors; there is: embed.weight'),
        ("Text", [], 'unembeddings is a text; a tuple would be right: unembeddings = ("out.weight",)'),
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_network_is_refused_where_it_is_needed(answer, deep, name, sets, line):
    sets = [f"model.module=my_lab.models:{name}", *sets]
    code, _, err = answer("run", deep, *(word for text in sets for word in ("--set", text)))
    assert (code, len(err.splitlines())) == (2, 1) and line in err, err


def test_what_is_not_known_is_no_matter_where_it_is_not_needed(deep):
    for sets in (["optimizer.kind=adam"], [MUON, "optimizer.matrices=all"]):
        assert looked_at(deep, "Plain", *sets).known


def test_a_check_of_a_preset_says_it_too(answer, deep):
    text = deep.read_text().replace("models:Tiny", "models:Plain")
    deep.write_text(text.replace("lr = 1e-2", 'decay_scope = "embeddings", lr = 1e-2'))
    code, _, err = answer("presets", "check", deep)
    assert (code, len(err.splitlines())) == (2, 1) and "has no nn.Embedding" in err


@pytest.mark.parametrize("scope, still", [("no_embeddings", {"embed.weight"}), ("embeddings", None)])
def test_decay_spares_embeddings_or_everything_else(deep, scope, still):
    """With a vanishing learning rate nothing moves but what decays."""
    (member, *_) = cohort(deep, "Deep", "optimizer.lr=1e-30", "optimizer.weight_decay=1e29", f"decay_scope={scope}")
    before, after = (trained([member], steps).state() for steps in (0, 1))
    names = [name.removeprefix("weights.") for name in before if name.startswith("weights.")]
    unmoved = {name for name in names if np.array_equal(before[f"weights.{name}"], after[f"weights.{name}"])}
    assert unmoved == (still or set(names) - {"embed.weight"})


def test_tables_are_no_matter_of_numbers(deep):
    """What reads numbers has nothing to look up."""
    members = cohort(deep, "Flat", "task.module=my_lab.tasks:line", "loss.kind=mse", MUON)
    stack = build_stack(members, CPU)
    assert (stack.embeddings, stack.unembeddings) == (frozenset(), {"out.weight"})
