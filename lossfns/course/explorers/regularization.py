"""Price and mix slide: where does the solution go, and when is a weight exactly zero?"""

import ipywidgets as widgets
import numpy as np

from lossfns.course.explorers.sliders import answering, log_slider, slider
from lossfns.course.figures.balls import LiveBall
from lossfns.course.figures.balls import ball as rim_of

BEST, CURVATURE = np.array([2.0, 0.5]), np.array([[1.0, 0.15], [0.15, 1.6]])
FRAME = ((-2.6, 3.0), (-1.4, 1.4))
PRICES = np.geomspace(0.01, 100, 81)  # of the trail


def ball() -> widgets.VBox:
    """Two weights, a loss that is lowest at (2, ½), and a penalty λ·(ρ·Σ|w| + (1 − ρ)·Σw²).

    The sliders take the arrow keys: the price λ, and the mix ρ, from 0 (L2) to 1 (L1). The ball holds all pairs
    of weights that cost no more than the solution; the dashed trail shows the solutions at all prices.
    """
    picture = LiveBall(
        _surface,
        title="A price is a ball: where does it touch?",
        xlabel="weight w₁",
        ylabel="weight w₂",
        best=tuple(BEST),
        frame=FRAME,
    )
    price, mix = log_slider("price λ", 1.0, 0.01, 100), slider("mix ρ: 0 is L2, 1 is L1", 1.0, 0.0, 1.0)

    def answer() -> tuple[bytes, str]:
        spot, *trail = solutions(np.array([price.value, *PRICES]), mix.value)
        rim = _rim(spot, mix.value)
        said = f"The price is {price.value:.3g} and the share of L1 in it {mix.value:.2g}"
        return picture.redraw(rim, np.array([BEST, *trail]), spot, said)

    return answering([price, mix], answer)


def solutions(prices: np.ndarray, mix: float) -> np.ndarray:
    """The weights (k, 2) that minimise loss + price · (mix · Σ|w| + (1 − mix) · Σw²), by proximal steps."""
    lr, w = 1 / (2 * np.linalg.norm(CURVATURE, 2)), np.tile(BEST, (len(prices), 1))
    threshold, shrink = lr * prices[:, None] * mix, 1 + 2 * lr * prices[:, None] * (1 - mix)
    for _ in range(200):
        v = w - lr * 2 * (w - BEST) @ CURVATURE
        w = np.sign(v) * np.maximum(np.abs(v) - threshold, 0) / shrink
    return w


def _surface(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    away = np.stack([a - BEST[0], b - BEST[1]])
    return np.einsum("i...,ij,j...->...", away, CURVATURE, away)


def _rim(spot: np.ndarray, mix: float) -> np.ndarray:
    """The ball that the solution lies on; a single point where nothing is left."""
    if not spot.any():
        return spot[None]
    penalty = lambda a, b: mix * (abs(a) + abs(b)) + (1 - mix) * (a**2 + b**2)  # noqa: E731
    return rim_of(penalty, float(penalty(*spot)))
