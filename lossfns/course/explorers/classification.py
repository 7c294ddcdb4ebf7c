"""Turn γ and α: what does focal loss want you to say when the truth is known?"""

from typing import Any

import ipywidgets as widgets
import numpy as np
import torch

from lossfns.classification import sigmoid_focal_loss_grad
from lossfns.course.explorers.sliders import answering, slider
from lossfns.course.figures.live import LiveCurves

TRUTH, FOCAL = "cross entropy: the truth itself", "focal, as the sliders say"


def truth_behind(said: Any, gamma: float, alpha: float = 0.5) -> np.ndarray:
    """The share of yes at which `said`, between 0 and 1, is focal loss's best answer.

    There the pull of the yeses balances the pull of the noes, each times its share. The pulls are the slopes of the
    library's loss.
    """
    logits = torch.logit(torch.as_tensor(np.asarray(said, dtype=np.float64)))
    yes, no = (
        sigmoid_focal_loss_grad(
            logits, torch.full_like(logits, answer), gamma=gamma, alpha=alpha, reduction="none"
        )
        for answer in (1.0, 0.0)
    )
    return (no / (no - yes)).numpy()


def best_answers(shares: Any, gamma: float, alpha: float = 0.5) -> np.ndarray:
    """The probability that is cheapest to say under focal loss, for each true share of yes between 0 and 1."""
    said = 1 / (1 + np.exp(-np.linspace(-14, 14, 2801)))
    return np.interp(shares, truth_behind(said, gamma, alpha), said)


def focal() -> widgets.VBox:
    """Turn γ and α, and see which probability focal loss wants for each true one.

    The sliders take the arrow keys. The dashed line marks the true share at which the answer crosses ½.
    """
    shares = np.linspace(0.002, 0.998, 250)
    picture = LiveCurves(
        shares,
        [TRUTH, FOCAL],
        title="γ bends the answer towards ½; α moves where it crosses",
        xlabel="true share of yes, η",
        ylabel="cheapest probability to say",
        ylim=(0, 1),
    )
    gamma, alpha = slider("γ", 2.0, 0, 5), slider("α", 0.5, 0.02, 0.98)

    def answer() -> tuple[bytes, str]:
        says = best_answers(shares, gamma.value, alpha.value)
        crosses = float(truth_behind([0.5], gamma.value, alpha.value)[0])
        rare = float(best_answers([0.02], gamma.value, alpha.value)[0])
        told = f"γ is {gamma.value:.3g} and α is {alpha.value:.3g}: a true 2 % is answered by {rare:.1%}, a true {crosses:.0%} by ½"
        return picture.redraw({TRUTH: shares, FOCAL: says}, mark=crosses, told_too=told)

    return answering([gamma, alpha], answer)
