"""Comparisons whose truth is known: raters who choose between two answers as Bradley and Terry say."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Comparisons(NamedTuple):
    """Which answer was preferred and which was not: indices, each (n,)."""

    chosen: Array
    rejected: Array


def comparisons(rewards: Array, n: int, *, shares: Array | None = None, seed: int = 0) -> Comparisons:
    """n comparisons of two different answers: the one with reward a beats the one with b with probability σ(a − b).

    rewards: (k,), the true reward of each answer, k at least 2. shares: (k,), how often each answer comes up, not
        negative, at least two of them positive; all alike if None.

    Returns two int64 arrays (n,); the same seed gives the same comparisons.
    Raises ValueError when there are fewer than two answers that can come up, when a share is negative, or when
    `shares` has another shape than `rewards`.

    >>> chosen, rejected = comparisons(np.array([9.0, 0.0]), 3)
    >>> chosen, rejected
    (array([0, 0, 0]), array([1, 1, 1]))

    Source: Bradley and Terry (1952), Biometrika 39.
    """
    rewards = np.asarray(rewards, dtype=np.float64)
    shares = np.ones(len(rewards)) if shares is None else np.asarray(shares, dtype=np.float64)
    if rewards.ndim != 1 or shares.shape != rewards.shape:
        raise ValueError(f"rewards and shares must both be (k,), got {rewards.shape} and {shares.shape}")
    if (shares < 0).any() or np.count_nonzero(shares) < 2:
        raise ValueError(f"shares must not be negative and at least two of them positive, got {shares}")
    draw = np.random.default_rng(seed)
    first, second = _different(draw, n, shares / shares.sum())
    wins = draw.random(n) < 1 / (1 + np.exp(rewards[second] - rewards[first]))
    return Comparisons(np.where(wins, first, second), np.where(wins, second, first))


def _different(draw: np.random.Generator, n: int, shares: Array) -> tuple[Array, Array]:
    """Two draws for each pair; where they coincide, the second is drawn again."""
    first, second = draw.choice(len(shares), size=(2, n), p=shares)
    while (same := first == second).any():
        second[same] = draw.choice(len(shares), size=same.sum(), p=shares)
    return first, second
