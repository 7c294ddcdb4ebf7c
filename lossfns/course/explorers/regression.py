"""Move one point of twenty: which of four losses lets its line be moved?"""

from typing import Any

import ipywidgets as widgets
import numpy as np

from lossfns.course.explorers.sliders import answering, slider
from lossfns.course.figures.live import LivePointsAndLines
from lossfns.course.training import Line, fit_line
from lossfns.regression import huber_loss, mae_loss, mse_loss, pinball_loss

SQUARED, ABSOLUTE, HUBER, PINBALL = "squared", "absolute", "Huber", "pinball, q = 0.9"


def outlier(x: Any, y: Any, *, xlabel: str = "x", ylabel: str = "y") -> widgets.VBox:
    """Move the last of the points up and down, and see which of four losses lets its line be moved.

    x, y: (n,), at most 500 points; 20 are best. The sliders take the arrow keys: the height of the last
    point, and Huber's δ. The lines are exact minimisers of the library's losses, fitted again at every move.
    """
    x, y = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    reach = max(np.ptp(y), 1e-9)
    low, high = y.min() - reach, y.max() + 2 * reach
    picture = LivePointsAndLines(
        x,
        y,
        [SQUARED, ABSOLUTE, HUBER, PINBALL],
        title="One point moves: which lines follow it?",
        xlabel=xlabel,
        ylabel=ylabel,
        ylim=(low - 0.1 * reach, high + 0.1 * reach),
    )
    height = slider("height of the last point", y[-1], low, high)
    delta = slider("δ of Huber", reach / 10, reach / 200, 3 * reach)

    def answer() -> tuple[bytes, str]:
        moved = np.append(y[:-1], height.value)
        return picture.redraw(height.value, _fits(x, moved, delta.value))

    return answering([height, delta], answer)


def _fits(x: np.ndarray, y: np.ndarray, delta: float) -> dict[str, Line]:
    return {
        SQUARED: fit_line(x, y, mse_loss),
        ABSOLUTE: fit_line(x, y, mae_loss),
        HUBER: fit_line(x, y, huber_loss, delta=delta),
        PINBALL: fit_line(x, y, pinball_loss, q=0.9),
    }
