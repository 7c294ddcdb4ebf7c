"""Embeddings: points in the plane by class, and a batch's similarities as a heat map."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patheffects import Normal, Stroke

from lossfns.course.figures.page import publish, side_by_side, style
from lossfns.course.figures.words import number, sentence

Array = np.ndarray
MOST_PANELS = 3
TINTS = ("#004799", "#B35900", "#008554", "#993D77", "#3A3A3A")  # a glyph says the class; the tint only helps
_COLD_TO_WARM = LinearSegmentedColormap.from_list("cosine", ["#1B5FA8", "#F7F7F7", "#B34700"])


def embedding(maps: Mapping[str, tuple[Any, Any]], *, title: str) -> None:
    """Where the classes lie in the plane: one panel for each map, all to the same scale.

    maps: {label: (points (n, 2), classes (n,))}, from one to three; classes are whole numbers from 0 to 9. Each
    point is drawn as its class, each class once more, large, at its median.

    >>> embedding({"two": ([[0.0, 0], [0, 1], [5, 5], [5, 6]], [3, 3, 7, 7])}, title="Apart")
    Figure: Apart. two: 4 points of 2 classes, 4 of them nearest to the median of their own class; a point is 0.5 from its class's median on average, two medians are 7.07 apart.
    """
    drawn = {label: _map(*given) for label, given in _few(maps).items()}
    centre = {label: (points.max(0) + points.min(0)) / 2 for label, (points, _) in drawn.items()}
    reach = 0.54 * max(np.ptp(points, axis=0).max() for points, _ in drawn.values()) or 1.0
    with style():
        figure, panels = side_by_side(title, len(drawn))
        for ax, (label, (points, classes)) in zip(panels, drawn.items(), strict=True):
            _draw_map(ax, points, classes)
            (x, y), scale = centre[label], reach
            ax.set(xlim=(x - scale, x + scale), ylim=(y - scale, y + scale), aspect="equal")
            ax.set_title(label)
            ax.tick_params(labelbottom=False, labelleft=False, length=0)
        publish(figure, sentence(title, "; ".join(f"{label}: {_told_map(*m)}" for label, m in drawn.items())))


def similarities(
    matrices: Mapping[str, Any], *, title: str, xlabel: str = "key j", ylabel: str = "query i"
) -> None:
    """Cosine similarities of a batch as heat maps, blue for −1 over white for 0 to brown for 1.

    matrices: {label: (n, n)}, from one to three, query i against key j, so that the positives are on the diagonal.

    >>> similarities({"sure": np.eye(3)}, title="Found")
    Figure: Found. sure: 3 × 3 similarities, query i against key j; on the diagonal 1 on average, elsewhere 0, from 0 to 0; the diagonal is the largest of its row in 3 of 3 rows.
    """
    drawn = {label: _square(given) for label, given in _few(matrices).items()}
    with style():
        figure, panels = side_by_side(title, len(drawn), size=3.9)
        for ax, (label, matrix) in zip(panels, drawn.items(), strict=True):
            image = ax.imshow(matrix, vmin=-1, vmax=1, cmap=_COLD_TO_WARM)
            ax.set(xlabel=xlabel, ylabel=ylabel if ax is panels[0] else "")
            ax.set_title(label)
            ax.grid(visible=False)
        figure.colorbar(image, ax=panels, shrink=0.7, label="cosine similarity", ticks=[-1, 0, 1])
        told = "; ".join(f"{label}: {_told_matrix(m, xlabel, ylabel)}" for label, m in drawn.items())
        publish(figure, sentence(title, told))


def _few(panels: Mapping[str, Any]) -> Mapping[str, Any]:
    if not 1 <= len(panels) <= MOST_PANELS:
        raise ValueError(f"a figure has from 1 to {MOST_PANELS} of these panels, got {len(panels)}")
    return panels


def _array(values: Any) -> Array:
    array = np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a figure draws finite numbers")
    return array


def _map(points: Any, classes: Any) -> tuple[Array, Array]:
    points, classes = _array(points), np.asarray(classes)
    if points.ndim != 2 or points.shape[1] != 2 or classes.shape != points.shape[:1]:
        raise ValueError(f"points (n, 2) and classes (n,) are needed, got {points.shape} and {classes.shape}")
    return points, classes


def _square(matrix: Any) -> Array:
    matrix = _array(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(f"similarities must be (n, n) with n of 2 or more, got {matrix.shape}")
    return matrix


def _draw_map(ax: Axes, points: Array, classes: Array) -> None:
    for kind, median in _medians(points, classes).items():
        colour = TINTS[kind % len(TINTS)]
        own = points[classes == kind]
        ax.scatter(*own.T, s=22, marker=f"${kind}$", color=colour, alpha=0.45, linewidths=0)
        name = ax.text(
            *median, kind, color=colour, size=15, weight="bold", ha="center", va="center", zorder=6
        )
        name.set_path_effects([Stroke(linewidth=3.5, foreground="white"), Normal()])


def _medians(points: Array, classes: Array) -> dict[int, Array]:
    return {int(kind): np.median(points[classes == kind], axis=0) for kind in np.unique(classes)}


def _told_map(points: Array, classes: Array) -> str:
    medians = _medians(points, classes)
    centres, names = np.stack(list(medians.values())), np.array(list(medians))
    gaps = np.linalg.norm(points[:, None] - centres, axis=2)
    at_home = int((names[gaps.argmin(1)] == classes).sum())
    own = gaps[np.arange(len(points)), np.searchsorted(names, classes)].mean()
    between = np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(len(centres), 1)]
    apart = f", two medians are {number(between.mean())} apart" if len(between) else ""
    return (
        f"{len(points)} points of {len(names)} classes, {at_home} of them nearest to the median of their own class; "
        f"a point is {number(own)} from its class's median on average{apart}"
    )


def _told_matrix(matrix: Array, xlabel: str, ylabel: str) -> str:
    diagonal, rest = np.diag(matrix), matrix[~np.eye(len(matrix), dtype=bool)]
    found = int((matrix.argmax(1) == np.arange(len(matrix))).sum())
    return (
        f"{len(matrix)} × {len(matrix)} similarities, {ylabel} against {xlabel}; on the diagonal "
        f"{number(diagonal.mean(), 1)} on average, elsewhere {number(rest.mean(), 1)}, from {number(rest.min(), 1)} to "
        f"{number(rest.max(), 1)}; the diagonal is the largest of its row in {found} of {len(matrix)} rows"
    )
