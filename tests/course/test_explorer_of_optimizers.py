import re
import time
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

import lossfns
from lossfns.course import descend, explorers
from lossfns.course.explorers.optimizers import START, walk
from lossfns.course.figures.live_descent import LiveDescent


@pytest.fixture
def widget():
    return explorers.valley()


def pixels(png):
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture).astype(int)


def test_every_slider_changes_the_picture_and_the_sentence(widget):
    *handles, image, caption = widget.children
    seen = {(image.value, caption.value)}
    for handle in handles:
        handle.value *= 0.5
        seen.add((image.value, caption.value))
    assert len(handles) == 3 and len({png for png, _ in seen}) == len({text for _, text in seen}) == 4


def test_going_back_shows_the_same_picture_again(widget):
    rate, *_, image, _ = widget.children
    start, before = rate.value, pixels(image.value)
    rate.value = 1.9
    assert np.abs(pixels(image.value) - before).max() > 100
    rate.value = start
    assert np.abs(pixels(image.value) - before).max() <= 1


@pytest.mark.parametrize("beta", [0.0, 0.8])
def test_the_walk_is_that_of_the_librarys_sgd(beta):
    k = torch.tensor([0.04, 1.0], dtype=torch.float64)
    trail = descend(lambda w: (k * w**2).sum() / 2, START, 1.3, 20, optimizer=lossfns.SGD, momentum=beta)
    np.testing.assert_allclose(walk(k.numpy(), 1.3, beta, 20), trail.path)


def test_a_rate_beyond_two_leaves_for_good_without_momentum(widget):
    rate, beta, kappa, _, caption = widget.children
    rate.value, beta.value, kappa.value = 3.0, 0.8, 10.0
    assert re.search(r"with momentum takes the loss from \S+ to \S+ in 40 steps", caption.value)
    assert "gradient descent leaves for good" in caption.value


def test_a_path_that_overflows_is_drawn_as_far_as_it_goes():
    picture = LiveDescent(START, ["a"], title="T", xlabel="x", ylabel="y")
    path = np.array([[1.0, 1.0], [5.0, 5.0], [1e200, 1.0], [np.nan, np.inf]])
    png, text = picture.redraw([1.0, 1.0], {"a": path})
    assert "a leaves for good: after 2 steps" in text and pixels(png).size


def test_a_move_is_answered_at_once(widget):
    rate = widget.children[0]
    taken = []
    for value in np.linspace(rate.min, rate.max, 15):
        start = time.perf_counter()
        rate.value = value
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1
