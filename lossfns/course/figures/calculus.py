"""What a figure needs to know about the curves it draws: slopes, kinks, where two lines meet."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

Array = np.ndarray


def derivative(f: Callable[[Array], Array], x: Array) -> tuple[Array, Array, list[float]]:
    """The slope of f by central differences: points, slopes there, and the kinks, where the slope jumps.

    At a kink the curve is cut: it runs up to the kink from both sides, with a NaN between.
    """
    h = 1e-6 * (x[-1] - x[0])
    slope = lambda at: (f(at + h) - f(at - h)) / (2 * h)  # noqa: E731
    g = slope(x)
    kinks = _kinks(slope, x, g, h)
    keep = np.all([np.abs(x - kink) > 8 * h for kink in kinks], axis=0) if kinks else np.ones(len(x), bool)
    sides = np.array([kink + side * 8 * h for kink in kinks for side in (-1, 1)])
    points = np.concatenate([x[keep], sides, kinks])
    slopes = np.concatenate([g[keep], slope(sides) if kinks else [], np.full(len(kinks), np.nan)])
    order = np.argsort(points)
    return points[order], slopes[order], kinks


def _kinks(slope: Callable[[Array], Array], x: Array, g: Array, h: float) -> list[float]:
    """Where the slope's jump between two neighbours does not shrink as the neighbours approach each other."""
    jumps = np.abs(np.diff(g))
    found: list[float] = []
    for i in np.flatnonzero(jumps > 0.02 * np.ptp(g)):
        a, b, ga, gb = x[i], x[i + 1], g[i], g[i + 1]
        while b - a > 4 * h:
            m = (a + b) / 2
            gm = slope(np.array([m]))[0]
            (a, b, ga, gb) = (a, m, ga, gm) if abs(gm - ga) > abs(gb - gm) else (m, b, gm, gb)
        if abs(gb - ga) > 0.25 * jumps[i] and (not found or a - found[-1] > x[1] - x[0]):
            found.append(float(a + b) / 2)
    return found


def crossings(x: Array, a: Array, b: Array) -> list[float]:
    """Where a − b changes its sign, between points by a straight line; not across a stretch where a is b."""
    d = a - b
    solid = np.flatnonzero(np.isfinite(d) & (np.abs(d) > 1e-5 * _size(a, b)))
    near = 0.05 * (x[-1] - x[0])
    flips = [(i, j) for i, j in pairwise(solid) if d[i] * d[j] < 0 and x[j] - x[i] < near]
    return [float(x[i] + (x[j] - x[i]) * d[i] / (d[i] - d[j])) for i, j in flips]


def together(x: Array, a: Array, b: Array) -> list[tuple[float, float]]:
    """The stretches on which a and b are the same, those that are at least a twentieth of the axis."""
    same = np.abs(a - b) <= 1e-5 * _size(a, b)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]])))
    stretches = [(float(x[i]), float(x[j - 1])) for i, j in zip(edges[::2], edges[1::2], strict=True)]
    return [(low, high) for low, high in stretches if high - low > 0.05 * (x[-1] - x[0])]


def _size(a: Array, b: Array) -> float:
    both = np.concatenate([a, b])
    return float(np.ptp(both[np.isfinite(both)]))
