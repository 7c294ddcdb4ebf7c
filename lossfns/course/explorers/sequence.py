"""One short sentence, token by token: label smoothing and a mask against its loss."""

from html import escape
from typing import Any

import ipywidgets as widgets
import torch

from lossfns.classification import cross_entropy
from lossfns.course.explorers.sliders import slider
from lossfns.course.figures.tokens import LiveTokens


def token_losses(logits: Any, target: Any, tokens: str | list[str]) -> widgets.VBox:
    """What each token of a sentence costs, while you smooth the labels and choose how many tokens count.

    logits: (t, v). target: (t,), the token that each row of logits is about. tokens: what stands under the bars, a
    string or a list of t short strings. The sliders take the arrow keys: ε of label smoothing, and up to which token
    the mask is True.
    """
    logits = torch.as_tensor(logits).detach().double()
    target = torch.as_tensor(target)
    most = len(target)
    picture = LiveTokens(
        list(tokens),
        title="What each token costs, and which of them the mean sees",
        ylabel="loss of the token, nats",
        top=max(_losses(logits, target, epsilon).max().item() for epsilon in (0.0, 0.5)),
    )
    epsilon = slider("label smoothing ε", 0.0, 0.0, 0.5)
    counted = widgets.IntSlider(
        value=most, min=1, max=most, description="tokens that count", style={"description_width": "12em"},
        layout={"width": "36em"},
    )  # fmt: skip
    image, caption = widgets.Image(format="png", width=792), widgets.HTML()

    def answer(_: Any = None) -> None:
        losses = _losses(logits, target, epsilon.value)
        counts = torch.arange(most) < counted.value
        image.value, text = picture.redraw(losses, counts)
        mean = losses[counts].mean()
        said = f"Figure: {text} With ε = {epsilon.value:.2g} the first {counted.value} of {most} tokens average {mean:.3g} nats."
        caption.value = f'<p role="status" style="max-width:62em;opacity:.8">{escape(said)}</p>'

    for moved in (epsilon, counted):
        moved.observe(answer, names="value")
    answer()
    return widgets.VBox([epsilon, counted, image, caption])


def _losses(logits: torch.Tensor, target: torch.Tensor, epsilon: float) -> torch.Tensor:
    return cross_entropy(logits, target, label_smoothing=epsilon, reduction="none")
