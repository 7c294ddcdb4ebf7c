"""Results over seeds: a dot for every one of them, so that a difference can be held against its scatter."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossfns.course.figures.colours import row_colours
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import number, sentence

MOST_ROWS = 12
Array = np.ndarray


def spread(
    results: Mapping[str, Any],
    *,
    title: str,
    xlabel: str,
    marks: Mapping[str, float] | None = None,
    xscale: str = "linear",
) -> None:
    """One row for each label, a dot for each seed's result and a bar at their mean.

    results: {label: values (seeds,)}, up to twelve rows, drawn from top to bottom in the order given. Seed i has the
        same height within each row, so one seed can be followed from row to row. On a log axis (xscale="log") the
        bar is at the geometric mean.
    marks: {label: value}, constants to compare with, such as {"guessing": 0.1}: a dashed line each.

    >>> spread({"SGD": [0.95, 0.97], "Adam": [0.96, 0.96]}, title="A tie", xlabel="accuracy")
    Figure: A tie. Accuracy, for each of 2 seeds: SGD 0.96 on average, from 0.95 to 0.97; Adam 0.96 each time.
    """
    rows, marks = {label: _finite(label, values) for label, values in results.items()}, marks or {}
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a figure of results has from 1 to {MOST_ROWS} rows, got {len(rows)}")
    with style():
        figure, (ax,) = page(title, size=1.3 + 0.42 * len(rows))
        for place, values, colour in zip(_places(rows), rows.values(), row_colours(list(rows)), strict=True):
            ax.plot(values, _heights(place, len(values)), "o", color=colour, ms=6, alpha=0.55, mew=0)
            ax.plot([_mean(values, xscale)] * 2, [place - 0.34, place + 0.34], color=colour, lw=3.2)
        for label, at in marks.items():
            ax.axvline(at, color="#8A8A8A", lw=1.2, ls=(0, (4, 3)), zorder=0)
            ax.annotate(
                f" {label}",
                (at, 0),
                xycoords=("data", "axes fraction"),
                size=9.5,
                color="#555555",
                va="bottom",
            )
        ax.set(xlabel=xlabel, xscale=xscale, ylim=(-len(rows) + 0.45, 0.55))
        ax.set_yticks(list(_places(rows)), labels=list(rows))
        for text, colour in zip(ax.get_yticklabels(), row_colours(list(rows)), strict=True):
            text.set(color=colour, weight="bold")
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="y", visible=False)
        ax.margins(x=0.06)
        publish(figure, sentence(title, _told(rows, xlabel, xscale), _told_marks(marks)))


def _finite(label: str, values: Any) -> Array:
    row = np.asarray(values, dtype=np.float64).ravel()
    if not len(row) or not np.isfinite(row).all():
        raise ValueError(f"the results of {label!r} must be finite numbers, at least one, got {values!r}")
    return row


def _places(rows: Mapping[str, Array]) -> range:
    return range(0, -len(rows), -1)


def _heights(place: int, seeds: int) -> Array:
    return place + (np.linspace(0.2, -0.2, seeds) if seeds > 1 else np.zeros(1))


def _mean(values: Array, xscale: str) -> float:
    return float(np.exp(np.log(values).mean()) if xscale == "log" else values.mean())


def _told(rows: Mapping[str, Array], xlabel: str, xscale: str) -> str:
    counts = {len(values) for values in rows.values()}
    every = f"each of {counts.pop()} seeds" if len(counts) == 1 else "each seed"
    each = "; ".join(f"{' '.join(label.split())} {_row(values, xscale)}" for label, values in rows.items())
    return f"{xlabel[:1].upper()}{xlabel[1:]}, for {every}: {each}"


def _row(values: Array, xscale: str) -> str:
    low, high, mean = number(values.min()), number(values.max()), number(_mean(values, xscale))
    if len(values) == 1:
        return mean
    return f"{low} each time" if low == high else f"{mean} on average, from {low} to {high}"


def _told_marks(marks: Mapping[str, float]) -> str:
    return "; ".join(f"{label} is at {number(at)}" for label, at in marks.items())
