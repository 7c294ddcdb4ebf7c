"""What explorers share: their handles, and the picture that answers them."""

from collections.abc import Callable, Sequence
from html import escape
from math import log10

import ipywidgets as widgets


def slider(description: str, value: float, low: float, high: float) -> widgets.FloatSlider:
    """A hundred steps from low to high; the arrow keys move by one of them."""
    return widgets.FloatSlider(
        value=float(value),
        min=float(low),
        max=float(high),
        step=float(high - low) / 100,
        description=description,
        readout_format=".3g",
        style={"description_width": "12em"},
        layout={"width": "36em"},
    )


def log_slider(description: str, value: float, low: float, high: float) -> widgets.FloatLogSlider:
    """A hundred steps from low to high, each by the same factor: for rates, temperatures and penalties."""
    return widgets.FloatLogSlider(
        value=float(value),
        base=10,
        min=log10(low),
        max=log10(high),
        step=log10(high / low) / 100,
        description=description,
        readout_format=".3g",
        style={"description_width": "12em"},
        layout={"width": "36em"},
    )


def answering(handles: Sequence[widgets.Widget], answer: Callable[[], tuple[bytes, str]]) -> widgets.VBox:
    """The handles, and below them the picture that `answer` draws, with its description, at every move.

    answer: answer() -> a PNG and the same in words; it reads the handles' values itself.
    """
    image, caption = widgets.Image(format="png", width=792), widgets.HTML()

    def redraw(_: object = None) -> None:
        image.value, text = answer()
        caption.value = f'<p role="status" style="max-width:62em;opacity:.8">Figure: {escape(text)}</p>'

    for handle in handles:
        handle.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*handles, image, caption])
