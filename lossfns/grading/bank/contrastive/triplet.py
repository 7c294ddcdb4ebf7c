"""Triplet loss. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe


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
