"""Reliability diagrams: how often a model was right, by how sure it was; below, how many answers that is."""

from collections.abc import Mapping, Sequence
from math import lgamma
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from lossfns.course.figures.colours import colours
from lossfns.course.figures.labels import label_ends
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import number, sentence

LEVEL = 0.95  # of the grey bars, which show what chance allows
GREY = dict(color="#D5D8DD", lw=11, zorder=2)
DOTS = dict(lw=2, ms=6, mec="white", mew=0.8, zorder=4)

Array = np.ndarray
Curve = tuple[Any, Any, Any, Any]  # confidence, accuracy, count, edges: what `reliability_curve` gives


class Bins(NamedTuple):
    """The bins of a curve that hold answers, and the count of all bins with their edges."""

    confidence: Array
    accuracy: Array
    count: Array
    every: Array
    edges: Array


def reliability(curves: Mapping[str, Curve] | Curve, *, title: str) -> None:
    """Accuracy against confidence, bin by bin, and the number of answers in each bin below.

    curves: what `lossfns.reliability_curve` returns, or up to four of them with the same bins, {label: curve}. Empty
        bins are left out. A single one also shows what chance allows: a grey bar for each bin, in which it would lie
        95 times in 100 if its answers were right just as often as their mean confidence says.

    >>> import torch, lossfns
    >>> probs, target = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), torch.tensor([0, 1, 1])
    >>> reliability(lossfns.reliability_curve(probs, target, bins=2), title="Three")  # doctest: +ELLIPSIS
    Figure: Three. Confidence → accuracy (answers): 0.767 → 0.667 (3; chance allows 0.333 to 1). All 3: ...
    """
    alone = not isinstance(curves, Mapping)
    drawn = {label: bins_of(curve) for label, curve in ({"": curves} if alone else curves).items()}
    bases = colours(list(drawn))
    with style():
        figure, above, below = frame(title, 1.25 * max(bins.count.max() for bins in drawn.values()))
        for i, (bins, colour) in enumerate(zip(drawn.values(), bases, strict=True)):
            above.plot(bins.confidence, bins.accuracy, "-o", color=colour, **DOTS)
            below.bar(*bars(bins.edges, i, len(drawn), bins.every), align="edge", color=colour, linewidth=0)
        if alone:
            bins = drawn[""]
            above.vlines(bins.confidence, *chance(bins), **GREY)
            explain(above, "grey bars: what chance allows")
            write_counts(below, drawn[""])
        ends = {} if alone else {label: (b.confidence[-1], b.accuracy[-1]) for label, b in drawn.items()}
        text = sentence(title, *(told(drawn[""]) if alone else [_told_together(drawn)]))
        publish(figure, text, label_ends(above, ends, bases[: len(ends)]))


def bins_of(curve: Curve) -> Bins:
    """ValueError when all bins are empty."""
    confidence, accuracy, count, edges = (np.asarray(part) for part in curve)
    if not count.sum():
        raise ValueError("a reliability diagram needs at least one answer, and all bins are empty")
    full = count > 0
    return Bins(confidence[full], accuracy[full], count[full], count, edges)


def frame(title: str, most: float) -> tuple[Figure, Axes, Axes]:
    """The page with its two panels, and the diagonal on which a calibrated model lies."""
    figure, (above, below) = page(title, heights=(3, 1))
    above.plot([0, 1], [0, 1], color="#8A8A8A", lw=1.2, ls=(0, (4, 3)), zorder=1)
    above.set(xlim=(0, 1), ylim=(-0.02, 1.04))
    above.set_title("accuracy: how many of them were right")
    below.set(xlabel="confidence: the probability of the class that it named", ylim=(0, most))
    below.set_title("answers in the bin")
    below.grid(axis="x", visible=False)
    return figure, above, below


def explain(ax: Axes, text: str) -> None:
    """A line of small print in the lower right corner."""
    ax.annotate(text, (0.985, 0.04), xycoords="axes fraction", color="#777777", ha="right", size=9.5)


def bars(edges: Array, i: int, of: int, heights: Array) -> tuple[Array, Array, Array]:
    """Left ends, heights and widths of the i-th of several bars that share each bin."""
    width = np.diff(edges)
    return edges[:-1] + width * (0.06 + 0.88 * i / of), heights, 0.88 * width / of


def write_counts(ax: Axes, bins: Bins) -> list[Text]:
    """The number of answers over each bar; nothing over an empty bin."""
    middle = (bins.edges[:-1] + bins.edges[1:]) / 2
    look = dict(ha="center", va="bottom", size=8.5, color="#555555")
    return [ax.text(x, n, f"{n}" if n else "", **look) for x, n in zip(middle, bins.every, strict=True)]


def chance(bins: Bins) -> tuple[Array, Array]:
    """Between which shares of right answers each bin lies 95 times in 100, if its confidence is honest."""
    tail = (1 - LEVEL) / 2
    honest = list(zip(bins.count.tolist(), bins.confidence, strict=True))
    return tuple(np.array([quantile(n, c, q) / n for n, c in honest]) for q in (tail, 1 - tail))


def quantile(n: int, p: float, level: float) -> int:
    """The smallest k with P(at most k of n) ≥ level, for the binomial distribution with 0 ≤ p ≤ 1."""
    p = min(max(p, 1e-12), 1 - 1e-12)
    k = np.arange(n + 1)
    log_choose = np.array([lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) for i in range(n + 1)])
    below = np.cumsum(np.exp(log_choose + k * np.log(p) + (n - k) * np.log1p(-p)))
    return int(min(np.searchsorted(below, level), n))


def told(bins: Bins, *, limits: bool = True) -> Sequence[str]:
    """One diagram in words: bin by bin (with what chance allows, if limits), all together, and how many lie outside."""
    low, high = chance(bins)
    allowed = [f"; chance allows {number(a)} to {number(b)}" for a, b in zip(low, high, strict=True)]
    allowed = allowed if limits else None
    outside = int(((bins.accuracy < low) | (bins.accuracy > high)).sum())
    lie = {0: "no bin lies", 1: "1 bin lies"}.get(outside, f"{outside} bins lie")
    return (
        f"Confidence → accuracy (answers): {_each(bins, allowed)}",
        f"{_all(bins)}; {lie} outside what chance allows",
    )


def _told_together(drawn: Mapping[str, Bins]) -> str:
    each = "; ".join(f"{label}: {_each(bins)}. {_all(bins)}" for label, bins in drawn.items())
    return f"Confidence → accuracy (answers), {each}"


def _each(bins: Bins, more: Sequence[str] | None = None) -> str:
    rows = zip(bins.confidence, bins.accuracy, bins.count, more or [""] * len(bins.count), strict=True)
    return ", ".join(f"{number(c)} → {number(a)} ({n}{extra})" for c, a, n, extra in rows)


def _all(bins: Bins) -> str:
    share = bins.count / bins.count.sum()
    return f"All {bins.count.sum()}: {number(bins.confidence @ share)} → {number(bins.accuracy @ share)}"
