"""A bar per token, static and live, and the explorer built on it."""

import re
import time
from io import BytesIO

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from PIL import Image

from lossfns import sequence_cross_entropy
from lossfns.course import explorers, figures
from lossfns.course.figures.tokens import COUNTED, LEFT_OUT, LiveTokens

AXES = {"title": "A word", "ylabel": "loss of the token, nats"}


def test_bars_say_the_mean_of_what_counts_and_the_dearest_tokens(capsys):
    figures.token_bars(
        "ab cd", [1.0, 2.0, 5.0, 0.5, 9.0], counts=[True, True, True, True, False], floor=1.5, **AXES
    )
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("Figure: A word. 5 bars") and "spelling “ab·cd”" in line
    assert "1 of them are masked" in line and "mean 2.12, sum 8.5 over 4" in line
    assert "“·” at place 3 with 5, “b” at place 2 with 2 and “a” at place 1 with 1" in line
    assert "The floor is 1.5" in line


@pytest.mark.parametrize(
    ("tokens", "losses", "counts"),
    [
        ("abc", [1.0, 2.0], None),
        ("ab", [1.0, np.inf], None),
        ("ab", [1.0, 2.0], [False, False]),
        ("", [], None),
    ],
)
def test_bars_refuse_what_does_not_fit(tokens, losses, counts):
    with pytest.raises(ValueError):
        figures.token_bars(tokens, losses, counts=counts, **AXES)


def test_live_bars_move_and_fade():
    picture = LiveTokens("abc", top=4.0, **AXES)
    one, text = picture.redraw([1.0, 2.0, 3.0])
    other, told = picture.redraw([1.0, 2.0, 3.0], [True, True, False])
    assert one != other and "mean 2" in text and "mean 1.5" in told
    assert [bar.get_height() for bar in picture.bars] == [1.0, 2.0, 3.0]
    colours = [to_hex(bar.get_facecolor()).upper() for bar in picture.bars]
    assert colours == [COUNTED, COUNTED, LEFT_OUT]


@pytest.fixture
def widget():
    logits = torch.randn(6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (
        logits,
        torch.tensor([0, 1, 2, 3, 4, 0]),
        explorers.token_losses(logits, [0, 1, 2, 3, 4, 0], "words."),
    )


def test_the_explorer_shows_the_librarys_losses(widget):
    logits, target, box = widget
    epsilon, counted, image, caption = box.children
    epsilon.value, counted.value = 0.2, 4
    mask = torch.arange(6)[None] < 4
    want = sequence_cross_entropy(logits[None], target[None], mask=mask, label_smoothing=0.2).item()
    assert f"the first 4 of 6 tokens average {want:.3g} nats" in caption.value
    assert re.search(r"2 of them are masked", caption.value)
    with Image.open(BytesIO(image.value)) as picture:
        assert picture.format == "PNG" and picture.size == (792, 462)


def test_every_slider_of_the_explorer_redraws_and_going_back_shows_the_same(widget):
    _, _, box = widget
    epsilon, counted, image, _ = box.children
    first = image.value
    epsilon.value = 0.3
    second = image.value
    counted.value = 2
    assert len({first, second, image.value}) == 3
    epsilon.value, counted.value = 0.0, 6
    assert image.value == first


def test_the_explorer_answers_at_once(widget):
    epsilon, taken = widget[2].children[0], []
    for value in np.linspace(0.0, 0.5, 12):
        start = time.perf_counter()
        epsilon.value = value
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1
