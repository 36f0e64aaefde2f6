"""Dropout: what a mask is, whom it belongs to, and what it leaves alone."""

import copy

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, different_bits, member, members, run_spec, trained
from engine.oracle import assert_plain
from scipy import stats

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.dropout import Dropout, Key, drop
from grokterm.engine.losses import build_loss
from grokterm.engine.models import build_network
from grokterm.engine.seeds import Purpose
from grokterm.engine.step import evaluate, train_pass
from grokterm.engine.trainer import Trainer
from grokterm.spec import work_of
from grokterm.spec.shown import Tokens

MLP = {"kind": "mlp", "hidden": [24, 16], "dropout": 0.3}
TRANSFORMER = {"kind": "transformer", "d_model": 16, "heads": 2, "d_mlp": 32, "dropout": 0.2}
MASK64 = 2**64 - 1


def cohort(model: dict, count: int = 3, **sections):
    """Members of `model` alone, without what the default one has."""
    spec = run_spec(**sections)
    document = spec.model_dump() | {"model": model}
    return [member(seed)._replace(spec=type(spec).model_validate(document)) for seed in range(count)]


def splitmix(words):
    """Steele, Lea and Flood's mixing in unsigned words."""
    words = np.asarray(words, np.uint64)
    with np.errstate(over="ignore"):
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return words ^ (words >> np.uint64(31))


