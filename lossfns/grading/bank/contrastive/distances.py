"""Similarities, triplets and which negative to take. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.contrastive.inputs import rows
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# con-01 · all cosines of two batches -------------------------------------------------------------------------------


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


# con-02 · triplet loss ---------------------------------------------------------------------------------------------


def triplet_margin_loss(anchor, positive, negative, margin):
    to_positive = (anchor - positive).norm(dim=1)
    to_negative = (anchor - negative).norm(dim=1)
    return (to_positive - to_negative + margin).relu().mean()


def _three(rng: np.random.Generator, differences: list[float], d: int) -> tuple[np.ndarray, ...]:
    """Triplets in which the negative is farther than the positive by the given differences."""
    n = len(differences)
    anchor = rng.uniform(-4, 4, (n, d)).round(1)
    steps = rng.normal(size=(2, n, d))
    steps /= np.linalg.norm(steps, axis=2, keepdims=True)
    near = rng.uniform(2.3, 4, n)
    far = near + np.array(differences)
    return anchor, anchor + near[:, None] * steps[0], anchor + far[:, None] * steps[1]


def triplets(rng: np.random.Generator) -> Iterator[Probe]:
    """Hard, semi-hard and easy triplets, alone and together; twins that differ in the margin only."""
    for differences in (
        [-1.3],
        [0.4],
        [2.8],
        [-0.7, -1.1],
        [0.2, 0.6, 2.9],
        [-1.6, 0.3, 3.4, 4.1],
        [3.1, 2.7],
    ):
        yield Probe((*_three(rng, differences, int(rng.integers(2, 5))), 1.0))
    mixed = _three(rng, [-0.9, 0.3, 0.8, 1.4, 3.2], 3)
    for margin in (0.5, 1.2, 2.2):
        yield Probe((*mixed, margin))
    yield Probe((*_three(rng, [4.5, -0.4], 3), 0.7))  # easy on average, hard in one
    yield Probe((*(1e-6 * batch for batch in _three(rng, [0.6, -0.9, 0.3], 2)), 2e-6))  # what is added shows


KINDS = (
    Regime(
        "hard triplets",
        lambda a, p, n, m: _lead(a, p, n) < 0,
        "the negative is nearer than the positive",
        "the negative is the farther one",
    ),
    Regime(
        "semi-hard triplets",
        lambda a, p, n, m: (_lead(a, p, n) >= 0) & (_lead(a, p, n) < m),
        "the negative is farther, but not by the margin",
        "the negative is nearer, or farther by more than the margin",
    ),
    Regime(
        "easy triplets",
        lambda a, p, n, m: _lead(a, p, n) >= m,
        "the negative is farther by the margin",
        "the negative is not yet farther by the margin",
    ),
    Regime(
        "nearly one point",
        lambda a, p, n, m: bool(np.abs(a - p).max() < 1e-4),
        "the points are millionths apart",
        "the points are well apart",
    ),
)


def _lead(a, p, n):
    return np.linalg.norm(a - n, axis=1) - np.linalg.norm(a - p, axis=1)


def _length(x):
    return x.norm(dim=1)


def _triplet(
    length=_length,
    excess=lambda near, far, m: near - far + m,
    price=torch.relu,
    end=torch.mean,
    from_=lambda a, p, n: a,
):
    """A triplet loss with one of its parts replaced."""
    return lambda a, p, n, m: end(price(excess(length(a - p), length(from_(a, p, n) - n), m)))


TRIPLET = Exercise(
    id="con-02",
    name="triplet_margin_loss",
    title="Triplet loss",
    points=2,
    minutes=8,
    difficulty=1,
    reference=triplet_margin_loss,
    probes=triplets,
    regimes=KINDS,
    gives="one number, the mean over the triplets,",
    hints=(
        "Two distances for each triplet. Which of them should be the larger one, and by how much?",
        "Measure both distances row by row, (n,) each. What is missing to the margin is nearer minus farther plus margin.",
        "What is below zero costs nothing: `.relu()` on each triplet, and only then the mean.",
    ),
    mistakes=(
        Mistake(
            "squared-distances",
            _triplet(lambda x: (x**2).sum(1)),
            "You compare squared distances, as FaceNet did. The margin is then in squared units; here distances are asked.",
        ),
        Mistake(
            "turned-round",
            _triplet(excess=lambda near, far, m: far - near + m),
            "Yours is paid when the negative is *farther*, so training would draw it in. Which of the two distances "
            "should be small?",
        ),
        Mistake(
            "no-clip",
            _triplet(price=lambda x: x),
            "Right where something is missing to the margin. An easy triplet is paid for in yours; it should cost nothing.",
        ),
        Mistake(
            "margin-subtracted",
            _triplet(excess=lambda near, far, m: near - far - m),
            "The margin has the wrong sign: yours is content while the negative is still nearer.",
        ),
        Mistake(
            "no-margin",
            _triplet(excess=lambda near, far, m: near - far),
            "Right about who should be nearer. A negative that is farther by a hair costs nothing in yours: where "
            "does the margin come in?",
        ),
        Mistake(
            "mean-before-clip",
            lambda a, p, n, m: (_length(a - p) - _length(a - n) + m).mean().relu(),
            "Right as long as no triplet is easy. You take the mean first, so easy triplets pay for hard ones; each "
            "triplet stands for itself.",
        ),
        Mistake(
            "sum",
            _triplet(end=torch.sum),
            "Each triplet's price is right. Twice as many triplets would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _triplet(end=lambda x: x),
            "The price of each triplet is right. One number was asked: their mean.",
        ),
        Mistake(
            "violators-only",
            _triplet(end=lambda x: x[x > 0].mean() if (x > 0).any() else x.sum()),
            "Right as long as no triplet is easy. You average over those that cost something; the mean asked here is "
            "over all of them.",
        ),
        Mistake(
            "one-distance-for-the-batch",
            _triplet(lambda x: x.norm(), end=lambda x: x),
            "Right for a single triplet. You measure one distance for the whole batch; each row has its own.",
        ),
        Mistake(
            "city-block",
            _triplet(lambda x: x.abs().sum(1)),
            "You add up absolute differences. The distance asked is Euclidean, as the crow flies.",
        ),
        Mistake(
            "mean-of-squares",
            _triplet(lambda x: (x**2).mean(1).sqrt()),
            "Inside the root of your distance stands a mean over the coordinates; the Euclidean distance has a sum.",
        ),
        Mistake(
            "cosine-distance",
            lambda a, p, n, m: (_cosine(a, n) - _cosine(a, p) + m).relu().mean(),
            "You compare cosines. Here it is distances, as the crow flies.",
        ),
        Mistake(
            "squared-price",
            _triplet(price=lambda x: x.relu() ** 2),
            "What is missing to the margin is right for each triplet, and then you square it.",
        ),
        Mistake(
            "margin-outside",
            lambda a, p, n, m: (_length(a - p) - _length(a - n)).relu().mean() + m,
            "You add the margin after the clip, so it is always paid. It belongs to what is compared with zero.",
        ),
        Mistake(
            "margin-clipped-at",
            _triplet(excess=lambda near, far, m: near - far, price=lambda x: x, end=lambda x: x),
            "You return how much farther the positive is than the negative, for each triplet; the margin, the clip "
            "and the mean are still to come.",
        ),
        Mistake(
            "margin-times",
            _triplet(excess=lambda near, far, m: m * near - far),
            "You multiply the margin with a distance. It is added: so much farther, in the unit of the embeddings.",
        ),
        Mistake(
            "positive-to-negative",
            _triplet(from_=lambda a, p, n: p),
            "You measure from the positive to the negative. Both distances start at the anchor.",
        ),
        Mistake(
            "soft",
            _triplet(price=torch.nn.functional.softplus),
            "You wrote the soft version, which never quite reaches zero. An easy triplet costs exactly nothing here.",
        ),
        Mistake(
            "hardest-only",
            _triplet(end=torch.max),
            "You return the worst triplet's price. One number was asked: the mean over all of them.",
        ),
        Mistake(
            "no-clip-sum",
            _triplet(price=lambda x: x, end=torch.sum),
            "Easy triplets are paid for in yours, and the prices are added up and not averaged.",
        ),
        Mistake(
            "squared-sum",
            _triplet(lambda x: (x**2).sum(1), end=torch.sum),
            "You compare squared distances, and you add the prices up. Distances were asked, and a mean.",
        ),
        Mistake(
            "attraction-only",
            lambda a, p, n, m: (_length(a - p) - m).relu().mean(),
            "You pull at the positive and never look at the negative.",
        ),
        Mistake(
            "repulsion-only",
            lambda a, p, n, m: (m - _length(a - n)).relu().mean(),
            "You hold the negative at the margin from the anchor. The margin here counts from where the positive is.",
        ),
        Mistake(
            "mean-squared-distances",
            _triplet(lambda x: (x**2).mean(1)),
            "You compare mean squared differences. The distance asked is Euclidean: a sum under a root.",
        ),
        Mistake(
            "clipped-above",
            _triplet(price=lambda x: x.clamp(max=0)),
            "You keep what is below zero and drop what is above. Which of the two should cost something?",
        ),
        Mistake(
            "clipped-at-the-margin",
            _triplet(excess=lambda near, far, m: (near - far).clamp(min=m), price=lambda x: x),
            "You never charge less than the margin. It belongs to what is compared with zero.",
        ),
        Mistake(
            "unit-rows",
            lambda a, p, n, m: triplet_margin_loss(*(x / x.norm(dim=1, keepdim=True) for x in (a, p, n)), m),
            "You give the rows length one first. The distances were asked of the embeddings as they are.",
        ),
        Mistake(
            "margin-after-the-clip-each",
            _triplet(excess=lambda near, far, m: (near - far).relu() + m, end=torch.sum),
            "You add the margin after the clip, so it is always paid; and you add the prices up.",
        ),
        Mistake(
            "added-to-the-differences",
            lambda a, p, n, m: torch.nn.functional.triplet_margin_loss(a, p, n, margin=m),
            "Right while the points are well apart. A millionth is added to every difference before its length is taken; torch's "
            "`triplet_margin_loss` and `pairwise_distance` do so unless told otherwise. Does the text add anything?",
        ),
        Mistake(
            "added-under-the-root",
            _triplet(lambda x: (x.square().sum(1) + 1e-12).sqrt()),
            "Right while the points are well apart. Something small is added under the root. Does the text add anything?",
        ),
        Mistake(
            "columns",
            _triplet(lambda x: x.norm(dim=0)),
            "You measure down the columns, over the batch. Each triplet, each row, has its own two distances.",
        ),
        Mistake(
            "pairs-apart",
            lambda a, p, n, m: (_length(a - p) + (m - _length(a - n)).relu()).mean(),
            "You price the two pairs apart: the positive pays its whole distance, the negative whatever is missing to m. A triplet compares the two distances.",
        ),
        Mistake(
            "dot-products",
            lambda a, p, n, m: ((a * n).sum(1) - (a * p).sum(1) + m).relu().mean(),
            "You compare dot products. Here it is distances, as the crow flies.",
        ),
        Mistake(
            "swap",
            lambda a, p, n, m: (
                (_length(a - p) - torch.minimum(_length(a - n), _length(p - n)) + m).relu().mean()
            ),
            "You take the negative's distance from anchor or positive, whichever is nearer: an option of torch. Here both distances start at the anchor.",
        ),
    ),
    variants=(
        lambda a, p, n, m: torch.nn.functional.triplet_margin_loss(a, p, n, margin=m, eps=0),
        lambda a, p, n, m: (
            ((a - p).square().sum(1).sqrt() - (a - n).square().sum(1).sqrt() + m).clamp(min=0).mean()
        ),
        lambda a, p, n, m: (
            sum(max(0.0, float((x - y).norm() - (x - z).norm()) + m) for x, y, z in zip(a, p, n, strict=True))
            / len(a)
        ),
        lambda a, p, n, m: np.mean(
            np.maximum(0, np.linalg.norm(a - p, axis=1) - np.linalg.norm(a - n, axis=1) + m)
        ),
        lambda a, p, n, m: triplet_margin_loss(a.float(), p.float(), n.float(), m),
    ),
)


def _cosine(a, b):
    return torch.nn.functional.cosine_similarity(a, b, dim=1)


# con-03 · semi-hard mining -----------------------------------------------------------------------------------------


def semi_hard(to_positive, to_negatives):
    beyond = to_negatives > to_positive[:, None]
    nearest_beyond = torch.where(beyond, to_negatives, torch.inf).argmin(dim=1)
    return torch.where(beyond.any(dim=1), nearest_beyond, to_negatives.argmax(dim=1))


def candidates(rng: np.random.Generator) -> Iterator[Probe]:
    """Anchors with all negatives beyond, some, or none; no two distances equal."""
    for k, m in ((1, 1), (1, 4), (2, 3), (5, 4), (6, 7), (8, 5)):
        distances = 0.1 * rng.permutation(np.arange(5, 5 + 4 * k * m))[: k * m].reshape(k, m) + 0.013
        ordered = np.sort(distances, axis=1)
        rank = rng.integers(0, m + 1, k)
        rank[: min(k, 3)] = [m, 0, m // 2][: min(k, 3)] if k > 1 else [rng.integers(0, m)]
        gap = np.where(
            rank == m, ordered[:, -1] + 0.03, ordered[np.arange(k), np.minimum(rank, m - 1)] - 0.03
        )
        yield Probe((gap, distances))
    distances = (0.1 * rng.permutation(np.arange(5, 41)).reshape(6, 6)) + 0.013
    yield Probe((np.sort(distances, axis=1)[:, 2] + 0.03, distances))
    yield Probe((np.sort(distances, axis=1)[:, 4] + 0.03, distances))
    yield Probe((np.full(6, 9.0), distances))  # nobody has one beyond


def _mine(
    pool=lambda p, n: n > p[:, None], pick=None, otherwise=lambda p, n: n.argmax(1), end=lambda k, n: k
):
    """Mining with another pool to choose from, another choice or another way out."""
    pick = pick or (lambda pool, p, n: torch.where(pool, n, torch.inf).argmin(1))

    def mine(p, n):
        some = pool(p, n)
        return end(torch.where(some.any(1), pick(some, p, n), otherwise(p, n)), n)

    return mine


def _within_the_pool(p, n):
    """The index within the list of those beyond, not within all negatives."""
    return [
        int(row[row > limit].argmin()) if (row > limit).any() else int(row.argmax())
        for limit, row in zip(p, n, strict=True)
    ]


SEMI_HARD = Exercise(
    id="con-03",
    name="semi_hard",
    title="Not the worst, the next",
    points=3,
    minutes=15,
    difficulty=3,
    reference=semi_hard,
    probes=candidates,
    regimes=(
        Regime(
            "none beyond",
            lambda p, n: (n <= p[:, None]).all(1),
            "no negative is farther than the positive",
            "some negative is farther than the positive",
        ),
        Regime(
            "all beyond",
            lambda p, n: (n > p[:, None]).all(1),
            "all negatives are farther than the positive",
            "some negative is nearer than the positive",
        ),
    ),
    gives="an index for each anchor, shape (k,),",
    hints=(
        "Each anchor has a limit of its own: how far its positive is. Which of its negatives are beyond the limit?",
        "Compare the table (k, m) with the limits as a column (k, 1). Then set the distances that are out of the question "
        "to infinity, and the nearest of the rest is an argmin.",
        "A row with nothing beyond needs the other rule: `torch.where(some.any(dim=1), nearest, farthest)`.",
    ),
    mistakes=(
        Mistake(
            "hardest",
            lambda p, n: n.argmin(1),
            "You take the nearest negative of all, the hardest: that is the rule that collapses. How far the positive "
            "is does not matter in yours.",
        ),
        Mistake(
            "farthest",
            lambda p, n: n.argmax(1),
            "You take the farthest negative, the easiest of all. That is for anchors that have none beyond the positive.",
        ),
        Mistake(
            "fallback-nearest",
            _mine(otherwise=lambda p, n: n.argmin(1)),
            "Right where some negative is farther than the positive. Where none is, you take the hardest; the text "
            "asks for another one.",
        ),
        Mistake(
            "fallback-first",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1)),
            "Right where some negative is farther than the positive. Where none is, you return 0: the argmin of a row "
            "of infinities, perhaps?",
        ),
        Mistake(
            "fallback-none",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1) - 1),
            "Right where some negative is farther than the positive. Where none is, a negative has to be named all the same.",
        ),
        Mistake(
            "nearer-than-the-positive",
            _mine(
                pool=lambda p, n: n < p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, -torch.inf).argmax(1),
            ),
            "You choose among the negatives that are nearer than the positive: those are hard. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "pool-turned-round",
            _mine(pool=lambda p, n: n < p[:, None]),
            "You take the nearest of those that are nearer than the positive, the hardest of all. On which side of "
            "the positive is semi-hard?",
        ),
        Mistake(
            "closest-to-the-positive",
            lambda p, n: (n - p[:, None]).abs().argmin(1),
            "You take the negative whose distance is closest to the positive's, on either side. Only one of the sides is meant.",
        ),
        Mistake(
            "distance-returned",
            _mine(end=lambda k, n: n.gather(1, k[:, None])[:, 0]),
            "You found the right negatives and return their distances. Which of them they are was asked: the index.",
        ),
        Mistake(
            "within-the-pool",
            _within_the_pool,
            "You found the right negatives, and you count only those that are beyond. The index is a column of the "
            "whole table.",
        ),
        Mistake(
            "first-beyond",
            _mine(pick=lambda pool, p, n: pool.double().argmax(1)),
            "You take the first negative that is beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "last-beyond",
            _mine(pick=lambda pool, p, n: pool.shape[1] - 1 - pool.flip(1).double().argmax(1)),
            "You take the last negative that is beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "one-limit",
            _mine(pool=lambda p, n: n > p.mean()),
            "One limit for all anchors, the mean. Each anchor has a positive of its own.",
        ),
        Mistake(
            "loosest-limit",
            _mine(pool=lambda p, n: n > p.max()),
            "One limit for all anchors, the largest. Each anchor has a positive of its own.",
        ),
        Mistake(
            "all-or-none",
            lambda p, n: semi_hard(p, n) if (n > p[:, None]).any(1).all() else n.argmax(1),
            "Right while every anchor has a negative beyond. As soon as one has none, all get the other rule: each "
            "anchor chooses for itself.",
        ),
        Mistake(
            "counted-from-one",
            _mine(end=lambda k, n: k + 1),
            "The right negatives, counted from 1. Columns are counted from 0.",
        ),
        Mistake(
            "fallback-last",
            _mine(otherwise=lambda p, n: 0 * n.argmin(1) + n.shape[1] - 1),
            "Right where some negative is farther than the positive. Where none is, you take the last column; the "
            "text says which one.",
        ),
        Mistake(
            "second-nearest-beyond",
            _mine(
                pool=lambda p, n: n > p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, torch.inf).argsort(1)[:, min(1, n.shape[1] - 1)],
            ),
            "You take the second of those beyond the positive. Is a sort counted from 0?",
        ),
        Mistake(
            "mask",
            lambda p, n: (
                (n > p[:, None]) & (n == torch.where(n > p[:, None], n, torch.inf).amin(1, keepdim=True))
            ),
            "You return a table of yes and no. Which column says yes, one number for each anchor?",
        ),
        Mistake(
            "first-or-first",
            lambda p, n: (n > p[:, None]).double().argmax(1),
            "You take the first negative that is beyond the positive, and column 0 where none is. The nearest of them "
            "was asked, and the farthest of all where none is.",
        ),
        Mistake(
            "below-or-first",
            lambda p, n: torch.where(n < p[:, None], n, torch.inf).argmin(1),
            "You take the nearest of those that are nearer than the positive, the hardest of all. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "just-below-or-first",
            lambda p, n: torch.where(n < p[:, None], n, -torch.inf).argmax(1),
            "You choose among the negatives that are nearer than the positive: those are hard. On which side of the "
            "positive is semi-hard?",
        ),
        Mistake(
            "masked-with-zero",
            lambda p, n: (n * (n > p[:, None])).argmin(1),
            "You set the distances that are out of the question to 0 or another small number, and an argmin loves those. "
            "Which number never wins?",
        ),
        Mistake(
            "farthest-beyond",
            lambda p, n: (n * (n > p[:, None])).argmax(1),
            "You take the farthest of those beyond the positive. The nearest of them was asked.",
        ),
        Mistake(
            "rank",
            lambda p, n: (n <= p[:, None]).sum(1),
            "You count how many negatives are nearer than the positive. That is a place in the sorted row; the column "
            "was asked.",
        ),
        Mistake(
            "place",
            lambda p, n: (n <= p[:, None]).sum(1).clamp(max=n.shape[1] - 1),
            "That is the place in the sorted row. Which column of the table, as you got it, does that distance stand in?",
        ),
        Mistake(
            "mirror",
            _mine(
                pool=lambda p, n: n < p[:, None],
                pick=lambda pool, p, n: torch.where(pool, n, -torch.inf).argmax(1),
                otherwise=lambda p, n: n.argmin(1),
            ),
            "That is the rule in a mirror: the farthest of those that are nearer than the positive. Semi-hard is on the other side.",
        ),
    ),
    variants=(
        lambda p, n: [
            min(
                (j for j in range(n.shape[1]) if n[i, j] > p[i]),
                key=lambda j, i=i: float(n[i, j]),
                default=int(n[i].argmax()),
            )
            for i in range(len(p))
        ],
        lambda p, n: np.where(
            (n > p[:, None]).any(1), np.where(n > p[:, None], n, np.inf).argmin(1), n.argmax(1)
        ),
        lambda p, n: torch.where(n > p[:, None], n, 1e9 - n).argmin(1),
        lambda p, n: semi_hard(p.float(), n.float()).int(),
        lambda p, n: semi_hard(p, n).double(),
    ),
)
