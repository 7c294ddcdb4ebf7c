"""A table of advice on one page, to print and pin to a wall."""

from collections.abc import Iterable, Iterator
from itertools import cycle, groupby
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lossfns.course.figures.colours import OTHERS, row_colours
from lossfns.course.figures.page import publish, style
from lossfns.course.figures.words import sentence

WIDTH, MARGIN = 8.27 * 72, 22.0  # the width of A4, in points
LINE, GAP, BAND = 8.8, 2.7, 15.3  # a line of text, between two rows, a heading
HEAD = 66.0  # the title and what is above the first heading
COLUMNS = ((MARGIN + 7, 33, "if"), (MARGIN + 166, 25, "sign"), (MARGIN + 296, 62, "because"))
# left edge in points, characters a line, heading
PLACE = 72  # characters a line of where it is shown
ACCENTS = ("#4B58C2", "#946800")  # for losses that have no colour of their own: one for all in a group


def poster(advice: Iterable[Any], *, title: str, subtitle: str = "") -> None:
    """Advice by what should come out: under which condition, which loss, why, and where it is shown. One A4 page wide.

    advice: entries with `answers`, `condition`, `loss`, `why` and `place`, such as `course.guide.GUIDE`.

    >>> from lossfns.course.guide import GUIDE
    >>> poster(GUIDE[-1:], title="Ask")  # doctest: +ELLIPSIS
    Figure: Ask. An order: if which of two answers people prefer, Bradley–Terry, or DPO (The logistic ...
    """
    advice = list(advice)
    groups = [(name, list(rows)) for name, rows in groupby(advice, key=lambda one: one.answers[0])]
    height = HEAD + sum(BAND + GAP + sum(map(_height, rows)) for _, rows in groups) + MARGIN
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    with style():
        FigureCanvasAgg(figure)
        figure.set_dpi(110)
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        ax.set_axis_off()
        ax.text(MARGIN, 32, title, size=17, weight="bold", color="#222222")
        ax.text(MARGIN, 47, subtitle, size=8.3, color="#555555")
        for left, _, heading in COLUMNS:
            ax.text(left, 61, heading, size=7.6, color="#777777", style="italic")
        top, accents = HEAD, cycle(ACCENTS)
        for name, rows in groups:
            top = _draw_group(ax, top, name, rows, _group_colours(rows, accents))
        publish(figure, sentence(title, *(_told(name, rows) for name, rows in groups)))


def _draw_group(ax: Axes, top: float, name: str, rows: list[Any], colours: list[str]) -> float:
    ax.add_patch(Rectangle((MARGIN, top), WIDTH - 2 * MARGIN, BAND - 3, color="#E9ECF0", lw=0))
    ax.text(MARGIN + 8, top + 9.6, _capital(name), size=8.8, weight="bold", color="#222222")
    top += BAND + GAP
    for one, colour in zip(rows, colours, strict=True):
        dress = (
            {"size": 7.6, "color": "#333333"},
            {"size": 8.3, "color": colour, "weight": "bold"},
            {"size": 7.6, "color": "#333333"},
        )
        for (left, _, _), lines, look in zip(COLUMNS, _cells(one), dress, strict=True):
            for i, line in enumerate(lines):
                ax.text(left, top + 6 + i * LINE, line, **look)
        where = top + 6 + len(_cells(one)[2]) * LINE
        for i, line in enumerate(wrap(_where(one), PLACE)):
            ax.text(COLUMNS[2][0], where + i * LINE, line, size=6.9, color="#666666")
        top += _height(one)
    return top


def _group_colours(rows: list[Any], accents: Iterator[str]) -> list[str]:
    found = row_colours([one.loss for one in rows])
    accent = next(accents) if OTHERS[0] in found else ""
    return [accent if colour == OTHERS[0] else colour for colour in found]


def _cells(one: Any) -> list[list[str]]:
    texts = (one.condition or "in any case", one.loss, one.why)
    return [wrap(text, width) for text, (_, width, _) in zip(texts, COLUMNS, strict=True)]


def _height(one: Any) -> float:
    condition, loss, why = map(len, _cells(one))
    return max(condition, loss, why + len(wrap(_where(one), PLACE))) * LINE + GAP


def _where(one: Any) -> str:
    """The file without its folder, and the section."""
    return one.place.removeprefix("notebooks/").replace(".ipynb, ", " · ")


def _told(name: str, rows: list[Any]) -> str:
    return f"{_capital(name)}: " + "; ".join(_row_in_words(rows))


def _row_in_words(rows: list[Any]) -> Iterator[str]:
    for one in rows:
        condition = f"if {one.condition}, " if one.condition else ""
        yield f"{condition}{one.loss} ({one.why} {_where(one)})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
