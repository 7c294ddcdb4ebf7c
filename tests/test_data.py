import numpy as np
import pytest

from lossfns import data
from lossfns.data import installed


def test_engel_is_what_statsmodels_loads():
    from statsmodels.datasets import engel

    theirs = engel.load_pandas().data
    income, food = data.engel()
    np.testing.assert_array_equal(income, theirs["income"])
    np.testing.assert_array_equal(food, theirs["foodexp"])
    assert income.dtype == food.dtype == np.float64


def test_engel_gives_a_fresh_copy():
    data.engel().food[:] = 0
    assert data.engel().food.min() > 0


def test_engel_says_what_to_install(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"statsmodels.*lossfns\[course\]"):
        data.engel()


def test_noisy_line_quantiles_are_the_promised_lines():
    from statistics import NormalDist

    x, y = data.noisy_line(100_000, slope=2, intercept=1, noise=0.5, spread=0.3, seed=1)
    for q in (0.1, 0.5, 0.9):
        z = NormalDist().inv_cdf(q)
        line = (1 + 0.5 * z) + (2 + 0.3 * z) * x
        for half in (x < 5, x >= 5):  # 50,000 points: a standard error of 0.0013 at q = 0.1
            assert np.mean(y[half] < line[half]) == pytest.approx(q, abs=0.01)


