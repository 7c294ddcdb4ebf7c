"""How narrow is the valley? Rate, momentum and conditioning, and the path that they make."""

import ipywidgets as widgets
import numpy as np

from lossfns.course.explorers.sliders import answering, log_slider, slider
from lossfns.course.figures.live_descent import LiveDescent
from lossfns.course.figures.words import number

START = (1.0, 1.0)
PLAIN, BALL = "gradient descent", "with momentum"


def valley(steps: int = 40) -> widgets.VBox:
    """Two descents of `steps` steps in a valley: the sliders are the rate, the momentum β and the conditioning.

    The loss is ½ (along²/κ + across²): the steep curvature is 1, the flat one 1/κ. The arrow keys move the sliders.
    """
    picture = LiveDescent(
        START,
        [BALL, PLAIN],
        title="Two ways down one valley",
        xlabel="along the valley",
        ylabel="across the valley",
    )
    rate = slider("rate", 1.0, 0.02, 4.0)
    beta = slider("momentum β", 0.7, 0.0, 0.99)
    kappa = log_slider("conditioning κ", 25.0, 1.0, 400.0)

    def answer() -> tuple[bytes, str]:
        curvatures = np.array([1 / kappa.value, 1.0])
        paths = {
            BALL: walk(curvatures, rate.value, beta.value, steps),
            PLAIN: walk(curvatures, rate.value, 0.0, steps),
        }
        told = f"Rate {number(rate.value)}, β {number(beta.value)}, κ {number(kappa.value)}"
        return picture.redraw(curvatures, paths, told_too=told)

    return answering([rate, beta, kappa], answer)


def walk(curvatures: np.ndarray, rate: float, beta: float, steps: int) -> np.ndarray:
    """The path (steps + 1, 2) of gradient descent with momentum on ½ Σ k w², from the start."""
    w, v, path = np.array(START), np.zeros(2), [np.array(START)]
    for _ in range(steps):
        v = beta * v + curvatures * w
        w = w - rate * v
        path.append(w)
    return np.stack(path)
