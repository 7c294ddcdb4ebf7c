"""A page: the figure's frame in the course's style, and the way from it to the notebook."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from lossfns.course.display import show
from lossfns.course.figures.calculus import together
from lossfns.course.figures.colours import shades
from lossfns.course.figures.labels import label_ends

STYLE = Path(__file__).parents[1] / "lossfns.mplstyle"
SHARPNESS = 2  # pixels drawn per pixel shown

Array = np.ndarray
Settle = Callable[[], None]


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's defaults and the course's style sheet, whatever the user's own settings are."""
    with matplotlib.style.context(["default", str(STYLE)]):
        yield


def page(
    title: str, heights: tuple[float, ...] = (1,), *, size: float | None = None
) -> tuple[Figure, list[Axes]]:
    """A figure with its title and one panel per height, all on one horizontal axis. size: its height in inches."""
    figure = Figure(layout="constrained", figsize=(7.2, size or (4.2 if len(heights) == 1 else 5.2)))
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06)
    figure.suptitle("\n".join(_even_lines(title)), x=0.01, ha="left", size=13, weight="bold", color="#222222")
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    return figure, list(panels[:, 0])


def side_by_side(title: str, panels: int, *, size: float = 4.0) -> tuple[Figure, list[Axes]]:
    """A figure with its title and several panels in a row, each with its own axes. size: its height in inches."""
    figure, (ax,) = page(title, size=size)
    ax.remove()
    return figure, list(figure.subplots(1, panels, squeeze=False)[0])


def draw_lines(ax: Axes, lines: dict[str, tuple[Array, Array]], bases: list[str]) -> Settle:
    """Draw each line in its colour, pale to full within a family, and label it where it ends.

    A line that a later one coincides with is drawn wider, so that both are seen.
    """
    for i, ((x, y), colour) in enumerate(zip(lines.values(), shades(bases), strict=True)):
        covering = sum(bool(together(x, y, np.interp(x, *later))) for later in list(lines.values())[i + 1 :])
        ax.plot(x, y, color=colour, lw=2.4 + 2.0 * covering)
    return label_ends(ax, {name: _end(x, y) for name, (x, y) in lines.items()}, bases)


def scatter(ax: Axes, x: Array, y: Array) -> None:
    ax.scatter(x, y, s=22, color="#5F6670", alpha=0.5, linewidths=0)


def publish(figure: Figure, text: str, *settle: Settle) -> None:
    """Show the finished figure, its text alternative in place of it and the same sentence below it."""
    figure.draw_without_rendering()
    for labels in settle:
        labels()
    width, height = (figure.get_size_inches() * figure.dpi).round().astype(int).tolist()
    show(text, png=_png(figure), metadata={"image/png": {"alt": text, "width": width, "height": height}})
    caption = f"Figure: {text}"
    show(caption, html=f'<p style="font-size:90%;max-width:62em;margin:0;opacity:.8">{escape(caption)}</p>')


def _png(figure: Figure) -> bytes:
    """Twice as sharp as it is shown; a palette of 128 colours makes it a third of the size.

    Words keep their colours exactly, by an octree: the median cut that suits areas merges the colours of rare words.
    """
    raw, packed = BytesIO(), BytesIO()
    figure.savefig(raw, dpi=SHARPNESS * figure.dpi)
    drawn = any(ax.lines or ax.collections or ax.images for ax in figure.axes)
    method = Image.Quantize.MEDIANCUT if drawn else Image.Quantize.FASTOCTREE
    small = Image.open(raw).convert("RGB").quantize(128, method=method, dither=Image.Dither.NONE)
    small.save(packed, "png", optimize=True)
    return packed.getvalue()


def _even_lines(title: str, most: int = 62) -> list[str]:
    """The title in as few lines as it needs, none much shorter than the others."""
    least = len(wrap(title, most))
    return next(
        lines
        for width in range(1, most + 1)
        if len(lines := wrap(title, width, break_long_words=False)) <= least
    )


def _end(x: Array, y: Array) -> tuple[float, float]:
    last = np.flatnonzero(np.isfinite(y))[-1]
    return float(x[last]), float(y[last])
