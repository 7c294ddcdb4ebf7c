"""Figures that answer a slider: drawn once; only what moves is drawn again."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from PIL import Image

from lossfns.course.figures.colours import colours, shades
from lossfns.course.figures.labels import ends_of, spread_out
from lossfns.course.figures.page import page, scatter, style
from lossfns.course.figures.words import number, scene, sentence, told

Array = np.ndarray


class LivePage:
    """A figure with a title, its panels in `self.axes`, and a few artists that move.

    A subclass draws what stays, hands over what moves to `_settle`, and in its own `redraw` sets the new data
    and returns `self._png()` with the same in words. Limits and titles are fixed once it is settled.
    """

    def __init__(self, title: str, heights: tuple[float, ...] = (1,)):
        self.title = title
        self.figure, self.axes = page(title, heights)

    def _settle(self, moving: Sequence[Artist]) -> None:
        """Fix the layout and keep a picture of everything but the moving artists."""
        self.moving = list(moving)
        for artist in self.moving:
            artist.set_animated(True)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        self.figure.canvas.draw()
        self.still = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def _png(self) -> bytes:
        canvas, png = self.figure.canvas, BytesIO()
        canvas.restore_region(self.still)
        for artist in self.moving:
            artist.axes.draw_artist(artist)
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(png, "png", compress_level=1)
        return png.getvalue()


class LiveLines:
    """Up to four lines in a panel, each labelled where it ends, that take new values."""

    def __init__(self, ax: Axes, labels: Sequence[str], right: float, middle: float, hint: str = ""):
        bases = colours(list(labels), hint=hint)
        self.ax, self.names = ax, list(labels)
        self.lines = [ax.plot([], [], color=colour)[0] for colour in shades(bases)]
        self.labels = ends_of(ax, {label: (right, middle) for label in labels}, bases)

    @property
    def artists(self) -> list[Artist]:
        return [*self.lines, *self.labels]

    def redraw(self, lines: Mapping[str, tuple[Array, Array]]) -> None:
        """Give each label's line its points; a line that leaves the frame keeps its label at the edge."""
        for line, label, (x, y) in zip(self.lines, self.labels, lines.values(), strict=True):
            line.set_data(x, y)
            label.xy = (x[-1], np.clip(y[-1], *self.ax.get_ylim()))
        spread_out(self.ax, self.labels)


class LiveCurves(LivePage):
    """The live twin of `curves`: up to four curves over the same x, in a frame that is kept.

    x: (n,). labels: of the curves. ylim: the frame, wide enough for all that the sliders can ask for.
    xscale, yscale: "linear" or "log". The first picture is made by `redraw`.
    """

    def __init__(
        self,
        x: Any,
        labels: Sequence[str],
        *,
        title: str,
        xlabel: str,
        ylabel: str,
        ylim: tuple[float, float],
        xscale: str = "linear",
        yscale: str = "linear",
    ):
        self.x, self.names = np.array(x, dtype=np.float64), (xlabel, ylabel)
        with style():
            super().__init__(title)
            (self.ax,) = self.axes
            self.ax.set(xlabel=xlabel, xscale=xscale, yscale=yscale, xlim=self.x[[0, -1]], ylim=ylim)
            self.ax.set_title(ylabel)
            self.lines = LiveLines(self.ax, labels, self.x[-1], float(np.mean(ylim)))
            self.mark = self.ax.axvline(self.x[0], color="#222222", lw=1.2, ls=(0, (4, 3)), visible=False)
            self._settle([self.mark, *self.lines.artists])

    def redraw(
        self, lines: Mapping[str, Any], *, mark: float | None = None, told_too: str = ""
    ) -> tuple[bytes, str]:
        """The picture (PNG) with `lines`, {label: y (n,)} in the order of the labels, and the same in words.

        mark: where on the x axis a dashed line stands. told_too: what the sliders say, put before the curves.
        """
        drawn = {label: (self.x, np.asarray(y, dtype=np.float64)) for label, y in lines.items()}
        self.lines.redraw(drawn)
        self.mark.set_visible(mark is not None)
        if mark is not None:
            self.mark.set_xdata([mark, mark])
        log = self.ax.get_yscale() == "log"
        over = f"{self.names[1][:1].upper()}{self.names[1][1:]}, for {scene(self.names[0], self.x)}"
        at = f"A mark stands at {number(mark)}" if mark is not None else ""
        return self._png(), sentence(self.title, told_too, f"{over}: {told(drawn, log=log)}", at)


class LivePointsAndLines(LivePage):
    """The live twin of `points_and_lines`: the last point can be moved up and down, and the lines answer.

    x, y: (n,). labels: of up to four lines. ylim: the frame that is kept. The first picture is made by
        `redraw`.
    """

    def __init__(
        self, x: Any, y: Any, labels: list[str], *, title: str, xlabel: str, ylabel: str, ylim: tuple
    ):
        self.x, self.y = (np.array(values, dtype=np.float64) for values in (x, y))
        self.xlabel = xlabel
        margin = 0.03 * np.ptp(self.x)
        self.grid = np.linspace(self.x.min() - margin, self.x.max() + margin, 201)
        with style():
            super().__init__(title)
            (self.ax,) = self.axes
            scatter(self.ax, self.x[:-1], self.y[:-1])
            self.ax.set(xlabel=xlabel, xlim=self.grid[[0, -1]], ylim=ylim)
            self.ax.set_title(ylabel)
            self.lines = LiveLines(self.ax, labels, self.grid[-1], self.y.mean())
            (self.point,) = self.ax.plot([], [], "o", color="#222222", ms=10, mec="white", mew=1.5, zorder=6)
            self._settle([*self.lines.artists, self.point])

    @property
    def labels(self) -> list[Artist]:
        return self.lines.labels

    def redraw(self, height: float, fits: Mapping[str, Callable[[Array], Array]]) -> tuple[bytes, str]:
        """The picture (PNG) with the last point at `height` and the lines `fits`, and the same in words."""
        drawn = {label: (self.grid, fit(self.grid)) for label, fit in fits.items()}
        self.point.set_data([self.x[-1]], [height])
        self.lines.redraw(drawn)
        return self._png(), self._words(height, drawn)

    def _words(self, height: float, drawn: dict[str, tuple[Array, Array]]) -> str:
        points = f"{len(self.x)} points, {scene(self.xlabel, self.x)}"
        last = f"the last stands at {number(height, np.abs(self.y).max())}"
        return sentence(self.title, f"{points}; {last}", f"Lines: {told(drawn)}")