def test_noisy_line_is_seeded_and_sorted():
    one, same, other = (data.noisy_line(50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.y, same.y)
    assert not np.array_equal(one.y, other.y)
    assert (np.diff(one.x) >= 0).all()


@pytest.mark.parametrize("bad", [{"n": 0}, {"noise": -1.0}, {"spread": -0.1}])
def test_noisy_line_refuses_impossible_arguments(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        data.noisy_line(**bad)


def test_contaminate_spoils_the_promised_share_and_nothing_else():
    y = np.arange(1.0, 41.0)
    spoilt_y, spoilt = data.contaminate(y, share=0.1, factor=10, seed=3)
    assert spoilt.sum() == 4
    np.testing.assert_array_equal(spoilt_y[spoilt], 10 * y[spoilt])
    np.testing.assert_array_equal(spoilt_y[~spoilt], y[~spoilt])
    np.testing.assert_array_equal(y, np.arange(1.0, 41.0))
    assert not np.array_equal(spoilt, data.contaminate(y, share=0.1, seed=4).spoilt)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_contaminate_refuses_a_share_outside_0_to_1(share):
    with pytest.raises(ValueError, match="share"):
        data.contaminate(np.ones(3), share=share)


def test_sources_name_every_real_data_set_with_its_licence():
    for source in data.sources():
        assert all(source), source
        assert callable(getattr(data, source.name))
        if source.shape.startswith("text"):
            continue  # another one in each version of Python
        if "version" in source.shape:
            continue  # another one in each version of scikit-learn
        rows, columns = map(int, source.shape.split(" × "))
        assert sum(map(np.size, getattr(data, source.name)())) == rows * columns


def test_randhie_is_what_statsmodels_loads():
    from statsmodels.datasets import randhie

    theirs = randhie.load_pandas().data
    features, visits = data.randhie()
    np.testing.assert_array_equal(visits, theirs["mdvis"])
    np.testing.assert_array_equal(features, theirs.drop(columns="mdvis"))
    assert visits.dtype == np.int64 and len(data.RANDHIE_FEATURES) == features.shape[1]


def test_diabetes_is_what_scikit_learn_loads_but_for_the_scale():
    from sklearn.datasets import load_diabetes

    theirs = load_diabetes()
    features, progression = data.diabetes()
    np.testing.assert_array_equal(progression, theirs.target)
    np.testing.assert_allclose(features / np.sqrt(442), theirs.data, atol=1e-12)
    assert len(data.DIABETES_FEATURES) == features.shape[1]


def test_digits_are_what_scikit_learn_loads():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    np.testing.assert_array_equal(data.digits().images * 16, images)
    np.testing.assert_array_equal(data.digits().labels, labels)


def test_place_moves_every_image_and_changes_none():
    images = data.digits().images[:300]
    fields = data.place(images, seed=3).reshape(-1, 12, 12)
    for image, field in zip(images.reshape(-1, 8, 8), fields, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(field, (8, 8))
        assert (windows == image).all(axis=(2, 3)).any()
        assert field.sum() == pytest.approx(image.sum())


def test_place_uses_every_place_and_follows_its_seed():
    dot = np.zeros((2000, 64))
    dot[:, 0] = 1.0
    at = data.place(dot, field=12, seed=0).argmax(1)
    assert set(zip(*np.unravel_index(at, (12, 12)), strict=True)) == {
        (r, c) for r in range(5) for c in range(5)
    }
    assert np.bincount(at).max() < 130  # 80 are expected in each of the 25
    np.testing.assert_array_equal(at, data.place(dot, seed=0).argmax(1))
    draw = np.random.default_rng(0)
    np.testing.assert_array_equal(at, data.place(dot, seed=draw).argmax(1))
    assert not np.array_equal(at, data.place(dot, seed=draw).argmax(1))
    np.testing.assert_array_equal(data.place(dot[:1], field=8), dot[:1])


@pytest.mark.parametrize(
    "call", [lambda: data.place(np.ones((2, 60))), lambda: data.place(np.ones((2, 64)), field=7)]
)
def test_place_refuses_what_does_not_fit(call):
    with pytest.raises(ValueError, match="must be"):
        call()


def test_split_gives_every_row_once():
    parts = data.split(10, 3, 4, seed=1)
    assert [len(part) for part in parts] == [3, 4, 3]
    assert sorted(np.concatenate(parts)) == list(range(10))


@pytest.mark.parametrize("sizes", [(11,), (6, 5), (-1, 3)])
def test_split_refuses_sizes_that_do_not_fit(sizes):
    with pytest.raises(ValueError, match="n = 10"):
        data.split(10, *sizes)


def test_modechoice_is_what_statsmodels_loads():
    from statsmodels.datasets import modechoice

    theirs = modechoice.load_pandas().data
    features, chosen = data.modechoice()
    columns = ["ttme", "invc", "invt", "gc", "hinc", "psize"]
    np.testing.assert_array_equal(features.reshape(840, 6), theirs[columns])
    np.testing.assert_array_equal(np.eye(4)[chosen].ravel(), theirs["choice"])
    assert len(data.MODES) == 4 and len(data.MODECHOICE_FEATURES) == 6 and chosen.dtype == np.int64


def test_hyperparameters_are_those_of_the_installed_estimators():
    from inspect import signature

    from sklearn import cluster, linear_model, svm

    takes, estimators, parameters = data.hyperparameters()
    assert takes.shape == (len(estimators), len(parameters)) and takes.dtype == bool
    for module, name in ((linear_model, "Ridge"), (svm, "SVC"), (cluster, "KMeans")):
        theirs = set(signature(getattr(module, name)).parameters) & set(parameters)
        assert {p for p, has in zip(parameters, takes[estimators.index(name)], strict=True) if has} == theirs
    assert takes.sum(1).min() >= 4 and takes.any(0).all() and 500 < takes.sum() < 5000
    assert list(parameters) == sorted(parameters) and list(estimators) == sorted(estimators)


def test_hyperparameters_gives_a_fresh_copy():
    data.hyperparameters().takes[:] = False
    assert data.hyperparameters().takes.any()


def test_comparisons_are_won_as_often_as_bradley_and_terry_say():
    rewards = np.array([1.0, 0.0, -0.5])
    chosen, rejected = data.comparisons(rewards, 60_000, shares=np.array([0.5, 0.3, 0.2]), seed=1)
    assert (chosen != rejected).all()
    for a, b in ((0, 1), (0, 2), (1, 2)):
        won, lost = np.sum((chosen == a) & (rejected == b)), np.sum((chosen == b) & (rejected == a))
        promised = 1 / (1 + np.exp(rewards[b] - rewards[a]))
        assert won / (won + lost) == pytest.approx(
            promised, abs=0.02
        )  # four standard errors of the rarest pair
    assert np.mean((chosen == 2) | (rejected == 2)) < np.mean((chosen == 1) | (rejected == 1))


def test_comparisons_are_seeded():
    one, same, other = (data.comparisons(np.arange(5.0), 50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("rewards", "shares"),
    [([1.0], None), ([1.0, 2.0], [1.0]), ([1.0, 2.0], [1.0, 0.0]), ([1.0, 2.0], [2.0, -1.0])],
)
def test_comparisons_refuse_what_cannot_be_compared(rewards, shares):
    with pytest.raises(ValueError, match="shares"):
        data.comparisons(rewards, 5, shares=shares)


def test_one_or_two_digits_shows_what_its_labels_say():
    images, labels = data.one_or_two_digits(200, seed=1)
    every, digit = data.digits()
    left, right = (half.reshape(200, 64) for half in np.split(images.reshape(200, 8, 16), 2, axis=2))
    shown = {one.tobytes(): d for one, d in zip(every, digit, strict=True)}
    for a, b, row in zip(left, right, labels, strict=True):
        assert {shown[half.tobytes()] for half in (a, b) if half.any()} == set(np.flatnonzero(row))
    assert 40 < (~right.any(1)).sum() < 95


@pytest.mark.parametrize("bad", [{"n": 0}, {"n": 1, "alone": 2.0}])
def test_one_or_two_digits_refuses_impossible_arguments(bad):
    with pytest.raises(ValueError, match="n must be at least 1"):
        data.one_or_two_digits(**bad)
