"""Cosine embedding loss, two signs. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import unit
from lossfns.grading.bank.contrastive.inputs import rows
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe


def cosine_embedding_loss(x1, x2, target, margin):
    cosine = torch.nn.functional.cosine_similarity(x1, x2, dim=1)
    alike = 1 - cosine
    unlike = (cosine - margin).relu()
    return torch.where(target > 0, alike, unlike).mean()


def _at_cosines(rng: np.random.Generator, cosines: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows with the given cosines, up to rounding, and lengths that differ."""
    x1 = rows(rng, len(cosines), 4)
    along = x1 / np.linalg.norm(x1, axis=1, keepdims=True)
    across = rng.normal(size=x1.shape)
    across -= (across * along).sum(1, keepdims=True) * along
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    c = np.array(cosines)[:, None]
    x2 = rng.uniform(2, 12, (len(c), 1)) * (c * along + np.sqrt(1 - c**2) * across)
    return x1, x2.round(2)


def signed_pairs(rng: np.random.Generator) -> Iterator[Probe]:
    """Pairs of both signs, below 0, between 0 and the margin, and above it, alone and together."""
    alone = ([0.7], [1]), ([0.7], [-1]), ([-0.5, 0.2, 0.9], [1, 1, 1]), ([-0.6, 0.25, 0.8], [-1, -1, -1])
    together = (
        ([0.2, -0.4, 0.85, 0.3], [1, -1, -1, -1]),
        ([0.6, 0.9, 0.3, -0.7, -0.2, 0.15], [-1, 1, -1, -1, 1, -1]),
    )
    for cosines, signs in (*alone, *together):
        for margin in (0.1, 0.4):
            yield Probe((*_at_cosines(rng, cosines), np.array(signs, dtype=float), margin))
    x1, x2 = _at_cosines(rng, [0.35, 0.5, -0.15, -0.45, 0.9])
    signs = np.array([-1.0, 1.0, -1.0, -1.0, -1.0])
    for margin in (-0.3, 0.2, 0.7):
        yield Probe((x1, x2, signs, margin))
    yield Probe((x1, -x2, signs, 0.2))


def _pairwise(
    cosine=lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=1),
    alike=lambda c, m: 1 - c,
    unlike=lambda c, m: (c - m).relu(),
    which=lambda t: t > 0,
    end=torch.mean,
):
    """Cosine embedding loss with one of its parts replaced."""

    def loss(a, b, t, m):
        c = cosine(a, b)
        return end(torch.where(which(t), alike(c, m), unlike(c, m)))

    return loss


def _means_apart(a, b, t, m):
    c = torch.nn.functional.cosine_similarity(a, b, dim=1)
    pieces = (1 - c[t > 0], (c[t < 0] - m).relu())
    return sum(piece.mean() for piece in pieces if len(piece))


