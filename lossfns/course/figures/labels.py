"""Direct labels: each stands where its line ends, and none stands on another.

What fits where is known only after the layout, so each function returns the step that settles its labels
then.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import Normal, Stroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Affine2D, Bbox, ScaledTranslation, Transform

Array = np.ndarray
GAP, OFFSET = 2.0, 9.0  # between two labels, and from the edge of the axes, in points
_AROUND = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy])


def label_ends(ax: Axes, ends: dict[str, tuple[float, float]], colours: list[str]) -> Callable[[], None]:
    """Write each label to the right of the axes, at the height of its line's end (x, y)."""
    return partial(spread_out, ax, ends_of(ax, ends, colours))


def ends_of(ax: Axes, ends: dict[str, tuple[float, float]], colours: list[str]) -> list[Annotation]:
    """The labels themselves, for a figure that moves them."""
    return [
        ax.annotate(
            label,
            xy=end,
            xytext=(OFFSET, 0),
            xycoords="data",
            textcoords=_beside(ax),
            color=colour,
            weight="bold",
            size=10.5,
            va="center",
            linespacing=1.15,
            arrowprops=dict(arrowstyle="-", color=colour, lw=0.8, shrinkA=1, shrinkB=0, relpos=(0, 0.5)),
            annotation_clip=False,
        )
        for (label, end), colour in zip(ends.items(), colours, strict=True)
    ]


def spread_out(ax: Axes, labels: list[Annotation]) -> None:
    """Move the labels up and down by as little as possible: none overlaps another or leaves the axes."""
    if not labels:
        return
    canvas = ax.figure.canvas.get_renderer()  # Text's extent leaves out the leader, Annotation's own does not
    point = ax.figure.dpi / 72
    heights = np.array([Text.get_window_extent(label, canvas).height for label in labels]) + GAP * point
    wanted = np.array([ax.transData.transform(label.xy)[1] for label in labels])
    low, high = ax.get_window_extent(canvas).intervaly
    for label, centre in zip(labels, spread(wanted, heights, low, high), strict=True):
        label.set_y((centre - low) / point)


def spread(wanted: Array, heights: Array, low: float, high: float) -> Array:
    """The centres nearest to the wanted ones (least squares) of boxes that do not overlap, within low … high.

    With s the heights stacked up in order, the boxes are apart exactly when centre − s never decreases: an
    isotonic regression, solved by pooling neighbours that are out of order. Clipping its answer keeps it
    optimal in the bounds.
    """
    order = np.argsort(wanted, kind="stable")
    tall = heights[order]
    stacked = np.cumsum(tall) - tall / 2
    pools: list[list[float]] = []  # [mean, size]
    for value in wanted[order] - stacked:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    settled = np.repeat([mean for mean, _ in pools], [int(size) for _, size in pools])
    centres = np.empty(len(order))
    centres[order] = np.clip(settled, low, max(low, high - tall.sum())) + stacked
    return centres


def _beside(ax: Axes) -> Transform:
    """Points to the right of, and above, the lower right corner of the axes."""
    return Affine2D().scale(1 / 72) + ax.figure.dpi_scale_trans + ScaledTranslation(1, 0, ax.transAxes)


def label_tops(ax: Axes, places: dict[str, float], colours: list[str]) -> Callable[[], None]:
    """Write each label above the axes, over its place on the horizontal axis."""
    labels = [
        ax.annotate(
            label,
            xy=(at, 1),
            xytext=(at, 1.07),
            xycoords=("data", "axes fraction"),
            textcoords=("data", "axes fraction"),
            color=colour,
            weight="bold",
            size=10.5,
            ha="center",
            va="bottom",
            arrowprops=dict(arrowstyle="-", color=colour, lw=0.8, shrinkA=0, shrinkB=0, relpos=(0.5, 0)),
            annotation_clip=False,
        )
        for (label, at), colour in zip(places.items(), colours, strict=True)
    ]
    return partial(spread_sideways, ax, labels)


def spread_sideways(ax: Axes, labels: list[Annotation]) -> None:
    """Move the labels of `label_tops` left and right by as little as possible."""
    canvas = ax.figure.canvas.get_renderer()
    widths = np.array([Text.get_window_extent(label, canvas).width for label in labels]) + 8
    wanted = np.array([ax.transData.transform((label.xy[0], 0))[0] for label in labels])
    centres = spread(wanted, widths, *ax.get_window_extent(canvas).intervalx)
    for label, centre in zip(labels, centres, strict=True):
        label.set_x(ax.transData.inverted().transform((centre, 0))[0])


def label_paths(ax: Axes, paths: dict[str, Array], colours: list[str]) -> Callable[[], None]:
    """Write each label beside its path (n, 2), where the fewest lines and no other label are in its way."""
    return partial(_beside_paths, ax, paths, colours)


def _beside_paths(ax: Axes, paths: dict[str, Array], colours: list[str]) -> None:
    dense = {label: _dense(ax.transData.transform(path)) for label, path in paths.items()}
    frame, taken = ax.get_window_extent(), []
    for (label, path), colour in zip(dense.items(), colours, strict=True):
        text = ax.text(0, 0, label, color=colour, weight="bold", size=10.5, ha="center", va="center")
        text.set_path_effects([Stroke(linewidth=3, foreground="white"), Normal()])
        size = np.array(text.get_window_extent().size)
        rest = [other for name, other in dense.items() if name != label]
        places = (path[:: max(1, len(path) // 60), None] + _AROUND * (size / 2 + 10)).reshape(-1, 2)
        centre = min(places, key=lambda at: _crowding(at, size, path, rest, taken, frame))
        text.set_position(ax.transData.inverted().transform(centre))
        taken.append((centre, size))


def _crowding(centre: Array, size: Array, path: Array, rest: list[Array], taken: list, frame: Bbox) -> float:
    """How bad a place is: outside or on a label is worst, then on lines; best is far from other paths."""
    outside = (centre - size / 2 < frame.min + 4).any() or (centre + size / 2 > frame.max - 4).any()
    hits = sum((np.abs(centre - at) < (size + other) / 2 + 2).all() for at, other in taken)
    crossed = sum((np.abs(line - centre) < size / 2 + 3).all(1).sum() for line in [path, *rest])
    distance = min((np.hypot(*(line - centre).T).min() for line in rest), default=0.0)
    return 1e6 * (outside + hits) + 100.0 * crossed - min(distance, 80.0)


def _dense(path: Array) -> Array:
    steps = np.linspace(0, len(path) - 1, max(2, min(4000, 20 * len(path))))
    return np.stack([np.interp(steps, np.arange(len(path)), column) for column in path.T], axis=1)
