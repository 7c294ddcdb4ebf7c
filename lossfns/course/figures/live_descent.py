"""The live twin of `descent`: a bowl whose valley can be made narrower, and up to two ways down it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.patheffects import Normal, Stroke

from lossfns.course.figures.colours import colours
from lossfns.course.figures.live import LivePage
from lossfns.course.figures.page import style
from lossfns.course.figures.words import number, sentence

Array = np.ndarray
LEVELS = np.geomspace(1e-3, 1, 11)  # of the loss at the start, one contour for each
ROUND = np.linspace(0, 2 * np.pi, 181)


class LiveDescent(LivePage):
    """Paths over the contours of ½ Σ k w², from one start that is kept; a dot for every step.

    start: (2,). labels: of the paths, at most four. reach: how far the frame goes, in multiples of the start.
    The first picture is made by `redraw`.
    """

    def __init__(
        self, start: Any, labels: list[str], *, title: str, xlabel: str, ylabel: str, reach: float = 1.4
    ):
        self.start = np.array(start, dtype=np.float64)
        wide, high = reach * np.abs(self.start)
        with style():
            super().__init__(title)
            (self.ax,) = self.axes
            self.ax.set(xlabel=xlabel, xlim=(-wide, wide), ylim=(-high, high))
            self.ax.set_title(ylabel)
            self.ax.grid(visible=False)
            self.ax.plot(0, 0, "+", color="#222222", ms=13, mew=2.2)
            self.contours = [self.ax.plot([], [], color="#C3C8CF", lw=0.8)[0] for _ in LEVELS]
            self.paths, names = {}, []
            for i, (label, colour) in enumerate(zip(labels, colours(labels), strict=True)):
                (self.paths[label],) = self.ax.plot(
                    [], [], "-o", color=colour, lw=1.6, ms=3.6, mec="white", mew=0.4, zorder=5 - i
                )
                text = self.ax.text(
                    0.985,
                    0.04 + 0.08 * i,
                    label,
                    transform=self.ax.transAxes,
                    color=colour,
                    weight="bold",
                    size=10.5,
                )
                text.set(
                    ha="right", va="bottom", path_effects=[Stroke(linewidth=3, foreground="white"), Normal()]
                )
                names.append(text)
            # names last: the contours move below them
            self._settle([*self.contours, *self.paths.values(), *names])

    def redraw(self, curvatures: Any, paths: Mapping[str, Any], *, told_too: str = "") -> tuple[bytes, str]:
        """The picture (PNG) of a bowl with these curvatures (2,) and `paths`, {label: (steps + 1, 2)}; and words.

        A path is drawn up to where it leaves the frame for good or stops being finite. told_too: what the sliders say.
        """
        k = np.array(curvatures, dtype=np.float64)
        height = float(k @ self.start**2) / 2
        for line, level in zip(self.contours, LEVELS, strict=True):
            line.set_data(*(np.sqrt(2 * level * height / k)[:, None] * [np.cos(ROUND), np.sin(ROUND)]))
        told = []
        for label, path in paths.items():
            trail = np.array(path, dtype=np.float64)
            inside = np.isfinite(trail).all(1) & (np.abs(trail) < 1e3 * np.abs(self.start).max()).all(1)
            kept = trail[: len(trail) if inside.all() else int(inside.argmin())]
            self.paths[label].set_data(*kept.T)
            told.append(f"{label} {_ending(trail, kept, k, height)}")
        return self._png(), sentence(self.title, told_too, "; ".join(told))


def _ending(trail: Array, kept: Array, k: Array, height: float) -> str:
    if len(kept) < len(trail):
        return f"leaves for good: after {len(kept)} steps it is more than a thousand times as far out"
    loss = float(k @ kept[-1] ** 2) / 2
    return f"takes the loss from {number(height)} to {number(loss, 1e-3 * height)} in {len(trail) - 1} steps"