COSINE_EMBEDDING = Exercise(
    id="con-08",
    name="cosine_embedding_loss",
    title="Pairs with a verdict",
    points=2,
    minutes=8,
    difficulty=1,
    reference=cosine_embedding_loss,
    probes=signed_pairs,
    regimes=(
        Regime(
            "alike",
            lambda a, b, t, m: t > 0,
            "the pair belongs together",
            "the pair does not belong together",
        ),
        Regime(
            "unlike",
            lambda a, b, t, m: t < 0,
            "the pair does not belong together",
            "the pair belongs together",
        ),
    ),
    gives="one number, the mean over the pairs,",
    hints=(
        "One cosine for each pair, and two price lists. Which one holds is what the sign says.",
        "Compute both prices for every pair: 1 − cos, and what of the cosine is above the margin.",
        "`torch.where(target > 0, alike, unlike)` picks for each pair; the mean comes last.",
    ),
    mistakes=(
        Mistake(
            "signs-swapped",
            _pairwise(which=lambda t: t < 0),
            "Both prices are there, and each is used where the other belongs.",
        ),
        Mistake(
            "cosine-as-price",
            _pairwise(alike=lambda c, m: c),
            "Pairs that do not belong together are right. For the others yours rises as they become more alike.",
        ),
        Mistake(
            "minus-cosine",
            _pairwise(alike=lambda c, m: -c),
            "Pairs that do not belong together are right. For the others the best price should be 0, and yours is −1.",
        ),
        Mistake(
            "no-clip",
            _pairwise(unlike=lambda c, m: c - m),
            "Pairs that belong together are right. For the others a cosine below the margin should cost nothing, and "
            "yours earns.",
        ),
        Mistake(
            "no-margin",
            _pairwise(unlike=lambda c, m: c.relu()),
            "`margin` is never used: unlike pairs cost their whole cosine.",
        ),
        Mistake(
            "margin-added",
            _pairwise(unlike=lambda c, m: (c + m).relu()),
            "Pairs that belong together are right. For the others the margin has the wrong sign: it is the cosine "
            "that is allowed.",
        ),
        Mistake(
            "margin-as-floor",
            _pairwise(unlike=lambda c, m: c.clamp(min=m)),
            "Pairs that belong together are right. For the others you never charge less than the margin itself. What "
            "should a pair below it cost?",
        ),
        Mistake(
            "gate",
            _pairwise(unlike=lambda c, m: torch.where(c > m, c, 0 * c)),
            "Pairs that belong together are right. For the others the price jumps at the margin from 0 to the whole "
            "cosine; it should begin at 0.",
        ),
        Mistake(
            "margin-for-both",
            _pairwise(alike=lambda c, m: (1 - c - m).relu()),
            "Pairs that do not belong together are right. You grant the others a margin too; they have none.",
        ),
        Mistake(
            "margin-turned-round",
            _pairwise(unlike=lambda c, m: (m - c).relu()),
            "Pairs that belong together are right. The others pay in yours when they are *unlike*.",
        ),
        Mistake(
            "distance-to-the-margin",
            _pairwise(unlike=lambda c, m: (c - m).abs()),
            "Pairs that belong together are right. The others pay in yours on both sides of the margin; below it "
            "there is nothing to pay.",
        ),
        Mistake(
            "one-minus-for-both",
            _pairwise(unlike=lambda c, m: (1 - c - m).relu()),
            "Pairs that belong together are right. The others pay in yours for being far apart.",
        ),
        Mistake(
            "absolute-cosine",
            _pairwise(unlike=lambda c, m: (c.abs() - m).relu()),
            "Pairs that belong together are right. Opposite directions are as unlike as can be, and yours charges for them.",
        ),
        Mistake(
            "both-absolute",
            _pairwise(cosine=lambda a, b: torch.nn.functional.cosine_similarity(a, b, dim=1).abs()),
            "You drop the sign of the cosine. Opposite directions are as unlike as can be.",
        ),
        Mistake(
            "positives-only",
            _pairwise(unlike=lambda c, m: 0 * c),
            "Pairs that belong together are right. The others cost nothing in yours.",
        ),
        Mistake(
            "negatives-only",
            _pairwise(alike=lambda c, m: 0 * c),
            "Pairs that do not belong together are right. The others cost nothing in yours.",
        ),
        Mistake(
            "dot",
            _pairwise(cosine=lambda a, b: (a * b).sum(1)),
            "You use plain dot products, which grow with the lengths. The price is in cosines.",
        ),
        Mistake(
            "first-normalised",
            _pairwise(cosine=lambda a, b: (unit(a) * b).sum(1)),
            "The rows of `x1` have length one in yours; those of `x2` keep their own lengths.",
        ),
        Mistake(
            "columns",
            _pairwise(cosine=lambda a, b: (a / a.norm(dim=0) * (b / b.norm(dim=0))).sum(1)),
            "You normalise each coordinate over the batch. It is each row that should get length one.",
        ),
        Mistake(
            "squared",
            _pairwise(alike=lambda c, m: (1 - c) ** 2, unlike=lambda c, m: (c - m).relu() ** 2),
            "You square the prices. They are linear in the cosine.",
        ),
        Mistake(
            "hinge",
            lambda a, b, t, m: (m - t * torch.nn.functional.cosine_similarity(a, b, dim=1)).relu().mean(),
            "You wrote a hinge with one margin for both signs. Here pairs that belong together have none, and pay "
            "until the cosine is 1.",
        ),
        Mistake(
            "one-minus-signed",
            lambda a, b, t, m: (1 - t * torch.nn.functional.cosine_similarity(a, b, dim=1)).mean(),
            "Pairs that belong together are right. Unlike pairs pay in yours until they point in opposite directions; "
            "below the margin they should cost nothing.",
        ),
        Mistake(
            "sum",
            _pairwise(end=torch.sum),
            "Each pair's price is right. Twice as many pairs would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _pairwise(end=lambda x: x),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "means-apart",
            _means_apart,
            "Right while all pairs have one sign. You add two means, each over its own pairs; one mean over all pairs was asked.",
        ),
        Mistake(
            "arithmetic-of-zero-and-one",
            lambda a, b, t, m: (
                t * (1 - torch.cosine_similarity(a, b)) + (1 - t) * (torch.cosine_similarity(a, b) - m).relu()
            ).mean(),
            "Pairs that belong together are right. The formula y·… + (1 − y)·… wants targets of 0 and 1; here they "
            "are −1 and 1.",
        ),
        Mistake(
            "all-alike",
            _pairwise(unlike=lambda c, m: 1 - c),
            "Pairs that belong together are right. The others are charged as if they did: do you look for a target of 0?",
        ),
        Mistake(
            "squared-error",
            lambda a, b, t, m: ((torch.cosine_similarity(a, b) - t) ** 2).mean(),
            "You fit the cosine to the target by squared error. Here the price is linear, and strangers need not be opposite.",
        ),
        Mistake(
            "mean-of-the-positives",
            lambda a, b, t, m: (
                (1 - torch.cosine_similarity(a, b))[t > 0].mean() if (t > 0).any() else 0 * t.sum()
            ),
            "You average over the pairs that belong together and leave out the others.",
        ),
        Mistake(
            "clip-after-the-mean",
            lambda a, b, t, m: (
                torch.where(t > 0, 1 - torch.cosine_similarity(a, b), torch.cosine_similarity(a, b) - m)
                .mean()
                .relu()
            ),
            "You take the mean first and clip it, so that a pair below the margin pays for others. Each pair stands for itself.",
        ),
        Mistake(
            "means-averaged",
            lambda a, b, t, m: _means_apart(a, b, t, m) / 2,
            "You take a mean over each kind of pair and then the mean of the two, so that a rare kind weighs as much as a frequent one. One mean over all pairs was asked.",
        ),
        Mistake(
            "second-normalised",
            _pairwise(cosine=lambda a, b: (a * unit(b)).sum(1)),
            "The rows of `x2` have length one in yours; those of `x1` keep their own lengths.",
        ),
        Mistake(
            "whole-normalised",
            _pairwise(cosine=lambda a, b: (a * b).sum(1) / (a.norm() * b.norm())),
            "You divide by one length for the whole batch. Each row has a length of its own.",
        ),
        Mistake(
            "squared-length",
            _pairwise(cosine=lambda a, b: (a * b).sum(1) / ((a**2).sum(1) * (b**2).sum(1))),
            "You divide by the squared lengths. Is a row of yours of length one afterwards?",
        ),
    ),
    variants=(
        lambda a, b, t, m: torch.nn.functional.cosine_embedding_loss(a, b, t, margin=m),
        lambda a, b, t, m: torch.where(
            t == 1, 1 - (unit(a) * unit(b)).sum(1), ((unit(a) * unit(b)).sum(1) - m).clamp(min=0)
        ).mean(),
        lambda a, b, t, m: cosine_embedding_loss(a.float(), b.float(), t, m),
        lambda a, b, t, m: (
            sum(
                1 - float(torch.cosine_similarity(x, y, dim=0))
                if s > 0
                else max(0.0, float(torch.cosine_similarity(x, y, dim=0)) - m)
                for x, y, s in zip(a, b, t, strict=True)
            )
            / len(a)
        ),
        lambda a, b, t, m: (
            (1 + t) / 2 * (1 - torch.cosine_similarity(a, b))
            + (1 - t) / 2 * (torch.cosine_similarity(a, b) - m).relu()
        ).mean(),
    ),
)
