import re
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.optimize import minimize

from lossfns.course import explorers
from lossfns.course.explorers import regularization as module


@pytest.fixture
def widget():
    return explorers.ball()


def said(widget):
    return widget.children[-1].value


def pixels(png):
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture).astype(int)


def test_moving_a_slider_redraws_the_picture_and_the_sentence(widget):
    price, mix, image, caption = widget.children
    states = [(image.value, caption.value)]
    price.value = 3.0
    states.append((image.value, caption.value))
    mix.value = 0.2
    states.append((image.value, caption.value))
    assert len({png for png, _ in states}) == len({text for _, text in states}) == 3


def test_going_back_shows_the_same_picture_again(widget):
    price, _, image, _ = widget.children
    before = pixels(image.value)
    price.value = 10.0
    price.value = 1.0
    assert np.abs(pixels(image.value) - before).max() <= 1


@pytest.mark.parametrize("mix", [0.0, 0.3, 1.0])
def test_solutions_are_the_minima(mix):
    prices = np.array([0.05, 0.7, 3.0])
    for price, w in zip(prices, module.solutions(prices, mix), strict=True):

        def cost(v, price=price):
            return module._surface(*v) + price * (mix * np.abs(v).sum() + (1 - mix) * np.square(v).sum())

        found = minimize(cost, w + 0.1, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
        np.testing.assert_allclose(w, found.x, atol=1e-5)


def test_l1_kills_the_second_weight_and_l2_never_does(widget):
    price, mix, *_ = widget.children
    price.value, mix.value = 3.0, 1.0
    assert "Exactly 0: the second weight." in said(widget)
    price.value = 100.0
    assert "Exactly 0: the first and the second weight." in said(widget)
    mix.value = 0.0
    assert "Neither weight is exactly 0." in said(widget)


def test_the_caption_says_the_price_the_mix_and_the_solution(widget):
    price, mix, *_ = widget.children
    price.value, mix.value = 0.5, 0.5
    text = said(widget)
    assert "The price is 0.5 and the share of L1 in it 0.5" in text
    assert re.search(r"the solution is \(\S+, \S+\)", text)


def test_an_answer_takes_less_than_a_quarter_of_a_second(widget):
    price = widget.children[0]
    begin = time.perf_counter()
    for value in (0.1, 0.5, 2.0, 5.0):
        price.value = value
    assert (time.perf_counter() - begin) / 4 < 0.25
