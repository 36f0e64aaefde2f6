"""Code of the user's own is trained as plain PyTorch would, stacked or in turn, beside grokterm's own kinds."""

import sys

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, trained
from own.lab import PRESET, make_lab

from grokterm.engine.cohort import build_data
from grokterm.engine.seeds import Purpose, word
from grokterm.engine.trainer import Trainer
from grokterm.errors import BadInput
from grokterm.jobs import described
from grokterm.spec import load, plan_cohorts


@pytest.fixture(autouse=True)
def _no_trace(monkeypatch):
    """What a test imports here is not there for the next."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_lab"]:
        del sys.modules[name]


def cohort(preset, *overrides):
    """The first cohort of what a preset describes, once its modules were looked at."""
    return plan_cohorts(described(load(preset, overrides)))[0]


def losses(members, steps: int) -> np.ndarray:
    """The training loss [steps, members]."""
    return trained(members, steps).drain()["train"][1]["train_loss"]


def test_a_member_trains_as_in_a_loop_written_by_hand(lab):
    member = cohort(lab, "optimizer.weight_decay=0.5")[1]
    ours = losses([member], 30)[:, 0]
    from my_lab.models import Tiny
    from my_lab.tasks import Cube

    inputs, answers = Cube(member.seed).train
    torch.manual_seed(word(member.seed, Purpose.WEIGHTS))
    network = Tiny(member.spec.task.shown)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2, betas=(0.9, 0.98), weight_decay=0.5)
    for step in range(30):
        loss = torch.nn.functional.cross_entropy(network(inputs, lambda x: x), answers)
        assert ours[step] == pytest.approx(loss.item(), rel=1e-3), step
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize(
    "model, kind, why",
    [("Tiny", "mapped", ""), ("Looped", "looped", "looped = True"), ("Reading", "looped", "torch.func.vmap says")],
)
def test_a_member_trains_as_it_would_alone(lab, model, kind, why):
    members = cohort(lab, f"model.module=my_lab.models:{model}", "seeds=[5, 3, 9]")
    found = members[0].spec.model.found
    assert found.kind == kind and why in found.why
    together = losses(members, 30)
    for index, member in enumerate(members):
        np.testing.assert_allclose(together[:, index], losses([member], 30)[:, 0], rtol=1e-3)


def test_dropout_is_the_members_own_and_differs_by_step(lab):
    members = cohort(lab, "model.dropout=0.3", "optimizer.lr=1e-9", "optimizer.weight_decay=0")
    together = losses(members, 6)
    assert len(np.unique(together[:, 0])) == 6  # the weights stand still
    np.testing.assert_allclose(together[:, 1], losses(members[1:], 6)[:, 0], rtol=1e-5)


def test_the_size_is_that_of_the_network(lab):
    member = cohort(lab, "model.options.width=6")[0]
    spec, shown = member.spec.model, member.spec.task.shown
    assert spec.parameters(shown) == 7 * 6 + (12 * 12 + 12) + (12 * 7 + 7)
    assert spec.multiplications(shown) == 12 * 12 + 12 * 7
    assert spec.width == 12


@pytest.mark.parametrize(
    "sets, shown",
    [
        (['model={kind="transformer", d_model=8, heads=2, d_mlp=8}'], "tokens"),
        (['model={kind="mlp", hidden=[8]}'], "tokens"),
        (['model={kind="lstm", hidden=8, embedding=8}'], "tokens"),
        (['task={kind="modular", p=5, train_fraction=0.5}'], "tokens"),
        (
            [
                'task={kind="parity", relevant=2, noise=8, samples=100, train_fraction=0.5}',
                "model.module=my_lab.models:Flat",
            ],
            "numbers",
        ),
        (["task.module=my_lab.tasks:line", 'model={kind="mlp", hidden=[8]}', "loss.kind=mse"], "numbers"),
        (["task.module=my_lab.tasks:pictures", "model.module=my_lab.models:Seeing"], "arrays"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_either_stands_beside_a_kind_of_grokterms(lab, sets, shown):
    members = cohort(lab, *sets)
    found = losses(members, 3)
    assert members[0].spec.task.shown.kind == shown
    assert found.shape == (3, 2) and np.isfinite(found).all() and (found[0] != found[2]).all()


def test_random_samples_are_those_of_the_seed(lab):
    members = cohort(lab, "task.module=my_lab.tasks:line", "model.module=my_lab.models:Flat", "loss.kind=mse")
    train, _ = build_data(members, CPU)
    again, _ = build_data(members[1:], CPU)
    assert not torch.equal(train.inputs[0], train.inputs[1]) and torch.equal(train.inputs[1], again.inputs[0])
    fixed, _ = build_data([member._replace(spec=with_split_seed(member.spec, 4)) for member in members], CPU)
    assert torch.equal(*(fixed.inputs.expand(2, *fixed.inputs.shape[1:])))


@pytest.mark.parametrize(
    "table",
    [
        "collapse={at=3}",
        'collapse={at="memorised"}',
        "clamp_norm={at=3}",
        "reset_optimizer={at=3}",
        'freeze={at=3, tensors=["embed.*"]}',
        "change={at=3, lr=1e-3}",
        'transplant={at=3, experiment="x", tensors=["out.weight"]}',
    ],
)
def test_interventions_reach_into_a_network_of_ones_own(lab, table):
    (plain, *_), (treated, *_) = cohort(lab), cohort(lab, f"intervene.{table}", "milestones.memorised=0.1")
    donors = [{"out.weight": np.ones((7, 16))}] if "transplant" in table else ()
    one, other = trained([plain], 12), Trainer([treated], CPU, donors=donors)
    other.advance(12)
    assert (one.state()["weights.out.weight"] != other.state()["weights.out.weight"]).any()


def test_a_collapse_takes_the_gradient_of_the_right_class(lab):
    (member,) = cohort(lab, "seeds=1", "intervene.collapse={at=0}", "optimizer.weight_decay=0")
    ours = losses([member], 20)[:, 0]
    from my_lab.models import Tiny
    from my_lab.tasks import Cube

    inputs, answers = Cube(member.seed).train
    torch.manual_seed(word(member.seed, Purpose.WEIGHTS))
    network = Tiny(member.spec.task.shown)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2, betas=(0.9, 0.98), weight_decay=0)
    right = torch.nn.functional.one_hot(answers, 7).bool()
    for step in range(20):
        loss = torch.nn.functional.cross_entropy(network(inputs, lambda x: x).masked_fill(right, 0.0), answers)
        assert ours[step] == pytest.approx(loss.item(), rel=1e-3), step
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_a_collapse_of_a_task_with_numbers_is_refused(lab):
    sets = ("task.module=my_lab.tasks:line", "model.module=my_lab.models:Flat", "loss.kind=mse")
    with pytest.raises(BadInput, match=r"intervene\.collapse\.at: a collapse needs answers that are classes"):
        described(load(lab, [*sets, "intervene.collapse={at=3}"]))


def test_neurons_of_ones_own_have_no_names(lab):
    chosen = 'intervene.transplant={at=3, experiment="x", neurons=[1]}'
    with pytest.raises(BadInput, match=r"no hidden layer 0 with neurons known by name; set tensors instead: embed\.w"):
        described(load(lab, [chosen]))


def with_split_seed(spec, seed):
    return spec.model_copy(update={"task": spec.task.model_copy(update={"split_seed": seed})})


def test_arms_of_different_networks_and_a_grid_over_options(tmp_path):
    arms = '[grid]\n"task.options.n" = [5, 7]\n[arms.small.model]\noptions = {width = 4}\n[arms.reading.model]\n'
    preset = make_lab(tmp_path / "lab", preset=f'{PRESET}{arms}module = "my_lab.models:Reading"')
    experiment = described(load(preset))
    sizes = {arm.name: (arm.spec.task.train_size, arm.spec.model.found.kind) for arm in experiment.arms}
    assert sizes == {
        "small_n=5": (15, "mapped"),
        "small_n=7": (29, "mapped"),
        "reading_n=5": (15, "looped"),
        "reading_n=7": (29, "looped"),
    }
    assert [len(members) for members in plan_cohorts(experiment)] == [2, 2, 2, 2]


def test_a_preset_that_extends_one_finds_its_code_there(lab, tmp_path, monkeypatch):
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    child = tmp_path / "else" / "child.toml"
    child.write_text('extends = "../lab/lab.toml"\n[small]\nseeds = 1\n[small.task.options]\nn = 5\n')
    experiment = described(load(child, ["model.options.width=4"]))
    spec = experiment.arms[0].spec
    assert spec.task.folders == (str(lab.parent), str(tmp_path / "else"))
    assert spec.model.parameters(spec.task.shown) == 7 * 4 + (8 * 8 + 8) + (8 * 7 + 7)
    small = described(load(child, small=True))
    assert (small.seeds, small.arms[0].spec.task.train_size) == ((0,), 15)


def test_folders_of_a_preset_are_meant_from_its_own(tmp_path):
    make_lab(tmp_path / "code")
    (tmp_path / "elsewhere").mkdir()
    preset = tmp_path / "elsewhere" / "lab.toml"
    places = PRESET.replace('Cube"', 'Cube", folders = ["../code"]').replace('Tiny"', 'Tiny", folders = ["../code"]')
    preset.write_text(places)
    assert described(load(preset)).arms[0].spec.task.train_size == 29


def test_an_entry_point_is_found_by_its_name(lab):
    info = lab.parent / "my_lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[grokterm.tasks]\ncube = my_lab.tasks:Cube\n[grokterm.models]\ntiny = my_lab.models:Tiny\n"
    )
    named = losses(cohort(lab, "task.module=cube", "model.module=tiny"), 3)
    assert (named == losses(cohort(lab), 3)).all()
