"""Seeded generators: data whose truth is known."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Sample(NamedTuple):
    """Points (x, y), each (n,)."""

    x: Array
    y: Array


class Contaminated(NamedTuple):
    """Targets (n,) of which some were spoilt, and which ones: a boolean array (n,)."""

    y: Array
    spoilt: Array


def noisy_line(
    n: int = 40,
    *,
    slope: float = 2.0,
    intercept: float = 1.0,
    noise: float = 1.0,
    spread: float = 0.0,
    seed: int = 0,
) -> Sample:
    """Points around a straight line: y = intercept + slope·x + (noise + spread·x)·ε.

    ε is standard normal, x uniform on (0, 10).

    The truth is known for every quantile, and it is a line too: with z the standard normal q-quantile,
    Q(q | x) = (intercept + noise·z) + (slope + spread·z)·x. With spread = 0 all these lines are parallel.

    Returns x and y, float64 of shape (n,), sorted by x; the same seed gives the same points.
    Raises ValueError when n is not positive, or when noise or spread is negative.

    >>> x, y = noisy_line(3, noise=0.0)
    >>> bool(np.allclose(y, 1 + 2 * x))
    True
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if noise < 0 or spread < 0:
        raise ValueError(f"noise and spread must not be negative, got noise={noise} and spread={spread}")
    draw = np.random.default_rng(seed)
    x = np.sort(draw.uniform(0, 10, n))
    return Sample(x, intercept + slope * x + (noise + spread * x) * draw.standard_normal(n))


def contaminate(y: Array, *, share: float = 0.05, factor: float = 10.0, seed: int = 0) -> Contaminated:
    """Spoil a share of the targets: each chosen y is multiplied by `factor`, like a slipped decimal point.

    y: (n,). `share` in [0, 1]: round(share·n) of them are chosen without replacement. y itself is not
        modified.

    Returns the spoilt copy and the boolean array that says which ones were spoilt.
    Raises ValueError when share is outside [0, 1].

    >>> y, spoilt = contaminate(np.ones(40))
    >>> float(y.sum()), int(spoilt.sum())
    (58.0, 2)
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    y = np.asarray(y, dtype=np.float64)
    spoilt = np.zeros(len(y), dtype=bool)
    spoilt[np.random.default_rng(seed).permutation(len(y))[: round(share * len(y))]] = True
    return Contaminated(np.where(spoilt, factor * y, y), spoilt)
