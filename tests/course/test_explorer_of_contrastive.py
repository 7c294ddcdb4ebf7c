import numpy as np
import pytest
from scipy.special import softmax

from lossfns.course import explorers
from lossfns.course.explorers.contrastive import pushes

ROW = np.random.default_rng(0).uniform(-0.6, 0.7, 40)


@pytest.fixture
def widget():
    return explorers.negatives(ROW)


def test_turning_the_temperature_redraws_the_picture_and_the_sentence(widget):
    tau, own, image, caption = widget.children
    states = [(image.value, caption.value)]
    tau.value *= 3
    states.append((image.value, caption.value))
    own.value -= 0.4
    states.append((image.value, caption.value))
    assert len({text for _, text in states}) == 3 and states[0][0] != states[1][0]


@pytest.mark.parametrize("tau", [0.02, 0.1, 1.0])
@pytest.mark.parametrize("own", [-0.5, 0.8])
def test_the_push_is_shared_like_the_softmax_over_the_negatives(tau, own):
    np.testing.assert_allclose(pushes(ROW, own, tau), softmax(ROW / tau), rtol=1e-6, atol=1e-12)


def test_the_sentence_says_what_the_own_key_gets_and_how_many_are_heard(widget):
    tau, own, _, caption = widget.children
    tau.value, own.value = 0.2, 0.5
    sure = softmax(np.append(0.5, ROW) / tau.value)[0]
    heard = 1 / (softmax(ROW / tau.value) ** 2).sum()
    assert f"its own key gets {sure:.0%}" in caption.value
    assert f"about {heard:.3g} of 40 negatives are heard" in caption.value


def test_hot_hears_everybody_and_cold_the_nearest(widget):
    assert pushes(ROW, 0.8, 100.0) == pytest.approx(np.full(40, 1 / 40), rel=0.02)
    assert pushes(np.sort(ROW)[::-1], 0.8, 0.003)[0] > 0.9
    assert pushes(ROW, 1.0, 0.0005).sum() == pytest.approx(1)  # where every push rounds to nothing
