import re

import numpy as np
import pytest

from lossfns.course import explorers
from lossfns.course.explorers.preferences import tilted

X = np.linspace(-4, 4, 81)
REF = np.exp(-(X**2) / 2) / np.exp(-(X**2) / 2).sum()


@pytest.fixture
def widget():
    return explorers.leash(X, REF, X, 2 * X - X**2)


def told_kl(caption):
    return float(re.search(r"the KL is (\S+) nats", caption.value)[1])


def test_a_gaussian_tilted_by_a_line_moves_by_one_over_beta():
    wide = np.linspace(-12, 12, 2401)
    ref = np.exp(-(wide**2) / 2) / np.exp(-(wide**2) / 2).sum()
    for beta in (0.5, 1.0, 4.0):
        assert tilted(ref, wide, beta) @ wide == pytest.approx(1 / beta, abs=1e-6)


def test_a_smaller_beta_is_told_with_a_larger_kl(widget):
    beta, image, caption = widget.children
    before = image.value
    assert told_kl(caption) == pytest.approx(
        0.5, abs=0.01
    )  # half the square of the shift, on a line without ends
    beta.value = 2.0
    assert told_kl(caption) == pytest.approx(0.125, abs=0.001)
    assert image.value != before


def test_rewards_of_any_height_are_tilted_without_overflow():
    assert np.isfinite(tilted(REF, 1e4 + X, 0.3)).all()
