import re

import numpy as np
import pytest

from lossfns.course import explorers
from lossfns.course.explorers.contract import mean_cost

DEMAND = np.random.default_rng(0).gamma(4.0, 3.0, 400)


@pytest.fixture
def widget():
    return explorers.two_prices(DEMAND)


def told_order(caption):
    return float(re.search(r"cheapest order is (\S+),", caption.value)[1])


def test_cost_worked_by_hand():
    costs = mean_cost(np.array([10.0, 0.0]), np.array([12.0, 7.0]), short=6.0, over=3.0)
    assert costs == pytest.approx([(2 * 6 + 3 * 3) / 2, (12 + 7) * 6 / 2])


def test_the_cheapest_order_is_the_quantile(widget):
    short, over, _, caption = widget.children
    for prices in ((6.0, 3.0), (3.0, 6.0), (12.0, 1.2)):
        short.value, over.value = prices
        q = short.value / (short.value + over.value)
        step = 1.1 * DEMAND.max() / 220
        assert told_order(caption) == pytest.approx(np.quantile(DEMAND, q), abs=2 * step)


def test_doubling_both_prices_moves_no_order(widget):
    short, over, _, caption = widget.children
    before = told_order(caption)
    short.value, over.value = 2 * short.value, 2 * over.value
    assert told_order(caption) == before
