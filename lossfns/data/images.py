"""Handwritten digits, small enough to train on in seconds."""

from typing import NamedTuple

import numpy as np

from lossfns.data.installed import Source, table

Array = np.ndarray


class Digits(NamedTuple):
    """Images (1797, 64), grey values from 0 to 1, and the digit that each shows (1797,)."""

    images: Array
    labels: Array


def digits() -> Digits:
    """1,797 handwritten digits of 8 × 8 pixels, by 43 people; `images.reshape(-1, 8, 8)` gives them their form back.

    Returns float64 images (1797, 64) and int64 labels (1797,), fresh copies at each call, in the file's order:
    neighbours are often by one hand, so shuffle before you split.
    Raises ModuleNotFoundError when scikit-learn is not installed.

    >>> images, labels = digits()
    >>> images.shape, float(images.max()), int(labels[0])
    ((1797, 64), 1.0, 0)

    Source: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI; the test set of it.
    """
    rows = table("sklearn", "datasets/data/digits.csv.gz", delimiter=",")
    return Digits(rows[:, :64] / 16, rows[:, 64].astype(np.int64))


SOURCES = (
    Source(
        name="digits",
        content="handwritten digits, 8 × 8 pixels, ten classes",
        shape="1797 × 65",
        licence="CC BY 4.0; distributed in scikit-learn under BSD 3-Clause",
        citation=(
            "Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning"
            " Repository; distributed with scikit-learn."
        ),
    ),
)
