import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression, LogisticRegression

import lossfns
from lossfns.course import Contest, contest, contests, fit_linear


def test_every_loss_meets_the_same_seeds():
    seen = []
    contest(lambda loss, seed: seen.append((loss, seed)) or 0.0, {"a": "A", "b": "B"}, metric="m", k=3)
    assert seen == [("A", 0), ("A", 1), ("A", 2), ("B", 0), ("B", 1), ("B", 2)]


@pytest.mark.parametrize(
    ("higher", "setting", "score"), [(True, "high", [5.0, 5.0]), (False, "low", [9.0, 9.0])]
)
def test_the_setting_that_validation_likes_best_is_the_one_that_counts(higher, setting, score):
    both = {"low": (1.0, 9.0), "high": (2.0, 5.0), "again": (2.0, 7.0)}
    found = contest(
        lambda loss, seed, setting: both[setting],
        {"a": 0},
        metric="m",
        higher=higher,
        k=2,
        settings=list(both),
    )
    assert found.scores == {"a": score} and found.picked == {"a": [setting, setting]}


def test_all_entrants_have_the_same_number_of_tries():
    def trial(loss, seed, setting):
        return setting, loss

    found = contest(trial, {"a": 1, "b": 2}, metric="m", k=1, settings={"a": [1, 2], "b": [4, 3]})
    assert found.picked == {"a": [2], "b": [4]}
    with pytest.raises(ValueError, match="same number"):
        contest(trial, {"a": 1, "b": 2}, metric="m", k=1, settings={"a": [1, 2], "b": [4]})


def test_a_gap_has_the_standard_error_of_the_paired_differences():
    found = Contest("m", False, {"one": [1.0, 2.0, 3.0], "other": [2.0, 4.0, 6.0]})
    assert found.gap("one", "other") == pytest.approx((2.0, 1 / np.sqrt(3)))


@pytest.mark.parametrize(
    ("other", "higher", "verdict"),
    [
        ([0.0, 1.0, 2.0], True, "wins"),
        ([0.0, 1.0, 2.0], False, "loses"),
        ([0.0, 2.0, 2.0], True, "ties"),  # equal on one seed
        ([2.0, 1.0, 2.0], True, "ties"),
        ([2.0, 3.0, 4.0], True, "loses"),
    ],
)
def test_a_win_is_a_win_on_every_seed(other, higher, verdict):
    assert Contest("m", higher, {"one": [1.0, 2.0, 3.0], "other": other}).verdict("one", "other") == verdict


def test_a_contest_prints_its_metric_means_and_deviations():
    both = Contest("error, francs", False, {"Huber": [10.0, 12.0], "squared": [100.0, 300.0]})
    assert str(both).splitlines() == [
        "error, francs, lower is better, mean ± deviation over 2 seeds",
        "Huber    11.0 ± 1.0",
        "squared  200 ± 100",
    ]
    assert both.gains("Huber", "squared") == [90.0, 288.0]


def test_fit_linear_under_squared_error_is_least_squares():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(50, 3)), draw.normal(size=50)
    theirs = LinearRegression().fit(x, y)
    np.testing.assert_allclose(fit_linear(x, y, lossfns.mse_loss)(x), theirs.predict(x), atol=1e-6)


def test_fit_linear_under_cross_entropy_is_logistic_regression():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(200, 2)), draw.integers(3, size=200)
    theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(x, y)
    ours = fit_linear(x, y, lossfns.cross_entropy, outputs=3)(x).softmax(1)
    np.testing.assert_allclose(ours, theirs.predict_proba(x), atol=1e-4)


def test_fit_linear_takes_lists_of_items():
    x = torch.randn(7, 4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scores = fit_linear(x, x[..., 0], lossfns.listmle_loss)(x)
    assert scores.shape == (7, 4) and (lossfns.ndcg(scores, x[..., 0] - x.min()) == 1).all()


def test_the_table_says_against_whom_each_recommended_loss_wins(capsys):
    scores = {"a": [1.0, 2.0], "b": [2.0, 3.0], "c": [0.0, 1.0], "d": [1.0, 3.0]}
    contests.table({"sums": Contest("points", True, scores, 2, "a rate, 4 each")})
    _, one, two = capsys.readouterr().out.splitlines()
    assert one.startswith("sums  points ↑   a") and "wins: c 0.500 ± 0.500; ties: d 2.00 ± 1.00" in one
    assert "a rate, 4 each  wins" in one
    assert one.index("1.50") == two.index("2.50") and "b" in two and "wins: c" in two
