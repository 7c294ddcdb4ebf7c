"""The budget that a penalty leaves, seen from above: its ball, the loss around it, and where the two touch."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from lossfns.course.figures.colours import FAMILIES, colours
from lossfns.course.figures.labels import label_paths
from lossfns.course.figures.live import LivePage
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import number, sentence

Array = np.ndarray
Penalty = Callable[[Any, Any], Any]
FOG = LinearSegmentedColormap.from_list("fog", ["#FFFFFF", "#DADDE2"])
WIDE = 1.9  # width of the frame for its height
ANGLES = np.linspace(0, 2 * np.pi, 721)  # every half degree, the four corners of a diamond among them


def balls(
    surface: Callable[[Any, Any], Any],
    budgets: Mapping[str, tuple[Penalty, float]],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    best: tuple[float, float],
) -> None:
    """Up to four balls over the contours of a loss, and a dot where each touches the lowest contour it can.

    surface: surface(a, b) -> the loss, on NumPy arrays. budgets: {label: (penalty, budget)}: the ball is where
        penalty(a, b) ≤ budget, and penalty is convex and 0 at the origin.
    best: where the loss is lowest, marked by a cross.
    """
    rims = {label: ball(*budget) for label, budget in budgets.items()}
    spots = {label: touching(surface, *budget) for label, budget in budgets.items()}
    with style():
        figure, (ax,) = page(title)
        frame = _frame(np.concatenate([*rims.values(), [best]]))
        contours(ax, surface, *frame)
        bases = colours(list(rims))
        for label, colour in zip(rims, bases, strict=True):
            ax.fill(*rims[label].T, color=colour, alpha=0.08, lw=0)
            ax.plot(*rims[label].T, color=colour, lw=2.0)
        for label, colour in zip(rims, bases, strict=True):
            ax.plot(*spots[label], "o", color=colour, ms=9, mec="white", mew=1.5, zorder=6, clip_on=False)
        _scene(ax, frame, best, xlabel, ylabel)
        told = "; ".join(f"{label} touches it at {place(spot)}" for label, spot in spots.items())
        text = sentence(title, f"The loss is lowest at {place(best)}", f"The ball of {told}")
        publish(figure, text, label_paths(ax, rims, bases))


def ball(penalty: Penalty, budget: float) -> Array:
    """The rim of the ball (721, 2), where penalty(a, b) = budget, found by halving along each direction."""
    a, b = _snapped(np.cos(ANGLES)), _snapped(np.sin(ANGLES))
    low, high = np.zeros(len(a)), np.full(len(a), 1.0)
    while (penalty(high * a, high * b) < budget).any():
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        inside = penalty(middle * a, middle * b) < budget
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.stack([high * a, high * b], axis=1)


def touching(surface: Callable, penalty: Penalty, budget: float) -> tuple[float, float]:
    """Where on the rim the loss is lowest: the best direction of the rim, then a finer look around it."""
    rim = ball(penalty, budget)
    k = int(np.argmin(surface(*rim.T)))
    around = np.stack([rim[k - 1], rim[k], rim[(k + 1) % 720]])
    steps = np.linspace(0, 1, 201)[:, None]
    fine = np.concatenate([a + steps * (b - a) for a, b in pairwise(around)])
    a, b = fine[np.argmin(surface(*fine.T))]
    return float(a), float(b)


def contours(ax: Axes, surface: Callable, across: tuple[float, float], up: tuple[float, float]) -> None:
    """The loss in pale fog: levels that grow by a constant factor."""
    a, b = np.meshgrid(np.linspace(*across, 240), np.linspace(*up, 160))
    z = surface(a, b)
    levels = z.min() + np.ptp(z) * np.geomspace(4e-3, 1, 11)
    ax.contourf(a, b, z, levels=[z.min(), *levels], cmap=FOG, norm="linear")
    ax.contour(a, b, z, levels=levels[:-1], colors="#B9BEC6", linewidths=0.8)


def place(point: Any) -> str:
    span = float(np.abs(point).max())
    return f"({', '.join(number(value, span) for value in point)})"


class LiveBall(LivePage):
    """The live twin of `balls` with one ball, whose size and shape answer sliders, and its solution's trail.

    surface, best: as in `balls`. frame: ((left, right), (bottom, top)), kept. The first picture is made by
        `redraw`.
    """

    def __init__(self, surface: Callable, *, title: str, xlabel: str, ylabel: str, best: tuple, frame: tuple):
        self.best = best
        with style():
            super().__init__(title)
            (self.ax,) = self.axes
            contours(self.ax, surface, *frame)
            _scene(self.ax, frame, best, xlabel, ylabel)
            (self.rim,) = self.ax.plot([], [], color=FAMILIES["huber"][0], lw=2.2)
            (self.trail,) = self.ax.plot([], [], color="#222222", lw=1.4, ls=(0, (4, 3)))
            (self.spot,) = self.ax.plot([], [], "o", color="#222222", ms=10, mec="white", mew=1.5, zorder=6)
            self._settle([self.rim, self.trail, self.spot])

    def redraw(self, rim: Array, trail: Array, spot: Array, told_too: str = "") -> tuple[bytes, str]:
        """The picture (PNG) with the ball's rim (k, 2), the trail (m, 2) and the solution (2,), and its words."""
        self.rim.set_data(*np.asarray(rim).T)
        self.trail.set_data(*np.asarray(trail).T)
        self.spot.set_data([spot[0]], [spot[1]])
        dead = [name for name, value in zip(("first", "second"), spot, strict=True) if value == 0]
        zeros = f"Exactly 0: the {' and the '.join(dead)} weight" if dead else "Neither weight is exactly 0"
        text = f"The loss is lowest at {place(self.best)}; with the penalty the solution is {place(spot)}"
        return self._png(), sentence(self.title, told_too, text, zeros)


def _scene(ax: Axes, frame: tuple, best: tuple[float, float], xlabel: str, ylabel: str) -> None:
    ax.axhline(0, color="#777777", lw=0.8)
    ax.axvline(0, color="#777777", lw=0.8)
    ax.plot(*best, "+", color="#222222", ms=13, mew=2.2, zorder=6)
    ax.set(xlabel=xlabel, xlim=frame[0], ylim=frame[1], aspect="equal")
    ax.set_title(ylabel)
    ax.grid(visible=False)


def _frame(points: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    """All points with a margin, widened to the page's form."""
    margin = 0.15 * float(np.ptp(points[:, 1]))
    (left, bottom), (right, top) = points.min(0) - margin, points.max(0) + margin
    wider = max(0.0, WIDE * (top - bottom) - (right - left)) / 2
    return (float(left - wider), float(right + wider)), (float(bottom), float(top))


def _snapped(values: Array) -> Array:
    """cos 90° as 0 and not as 6e-17."""
    return np.where(np.abs(values) < 1e-12, 0.0, values)
