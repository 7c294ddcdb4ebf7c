import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossfns.course import explorers
from lossfns.course.explorers.sliders import answering, log_slider, slider
from lossfns.course.figures.live import LiveCurves
from lossfns.course.figures.page import page

X = np.linspace(0, 4, 81)


@pytest.fixture
def picture():
    return LiveCurves(X, ["squared", "absolute"], title="T", xlabel="x", ylabel="loss", ylim=(0, 16))


def pixels(png):
    with Image.open(BytesIO(png)) as image:
        return np.asarray(image).astype(int)


def test_curves_tell_what_they_show(picture):
    _, text = picture.redraw({"squared": X**2, "absolute": 3 * X}, mark=2.0, told_too="k is 3")
    assert text == (
        "T. k is 3. Loss, for x from 0 to 4: squared rises from 0 to 16; absolute rises from 0 to 12; "
        "squared and absolute cross at 3. A mark stands at 2."
    )


def test_curves_are_drawn_where_their_values_are(picture):
    low, high = (pixels(picture.redraw({"squared": X * 0 + v, "absolute": X * 0})[0]) for v in (4, 12))
    left, bottom, right, top = (int(v) for v in picture.ax.bbox.extents)
    blue = [(np.abs(p - [0x00, 0x47, 0x99]).sum(2) < 30)[:, left + 5 : right - 5] for p in (low, high)]
    rows = [np.flatnonzero(b.mean(1) > 0.9).mean() for b in blue]
    height = low.shape[0]
    for value, row in zip((4, 12), rows, strict=True):
        assert height - row == pytest.approx(bottom + value / 16 * (top - bottom), abs=2)


def test_going_back_shows_the_same_picture_again(picture):
    first = picture.redraw({"squared": X**2, "absolute": X})[0]
    other = picture.redraw({"squared": X, "absolute": X**2}, mark=1.0)[0]
    assert picture.redraw({"squared": X**2, "absolute": X})[0] == first != other


def test_sliders_take_a_hundred_steps():
    even, log = slider("a", 1, 0, 2), log_slider("b", 0.1, 0.01, 1)
    assert (even.step, even.value) == (0.02, 1.0)
    assert log.step == pytest.approx(0.02) and log.value == pytest.approx(0.1)


def test_answering_draws_again_at_every_move(picture):
    power = slider("power", 1, 0, 2)
    box = answering([power], lambda: picture.redraw({"squared": X**power.value, "absolute": X}))
    before = box.children[-2].value, box.children[-1].value
    power.value = 2
    assert box.children[-2].value != before[0]
    assert "squared rises from 0 to 16" in box.children[-1].value != before[1]


TITLES = [
    title
    for path in sorted(Path(explorers.__file__).parent.glob("*.py"))
    for title in re.findall(r'title="([^"]+)"', path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("title", TITLES)
def test_an_explorers_title_is_not_cut_off(title):
    figure, _ = page(title)
    figure.set_dpi(110)  # where hinting makes words wide
    figure.canvas.draw()
    (words,) = (text for text in figure.texts if text.get_text().replace("\n", " ") == title)
    assert words.get_window_extent().x1 < figure.bbox.width
