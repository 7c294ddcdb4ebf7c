"""Inputs that several exercises of notebook 01 share."""

from collections.abc import Iterator

import numpy as np

from lossfns.grading.record import Probe


def pair(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets with one decimal; residuals of 0.3 to 4 on both sides, never a tie."""
    target = rng.uniform(-5, 9, n).round(1)
    side = np.where(np.arange(n) % 3 == rng.integers(3), -1, 1) * rng.choice([-1, 1])
    return (target + side * rng.uniform(0.3, 4, n)).round(1), target


def pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of several sizes, and two that share their predictions."""
    for n in (1, 1, 2, 3, 5, 8):
        pred, target = pair(rng, n)
        yield Probe((pred, target))
    yield Probe((pred, target + rng.uniform(1, 2, n).round(1)))
    yield Probe((pred + rng.uniform(1, 2, n).round(1), target))
