"""How tight is the leash? A policy tilted by a reward, at the β of a slider."""

from typing import Any

import ipywidgets as widgets
import numpy as np

from lossfns.course.explorers.sliders import answering, log_slider
from lossfns.course.figures.live import LiveCurves
from lossfns.course.figures.words import number


def leash(x: Any, ref: Any, reward: Any, value: Any, *, xlabel: str = "length of the answer") -> widgets.VBox:
    """Lower β and watch a policy leave its start: π ∝ ref · exp(reward / β).

    x, ref, reward, value: (k,): what varies, the starting policy's probabilities, what the reward model says of
    each answer, and what the raters value. The slider is β, from 0.3 to 10.
    """
    x, ref, reward, value = (np.array(part, dtype=np.float64) for part in (x, ref, reward, value))
    picture = LiveCurves(
        x,
        ["starting policy", "tilted"],
        title="A policy on a leash of length 1/β",
        xlabel=xlabel,
        ylabel="probability",
        ylim=(0, 1.6 * tilted(ref, reward, 0.3).max()),
    )
    beta = log_slider("β", 1.0, 0.3, 10)

    def answer() -> tuple[bytes, str]:
        pi = tilted(ref, reward, beta.value)
        kl = float(np.sum(pi * np.log(pi / ref)))
        told = (
            f"At β = {number(beta.value)} the KL is {number(kl)} nats, the reward model says {number(pi @ reward)}, "
            f"the raters say {number(pi @ value)} (at the start {number(ref @ value)})"
        )
        return picture.redraw({"starting policy": ref, "tilted": pi}, mark=float(pi @ x), told_too=told)

    return answering([beta], answer)


def tilted(ref: np.ndarray, reward: np.ndarray, beta: float) -> np.ndarray:
    """The policy with the highest mean reward minus β·KL: π ∝ ref · exp(reward / β)."""
    z = np.log(ref) + reward / beta
    weights = np.exp(z - z.max())
    return weights / weights.sum()
