"""Descents seen from above: contours of a loss over two parameters, and the ways down."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from lossfns.course.figures.colours import colours
from lossfns.course.figures.labels import label_paths
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import number, sentence

Array = np.ndarray
_FOG = LinearSegmentedColormap.from_list("fog", ["#FFFFFF", "#DADDE2"])


def descent(
    surface: Callable[[float, float], float],
    paths: Mapping[str, Any],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    best: tuple[float, float] | None = None,
) -> None:
    """The paths of up to four descents over the contours of the loss, a dot for every step.

    surface: surface(a, b) -> the loss, a number. paths: {label: (steps + 1, 2)}, as `descend(…).path`.
    best: where the minimum is, marked by a cross.
    """
    trails = {label: _trail(path) for label, path in paths.items()}
    (left, right), (low, high) = _frame(np.concatenate([*trails.values(), *([[best]] if best else [])]))
    with style():
        figure, (ax,) = page(title)
        _contours(ax, surface, np.linspace(left, right, 90), np.linspace(low, high, 90))
        bases = colours(list(trails))
        for trail, colour in zip(trails.values(), bases, strict=True):
            ax.plot(*trail.T, "-o", color=colour, lw=1.6, ms=3.4, mec="white", mew=0.4)
        if best:
            ax.plot(*best, "+", color="#222222", ms=13, mew=2.2, zorder=6)
        ax.set(xlabel=xlabel, xlim=(left, right), ylim=(low, high))
        ax.set_title(ylabel)
        ax.grid(visible=False)
        lowest = f"The minimum is at {_place(best, np.array([best]))}" if best else ""
        text = sentence(title, lowest, "; ".join(_told(*trail, surface) for trail in trails.items()))
        publish(figure, text, label_paths(ax, trails, bases))


def _contours(ax: Any, surface: Callable, a: Array, b: Array) -> None:
    """Levels that grow by a constant factor, so that the valley's floor has lines too."""
    z = np.array([[float(surface(u, v)) for u in a] for v in b])
    levels = z.min() + np.ptp(z) * np.geomspace(1e-3, 1, 13)
    ax.contourf(a, b, z, levels=[z.min(), *levels], cmap=_FOG, norm="linear")
    ax.contour(a, b, z, levels=levels[:-1], colors="#B9BEC6", linewidths=0.8)


def _told(label: str, trail: Array, surface: Callable) -> str:
    costs = [float(surface(*trail[end])) for end in (0, -1)]
    first, last = (
        f"{_place(trail[end], trail)}, loss {number(cost, 1e-7 * costs[0])},"
        for end, cost in zip((0, -1), costs, strict=True)
    )
    return f"{label} goes from {first} to {last} in {len(trail) - 1} steps"


def _place(point: Any, around: Array) -> str:
    spans = np.abs(around).max(0)
    return f"({', '.join(number(value, span) for value, span in zip(point, spans, strict=True))})"


def _trail(path: Any) -> Array:
    trail = np.asarray(path.detach() if hasattr(path, "detach") else path, dtype=np.float64)
    if trail.ndim != 2 or trail.shape[1] != 2 or not np.isfinite(trail).all():
        raise ValueError(f"a path is finite and (steps + 1, 2), got shape {trail.shape}")
    return trail


def _frame(points: Array) -> list[tuple[float, float]]:
    margin = 0.15 * np.ptp(points, axis=0).clip(1e-12)
    return list(zip((points.min(0) - margin).tolist(), (points.max(0) + margin).tolist(), strict=True))
