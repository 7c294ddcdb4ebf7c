from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.stats import binom

from lossfns.calibration import reliability_curve
from lossfns.course import figures
from lossfns.course.figures import page
from lossfns.course.figures.live_reliability import LiveReliability
from lossfns.course.figures.reliability import bins_of, chance, quantile


def answers(n, heat=1.0, seed=0):
    """Probabilities softmax(z), and classes that are drawn from softmax(z / heat): 1 is calibrated."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(n, 4, dtype=torch.float64, generator=generator)
    drawn = torch.multinomial((logits / heat).softmax(1), 1, generator=generator)[:, 0]
    return logits.softmax(1), drawn


def curve(n=600, heat=1.0, bins=10):
    return reliability_curve(*answers(n, heat), bins=bins)


@pytest.fixture
def drawn(monkeypatch):
    seen = []
    original = page._png
    monkeypatch.setattr(page, "_png", lambda figure: (seen.append(figure), original(figure))[1])
    return seen


@pytest.mark.parametrize("p", [0.0, 0.03, 0.31, 0.5, 0.97, 1.0])
def test_quantile_is_that_of_the_binomial_distribution(p):
    for n in (1, 2, 17, 400):
        for level in (0.025, 0.5, 0.975):
            assert quantile(n, p, level) == binom.ppf(level, n, p)


def share_inside(heat, seeds=30):
    inside = []
    for seed in range(seeds):
        bins = bins_of(reliability_curve(*answers(1500, heat, seed), bins=10))
        low, high = chance(bins)
        inside += list((low <= bins.accuracy) & (bins.accuracy <= high))
    return np.mean(inside)


def test_chance_holds_nineteen_in_twenty_calibrated_bins_and_few_overconfident_ones():
    assert share_inside(heat=1.0) == pytest.approx(0.96, abs=0.02)
    assert share_inside(heat=3.0) < 0.3


def test_reliability_draws_and_tells_every_bin_with_its_count(drawn, capsys):
    probs = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.46, 0.54]])
    figures.reliability(reliability_curve(probs, torch.tensor([0, 1, 1, 1]), bins=5), title="Four")
    text = capsys.readouterr().out
    # by hand: (0.4, 0.6] holds 0.6 (wrong) and 0.54 (right), (0.6, 0.8] the 0.8 (right), (0.8, 1] the 0.9 (right)
    assert "0.57 → 0.5 (2; chance allows 0 to 1), 0.8 → 1 (1;" in text and "0.9 → 1 (1;" in text
    assert "All 4: 0.71 → 0.75; no bin lies outside what chance allows." in text
    above, below = drawn[0].axes
    np.testing.assert_allclose(above.lines[-1].get_xydata(), [[0.57, 0.5], [0.8, 1], [0.9, 1]], atol=1e-6)
    assert [bar.get_height() for bar in below.patches] == [0, 0, 2, 1, 1]
    assert [label.get_text() for label in below.texts] == ["", "", "2", "1", "1"]


def test_reliability_compares_up_to_four_and_labels_them(drawn, capsys):
    figures.reliability({"early": curve(heat=0.5), "late": curve(heat=2.0)}, title="Two")
    text = capsys.readouterr().out
    assert "early: 0." in text and "late: 0." in text and text.count("All 600") == 2
    above, below = drawn[0].axes
    assert [label.get_text() for label in above.texts] == ["early", "late"]
    assert len(below.patches) == 20
    lefts = sorted(bar.get_x() for bar in below.patches)
    assert all(b > a for a, b in pairwise(lefts))


def test_reliability_refuses_a_curve_without_answers():
    empty = reliability_curve(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long))
    with pytest.raises(ValueError, match="at least one answer"):
        figures.reliability(empty, title="None")


def test_live_reliability_tells_what_it_shows_and_goes_back():
    picture = LiveReliability(curve(heat=2.0), title="T", named="as it came")
    first, text = picture.redraw(curve(heat=2.0), "T = 1")
    assert text.startswith("T. T = 1. Confidence → accuracy (answers): ") and "All 600" in text
    other = picture.redraw(curve(heat=1.0))[0]
    assert picture.redraw(curve(heat=2.0), "T = 1")[0] == first != other
