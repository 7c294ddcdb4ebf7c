"""Designed trajectories: a few steps whose gradients shrink, so that what an optimizer remembers shows."""

from collections.abc import Iterator

import numpy as np

from lossfns.grading.exercise import Regime
from lossfns.grading.record import Probe, trajectory

Array = np.ndarray


def gradients(rng: np.random.Generator, n: int, steps: int) -> list[Array]:
    """Gradients (n,) of either sign that shrink from step to step, never near 0; a few turn round on the way."""
    sizes = rng.uniform(0.6, 2.0, n) * np.where(rng.random(n) < 0.5, -1, 1)
    turn = np.ones((steps, n))
    if steps > 2:
        turn[2:, : n // 2] = -1  # half of them turn round at the third step
    shrink = 0.62 ** np.arange(steps)[:, None] * rng.uniform(0.9, 1.1, (steps, n))
    return list((sizes * shrink * turn).round(3))


def weights(rng: np.random.Generator, n: int) -> Array:
    """Weights (n,) of either sign, of sizes that differ."""
    return (rng.uniform(0.5, 3.0, n) * np.where(rng.random(n) < 0.5, -1, 1)).round(2)


def walks(
    rng: np.random.Generator, state: tuple[float, ...], options: list[tuple], *, count: bool = False
) -> Iterator[Probe]:
    """Trajectories of several sizes and lengths, from rest and from the middle of a run.

    state: the sign of each carried average at a start in the middle, 1 for one that is never negative. options: what
        follows the gradient, an entry for each walk; the first number of each is the learning rate, which changes
        on the way. count: whether the number of the step comes after the gradient.
    """
    for (n, steps, moving), option in zip(
        ((1, 1, False), (1, 2, False), (2, 5, False), (4, 5, False), (2, 3, True), (3, 4, True)),
        options,
        strict=True,
    ):
        w = weights(rng, n)
        carried = [rng.uniform(0.3, 0.9, n).round(2) * (1 if s else weights(rng, n) / 2) for s in state]
        if not moving:
            carried = [np.zeros(n) for _ in state]
        first = 4 if moving else 1
        lr, *rest = option
        more = []
        for k, g in enumerate(gradients(rng, n, steps)):
            rate = lr * (1.0, 1.0, 0.5, 0.5, 2.0)[k % 5] if n > 1 else lr
            more.append((g, *((first + k,) if count else ()), rate, *rest))
        yield Probe(((w, *carried), tuple(more)), via=trajectory)


def later(carried: tuple, steps: tuple) -> Array:
    """True for every step but the first, in the shape of the path."""
    return np.broadcast_to(np.arange(len(steps))[:, None] > 0, (len(steps), *np.shape(carried[0])))


LATER = Regime("later steps", later, "a step has others before it", "the step is the first of its walk")
