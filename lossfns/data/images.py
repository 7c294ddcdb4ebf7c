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


def place(images: Array, *, field: int = 12, seed: int | np.random.Generator = 0) -> Array:
    """Put each image somewhere in a larger black field: every place is equally likely, none is half outside.

    images: (n, 64), as `digits` gives them. field: the side of the field in pixels, at least 8; with 12 there are
    25 places. seed: a number, or a generator that goes on from call to call.

    Returns (n, field²) float64; `reshape(-1, field, field)` gives the pictures their form. What is close as a
    picture and what is close as a list of pixels are two things here, which is the point.
    Raises ValueError when the images are not (n, 64) or the field is smaller than an image.

    >>> one = np.ones((3, 64))
    >>> place(one).shape, float(place(one).sum())
    ((3, 144), 192.0)
    """
    images = np.asarray(images, dtype=np.float64)
    if images.ndim != 2 or images.shape[1] != 64:
        raise ValueError(f"images must be (n, 64), got {images.shape}")
    if field < 8:
        raise ValueError(f"field must be at least 8, got {field}")
    draw = np.random.default_rng(seed)
    corners = draw.integers(0, field - 7, size=(2, len(images), 1, 1))
    rows, columns = corners[0] + np.arange(8)[:, None], corners[1] + np.arange(8)
    placed = np.zeros((len(images), field, field))
    placed[np.arange(len(images))[:, None, None], rows, columns] = images.reshape(-1, 8, 8)
    return placed.reshape(len(images), -1)


class Labelled(NamedTuple):
    """Images (n, 128), and which of the ten digits each shows: (n, 10), 1.0 where it does."""

    images: Array
    labels: Array


def one_or_two_digits(n: int, *, alone: float = 1 / 3, seed: int = 0) -> Labelled:
    """Pictures of 8 × 16 pixels with a digit on the left, and mostly another on the right: labels that do not exclude each other.

    alone: the share of pictures whose right half is black. Two equal digits make one label.

    Returns float64 images (n, 128) and float64 labels (n, 10); `images.reshape(-1, 8, 16)` gives them their form.
    Raises ValueError when n is not positive or `alone` is no share, ModuleNotFoundError without scikit-learn.

    >>> images, labels = one_or_two_digits(500)
    >>> images.shape, sorted(set(labels.sum(1).tolist()))
    ((500, 128), [1.0, 2.0])
    """
    if n < 1 or not 0 <= alone <= 1:
        raise ValueError(f"n must be at least 1 and alone from 0 to 1, got n={n} and alone={alone}")
    images, digit = digits()
    draw = np.random.default_rng(seed)
    left, right = draw.integers(len(images), size=(2, n))
    two = draw.random(n) >= alone
    both = np.stack([images[left], images[right] * two[:, None]], axis=1).reshape(n, 2, 8, 8)
    labels = np.eye(10)[digit[left]]
    labels[two, digit[right[two]]] = 1
    return Labelled(both.transpose(0, 2, 1, 3).reshape(n, 128), labels)


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
