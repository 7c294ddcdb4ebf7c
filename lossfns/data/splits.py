"""Who is trained on and who is tested on."""

import numpy as np

Array = np.ndarray


def split(n: int, *sizes: int, seed: int = 0) -> tuple[Array, ...]:
    """Disjoint random sets of row numbers: one of each of `sizes`, and one more with the rows that are left.

    n: the number of rows. sizes: how many rows each set has, in sum at most n.

    Returns int64 arrays, one more than there are sizes; the last may be empty. The same seed gives the same sets.
    Raises ValueError when a size is negative or their sum exceeds n.

    >>> train, test = split(10, 7)
    >>> len(train), len(test), len(set(train) | set(test))
    (7, 3, 10)
    """
    if min(sizes, default=0) < 0 or sum(sizes) > n:
        raise ValueError(f"sizes must be at least 0 and add up to at most n = {n}, got {sizes}")
    return tuple(np.split(np.random.default_rng(seed).permutation(n), np.cumsum(sizes)))
