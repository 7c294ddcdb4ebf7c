"""Your prices: what being short and being over cost, and the order that is cheapest then."""

from typing import Any

import ipywidgets as widgets
import numpy as np

from lossfns.course.explorers.sliders import answering, slider
from lossfns.course.figures.live import LiveCurves
from lossfns.course.figures.words import number

HIGHEST = 12.0  # of both prices


def two_prices(demand: Any) -> widgets.VBox:
    """Set the price of one unit short and of one unit over; the mean cost of every order answers.

    demand: (n,), what was wanted on each of n days, not negative. The mark stands at the cheapest order, which is
    the quantile of the demand at short / (short + over).
    """
    demand = np.array(demand, dtype=np.float64)
    stock = np.linspace(0, 1.1 * demand.max(), 221)
    picture = LiveCurves(
        stock,
        ["cost of a day"],
        title="Two prices decide how much to order",
        xlabel="units ordered",
        ylabel="mean cost of a day",
        ylim=(0, HIGHEST * demand.mean() * 1.6),
    )
    short, over = slider("one unit short", 6.0, 0.12, HIGHEST), slider("one unit over", 3.0, 0.12, HIGHEST)

    def answer() -> tuple[bytes, str]:
        costs = mean_cost(stock, demand, short.value, over.value)
        best, q = stock[costs.argmin()], short.value / (short.value + over.value)
        told = (
            f"At {number(short.value)} for one short and {number(over.value)} for one over, q is {number(q)}; the cheapest "
            f"order is {number(best)}, {np.mean(demand <= best):.0%} of the days want no more"
        )
        return picture.redraw({"cost of a day": costs}, mark=float(best), told_too=told)

    return answering([short, over], answer)


def mean_cost(stock: np.ndarray, demand: np.ndarray, short: float, over: float) -> np.ndarray:
    """The mean cost of each order (k,) over the days."""
    missing = demand - stock[:, None]
    return (short * np.maximum(missing, 0) + over * np.maximum(-missing, 0)).mean(1)
