"""The kinds of figures that ten notebooks share."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from unicodedata import lookup

import numpy as np

from lossfns.course.figures.calculus import derivative
from lossfns.course.figures.colours import colours
from lossfns.course.figures.labels import label_tops
from lossfns.course.figures.page import draw_lines, page, publish, scatter, style
from lossfns.course.figures.words import number, scene, sentence, told

Array = np.ndarray
Line = tuple[Array, Array]


def loss_and_gradient(
    fn: Callable | Mapping[str, Callable],
    *,
    title: str,
    x: tuple[float, float] = (-3, 3),
    target: float = 0.0,
    xlabel: str = "prediction − target,  ŷ − y",
    **options: Any,
) -> None:
    """The loss of one prediction above, its slope below, on one axis.

    fn: fn(pred, target, **options) on NumPy arrays, with one value per prediction or their mean; or up to
        four such functions, {label: fn}. With a single fn one option may be a list: one line for each of its
        values.
    x: the range of pred − target that is drawn. The slope is measured by central differences, and cut at
        kinks.

    >>> loss_and_gradient({"squared": lambda p, y: (p - y) ** 2}, title="Steep")  # doctest: +ELLIPSIS
    Figure: Steep. Loss ... squared falls from 9 to 0 at 0 and rises to 9. Gradient: ... from −6 to 6.
    """
    many = isinstance(fn, Mapping)
    named = {label: partial(one, **options) for label, one in fn.items()} if many else _varied(fn, options)
    both = {label: _loss_and_slope(partial(_each, one, target), x) for label, one in named.items()}
    losses, slopes = ({label: panel[i] for label, panel in both.items()} for i in (0, 1))
    bases = colours(list(named), hint=getattr(fn, "__name__", ""))
    with style():
        figure, (above, below) = page(title, heights=(3, 2))
        labels = draw_lines(above, losses, bases), draw_lines(below, slopes, bases)
        above.set_title("loss")
        below.set_title("gradient")
        below.set(xlabel=xlabel, xlim=x)
        text = sentence(title, f"Loss for {scene(xlabel, x)}: {told(losses)}", f"Gradient: {told(slopes)}")
        publish(figure, text, *labels)


def points_and_lines(
    x: Any,
    y: Any,
    lines: Mapping[str, Callable[[Array], Array]] | None = None,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    xlim: tuple[float, float] | None = None,
) -> None:
    """Points, and up to four lines fitted to them, from edge to edge (or over xlim); or points alone.

    lines: {label: line}, where line(x) -> y takes an array: what `fit_line` returns, or any function.
    """
    x, y, lines = _flat(x), _flat(y), lines or {}
    low, high = xlim or _with_margin(x)
    grid = np.linspace(low, high, 201)
    drawn = {label: (grid, np.broadcast_to(line(grid), grid.shape)) for label, line in lines.items()}
    inside = (x >= low) & (x <= high)
    with style():
        figure, (ax,) = page(title)
        scatter(ax, x[inside], y[inside])
        labels = draw_lines(ax, drawn, colours(list(lines)))
        ax.set(xlabel=xlabel, xlim=(low, high))
        ax.set_title(ylabel)
        outside = f"{(~inside).sum()} more outside the frame" if not inside.all() else ""
        extent = f"{scene(xlabel, x[inside])} and {scene(ylabel, y[inside])}"
        text = sentence(
            title, f"{inside.sum()} points, {extent}", outside, f"Lines: {told(drawn)}" if drawn else ""
        )
        publish(figure, text, labels)


def curves(
    x: Any,
    lines: Mapping[str, Any],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    xscale: str = "linear",
    yscale: str = "linear",
    lowest: bool | Sequence[str] = False,
) -> None:
    """Up to four curves over the same x: a cost against a guess, or a loss against the step.

    lines: {label: y (n,)}. One that stops being finite is drawn up to there.
    xscale, yscale: "linear" or "log". lowest: mark where each curve, or each of those named, is lowest, and
        say so in its label.
    """
    x = _flat(x)
    drawn = {label: _while_finite(x, _flat(y)) for label, y in lines.items()}
    lost = [
        f"{label} is not finite after {number(at[-1])}"
        for label, (at, _) in drawn.items()
        if len(at) < len(x)
    ]
    marked = [] if lowest is False else list(lines) if lowest is True else [*lowest]
    if unknown := sorted(set(marked) - set(lines)):
        raise ValueError(f"there is no curve {unknown[0]!r} to mark, only {', '.join(lines)}")
    best = {label: (drawn[label][0][drawn[label][1].argmin()], drawn[label][1].min()) for label in marked}
    named = {
        _with_lowest(label, best[label][0]) if label in best else label: line for label, line in drawn.items()
    }
    with style():
        figure, (ax,) = page(title)
        bases = colours(list(lines))
        labels = draw_lines(ax, named, bases)
        for label, colour in zip(lines, bases, strict=True):
            if label in best:
                ax.plot(*best[label], "o", color=colour, ms=8, mec="white", mew=1.5, zorder=5)
        ax.set(xlabel=xlabel, xscale=xscale, yscale=yscale)
        if xscale == "linear" and (x == x.round()).all():
            ax.xaxis.get_major_locator().set_params(integer=True)  # there is no step 2.5
        ax.set_title(ylabel)
        over = f"{ylabel[:1].upper()}{ylabel[1:]}, for {scene(xlabel, x)}"
        publish(
            figure, sentence(title, f"{over}: {told(drawn, log=yscale == 'log')}", "; ".join(lost)), labels
        )


def histogram(
    values: Any,
    marks: Mapping[str, float],
    *,
    title: str,
    xlabel: str,
    ylabel: str = "count",
    bins: int | Array = 40,
) -> None:
    """How values are spread, and up to four constants among them, each with the share of values below it.

    marks: {label: constant}, such as {"mean": values.mean()}. bins: how many, or their edges.
    """
    values = _flat(values)
    below = {
        label: f"{number(at)} with {np.mean(values < at):.0%} of the values below"
        for label, at in marks.items()
    }
    with style():
        figure, (ax,) = page(title)
        ax.hist(values, bins=bins, color="#C9CDD2", edgecolor="white", linewidth=0.6)
        bases = colours(list(marks))
        for at, colour in zip(marks.values(), bases, strict=True):
            ax.axvline(at, color=colour)
        tops = label_tops(ax, {f"{label} {number(at)}": at for label, at in marks.items()}, bases)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.grid(axis="x", visible=False)
        spread = f"{len(values)} values, {scene(xlabel, values)}"
        text = sentence(
            title, spread, "; ".join(f"{label}: {told_below}" for label, told_below in below.items())
        )
        publish(figure, text, tops)


def _varied(fn: Callable, options: dict[str, Any]) -> dict[str, Callable]:
    """One function per value of the option that is a list, labelled "δ = 1"; or fn itself under its name."""
    many = [name for name, value in options.items() if isinstance(value, list | tuple)]
    if len(many) > 1:
        raise ValueError(f"only one option may be a list, got {' and '.join(many)}")
    if not many:
        return {fn.__name__: partial(fn, **options)}
    return {f"{_symbol(many[0])} = {v:g}": partial(fn, **options | {many[0]: v}) for v in options[many[0]]}


def _loss_and_slope(cost: Callable[[Array], Array], x: tuple[float, float]) -> tuple[Line, Line]:
    """The points of the loss, its kinks among them, and those of its slope."""
    grid = np.linspace(*x, 601)
    at, slope, kinks = derivative(cost, grid)
    grid = np.sort(np.concatenate([grid, kinks]))
    return (grid, cost(grid)), (at, slope)


def _symbol(name: str) -> str:
    try:
        return lookup(f"GREEK SMALL LETTER {name}")
    except KeyError:
        return name


def _each(fn: Callable, target: float, residuals: Array) -> Array:
    """fn of one prediction at a time, so that a function that returns a mean can be drawn too."""
    y = np.array([float(target)])
    return np.array([float(np.mean(fn(y + r, y))) for r in residuals])


def _flat(values: Any) -> Array:
    array = np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=np.float64)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"a figure draws one-dimensional values, got shape {array.shape}")
    return array


def _with_margin(x: Array) -> tuple[float, float]:
    margin = 0.03 * np.ptp(x)
    return float(x.min() - margin), float(x.max() + margin)


def _while_finite(x: Array, y: Array) -> tuple[Array, Array]:
    if len(x) != len(y):
        raise ValueError(f"a curve needs one y for each x, got {len(y)} for {len(x)}")
    stop = int(np.argmin(np.isfinite(y))) if not np.isfinite(y).all() else len(y)
    if stop == 0:
        raise ValueError("a curve must start with a finite value")
    return x[:stop], y[:stop]


def _with_lowest(label: str, at: float) -> str:
    return f"{label}\nlowest at {number(at)}"
