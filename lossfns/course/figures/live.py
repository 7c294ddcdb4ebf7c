"""Points and lines that answer a slider: one figure, drawn once; only what moves is drawn again."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from lossfns.course.figures.colours import colours
from lossfns.course.figures.labels import ends_of, spread_out
from lossfns.course.figures.page import page, scatter, style
from lossfns.course.figures.words import number, scene, sentence, told

Array = np.ndarray


class LivePointsAndLines:
    """The live twin of `points_and_lines`: the last point can be moved up and down, and the lines answer.

    x, y: (n,). labels: of up to four lines. ylim: the frame that is kept. The first picture is made by
        `redraw`.
    """

    def __init__(
        self, x: Any, y: Any, labels: list[str], *, title: str, xlabel: str, ylabel: str, ylim: tuple
    ):
        self.x, self.y = (np.array(values, dtype=np.float64) for values in (x, y))
        self.title, self.axes = title, (xlabel, ylabel)
        margin = 0.03 * np.ptp(self.x)
        self.grid = np.linspace(self.x.min() - margin, self.x.max() + margin, 201)
        with style():
            self.figure, (self.ax,) = page(title)
            scatter(self.ax, self.x[:-1], self.y[:-1])
            self.ax.set(xlabel=xlabel, xlim=self.grid[[0, -1]], ylim=ylim)
            self.ax.set_title(ylabel)
            self._add_movable(labels)
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
            self.figure.canvas.draw()
        self.still = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def _add_movable(self, labels: list[str]) -> None:
        bases = colours(labels)
        self.lines = [self.ax.plot([], [], color=colour)[0] for colour in bases]
        self.labels = ends_of(self.ax, {label: (self.grid[-1], self.y.mean()) for label in labels}, bases)
        (self.point,) = self.ax.plot([], [], "o", color="#222222", ms=10, mec="white", mew=1.5, zorder=6)
        for artist in (*self.lines, *self.labels, self.point):
            artist.set_animated(True)

    def redraw(self, height: float, fits: Mapping[str, Callable[[Array], Array]]) -> tuple[bytes, str]:
        """The picture (PNG) with the last point at `height` and the lines `fits`, and the same in words."""
        drawn = {label: (self.grid, fit(self.grid)) for label, fit in fits.items()}
        self.point.set_data([self.x[-1]], [height])
        for line, label, (_, values) in zip(self.lines, self.labels, drawn.values(), strict=True):
            line.set_data(self.grid, values)
            label.xy = (self.grid[-1], np.clip(values[-1], *self.ax.get_ylim()))
        spread_out(self.ax, self.labels)
        return self._png(), self._words(height, drawn)

    def _png(self) -> bytes:
        canvas, png = self.figure.canvas, BytesIO()
        canvas.restore_region(self.still)
        for artist in (*self.lines, *self.labels, self.point):
            self.ax.draw_artist(artist)
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(png, "png", compress_level=1)
        return png.getvalue()

    def _words(self, height: float, drawn: dict[str, tuple[Array, Array]]) -> str:
        points = f"{len(self.x)} points, {scene(self.axes[0], self.x)}"
        last = f"the last stands at {number(height, np.abs(self.y).max())}"
        return sentence(self.title, f"{points}; {last}", f"Lines: {told(drawn)}")
