"""A sentence and what each of its tokens costs: a bar per token, drawn once or answering sliders."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from lossfns.course.figures.colours import FAMILIES
from lossfns.course.figures.labels import label_ends
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import list_of, number, sentence

Array = np.ndarray
COUNTED, LEFT_OUT, MEAN, FLOOR = FAMILIES["token loss"][0], "#D5D8DC", "#222222", FAMILIES["floor"][0]
BLANK = "·"  # a blank is seen


def token_bars(
    tokens: Sequence[str],
    losses: Any,
    *,
    title: str,
    ylabel: str,
    counts: Any = None,
    xlabel: str = "token",
    floor: float | None = None,
) -> None:
    """One bar for each token, labelled with it; a line at the mean of those that count.

    tokens: at most 60 short strings; blanks are shown as "·". losses: (t,), at least 0. counts: bool (t,), False for
    masked tokens, which are pale and enter no mean; all count if left out. floor: a second line, labelled "floor".
    """
    tokens, losses, counts = _checked(tokens, losses, counts)
    with style():
        figure, (ax,) = page(title)
        _frame(ax, tokens, xlabel, ylabel, losses.max())
        for bar, colour in zip(_bars(ax, losses), _colours(counts), strict=True):
            bar.set_color(colour)
        mean = float(losses[counts].mean())
        ends = {f"mean {number(mean)}": (mean, MEAN)}
        if floor is not None:
            ends[f"floor {number(floor)}"] = (floor, FLOOR)
        for height, colour in ends.values():
            ax.axhline(height, color=colour, lw=1.6, ls="--")
        at = {label: (len(tokens) - 0.5, height) for label, (height, _) in ends.items()}
        settle = label_ends(ax, at, [colour for _, colour in ends.values()])
        publish(figure, _words(title, tokens, losses, counts, xlabel, ylabel, floor), settle)


class LiveTokens:
    """The live twin of `token_bars`: heights and mask answer the sliders, the tokens stay.

    tokens: at most 60 short strings. top: the highest loss that the frame shows. The first picture is made by `redraw`.
    """

    def __init__(self, tokens: Sequence[str], *, title: str, ylabel: str, top: float, xlabel: str = "token"):
        self.tokens, _, _ = _checked(tokens, np.zeros(len(tokens)), None)
        self.title, self.axes = title, (xlabel, ylabel)
        with style():
            self.figure, (self.ax,) = page(title)
            _frame(self.ax, self.tokens, xlabel, ylabel, top)
            self.bars = _bars(self.ax, np.zeros(len(tokens)))
            self.line = self.ax.axhline(0, color=MEAN, lw=1.6, ls="--")
            self.label = self.ax.annotate(
                "mean 0.0000", xy=(1, 0), xycoords=("axes fraction", "data"), xytext=(9, 0),
                textcoords="offset points", weight="bold", size=10.5, va="center", color=MEAN, annotation_clip=False,
            )  # fmt: skip
            for artist in (*self.bars, self.line, self.label):
                artist.set_animated(True)
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
            self.figure.canvas.draw()
        self.still = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def redraw(self, losses: Any, counts: Any = None) -> tuple[bytes, str]:
        """The picture (PNG) with these heights and this mask, and the same in words."""
        _, losses, counts = _checked(self.tokens, losses, counts)
        for bar, height, colour in zip(self.bars, losses, _colours(counts), strict=True):
            bar.set_height(height)
            bar.set_color(colour)
        mean = float(losses[counts].mean())
        self.line.set_ydata([mean, mean])
        self.label.set_text(f"mean {number(mean)}")
        self.label.xy = (1, min(mean, self.ax.get_ylim()[1]))
        canvas, png = self.figure.canvas, BytesIO()
        canvas.restore_region(self.still)
        for artist in (*self.bars, self.line, self.label):
            self.ax.draw_artist(artist)
        Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(png, "png", compress_level=1)
        return png.getvalue(), _words(self.title, self.tokens, losses, counts, *self.axes, None)


def _checked(tokens: Sequence[str], losses: Any, counts: Any) -> tuple[list[str], Array, Array]:
    losses = np.asarray(losses.detach() if hasattr(losses, "detach") else losses, dtype=np.float64)
    counts = np.ones(len(losses), dtype=bool) if counts is None else np.asarray(counts, dtype=bool)
    if not 1 <= len(tokens) <= 60 or losses.shape != (len(tokens),) or counts.shape != losses.shape:
        raise ValueError(
            f"one loss and one mark for each of 1 to 60 tokens, got {len(tokens)} tokens, losses {losses.shape} "
            f"and counts {counts.shape}"
        )
    if not counts.any() or not np.isfinite(losses).all():
        raise ValueError("losses must be finite, and at least one token must count")
    return [BLANK if token == " " else token for token in tokens], losses, counts


def _frame(ax: Axes, tokens: list[str], xlabel: str, ylabel: str, top: float) -> None:
    ax.set(xlim=(-0.6, len(tokens) - 0.4), ylim=(0, 1.06 * top or 1.0), xlabel=xlabel)
    ax.set_xticks(range(len(tokens)), tokens, family="monospace")
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="x", visible=False)
    ax.set_title(ylabel)


def _bars(ax: Axes, heights: Array) -> list:
    return list(ax.bar(range(len(heights)), heights, width=0.78, color=COUNTED))


def _colours(counts: Array) -> list[str]:
    return [COUNTED if counted else LEFT_OUT for counted in counts]


def _words(
    title: str, tokens: list[str], losses: Array, counts: Array, xlabel: str, ylabel: str, floor: float | None
) -> str:
    """How many count, their mean, and the three that cost most."""
    size = float(losses.max())
    kept = np.flatnonzero(counts)
    dearest = kept[np.argsort(-losses[kept].round(9), kind="stable")[:3]]
    costly = list_of([f"“{tokens[i]}” at place {i + 1} with {number(losses[i], size)}" for i in dearest])
    mean, total = number(losses[kept].mean(), size), number(losses[kept].sum(), size)
    every = f"{len(tokens)} bars, one for each {xlabel}, spelling “{''.join(tokens)}”"
    masked = f"{len(tokens) - len(kept)} of them are masked" if len(kept) < len(tokens) else ""
    below = f"The floor is {number(floor)}" if floor is not None else ""
    return sentence(
        title,
        every,
        masked,
        f"{ylabel}: mean {mean}, sum {total} over {len(kept)}; the dearest: {costly}",
        below,
    )
