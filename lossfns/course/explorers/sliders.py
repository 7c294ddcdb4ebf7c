"""The handles of an explorer."""

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