def expected_mask(seed: int, numbers: tuple[int, ...], shape, rate: float) -> np.ndarray:
    """The mask as documented, in numpy; `numbers` are the step, the layer if there is one, and the place."""
    bits = int(np.random.SeedSequence((seed, int(Purpose.DROPOUT))).generate_state(1, np.uint64)[0])
    for number in numbers:
        bits = int(splitmix((bits + number) & MASK64))
    size = int(np.prod(shape))
    counters = [(bits + n * 0x9E3779B97F4A7C15) & MASK64 for n in range(1, (size + 1) // 2 + 1)]
    words = splitmix(np.array(counters, np.uint64))
    halves = np.concatenate([words & np.uint64(0xFFFFFFFF), words >> np.uint64(32)])[:size]
    return (halves >= round(rate * 2**32)).reshape(shape) / (1 - rate)


def keys(rates, step: int, device=CPU) -> Key:
    """Of members 0, 1, ... in float64."""
    found = [Dropout([member(seed, model={"dropout": rate, "dtype": "float64"})], device) for seed, rate in rates]
    return Key(*(torch.cat(column) for column in zip(*(one.at(torch.tensor(step)) for one in found), strict=True)))


def test_a_mask_is_the_documented_hash(device):
    key = keys([(7, 0.3)], 12, device)
    for layer, place, shape in ((0, 0, (5, 3)), (2, 3, (1,)), (1, 2, (4, 2, 8))):
        mask = Key(*(part[0] for part in key)).layer(layer).mask(place, torch.Size(shape))
        np.testing.assert_allclose(mask.cpu().numpy(), expected_mask(7, (12, layer, place), shape, 0.3), rtol=1e-15)


def test_the_first_mask_of_some_bits_never_changes():
    """What a seed means is part of the format. SplitMix64 from 1234567 begins with these words in every language."""
    key = Key(torch.tensor(0), torch.tensor(2**31), torch.tensor(2.0))
    bits = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    gamma, start = 0x9E3779B97F4A7C15, 1234567
    assert [int(splitmix((start + n * gamma) & MASK64)) for n in range(1, 5)] == bits
    assert key.mask(1, torch.Size((8,))).tolist() == [2.0, 2.0, 2.0, 0.0, 2.0, 0.0, 0.0, 2.0]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_kept_is_the_share_asked_for_and_the_mean_stays(rate):
    n = 400_000
    mask = Key(*(part[0] for part in keys([(1, rate)], 0))).mask(0, torch.Size((n,)))
    kept = (mask > 0).double().mean().item()
    assert abs(kept - (1 - rate)) < 4 * (rate * (1 - rate) / n) ** 0.5
    assert set(mask.unique().tolist()) == {0.0, 1 / (1 - rate)}
    x = torch.ones(n, dtype=torch.float64)
    assert drop(x, None, 0) is x


def test_masks_are_uniform_and_have_no_memory():
    """Chi-square of how many of 16 are dropped: along elements, over steps, members, layers and places."""
    size, n = torch.Size((16 * 2000,)), 16
    base = keys([(0, 0.25)], 0)
    single = Key(*(part[0] for part in base))
    along = (single.mask(0, size) == 0).view(-1, n)
    halves = (single.mask(0, size) == 0).view(2, -1).T.reshape(-1, n)  # both halves of a word beside each other
    steps = torch.stack([Key(*(p[0] for p in keys([(0, 0.25)], s))).mask(0, size) == 0 for s in range(n)], 1)
    seeds = torch.stack([Key(*(p[0] for p in keys([(s, 0.25)], 0))).mask(0, size) == 0 for s in range(n)], 1)
    layers = torch.stack([single.layer(number).mask(0, size) == 0 for number in range(n)], 1)
    places = torch.stack([single.mask(number, size) == 0 for number in range(n)], 1)
    for name, flags in {"along": along, "halves": halves, "steps": steps, "seeds": seeds, "layers": layers}.items():
        _assert_binomial(name, flags)
    _assert_binomial("places", places)


def _assert_binomial(name: str, flags: torch.Tensor) -> None:
    counts = np.bincount(flags.sum(1).numpy(), minlength=17)[:10]
    expected = len(flags) * stats.binom.pmf(np.arange(10), 16, 0.25)
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 1e-3, name


@pytest.mark.parametrize("norm", ["none", "pre", "post"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("sequence", [(None, None, 4), (None, 4, None), (None, None)])
def test_the_transformer_drops_where_the_plain_network_does(sequence, layers, norm, device):
    """Losses and gradients with the same masks; the last block is asked for its last position alone."""
    model = run_spec(model={"layers": layers, "norm": norm, "d_model": 6, "d_mlp": 7, "dropout": 0.3}).model
    rates, step, last = [(0, 0.3), (1, 0.5)], 9, len(sequence) - 1

    def dropper(seed, rate):
        def dropped(x, layer, place):
            mask = torch.ones_like(x)
            if layer < layers:
                mask = torch.from_numpy(expected_mask(seed, (step, layer, place), x.shape, rate)).to(x)
            elif place == 0:  # [b, h, q, t], ours [b, t, h] for the last q
                shape = (x.shape[0], x.shape[3], x.shape[1])
                own = torch.from_numpy(expected_mask(seed, (step, layer, place), shape, rate)).to(x)
                mask[:, :, last] = own.transpose(1, 2)
            else:
                shape = (x.shape[0], x.shape[2])
                mask[:, last] = torch.from_numpy(expected_mask(seed, (step, layer, place), shape, rate)).to(x)
            return x * mask

        return dropped

    shown = Tokens(values=4, sequence=sequence, outputs=4)
    drops = tuple(dropper(seed, rate) for seed, rate in rates)
    assert_plain(model, shown, device, torch.float64, 1e-11, keys(rates, step, device), drops)


def test_the_mlp_drops_after_every_non_linearity():
    (one,) = cohort(MLP, 1)
    network = build_network(one)
    inputs = torch.randint(0, 11, (6, 2))
    key = Key(*(part[0] for part in Dropout([one], CPU).at(torch.tensor(3))))
    x = torch.nn.functional.one_hot(inputs, 11).float().flatten(1) @ network.W_1
    for layer, width in enumerate((24, 16)):
        x = torch.relu(x) * torch.from_numpy(expected_mask(0, (3, layer), (6, width), 0.3)).float()
        x = x @ (network.W_2 if layer == 0 else network.W_3)
    torch.testing.assert_close(network(inputs, key=key), x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", [MLP, TRANSFORMER], ids=["mlp", "transformer"])
def test_a_member_drops_what_it_drops_alone(model, device):
    together = trained(cohort(model), 3, device)
    losses = together.drain()["train"][1]["train_loss"]
    for index, one in enumerate(cohort(model)):
        alone = trained([one], 3, device).drain()["train"][1]["train_loss"]
        np.testing.assert_allclose(losses[:, index], alone[:, 0], rtol=1e-5)


@pytest.mark.parametrize("model", [MLP, TRANSFORMER], ids=["mlp", "transformer"])
def test_neighbours_places_and_groups_do_not_matter(model, device):
    mixed = cohort(model)
    mixed[1] = cohort(model | {"dropout": 0.6}, 2)[1]
    here, there = trained(mixed, 15, device), trained([mixed[i] for i in (2, 0, 1)], 15, device)
    assert different_bits(here.state(), there.state(), [2, 0, 1]) == []
    poisoned = Trainer(mixed, device)
    state = copy.deepcopy(poisoned.state())
    name = next(name for name in state if name.startswith("weights."))
    state[name][1] = np.nan
    poisoned.load_state(state)
    poisoned.advance(15)
    assert different_bits(here.state(), poisoned.state(), [0, 2], [0, 2]) == []
    grouped = Trainer(mixed, device)
    grouped.group(2)
    grouped.advance(15)
    losses = (trainer.drain()["train"][1]["train_loss"] for trainer in (here, grouped))
    np.testing.assert_allclose(*losses, rtol=1e-4)


@pytest.mark.parametrize("model", [MLP, TRANSFORMER], ids=["mlp", "transformer"])
def test_a_resumed_run_has_the_same_bits(model, device):
    straight, first = trained(cohort(model), 25, device), trained(cohort(model), 10, device)
    first.drain()
    resumed = Trainer(cohort(model), device)
    resumed.load_state(first.state())
    resumed.advance(15)
    assert different_bits(straight.state(), resumed.state()) == []
    assert np.array_equal(straight.drain()["train"][1]["train_loss"][10:], resumed.drain()["train"][1]["train_loss"])


@pytest.mark.parametrize("model", [MLP, TRANSFORMER], ids=["mlp", "transformer"])
def test_members_in_turn_are_members_at_once(model):
    """A network that can't be mapped has the same masks."""
    losses = []
    for looped in (False, True):
        trainer = Trainer(cohort(model | {"dtype": "float64"}), CPU)
        trainer._stack._network.looped = looped
        trainer.advance(5)
        losses.append(trainer.drain()["train"][1]["train_loss"])
    np.testing.assert_allclose(*losses, rtol=1e-6)


@pytest.mark.parametrize("model", [MLP, TRANSFORMER], ids=["mlp", "transformer"])
def test_evaluations_drop_nothing(model):
    """The eval stream's train loss is that of the whole network, and the train stream's that of the thinned one."""
    made = cohort(model, 2, streams={"numerics_every": 5})
    trainer = trained(made, 21)
    trainer.close()
    streams = trainer.drain()
    stack, (train, test) = build_stack(made, CPU), build_data(made, CPU)
    loss = build_loss([one.spec.loss for one in made], CPU)
    whole = evaluate(stack, train, loss, made[0].spec.most_evaluated)
    assert np.array_equal(streams["eval"][1]["train_loss"][0], whole.loss.double().numpy())
    assert not np.isclose(streams["train"][1]["train_loss"][0], whole.loss.numpy(), rtol=1e-4).any()
    thinned = train_pass(stack, train, loss, Dropout(made, CPU).at(torch.tensor(0)))
    assert np.array_equal(streams["train"][1]["train_loss"][0], thinned.loss.double().numpy())
    held_out = evaluate(stack, test, loss, made[0].spec.most_evaluated)
    assert np.array_equal(streams["eval"][1]["test_loss"][0], held_out.loss.double().numpy())


def test_no_rate_no_key_and_the_same_bits():
    plain, zero = members(2), members(2, model={"dropout": 0.0})
    assert Dropout(zero, CPU).at(torch.tensor(0)) is None
    assert different_bits(trained(plain, 20).state(), trained(zero, 20).state()) == []


def test_a_member_without_dropout_beside_one_with_it_trains_as_it_would_alone():
    """It loses the short cuts of its neighbour, so it is the same to rounding."""
    pair = [member(0), member(1, model={"dropout": 0.4})]
    losses = trained(pair, 20).drain()["train"][1]["train_loss"]
    alone = trained(pair[:1], 20).drain()["train"][1]["train_loss"]
    np.testing.assert_allclose(losses[:, 0], alone[:, 0], rtol=1e-4)


def test_the_estimate_knows_of_dropout():
    """The masks cost, and the training part is evaluated on its own; one member with a rate makes all of them pay."""
    without, with_it = members(2), members(2, model={"dropout": 0.1})
    assert work_of(with_it) > work_of(without)
    assert work_of([without[0], with_it[1]]) == work_of(with_it)
