"""[intervene]: what is refused, in one line each, and what is written down."""

import pytest

from grokterm.errors import BadInput
from grokterm.spec import draft_of, load, parse, plan_cohorts, rows


@pytest.mark.parametrize(
    "override, line",
    [
        ("intervene.collapse.at=900", "--set intervene.collapse.at: step 900 never comes: the budget ends at 900"),
        ("intervene.collapse={at=890, after=10}", "--set intervene.collapse.at: step 900 never comes"),
        ("intervene.collaps.at=1", "--set intervene.collaps: unknown field (given {at = 1}); allowed: change"),
        ('intervene.freeze={at="memorized", tensors=["W_E"]}', '"grokked" (given "memorized"); nearest'),
        ("intervene.freeze.at=3", "intervene.freeze.tensors: missing; expected a list of names of tensors"),
        (
            'intervene.freeze={at=3, tensors=["W_E", "W_inn"]}',
            '--set intervene.freeze.tensors: no tensor "W_inn"; nearest: W_in',
        ),
        ('intervene.freeze={at=3, tensors=["blocks.0.*"]}', 'no tensor "blocks.0.*"; there is: W_E'),
        ('intervene.transplant={at=3, experiment="x", tensors=["W_9"]}', '.tensors: no tensor "W_9"; nearest: W_'),
        ("intervene.change.at=3", "intervene.change.lr: nothing changes: set one of lr, weight_decay, beta1"),
        ("intervene.change={at=3, momentum=0.5}", "--set intervene.change.momentum: adamw has no momentum"),
        ("intervene.change={at=3, weight_decay=1000.0}", "lr * lambda = 1 must stay below 1"),
        ("intervene.clamp_norm={at=3, norm=3.0, factor=2.0}", "is given by norm or by factor, not by both"),
        ('intervene.clamp_norm={at=3, norm=3.0, per="tensor"}', 'per = "tensor" takes a factor'),
        ('intervene={clamp_norm={at=3}, freeze={at=3, tensors=["W_E"]}}', "rescaling the network would move"),
        ('intervene.transplant={at=3, experiment="x"}', "set one of neurons, top and tensors (none is given)"),
        ('intervene.transplant={at=3, experiment="x", top=3, neurons="all"}', "(given: neurons and top)"),
        ('intervene.transplant={at=3, experiment="x", top=3, layer=1}', "only neurons of layer 0 read the operands"),
    ],
)  # fmt: skip
def test_what_is_refused(override, line):
    with pytest.raises(BadInput) as refused:
        load("quickstart", [override, "optimizer.lr=1e-3"])
    assert line in refused.value.problems[0], refused.value.problems


MLP = 'model={kind="mlp", hidden=[24, 12]}'


@pytest.mark.parametrize(
    "model, chosen, line",
    [
        (MLP, "neurons=[0, 24]", "intervene.transplant.neurons: no neuron 24; they are 0 to 23"),
        (MLP, "layer=1, neurons=[12]", "intervene.transplant.neurons: no neuron 12; they are 0 to 11"),
        (MLP, "top=25", "intervene.transplant.top: 25 of 24 neurons; 24 at most would be right"),
        (MLP, 'layer=2, neurons="all"', "intervene.transplant.layer: this network has no hidden layer 2"),
        ("model.d_mlp=64", "neurons=[64]", "no neuron 64; they are 0 to 63"),
        ('model={kind="lstm"}', "top=2", "intervene.transplant.top: this network has no hidden layer 0"),
    ],
)
def test_neurons_that_the_network_does_not_have_are_refused(model, chosen, line):
    with pytest.raises(BadInput) as refused:
        load("quickstart", [model, f'intervene.transplant={{at=3, experiment="x", {chosen}}}'])
    (said,) = [problem for problem in refused.value.problems if "transplant" in problem]
    assert line in said
    load("quickstart", [MLP, 'intervene.transplant={at=3, experiment="x", neurons=[23], layer=0}'])


def test_a_milestone_needs_evaluations_and_classes():
    with pytest.raises(BadInput, match=r'"grokked" needs evaluations, and streams\.eval_every is 0'):
        load("quickstart", ['intervene.collapse.at="grokked"', "eval_every=0"])
    document = {
        "task": {"kind": "m-height"}, "model": {"kind": "mlp"}, "optimizer": {"lr": 1e-3, "weight_decay": 0.0},
        "loss": {"kind": "log2_mse"}, "stop": {"steps": 10}, "intervene": {"collapse": {"at": "grokked"}},
    }  # fmt: skip
    with pytest.raises(BadInput, match="needs answers that are classes; m-height has numbers"):
        parse(document, "heights.toml")


def test_tensors_of_a_network_that_can_not_read_the_task_are_not_looked_at():
    document = {
        "task": {"kind": "m-height"}, "model": {"kind": "transformer", "d_model": 8, "heads": 2},
        "optimizer": {"lr": 1e-3, "weight_decay": 0.0}, "loss": {"kind": "log2_mse"}, "stop": {"steps": 10},
        "intervene": {"freeze": {"at": 1, "tensors": ["W_9"]}},
    }  # fmt: skip
    with pytest.raises(BadInput) as refused:
        parse(document, "heights.toml")
    assert len(refused.value.problems) == 1 and "transformer reads tokens" in refused.value.problems[0]


def test_arms_with_and_without_share_a_cohort_and_come_back_from_the_record():
    wanted = load(
        "quickstart",
        [
            'arms.static.intervene={freeze={at="memorised", after=9, tensors=["W_E", "b_*"]}, collapse={at=600}}',
            'arms.dynamic.intervene.transplant={at=3, experiment="x", neurons=[1, 2]}',
        ],
    )
    assert len(plan_cohorts(wanted)) == 1
    assert wanted.arm("static").spec.intervene.given.keys() == {"freeze", "collapse"}
    assert parse(wanted.to_document(), "again.toml").arms == wanted.arms
    assert "intervene" not in load("quickstart").to_document()


def test_the_form_lists_the_fields_of_a_table_that_is_there():
    draft = draft_of(load("quickstart").to_document(), "quickstart")
    listed = {row.path: row for row in rows(draft)}
    row = listed["intervene", "collapse"]
    assert row.default == "absent: never" and ("intervene", "collapse", "at") not in listed
    written = draft.write(row.path, "{at = 600}", row.field)
    listed = {row.path: row for row in rows(written)}
    assert listed["intervene", "collapse", "at"].text == "600"
    assert listed["intervene", "collapse", "factor"].default == "0.0"
    assert parse(written.document, "x.toml").arms[0].spec.intervene.collapse.at == 600
