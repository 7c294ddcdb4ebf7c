"""Turn the temperature: which negatives of one query are still heard?"""

from typing import Any

import ipywidgets as widgets
import numpy as np
import torch

from lossfns.contrastive import info_nce_grad
from lossfns.course.explorers.sliders import answering, log_slider, slider
from lossfns.course.figures.live import LiveCurves

COLD, WARM = 0.03, 1.0


def pushes(similarities: Any, positive: float, temperature: float) -> np.ndarray:
    """How InfoNCE shares out its push on the negatives of one query: (n,), adding up to 1.

    similarities: (n,), of the negatives. positive: of the query and its own key. The shares are those of the
    library's gradient: the first row of a batch whose first key is the query's own.
    """
    row = np.concatenate([[positive], np.asarray(similarities, dtype=np.float64)])
    square = torch.from_numpy(np.tile(row, (len(row), 1)))
    push = info_nce_grad(square, temperature=temperature, reduction="none")[0, 1:].numpy()
    total = push.sum()
    return push / total if total > 0 else np.full(len(push), 1 / len(push))


def negatives(similarities: Any, *, positive: float = 0.8) -> widgets.VBox:
    """Turn τ, and see how the push on the negatives of one query is shared out, from the most similar to the least.

    similarities: (n,), cosines of one query and its negatives. The sliders take the arrow keys: τ, and the
    similarity of the query's own key, which changes how hard the whole row is pushed and not who is pushed.
    """
    row = np.sort(np.asarray(similarities, dtype=np.float64))[::-1]
    labels = ["τ of the slider", f"τ = {COLD}", f"τ = {WARM:g}"]
    picture = LiveCurves(
        np.arange(1, len(row) + 1),
        labels,
        title="The temperature decides how many negatives are heard",
        xlabel="negatives, the most similar first",
        ylabel="share of the push",
        ylim=(0, 1),
    )
    tau = log_slider("temperature τ", 0.1, 0.01, 10.0)
    own = slider("similarity of its own key", positive, -1, 1)

    def answer() -> tuple[bytes, str]:
        lines = [pushes(row, own.value, t) for t in (tau.value, COLD, WARM)]
        logits = np.concatenate([[own.value], row]) / tau.value
        sure = float(np.exp(logits[0] - np.logaddexp.reduce(logits)))
        heard = 1 / float((lines[0] ** 2).sum())
        told = f"τ is {tau.value:.3g}: its own key gets {sure:.0%}, the push on the others is {(1 - sure) / tau.value:.3g}"
        return picture.redraw(
            dict(zip(labels, lines, strict=True)),
            told_too=f"{told}, and about {heard:.3g} of {len(row)} negatives are heard",
        )

    return answering([tau, own], answer)
