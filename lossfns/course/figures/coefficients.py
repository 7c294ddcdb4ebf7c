"""Coefficients that come and go: one line for each weight of a model, as its penalty is relaxed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lossfns.course.figures.labels import label_ends
from lossfns.course.figures.page import page, publish, style
from lossfns.course.figures.words import number, scene, sentence

Array = np.ndarray
CROWD = "#BCC1C8"
NAMED = ("#3A3A3A", "#946800", "#6674D9", "#00807A")  # weights are no losses, and grey is taken


def coefficient_paths(
    strengths: Any,
    paths: Any,
    named: Mapping[str, int],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
) -> None:
    """Every weight against the strength of the penalty: grey lines, and up to four with a name.

    strengths: (k,), positive, in falling order, so that the penalty is relaxed from left to right.
    paths: (k, d), the d weights at each strength. named: {label: column}.

    The text tells for each named weight where it first differs from zero (exactly) and where it ends, and of
    the others how many differ from zero at either end.
    """
    strengths, paths = np.asarray(strengths, dtype=np.float64), np.asarray(paths, dtype=np.float64)
    _check(strengths, paths, named)
    crowd = np.delete(paths, list(named.values()), axis=1)
    with style():
        figure, (ax,) = page(title)
        ax.plot(strengths, crowd, color=CROWD, lw=0.9, alpha=0.8)
        ax.axhline(0, color="#555555", lw=0.8)
        lines = dict(zip(named, paths[:, list(named.values())].T, strict=True))
        for line, colour in zip(lines.values(), NAMED, strict=False):
            ax.plot(strengths, line, color=colour)
        ends = {label: (float(strengths[-1]), float(line[-1])) for label, line in lines.items()}
        labels = label_ends(ax, ends, list(NAMED[: len(ends)]))
        ax.set(xlabel=xlabel, xscale="log", xlim=(strengths[0], strengths[-1]))
        ax.set_title(ylabel)
        span = float(np.abs(paths).max())
        told = [_told(label, strengths, line, span) for label, line in lines.items()]
        text = sentence(
            title,
            f"{paths.shape[1]} lines, {ylabel}, for {scene(xlabel, strengths)}",
            "; ".join(told),
            _crowd(crowd, strengths, span),
        )
        publish(figure, text, labels)


def _check(strengths: Array, paths: Array, named: Mapping[str, int]) -> None:
    if strengths.ndim != 1 or len(strengths) < 2 or not (np.diff(strengths) < 0).all() or strengths[-1] <= 0:
        raise ValueError("strengths must be positive and fall: at least two of them, from strong to weak")
    if paths.ndim != 2 or len(paths) != len(strengths):
        raise ValueError(f"paths must be ({len(strengths)}, d), one row for each strength, got {paths.shape}")
    if len(named) > len(NAMED):
        raise ValueError(f"at most {len(NAMED)} lines carry a name, got {len(named)}")


def _told(label: str, strengths: Array, line: Array, span: float) -> str:
    alive = np.flatnonzero(line)
    if len(alive) == 0:
        return f"{label} stays at 0"
    start = f"is {number(line[0], span)} at {number(strengths[0])}"
    if alive[0] > 0:
        start = f"is exactly 0 down to {number(strengths[alive[0] - 1])}"
    return f"{label} {start} and ends at {number(line[-1], span)}"


def _crowd(crowd: Array, strengths: Array, span: float) -> str:
    if crowd.shape[1] == 0:
        return ""
    rows = [
        f"{np.count_nonzero(crowd[i])} differ from 0 at {number(strengths[i])}"
        + (f" (by {number(np.abs(crowd[i]).max(), span)} at most)" if crowd[i].any() else "")
        for i in (0, -1)
    ]
    return f"Of the other {crowd.shape[1]}, in grey, {' and '.join(rows)}"
