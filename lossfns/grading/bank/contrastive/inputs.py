"""Inputs that several exercises of notebook 03 share: rows of very different lengths, so that normalising shows."""

from collections.abc import Iterator

import numpy as np

from lossfns.grading.record import Probe

TEMPERATURES = (0.3, 0.7, 2.5)


def rows(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """n embeddings of d numbers with one decimal, none near zero, of lengths that differ by a factor of up to 20."""
    directions = rng.normal(size=(n, d))
    lengths = rng.uniform(0.5, 10, (n, 1))
    return (lengths * directions / np.linalg.norm(directions, axis=1, keepdims=True)).round(1) + 0.05


def views(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Two views of n things: the second is near the first in direction, and not in length."""
    first = rows(rng, n, d)
    second = (first + rng.normal(0, 1.5, (n, d))) * rng.uniform(0.4, 2.5, (n, 1))
    return first, second.round(1) + 0.05


def pairs_and_temperatures(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of several sizes and temperatures, one in which nobody is near its own key, and twins."""
    for n, d in ((1, 3), (2, 3), (3, 2), (4, 5), (6, 3)):
        for temperature in TEMPERATURES[: 1 if n == 1 else 2]:
            yield Probe((*views(rng, n, d), temperature))
    first, second = views(rng, 5, 4)
    yield Probe((first, second, TEMPERATURES[2]))
    yield Probe((first, second, TEMPERATURES[0]))
    yield Probe((first, -first.round(1) + 0.15, 0.05))
    yield Probe((first, views(rng, 5, 4)[1], TEMPERATURES[1]))
