"""A reliability diagram that answers a slider."""

from typing import Any

import numpy as np

from lossfns.course.figures.colours import OTHERS
from lossfns.course.figures.live import LivePage
from lossfns.course.figures.page import style
from lossfns.course.figures.reliability import (
    DOTS,
    GREY,
    Bins,
    Curve,
    bars,
    bins_of,
    chance,
    explain,
    frame,
    told,
    write_counts,
)
from lossfns.course.figures.words import sentence


class LiveReliability(LivePage):
    """The live twin of `reliability`: one diagram that moves, over a pale one that stays.

    start: the curve that stays to compare with, named `named`; its bins and its number of answers are those of
        every curve that `redraw` is given. The first picture is made by `redraw`.
    """

    def __init__(self, start: Curve, *, title: str, named: str):
        stays = bins_of(start)
        self.title = title
        with style():
            self.figure, self.above, self.below = frame(title, 1.15 * stays.count.sum())
            self.above.plot(stays.confidence, stays.accuracy, "-", color="#B9BEC6", lw=2, zorder=3)
            explain(self.above, f"grey bars: what chance allows; pale line: {named}")
            (self.line,) = self.above.plot([], [], "-o", color=OTHERS[0], **DOTS)
            self.grey = self.above.vlines([0.5], [0.4], [0.6], **GREY)
            self.bars = self.below.bar(*bars(stays.edges, 0, 1, stays.every), align="edge", color=OTHERS[0])
            self.counts = write_counts(self.below, stays)
            self._settle([self.grey, self.line, *self.bars, *self.counts])

    def redraw(self, curve: Curve, told_too: str = "") -> tuple[bytes, str]:
        """The picture (PNG) of `curve`, and the same in words; `told_too` is put before them."""
        bins = bins_of(curve)
        self.line.set_data(bins.confidence, bins.accuracy)
        self.grey.set_segments(_segments(bins))
        for bar, text, n in zip(self.bars, self.counts, bins.every.tolist(), strict=True):
            bar.set_height(n)
            text.set(y=n, text=f"{n}" if n else "")
        return self._png(), sentence(self.title, told_too, *told(bins, limits=False))


def _segments(bins: Bins) -> list[Any]:
    low, high = chance(bins)
    ends = zip(bins.confidence, low, high, strict=True)
    return [np.array([[x, a], [x, b]]) for x, a, b in ends]
