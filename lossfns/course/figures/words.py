"""The text alternative: a figure in words, from the numbers that are drawn.

Numbers carry three significant digits, after a rounding to ten that hides what machines disagree about.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from lossfns.course.figures.calculus import crossings, together

Array = np.ndarray


def number(value: float, span: float = 0.0) -> str:
    """Three significant digits. What is tiny beside `span`, the size of the axis, is 0."""
    if not np.isfinite(value):
        return "infinite" if np.isinf(value) else "undefined"
    value = float(f"{value:.10g}")
    if abs(value) <= 1e-5 * span:
        return "0"
    plain = np.format_float_positional(value, precision=3, unique=False, fractional=False, trim="-")
    return (plain if 1e-4 <= abs(value) < 1e7 else f"{value:.2e}").replace("-", "−")


def scene(label: str, values: Any, /) -> str:
    """An axis: its label and the range of the values on it."""
    values = np.asarray(values)
    span = _span(values)
    return f"{label} from {number(values.min(), span)} to {number(values.max(), span)}"


def told(lines: dict[str, tuple[Array, Array]], *, log: bool = False) -> str:
    """How each line runs, and which of them meet where. On a log axis nothing is too small to be told."""
    size = 0.0 if log else max(_span(y) for _, y in lines.values())
    runs = [f"{_with_aside(label)} {course_of(x, y, size)}" for label, (x, y) in lines.items()]
    seen = {label.split("\n")[0]: (x, np.log10(y) if log else y) for label, (x, y) in lines.items()}
    return "; ".join([*runs, *meetings(seen)])


def list_of(parts: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def course_of(x: Array, y: Array, size: float) -> str:
    """Where a line runs: from its first value over its turning point to its last; piece by piece."""
    cuts = np.flatnonzero(np.isnan(y))
    runs = [_run(x[piece], y[piece], _span(x), size) for piece in np.split(np.arange(len(y)), cuts)]
    jumps = [f", jumps at {number(x[cut], _span(x))}, " for cut in cuts]
    return runs[0] + "".join(jump + run for jump, run in zip(jumps, runs[1:], strict=True))


def meetings(lines: dict[str, tuple[Array, Array]]) -> list[str]:
    """Which lines coincide, and which cross where; lines that all meet in one place are told together."""
    found: dict[str, list[tuple[str, str]]] = {}
    for (a, one), (b, two) in combinations(lines.items(), 2):
        for text in _meeting(one, two):
            found.setdefault(text, []).append((a, b))
    return [f"{names} {text}" for text, pairs in found.items() for names in _groups(pairs)]


def sentence(*parts: str) -> str:
    """The parts that are not empty, as sentences."""
    tidy = [" ".join(part.split()) for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in tidy)


def _with_aside(label: str) -> str:
    """A label's second line, in brackets."""
    name, *rest = label.split("\n")
    return f"{name} ({' '.join(rest)})" if rest else name


def _groups(pairs: list[tuple[str, str]]) -> list[str]:
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    everyone = len(pairs) == len(names) * (len(names) - 1) // 2
    return [list_of(names)] if everyone else [list_of(pair) for pair in pairs]


def _meeting(one: tuple[Array, Array], two: tuple[Array, Array]) -> Iterator[str]:
    x, a = one
    b = np.interp(x, *two)
    at = [number(place, _span(x)) for place in crossings(x, a, b)]
    shared = [" to ".join(number(end, _span(x)) for end in stretch) for stretch in together(x, a, b)]
    if shared:
        yield f"coincide from {list_of(shared)}"
    if at:
        yield "cross " + (f"at {list_of(at)}" if len(at) <= 3 else f"{len(at)} times")


def _run(x: Array, y: Array, width: float, size: float) -> str:
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    first, last = y[0], y[-1]
    if np.ptp(y) <= 1e-5 * size or np.ptp(y) == 0:
        return f"stays at {number(first, size)}"
    for turn, there, back in ((y.min(), "falls", "rises"), (y.max(), "rises", "falls")):
        if min(abs(turn - first), abs(turn - last)) > 0.01 * np.ptp(y):
            middle = f"{number(turn, size)} {_where(x, y, turn, width)}"
            return f"{there} from {number(first, size)} to {middle} and {back} to {number(last, size)}"
    return f"{'rises' if last > first else 'falls'} from {number(first, size)} to {number(last, size)}"


def _where(x: Array, y: Array, level: float, width: float) -> str:
    at = x[np.abs(y - level) <= 1e-9 * np.ptp(y)]
    low, high = number(at[0], width), number(at[-1], width)
    return f"at {low}" if low == high else f"between {low} and {high}"


def _span(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if len(finite) else 0.0
