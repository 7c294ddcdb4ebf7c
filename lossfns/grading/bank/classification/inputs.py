"""Inputs and pieces that several exercises of notebook 02 share."""

from collections.abc import Iterator

import numpy as np

from lossfns.grading.exercise import Regime
from lossfns.grading.record import Probe

ADDED = (1e-4, 1e-5, 1e-6, 1e-7)  # to a probability; smaller ones cannot be told from a cut there
CUTS = (1e-3, *ADDED, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)


def table(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Logits (n, k) with one decimal, no two of a row alike."""
    rows = [rng.permutation(np.arange(-9, 10))[:k] / 4 for _ in range(n)]
    return (np.array(rows) + rng.uniform(-0.1, 0.1, (n, k))).round(2) + rng.integers(-2, 3, (n, 1))


def classified(rng: np.random.Generator) -> Iterator[Probe]:
    """Logits and class indices of several sizes, two that share their logits, and logits that overflow."""
    for n, k in ((1, 2), (1, 4), (2, 3), (3, 3), (4, 3), (6, 5)):
        yield Probe((table(rng, n, k), rng.integers(0, k, n)))
    logits = table(rng, 5, 4)
    target = rng.integers(0, 4, 5)
    yield Probe((logits, target))
    yield Probe((logits, (target + np.array([1, 2, 3, 1, 2])) % 4))
    yield Probe((np.array([[9.2, 0.0]]), np.array([1])))  # p is 1e-4: what is added to it shows
    yield Probe((np.array([[1000.0, 0.0, -1000.0], [3.0, 1.5, -0.5]]), np.array([0, 1])))
    yield Probe((np.array([[1000.0, 0.0, -1000.0]]), np.array([2])))
    yield Probe((np.array([[-2000.0, -2001.5, -1999.0], [1001.0, 1000.0, 1000.5]]), np.array([1, 2])))


LARGE_TABLE = (
    Regime(
        "large logits",
        lambda z, *rest: bool(np.abs(z).max() > 100),
        "logits are in the hundreds",
        "logits are of ordinary size",
    ),
)


def sided(rng: np.random.Generator, n: int, low: float = 0.2, high: float = 4) -> np.ndarray:
    """Scores with one decimal on both sides of zero, none near it."""
    return (rng.choice([-1, 1], n) * rng.uniform(low, high, n)).round(2)
