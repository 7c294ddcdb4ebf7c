"""Turn the temperature of a network: what becomes of its reliability diagram?"""

from typing import Any

import ipywidgets as widgets
import torch

from lossfns.calibration import expected_calibration_error, reliability_curve
from lossfns.classification import cross_entropy
from lossfns.course.explorers.sliders import answering, log_slider
from lossfns.course.figures.live_reliability import LiveReliability


def temperature(logits: Any, target: Any, *, bins: int = 10) -> widgets.VBox:
    """Divide the logits by a temperature from 1/5 to 5, and see the diagram, the ECE and the NLL change at once.

    logits: (n, k) of a trained network on digits that it has not seen. target: (n,), integers. The slider takes the
    arrow keys; the pale line is the network as it came, T = 1.
    """
    logits, target = torch.as_tensor(logits).detach().double(), torch.as_tensor(target)
    start = reliability_curve(logits.softmax(1), target, bins=bins)
    picture = LiveReliability(start, title="Turn T until the dots lie on the diagonal", named="T = 1")
    handle = log_slider("temperature T", 1.0, 0.2, 5.0)

    def answer() -> tuple[bytes, str]:
        scaled = logits / handle.value
        probs = scaled.softmax(1)
        right = (probs.argmax(1) == target).double().mean()
        error, nll = expected_calibration_error(probs, target, bins=bins), cross_entropy(scaled, target)
        said = f"T = {handle.value:.3g}: ECE {error:.3f}, NLL {nll:.3f} nats, accuracy {right:.3f}"
        return picture.redraw(reliability_curve(probs, target, bins=bins), said)

    return answering([handle], answer)
