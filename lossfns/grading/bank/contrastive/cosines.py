"""All cosines of two batches. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.contrastive.inputs import rows
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe


def cosine_similarities(a, b):
    a = a / a.norm(dim=1, keepdim=True)
    b = b / b.norm(dim=1, keepdim=True)
    return a @ b.T


def two_batches(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches of different sizes, so that a table that lies on its side shows."""
    for n, m, d in ((1, 2, 2), (1, 3, 2), (2, 4, 4), (2, 3, 2), (3, 5, 4), (4, 4, 3), (5, 2, 6)):
        yield Probe((rows(rng, n, d), rows(rng, m, d)))
    one = rows(rng, 1, 3)
    yield Probe(
        (one, np.concatenate([4 * one + 0.1, rows(rng, 1, 3).clip(-0.6, 0.6)]))
    )  # nearly parallel, and long


def _table(a_by=lambda a: a.norm(dim=1, keepdim=True), b_by=None, then=lambda s: s):
    """A table of similarities with other divisors, or changed afterwards."""
    b_by = b_by or a_by
    return lambda a, b: then((a / a_by(a)) @ (b / b_by(b)).T)


def _cosines(a, b):
    return cosine_similarities(torch.as_tensor(a), torch.as_tensor(b))


COSINES = Exercise(
    id="con-01",
    name="cosine_similarities",
    title="Everybody against everybody",
    points=1,
    minutes=6,
    difficulty=1,
    reference=cosine_similarities,
    probes=two_batches,
    gives="a table (n, m), one cosine for each pair of rows,",
    hints=(
        "A cosine is a dot product of two vectors of length one. What has to happen to every row first?",
        "The length of each row is a column, (n, 1): `a.norm(dim=1, keepdim=True)`. Divide, and the rows have length one.",
        "Then all dot products at once are one matrix product: unit rows of a, times unit rows of b turned on its side.",
    ),
    mistakes=(
        Mistake(
            "dot",
            lambda a, b: a @ b.T,
            "These are the plain dot products. A long vector gets large ones whatever its direction: what makes a "
            "cosine blind to lengths?",
        ),
        Mistake(
            "first-only",
            _table(b_by=lambda b: 1.0),
            "The rows of `a` have length one in yours; those of `b` keep their own lengths.",
        ),
        Mistake(
            "second-only",
            _table(a_by=lambda a: 1.0, b_by=lambda b: b.norm(dim=1, keepdim=True)),
            "The rows of `b` have length one in yours; those of `a` keep their own lengths.",
        ),
        Mistake(
            "squared-length",
            _table(lambda x: (x**2).sum(1, keepdim=True)),
            "You divide by the squared length. Is a row of yours of length one afterwards?",
        ),
        Mistake(
            "columns",
            _table(lambda x: x.norm(dim=0, keepdim=True)),
            "You divide each coordinate by its size over the batch. It is each row, each embedding, that should get "
            "length one: along which axis is a length measured?",
        ),
        Mistake(
            "whole",
            _table(lambda x: x.norm()),
            "You divide by one number for the whole batch, so long rows stay longer than short ones. Each row has a "
            "length of its own.",
        ),
        Mistake(
            "city-block",
            _table(lambda x: x.abs().sum(1, keepdim=True)),
            "You divide by the sum of the absolute values. The length that makes a dot product a cosine is another one.",
        ),
        Mistake(
            "largest",
            _table(lambda x: x.abs().amax(1, keepdim=True)),
            "You divide by the largest entry of each row. The length that makes a dot product a cosine is another one.",
        ),
        Mistake(
            "root-mean-square",
            _table(lambda x: (x**2).mean(1, keepdim=True).sqrt()),
            "Every entry is d times a cosine: inside the root of the length stands a sum, and you took a mean.",
        ),
        Mistake(
            "transposed",
            _table(then=lambda s: s.T),
            "All cosines are right, and the table lies on its side: row i belongs to the i-th row of `a`.",
        ),
        Mistake(
            "cosine-distance",
            _table(then=lambda s: 1 - s),
            "That is 1 minus the cosine, a distance. A similarity is large where two rows are alike.",
        ),
        Mistake(
            "angle",
            _table(then=lambda s: s.clamp(-1, 1).acos()),
            "These are angles. The cosine itself was asked, before any arccos.",
        ),
        Mistake(
            "absolute",
            _table(then=torch.abs),
            "The sizes are right. Two rows that point in opposite directions are as unlike as can be; yours calls "
            "them alike.",
        ),
        Mistake(
            "clipped",
            _table(then=torch.relu),
            "Right where the cosine is positive. A cosine may be negative, and that means something.",
        ),
        Mistake(
            "zero-to-one",
            _table(then=lambda s: (1 + s) / 2),
            "You moved the cosines to the range from 0 to 1. They were asked as they are.",
        ),
        Mistake(
            "euclidean",
            lambda a, b: torch.cdist(a, b),
            "These are Euclidean distances. They know of lengths, and they are small where two rows are alike.",
        ),
        Mistake(
            "unit-distance",
            lambda a, b: torch.cdist(a / a.norm(dim=1, keepdim=True), b / b.norm(dim=1, keepdim=True)),
            "The rows have length one, and then you measure distances. They are small where two rows are alike: "
            "which product of two unit rows is the cosine?",
        ),
        Mistake(
            "centred",
            lambda a, b: _cosines(a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)),
            "You subtract each row's mean first, which makes correlations. A cosine takes the rows as they are.",
        ),
        Mistake(
            "batch-centred",
            lambda a, b: _cosines(a - b.mean(0), b - b.mean(0)),
            "You subtract the batch's mean first. Then the cosine of two rows depends on who else is there.",
        ),
        Mistake(
            "first-with-itself",
            lambda a, b: _cosines(a, a),
            "These are the cosines within `a`. Where does `b` come in?",
        ),
        Mistake(
            "root-of-the-product",
            lambda a, b: a @ b.T / (a.norm(dim=1, keepdim=True) * b.norm(dim=1)).sqrt(),
            "The dot products are right. You divide by the root of the product of the lengths: a root too many.",
        ),
        Mistake(
            "sum-of-lengths",
            lambda a, b: a @ b.T / (a.norm(dim=1, keepdim=True) + b.norm(dim=1)),
            "The dot products are right. You divide by the sum of the two lengths; make both vectors twice as long "
            "and see whether yours stays.",
        ),
        Mistake(
            "softmax",
            _table(then=lambda s: torch.softmax(s, 1)),
            "You put the cosines through a softmax. Here they were asked as they are.",
        ),
        Mistake(
            "minus-unit-distance",
            lambda a, b: -torch.cdist(a / a.norm(dim=1, keepdim=True), b / b.norm(dim=1, keepdim=True)),
            "The rows have length one, and then you measure distances and turn the sign. Which product of two unit "
            "rows is the cosine?",
        ),
        Mistake(
            "scaled-dot",
            lambda a, b: a @ b.T / a.shape[1] ** 0.5,
            "You divide the dot products by √d, as attention does. A long vector still gets large ones: what makes a "
            "cosine blind to lengths?",
        ),
        Mistake(
            "mean-product",
            lambda a, b: a @ b.T / a.shape[1],
            "You divide the dot products by d. A long vector still gets large ones: what makes a cosine blind to lengths?",
        ),
        Mistake(
            "first-length-twice",
            lambda a, b: a @ b.T / (a**2).sum(1, keepdim=True),
            "You divide by the squared length of the row of `a`, and the length of the row of `b` never comes in.",
        ),
    ),
    variants=(
        lambda a, b: torch.nn.functional.cosine_similarity(a[:, None], b[None], dim=2),
        lambda a, b: torch.nn.functional.normalize(a) @ torch.nn.functional.normalize(b).T,
        lambda a, b: a @ b.T / a.norm(dim=1)[:, None] / b.norm(dim=1),
        lambda a, b: [[(x @ y / (x @ x).sqrt() / (y @ y).sqrt()).item() for y in b] for x in a],
        lambda a, b: cosine_similarities(a.float(), b.float()),
        lambda a, b: np.einsum(
            "nd,md->nm",
            a / np.linalg.norm(a, axis=1, keepdims=True),
            b / np.linalg.norm(b, axis=1, keepdims=True),
        ),
    ),
)
