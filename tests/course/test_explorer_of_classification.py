import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from lossfns.classification import sigmoid_focal_loss
from lossfns.course import explorers
from lossfns.course.explorers.classification import best_answers, truth_behind


@pytest.fixture
def widget():
    return explorers.focal()


def expected_loss(p, share, gamma, alpha):
    logit = torch.logit(torch.tensor([p, p], dtype=torch.float64))
    target = torch.tensor([1.0, 0.0], dtype=torch.float64)
    losses = sigmoid_focal_loss(logit, target, gamma=gamma, alpha=alpha, reduction="none")
    return float(share * losses[0] + (1 - share) * losses[1])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_the_best_answer_minimises_the_expected_focal_loss(share, gamma, alpha):
    best = minimize_scalar(
        expected_loss,
        bounds=(1e-6, 1 - 1e-6),
        args=(share, gamma, alpha),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert best_answers([share], gamma, alpha)[0] == pytest.approx(best.x, abs=2e-4)


@pytest.mark.parametrize("gamma", [0.0, 1.0, 5.0])
@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.8])
def test_alpha_alone_decides_where_the_answer_crosses_one_half(gamma, alpha):
    assert truth_behind([0.5], gamma, alpha)[0] == pytest.approx(1 - alpha)


def test_without_gamma_and_alpha_the_answer_is_the_truth():
    shares = np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(best_answers(shares, 0.0), shares, atol=1e-5)


def test_a_slider_redraws_the_picture_and_the_sentence(widget):
    gamma, alpha, image, caption = widget.children
    states = [(image.value, caption.value)]
    gamma.value += 1
    states.append((image.value, caption.value))
    alpha.value += 0.2
    states.append((image.value, caption.value))
    assert len({png for png, _ in states}) == len({text for _, text in states}) == 3


def test_the_sentence_says_what_a_true_two_per_cent_is_answered_by(widget):
    gamma, alpha, _, caption = widget.children
    gamma.value, alpha.value = 0.0, 0.5
    assert "a true 2 % is answered by 2.0%, a true 50% by ½" in caption.value
