import re
import time
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from lossfns import data
from lossfns.course import explorers, fit_line
from lossfns.course.figures.words import number
from lossfns.regression import huber_loss, mae_loss, mse_loss


@pytest.fixture
def points():
    return data.noisy_line(20, noise=2.0, seed=3)


@pytest.fixture
def widget(points):
    return explorers.outlier(*points)


def pixels(png):
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture).astype(int)


def test_moving_a_slider_redraws_the_picture_and_the_sentence(widget):
    height, delta, image, caption = widget.children
    states = [(image.value, caption.value)]
    height.value += 20
    states.append((image.value, caption.value))
    delta.value /= 3
    states.append((image.value, caption.value))
    assert len({png for png, _ in states}) == len({text for _, text in states}) == 3
    for png, _ in states:
        with Image.open(BytesIO(png)) as picture:
            assert picture.format == "PNG" and picture.size == (792, 462)


def test_going_back_shows_the_same_picture_again(widget):
    height, _, image, _ = widget.children
    start, before = height.value, pixels(image.value)
    height.value += 20
    assert np.abs(pixels(image.value) - before).max() > 100
    height.value = start
    assert np.abs(pixels(image.value) - before).max() <= 1


def test_the_lines_are_the_exact_fits_of_the_moved_points(widget, points):
    height, delta, _, caption = widget.children
    x, y = points
    height.value = y.max() + 30
    moved = np.append(y[:-1], height.value)
    right = x.max() + 0.03 * np.ptp(x)
    for label, line in {
        "squared": np.polynomial.Polynomial.fit(x, moved, 1),
        "absolute": fit_line(x, moved, mae_loss),
        "Huber": fit_line(x, moved, huber_loss, delta=delta.value),
    }.items():
        assert re.search(rf"{label} (rises|falls) from \S+ to {number(line(right))};", caption.value)


def test_an_outlier_that_moves_on_moves_the_squared_line_and_not_the_absolute_one(points):
    x, y = points
    far, further = (np.append(y[:-1], y[-1] + lift) for lift in (30, 300))
    assert fit_line(x, further, mae_loss) == fit_line(
        x, far, mae_loss
    )  # on which side it lies is all that counts
    assert fit_line(x, further, mse_loss).slope - fit_line(x, far, mse_loss).slope > 5


def test_the_callers_points_are_not_changed(points):
    before = points.y.copy()
    explorers.outlier(*points).children[0].value += 5
    np.testing.assert_array_equal(points.y, before)


def test_a_move_is_answered_at_once(widget):
    height, _, _, _ = widget.children
    taken = []
    for value in np.linspace(height.min, height.max, 15):
        start = time.perf_counter()
        height.value = value
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1  # the least: other work on the machine is not the widget's


def test_labels_stay_apart_wherever_the_point_is(points):
    from lossfns.course.explorers.regression import _fits
    from lossfns.course.figures.live import LivePointsAndLines

    x, y = points
    picture = LivePointsAndLines(
        x, y, ["squared", "absolute", "Huber"], title="T", xlabel="x", ylabel="y", ylim=(-30, 60)
    )
    for height in np.linspace(-30, 60, 7):
        fits = _fits(x, np.append(y[:-1], height), 2.0)
        picture.redraw(height, {name: fits[name] for name in ("squared", "absolute", "Huber")})
        tops = sorted((label.get_position()[1], label.get_fontsize()) for label in picture.labels)
        assert all(b - a > size for (a, size), (b, _) in pairwise(tops))
