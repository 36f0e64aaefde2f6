"""Random codes: the streams, the cache on disk, the acceptance table, and the predictions that look at nothing."""

import threading

import numpy as np
import pytest

from grokterm.engine.baselines import baselines
from grokterm.engine.cohort import Part
from grokterm.engine.tasks import m_height
from grokterm.engine.tasks.m_height import Stream, draw_block, m_height_split, m_heights
from grokterm.engine.tasks.m_height.blocks import block_path, get_block
from grokterm.engine.tasks.m_height.task import tensors
from grokterm.record.cache import cache_place, read_cached
from grokterm.spec import load
from grokterm.spec.tasks.m_height import MHeight

SMALL = MHeight(n=[6], k=[3, 4], train_per_group=700, validation_per_group=20, data_seed=3)
STREAM = Stream(0, "train", 6, 3, 2, 100.0)

# Mean and standard deviation of log2 h over 20,000 codes of each group.
TABLE = {
    (9, 4, 2): (7.185, 0.446), (9, 4, 3): (8.083, 0.503), (9, 4, 4): (9.919, 0.956), (9, 4, 5): (14.510, 1.818),
    (9, 5, 2): (8.270, 0.485), (9, 5, 3): (10.089, 0.918), (9, 5, 4): (14.913, 1.835),
    (9, 6, 2): (9.496, 0.810), (9, 6, 3): (14.197, 1.824),
    (10, 4, 2): (5.877, 0.927), (10, 4, 3): (7.463, 0.333), (10, 4, 4): (8.401, 0.540), (10, 4, 5): (10.439, 0.972),
    (10, 4, 6): (15.295, 1.842),
    (10, 5, 2): (7.817, 0.355), (10, 5, 3): (8.833, 0.580), (10, 5, 4): (10.916, 0.971), (10, 5, 5): (16.117, 1.865),
    (10, 6, 2): (8.720, 0.490), (10, 6, 3): (10.748, 0.933), (10, 6, 4): (15.994, 1.857),
}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """All 21 groups at a fifth of the validation set's size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROKTERM_CACHE", str(tmp_path_factory.mktemp("cache")))
        return m_height_split(MHeight(train_per_group=500, validation_per_group=2000, data_seed=0), 99)


def same(a, b):
    return all(np.array_equal(x, y) and x.dtype == y.dtype for x, y in zip(a, b, strict=True))


def forget(line):
    raise AssertionError(line)


# --- streams ----------------------------------------------------------------------------------------------------------


def test_a_block_depends_on_its_stream_and_index_alone():
    block = draw_block(STREAM, 4)
    assert same(block, draw_block(STREAM, 4))
    others = [STREAM._replace(seed=1), STREAM._replace(part="validation"), STREAM._replace(m=3)]
    for other in (draw_block(STREAM, 5), *(draw_block(stream, 4) for stream in others)):
        assert not np.isin(other.P, block.P).any()
    np.testing.assert_array_equal(draw_block(STREAM._replace(reach=50.0), 4).P, block.P / 2)


def test_a_height_belongs_to_the_matrix_as_it_is_shown():
    block = draw_block(STREAM, 0)
    assert block.P.dtype == np.float32 and block.P.shape == (500, 3, 3) and block.log2_h.dtype == np.float64
    np.testing.assert_array_equal(block.log2_h, np.log2(m_heights(block.P.astype(np.float64))[:, 2]))
    assert np.abs(block.P).max() <= 100 and np.abs(block.P.mean()) < 5 * 57.7 / block.P.size**0.5


def test_codes_of_infinite_height_are_drawn_again(monkeypatch):
    """Their places get other codes, and every other place stays as it is."""
    plain = draw_block(STREAM, 0)
    bad = plain.P[[3, 77]]

    def heights(P, m):
        found = m_heights(P, m)
        return np.where([any(np.array_equal(one, b) for b in bad) for one in P], np.inf, found)

    monkeypatch.setattr(m_height.draws, "m_heights", heights)
    block = draw_block(STREAM, 0)
    changed = np.flatnonzero((block.P != plain.P).any(axis=(1, 2)))
    assert changed.tolist() == [3, 77] and np.isfinite(block.log2_h).all()
    np.testing.assert_array_equal(block.log2_h, np.log2(m_heights(block.P, 2)))
    monkeypatch.setattr(m_height.draws, "m_heights", lambda P, m: np.full(len(P), np.inf))
    with pytest.raises(ValueError, match=r"group \(6, 3, 2\) draws codes of infinite height only"):
        draw_block(STREAM, 0)


# --- splits -----------------------------------------------------------------------------------------------------------


def test_a_split_is_padded_and_in_the_order_of_its_groups():
    train, validation = m_height_split(SMALL, 8)
    assert SMALL.all_groups == ((6, 3, 2), (6, 3, 3), (6, 4, 2))
    assert train.inputs.shape == (2100, 6, 6) and validation.inputs.shape == (60, 6, 6)
    assert [x.dtype.name for x in train] == ["float32", "float32", "float64", "int64"]
    assert train.group.tolist() == [0] * 700 + [1] * 700 + [2] * 700
    assert train.parameters[[0, 700, 1400]].tolist() == [[6, 3, 2], [6, 3, 3], [6, 4, 2]]
    assert (train.inputs[:1400, :3, :3] != 0).all() and (train.inputs[1400:, :4, :2] != 0).all()
    assert np.count_nonzero(train.inputs) == 1400 * 9 + 700 * 8
    np.testing.assert_array_equal(train.inputs[500:700, :3, :3], draw_block(STREAM._replace(seed=3), 1).P[:200])
    assert not np.isin(validation.inputs[validation.inputs != 0], train.inputs).any()


def test_more_samples_extend_fewer_and_leave_the_other_set_alone():
    fewer = m_height_split(SMALL.model_copy(update={"train_per_group": 30}), 0)
    more = m_height_split(SMALL, 0)
    assert same(fewer.validation, more.validation)
    for group in range(3):
        few, many = fewer.train.inputs[fewer.train.group == group], more.train.inputs[more.train.group == group]
        np.testing.assert_array_equal(few, many[:30])
    alone = m_height_split(SMALL.model_copy(update={"groups": ((6, 3, 3),)}), 0)
    np.testing.assert_array_equal(alone.train.log2_h, more.train.log2_h[more.train.group == 1])


def test_the_run_s_seed_draws_the_codes_unless_the_task_has_its_own():
    section = MHeight(n=[6], k=[3], groups=[[6, 3, 2]], train_per_group=5, validation_per_group=5)
    splits = [m_height_split(section, seed) for seed in (0, 1)]
    assert not np.isin(splits[0].train.inputs[:, :3, :3], splits[1].train.inputs).any()
    fixed = m_height_split(section.model_copy(update={"data_seed": 1}), 0)
    assert same(fixed.train, splits[1].train)


# --- cache ------------------------------------------------------------------------------------------------------------


def test_the_cache_gives_the_same_bits_and_draws_nothing_again(monkeypatch, cache):
    heard = []
    made = m_height_split(SMALL, 0, lambda done, total: heard.append((done, total)), forget)
    assert heard[-1] == (2160, 2160) and [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert (
        len(heard) == 9 == len(list(cache.rglob("*.safetensors"))) == sum(path.is_file() for path in cache.rglob("*"))
    )
    monkeypatch.setattr(m_height.blocks, "draw_block", None)
    loaded = m_height_split(SMALL, 0, tell=forget)
    assert same(made.train, loaded.train) and same(made.validation, loaded.validation)


def test_an_interruption_keeps_finished_blocks(monkeypatch, cache):
    def interrupt(done, total):
        if done >= 1400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        m_height_split(SMALL, 0, interrupt)
    assert len(list(cache.rglob("*.safetensors"))) == 4
    drawn = []
    monkeypatch.setattr(m_height.blocks, "draw_block", lambda *place: drawn.append(place) or draw_block(*place))
    m_height_split(SMALL, 0, tell=forget)
    assert len(drawn) == 5


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def empty(path):
    path.write_bytes(b"")


def be_nonsense(path):
    path.write_bytes(b"\xff" * 4000)


def be_another_block(path):
    get_block(STREAM, 1)
    path.write_bytes(block_path(STREAM, 1).read_bytes())


@pytest.mark.parametrize("damage", [flip_a_bit, cut, empty, be_nonsense, be_another_block])
def test_a_damaged_file_is_made_anew_with_a_word(damage):
    block, lines = get_block(STREAM, 0), []
    damage(block_path(STREAM, 0))
    assert same(get_block(STREAM, 0, lines.append), block)
    assert len(lines) == 1 and str(block_path(STREAM, 0)) in lines[0] and lines[0].endswith("it is made anew")
    assert same(get_block(STREAM, 0, forget), block)


def test_a_cache_that_cannot_be_used_costs_a_line_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path / "file"))
    lines = []
    split = m_height_split(SMALL, 0, tell=lines.append)
    assert [line.partition("(")[0] for line in lines] == ["the cache can't be read ", "the cache can't be written "]
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path / "cache"))
    assert same(split.train, m_height_split(SMALL, 0, tell=forget).train)


def test_makers_of_the_same_blocks_do_not_spoil_each_other(cache):
    splits, lines = [], []
    makers = [
        threading.Thread(target=lambda: splits.append(m_height_split(SMALL, 0, tell=lines.append))) for _ in range(4)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(splits) == 4 and not lines
    assert all(same(split.train, splits[0].train) for split in splits)
    assert len([path for path in cache.rglob("*") if path.is_file()]) == 9  # and nothing left beside them


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert cache_place() == tmp_path / "cache"
    monkeypatch.delenv("GROKTERM_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_place() == tmp_path / "home" / ".cache" / "grokterm"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_place() == tmp_path / "xdg" / "grokterm"
    assert read_cached(tmp_path / "nothing", "here") is None


# --- what comes out ---------------------------------------------------------------------------------------------------


def check_table(groups, codes):
    """Means and standard deviations within 4.5 standard errors of the table's, both being samples."""
    assert set(groups) == set(TABLE)
    for index, group in enumerate(groups):
        values = codes.log2_h[codes.group == index]
        mean, deviation = TABLE[group]
        both = (1 / len(values) + 1 / 20_000) ** 0.5
        kurtosis = np.mean((values - values.mean()) ** 4) / values.var() ** 2
        assert abs(values.mean() - mean) < 4.5 * deviation * both + 0.0005, group
        assert abs(values.std() - deviation) < 4.5 * deviation * ((kurtosis - 1) / 4) ** 0.5 * both + 0.0005, group


def test_the_acceptance_table(sample):
    check_table(MHeight().all_groups, sample.validation)


@pytest.mark.slow
def test_the_acceptance_table_at_full_size():
    section = MHeight(train_per_group=1, validation_per_group=20_000, data_seed=1)
    check_table(section.all_groups, m_height_split(section, 0).validation)


def test_the_baselines(sample):
    train, test = (Part(*(part[None] for part in tensors(codes))) for codes in sample)
    one, constant, group_means = baselines(load("lin-wd").arms[0].spec, train, test).values()
    assert one == pytest.approx(124, abs=1)
    y, group = sample.validation.log2_h, sample.validation.group
    assert one == pytest.approx(np.mean(y**2), rel=1e-12)
    means = np.array([y[group == index].mean() for index in range(21)])
    for value, residuals, expected in (
        (constant, y - y.mean(), 11.15),
        (group_means, y - means[group], 1.349),
    ):
        error = (residuals**2).std() / len(y) ** 0.5
        assert abs(value - expected) < 4 * error
    assert group_means < constant < one
    assert baselines(load("quickstart").arms[0].spec, train, test) == {}
