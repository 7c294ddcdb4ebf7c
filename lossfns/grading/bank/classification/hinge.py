"""Hinge loss and its pull. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import sided
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cls-06 · hinge loss ---------------------------------------------------------------------------------------------


def hinge_loss(scores, target, margin):
    return (margin - target * scores).clamp(min=0).mean()


def margins(rng: np.random.Generator) -> Iterator[Probe]:
    """Wrong, right by too little, right by more than the margin, on both sides of zero, for several margins."""
    for margin in (0.5, 2.0, 3.0):
        for low, high in ((-1.6, -0.2), (0.15, 0.85), (1.2, 2.5)):
            for side in (-1.0, 1.0):
                n = rng.integers(1, 4)
                yield Probe((side * margin * rng.uniform(low, high, n).round(2), np.full(n, side), margin))
    y = np.array([1.0, -1, -1, 1, 1, -1, -1])
    s = sided(rng, 7) + 0.05
    for margin in (0.7, 1.9):
        yield Probe((s, y, margin))
    yield Probe((s, -y, 1.9))
    yield Probe((np.array([5.0, -0.5]), np.array([1.0, 1.0]), 1.5))


RIGHT_BY = (
    Regime(
        "beyond the margin",
        lambda s, t, m: s * t > m,
        "the answer is right by more than the margin",
        "it is not",
    ),
    Regime(
        "wrong side", lambda s, t, m: s * t < 0, "the score is on the wrong side", "it is on the right side"
    ),
    Regime(
        "inside the margin",
        lambda s, t, m: s * t < m,
        "the answer falls short of the margin",
        "it is right by more than the margin",
    ),
    Regime("target −1", lambda s, t, m: t < 0, "the target is −1", "the target is +1"),
    Regime("target +1", lambda s, t, m: t > 0, "the target is +1", "the target is −1"),
)


def _hinge(missing=lambda s, t, m: m - t * s, keep=F.relu, total=torch.Tensor.mean):
    """A hinge loss with one of its parts replaced."""
    return lambda s, t, m: total(keep(missing(s, t, m)))


def _mean_of_violators(e):
    return e.sum() / (e > 0).sum().clamp(min=1)


HINGE = Exercise(
    id="cls-06",
    name="hinge_loss",
    title="Hinge loss",
    points=1,
    minutes=5,
    difficulty=1,
    reference=hinge_loss,
    probes=margins,
    regimes=RIGHT_BY,
    gives="one number, the mean over the pairs,",
    hints=(
        "`target * scores` says by how much a score is on the right side. How much of the margin is missing?",
        "What is missing is the margin minus that product. It may be negative; what does being right by too much cost?",
        "`(margin - target * scores).clamp(min=0)` charges what is missing and nothing else; the mean comes last.",
    ),
    mistakes=(
        Mistake(
            "reversed",
            lambda s, t, m: F.relu(t * s - m).mean(),
            "You charge what goes *beyond* the margin, and let everything short of it go free.",
        ),
        Mistake(
            "tube",
            lambda s, t, m: F.relu((t - s).abs() - m).mean(),
            "You charge distances from the target beyond a tube, which is a loss for regression. Here a score may be as large as it likes, on the right side.",
        ),
        Mistake(
            "distance-from-margin",
            lambda s, t, m: F.relu(m - (t - s).abs()).mean(),
            "You compare the *distance* between score and target with the margin. By how much a score is on the right side is their product.",
        ),
        Mistake(
            "embedding",
            lambda s, t, m: F.hinge_embedding_loss(s, t, margin=m),
            "`hinge_embedding_loss` is another loss under a similar name, for distances. Here a score is to be on the right side.",
        ),
        Mistake(
            "not-squared-target",
            _hinge(missing=lambda s, t, m: m * t - s),
            "Right for a target of +1. For a target of −1 the sign of what is missing has to turn round.",
        ),
        Mistake(
            "median",
            _hinge(total=torch.Tensor.median),
            "You took the median of the prices. Their mean was asked.",
        ),
        Mistake(
            "no-floor",
            _hinge(keep=lambda e: e),
            "Right while nobody is beyond the margin. Beyond it yours goes negative, and pays a reward that has no end.",
        ),
        Mistake(
            "margin-is-one",
            lambda s, t, m: hinge_loss(s, t, 1.0),
            "You use 1 where a margin was given. Changing `margin` does not change your loss.",
        ),
        Mistake(
            "perceptron",
            lambda s, t, m: hinge_loss(s, t, 0.0),
            "You charge only what is on the wrong side. Right by too little costs something too: where does the margin "
            "come in?",
        ),
        Mistake(
            "margin-added-after",
            lambda s, t, m: (F.relu(-t * s) + m).mean(),
            "The margin is added to every pair, after the floor. It belongs inside.",
        ),
        Mistake(
            "margin-taken-after",
            lambda s, t, m: (F.relu(1 - t * s) - m).mean(),
            "The margin is subtracted after the floor. It belongs inside.",
        ),
        Mistake(
            "margin-scales-score",
            _hinge(missing=lambda s, t, m: 1 - m * t * s),
            "You multiply the score by the margin. The margin is a distance that the score has to reach.",
        ),
        Mistake(
            "margin-divides-score",
            _hinge(missing=lambda s, t, m: 1 - t * s / m),
            "The floor is at the right place and the slope is not: yours is the expected value divided by the margin.",
        ),
        Mistake(
            "margin-scales-loss",
            lambda s, t, m: m * hinge_loss(s, t, 1.0),
            "The margin multiplies the loss. It is a distance that the score has to reach.",
        ),
        Mistake(
            "margin-minus",
            _hinge(missing=lambda s, t, m: -m - t * s),
            "The margin has the wrong sign: yours starts to charge when an answer is *wrong* by the margin.",
        ),
        Mistake(
            "sign",
            _hinge(missing=lambda s, t, m: m + t * s),
            "Yours charges the answers that are right. When is `target * scores` positive?",
        ),
        Mistake(
            "target-ignored",
            _hinge(missing=lambda s, t, m: m - s),
            "Right for a target of +1. You ask every score to be large, also those that should be small.",
        ),
        Mistake(
            "absolute-score",
            _hinge(missing=lambda s, t, m: m - s.abs()),
            "You ask every score to be far from zero, on whichever side. Changing `target` does not change your loss.",
        ),
        Mistake(
            "distance",
            lambda s, t, m: (t - s).abs().mean(),
            "You charge the distance between score and target, so a score of 5 for a target of 1 costs 4. Right by more "
            "than enough costs nothing.",
        ),
        Mistake(
            "distance-to-margin",
            _hinge(keep=torch.abs),
            "Right short of the margin. Beyond it you charge again: being more than right costs nothing.",
        ),
        Mistake(
            "squared",
            _hinge(keep=lambda e: F.relu(e) ** 2),
            "You square what is missing. Hinge loss charges it as it is.",
        ),
        Mistake(
            "floor-last",
            _hinge(keep=lambda e: e, total=lambda e: F.relu(e.mean())),
            "You take the mean first and the floor after, so that one pair's surplus pays for another's lack. Each pair has "
            "a floor of its own.",
        ),
        Mistake(
            "count",
            _hinge(keep=lambda e: (e > 0).to(e.dtype)),
            "You count the pairs that fall short. It also matters by how much.",
        ),
        Mistake(
            "errors",
            lambda s, t, m: (t * s < 0).to(s.dtype).mean(),
            "That is the share of wrong answers. Hinge loss also charges those that are right by too little, and charges by "
            "the distance.",
        ),
        Mistake(
            "mean-of-violators",
            _hinge(total=_mean_of_violators),
            "What each pair costs is right. You average over those that fall short; the mean is over all pairs.",
        ),
        Mistake(
            "sum",
            _hinge(total=torch.Tensor.sum),
            "Each pair is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _hinge(total=lambda e: e),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "half", _hinge(total=lambda e: e.mean() / 2), "On every input yours is half the expected value."
        ),
        Mistake(
            "floor-at-margin",
            lambda s, t, m: torch.maximum(-t * s, torch.tensor(m, dtype=s.dtype)).mean(),
            "Your floor is the margin, so the smallest loss is not 0. What is being right by enough worth?",
        ),
        Mistake(
            "minimum",
            _hinge(keep=lambda e: e.clamp(max=0)),
            "You keep what is negative and cut off what is positive. It is what is *missing* that costs.",
        ),
        Mistake(
            "logistic",
            lambda s, t, m: F.softplus(m - t * s).mean(),
            "That is the smooth relative. Hinge loss is exactly 0 beyond the margin.",
        ),
        Mistake(
            "logistic-no-margin",
            lambda s, t, m: F.softplus(-t * s).mean(),
            "That is binary cross entropy, which never reaches 0 and knows no margin.",
        ),
        Mistake(
            "target-from-0-1",
            _hinge(missing=lambda s, t, m: m - (2 * t - 1) * s),
            "You recode the targets as if they were 0 and 1. They are −1 and +1 already.",
        ),
        Mistake(
            "divided-by-two-n",
            _hinge(total=lambda e: e.sum() / (len(e) + 1)),
            "You divide by one more than there are pairs.",
        ),
        Mistake(
            "worst",
            _hinge(total=torch.Tensor.max),
            "You keep the worst pair. The mean over all of them was asked.",
        ),
        Mistake(
            "sign-of-score",
            _hinge(missing=lambda s, t, m: m - t * s.sign()),
            "You keep only the sign of the score. By how *much* it is on the right side is what counts.",
        ),
        Mistake(
            "difference",
            _hinge(missing=lambda s, t, m: m - (t - s)),
            "You subtract the score from the target. On which side a score lies, and how far, is their product.",
        ),
    ),
    variants=(
        lambda s, t, m: F.relu(m - t * s).mean(),
        lambda s, t, m: (
            sum(max(0.0, m - a * b) for a, b in zip(s.tolist(), t.tolist(), strict=True)) / len(s)
        ),
        lambda s, t, m: np.maximum(0, m - np.asarray(t) * np.asarray(s)).mean(),
        lambda s, t, m: torch.where(t > 0, m - s, m + s).float().clamp(min=0).mean(),
        lambda s, t, m: ((m - t * s) + (m - t * s).abs()).mean() / 2,
        lambda s, t, m: F.margin_ranking_loss(s, torch.zeros_like(s), t, margin=m),
    ),
)


# cls-07 · the subgradient of hinge loss ---------------------------------------------------------------------------


def hinge_loss_grad(scores, target, margin):
    short = (target * scores < margin).to(scores.dtype)
    return -target * short / len(scores)


def margins_and_kinks(rng: np.random.Generator) -> Iterator[Probe]:
    """The inputs of hinge loss, and scores exactly at the margin."""
    yield from margins(rng)
    yield Probe((np.array([1.5, -1.5, 0.5]), np.array([1.0, -1.0, 1.0]), 1.5))
    yield Probe((np.array([0.5]), np.array([1.0]), 0.5))


def _pull(short=lambda s, t, m: t * s < m, slope=lambda s, t, m: -t, spread=lambda g, where: g / len(g)):
    """The subgradient with one of its parts replaced."""
    return lambda s, t, m: spread(torch.where(short(s, t, m), slope(s, t, m), 0 * s), short(s, t, m))


HINGE_GRAD = Exercise(
    id="cls-07",
    name="hinge_loss_grad",
    title="The pull of hinge loss",
    points=2,
    minutes=8,
    difficulty=2,
    reference=hinge_loss_grad,
    probes=margins_and_kinks,
    regimes=RIGHT_BY,
    gives="one slope for each score, shape (n,),",
    hints=(
        "Beyond the margin the loss is flat. Short of it, it is a straight line: with which slope?",
        "The loss of a pair that falls short is margin − y · s, and its slope in s is −y.",
        "`-target` where `target * scores < margin`, 0 elsewhere; the 1/n of the mean is still to come.",
    ),
    mistakes=(
        Mistake(
            "no-mean",
            _pull(spread=lambda g, w: g),
            "Each slope is that of the sum. The loss is a mean, and its factor survives the derivative.",
        ),
        Mistake(
            "sign",
            _pull(slope=lambda s, t, m: t),
            "The sign is turned round: for a target of +1, raising a score that is too low must lower the loss.",
        ),
        Mistake(
            "sign-no-mean",
            _pull(slope=lambda s, t, m: t, spread=lambda g, w: g),
            "The sign is turned round: for a target of +1, raising a score that is too low must lower the loss. And the loss "
            "is a mean.",
        ),
        Mistake(
            "kink-counted",
            _pull(short=lambda s, t, m: t * s <= m),
            "Right everywhere except exactly at the margin. There any slope between the two would do; the text says which.",
        ),
        Mistake(
            "kink-counted-no-mean",
            _pull(short=lambda s, t, m: t * s <= m, spread=lambda g, w: g),
            "The loss is a mean, and its factor survives the derivative. And look at what the text says about the margin "
            "itself.",
        ),
        Mistake(
            "kink-halved",
            lambda s, t, m: hinge_loss_grad(s, t, m) - t * (t * s == m).to(s.dtype) / 2 / len(s),
            "Right everywhere except exactly at the margin. There any slope between the two would do; the text says which.",
        ),
        Mistake(
            "everywhere",
            _pull(short=lambda s, t, m: torch.ones_like(s, dtype=torch.bool)),
            "Right short of the margin. Beyond it the loss is 0 and flat, so nothing pulls.",
        ),
        Mistake(
            "beyond",
            _pull(short=lambda s, t, m: t * s > m),
            "You pull at those who are right by more than the margin and leave the others in peace.",
        ),
        Mistake(
            "wrong-side-only",
            _pull(short=lambda s, t, m: t * s < 0),
            "Right for wrong answers. Those that are right by too little pull as well: where does the margin come in?",
        ),
        Mistake(
            "margin-is-one",
            _pull(short=lambda s, t, m: t * s < 1),
            "You use 1 where a margin was given. Changing `margin` does not change your result.",
        ),
        Mistake(
            "target-ignored-in-test",
            _pull(short=lambda s, t, m: s < m),
            "You compare the score with the margin and forget the target: for a target of −1 a score of −5 is right by 5.",
        ),
        Mistake(
            "absolute-in-test",
            _pull(short=lambda s, t, m: s.abs() < m),
            "You compare the size of the score with the margin: a score of 5 on the wrong side is far from right.",
        ),
        Mistake(
            "target-ignored",
            _pull(slope=lambda s, t, m: torch.full_like(s, -1.0)),
            "Right for a target of +1. For a target of −1 the score should go the other way.",
        ),
        Mistake(
            "positive-one",
            _pull(slope=lambda s, t, m: torch.ones_like(s)),
            "Right for a target of −1. For a target of +1 the score should go the other way.",
        ),
        Mistake(
            "score",
            _pull(slope=lambda s, t, m: -s),
            "The product y · s has slope y in s. You took its slope in y.",
        ),
        Mistake(
            "product",
            _pull(slope=lambda s, t, m: -t * s),
            "You kept the product y · s. Its slope in s is what was asked.",
        ),
        Mistake(
            "margin-times",
            _pull(slope=lambda s, t, m: -m * t),
            "The margin moves the line sideways and does not change its slope.",
        ),
        Mistake(
            "missing",
            _pull(slope=lambda s, t, m: m - t * s),
            "You kept what is missing, which is the loss of each pair over n. Its slope was asked.",
        ),
        Mistake(
            "squared",
            _pull(slope=lambda s, t, m: -2 * t * (m - t * s)),
            "That is the slope of the squared hinge, which grows with what is missing. Hinge loss pulls the same from "
            "everywhere.",
        ),
        Mistake(
            "mean-of-violators",
            _pull(spread=lambda g, w: g / w.sum().clamp(min=1)),
            "You divide by the number of those that fall short. The mean of the loss is over all pairs.",
        ),
        Mistake(
            "summed",
            _pull(spread=lambda g, w: g.mean()),
            "You rolled the slopes into one number. Each score has one of its own.",
        ),
        Mistake(
            "value",
            lambda s, t, m: hinge_loss(s, t, m),
            "That is the loss itself. Its slope was asked, one for each score.",
        ),
        Mistake(
            "values",
            lambda s, t, m: F.relu(m - t * s),
            "Those are the losses of the pairs. The slope of their mean for each score was asked.",
        ),
        Mistake(
            "mask",
            _pull(slope=lambda s, t, m: torch.ones_like(s), spread=lambda g, w: g),
            "You found who falls short. Now: which way, and how strongly, does each of them pull?",
        ),
        Mistake(
            "sigmoid",
            lambda s, t, m: -t * torch.sigmoid(m - t * s) / len(s),
            "That is the slope of the smooth relative. Hinge loss pulls with full strength or not at all.",
        ),
        Mistake(
            "logistic",
            lambda s, t, m: -t * torch.sigmoid(-t * s) / len(s),
            "That is the slope of binary cross entropy. Hinge loss pulls with full strength or not at all.",
        ),
        Mistake(
            "half",
            _pull(spread=lambda g, w: g / (2 * len(g))),
            "On every input yours is half the expected slope.",
        ),
        Mistake(
            "batch-decides",
            lambda s, t, m: -t / len(s) * float((t * s).mean() < m),
            "You decide once for the whole batch. Each pair decides for itself whether it falls short.",
        ),
        Mistake(
            "target-from-0-1",
            _pull(short=lambda s, t, m: (2 * t - 1) * s < m, slope=lambda s, t, m: 1 - 2 * t),
            "You recode the targets as if they were 0 and 1. They are −1 and +1 already.",
        ),
    ),
    variants=(
        lambda s, t, m: torch.where(t * s < m, -t, torch.zeros_like(t)) / len(s),
        lambda s, t, m: [
            -b / len(s) if a * b < m else 0.0 for a, b in zip(s.tolist(), t.tolist(), strict=True)
        ],
        lambda s, t, m: -np.asarray(t) * (np.asarray(t) * np.asarray(s) < m) / len(s),
        lambda s, t, m: -(t.float() * (m - t * s > 0)) / len(s),
        lambda s, t, m: torch.autograd.functional.jacobian(lambda v: F.relu(m - t * v).mean(), s),
        lambda s, t, m: -t * torch.heaviside(m - t * s, torch.zeros(1, dtype=s.dtype)) / s.numel(),
    ),
)
