"""The weighted mean of cross entropies. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import LARGE_TABLE, table
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cls-10 · the weighted mean -----------------------------------------------------------------------------------


def weighted_cross_entropy(logits, target, weight):
    losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    w = weight[target]
    return (w * losses).sum() / w.sum()


def weighted(rng: np.random.Generator) -> Iterator[Probe]:
    """Logits, labels and weights; one row alone, one class alone, some that share all but the weights, and logits that overflow."""
    for n, k in ((1, 3), (2, 2), (3, 3), (5, 3), (6, 4)):
        yield Probe((table(rng, n, k), rng.integers(0, k, n), rng.uniform(0.3, 5, k).round(1)))
    z, t = table(rng, 5, 3), np.array([0, 1, 1, 2, 0])
    w = np.array([0.4, 2.6, 5.3])
    yield Probe((z, t, w))
    yield Probe((z, t, w[::-1].copy()))
    yield Probe((z, t, np.array([3.1, 0.7, 0.9])))
    yield Probe((z, (t + 1) % 3, w))
    yield Probe((z, np.full(5, 1), w))
    yield Probe((np.array([[1000.0, 0.0, -1000.0], [3.0, 1.5, -0.5]]), np.array([0, 1]), w))
    yield Probe((np.array([[1000.0, 0.0, -1000.0], [3.0, 1.5, -0.5]]), np.array([2, 1]), w))


def _weighted(total):
    """total(losses, the weight of each row, weight, k) on the unweighted losses."""
    return lambda z, t, w: total(F.cross_entropy(z, t, reduction="none"), w[t], w, z.shape[1])


WEIGHTED = Exercise(
    id="cls-10",
    name="weighted_cross_entropy",
    title="The weighted mean",
    points=2,
    minutes=8,
    difficulty=2,
    reference=weighted_cross_entropy,
    probes=weighted,
    regimes=(
        *LARGE_TABLE,
        Regime(
            "several classes",
            lambda z, t, w: len(np.unique(t)) > 1,
            "several classes occur",
            "one class only occurs",
        ),
    ),
    gives="one number, the weighted mean,",
    hints=(
        "Each row brings a loss and a weight, that of its own class. What is a weighted mean?",
        "`weight[target]` gives each row its weight. The losses are those of cls-02, before their mean.",
        "Add up weight times loss, and divide by what the weights of these rows add up to.",
    ),
    mistakes=(
        Mistake(
            "no-softmax",
            lambda z, t, w: F.nll_loss(z, t, weight=w),
            "The weighted mean is right, and it is taken of minus the logits. `nll_loss` wants log probabilities.",
        ),
        Mistake(
            "no-logarithm",
            lambda z, t, w: F.nll_loss(z.softmax(1), t, weight=w),
            "The weighted mean is right, and it is taken of probabilities. Their logarithm is missing.",
        ),
        Mistake(
            "losses-divided",
            _weighted(lambda e, v, w, k: (e / v).sum() / v.sum()),
            "You divide each loss by its weight: what should count more counts less.",
        ),
        Mistake(
            "mean-over-class-weights",
            _weighted(lambda e, v, w, k: (v * e).mean() / w.sum()),
            "You take a mean and divide by the sum of the class weights as well. One division was asked, by the weights of the rows.",
        ),
        Mistake(
            "divided-by-everything",
            _weighted(lambda e, v, w, k: (v * e).sum() / (k * len(e))),
            "You divide by n · k, the size of the table. Add up the weights of the rows.",
        ),
        Mistake(
            "largest-weight",
            _weighted(lambda e, v, w, k: (v * e).mean() / w.max()),
            "You divide by the largest weight. Add up the weights of the rows.",
        ),
        Mistake(
            "mean-times-share",
            _weighted(lambda e, v, w, k: e.mean() * v.sum() / w.sum()),
            "You average the losses alone and multiply afterwards. Each loss meets its own weight before anything is added.",
        ),
        Mistake(
            "divided-by-n",
            _weighted(lambda e, v, w, k: (v * e).mean()),
            "You divide by n. Then a weight of 2 for everybody would double the loss; what must the divisor be so that it "
            "does not?",
        ),
        Mistake(
            "sum",
            _weighted(lambda e, v, w, k: (v * e).sum()),
            "That is the weighted sum. A weighted mean still divides.",
        ),
        Mistake(
            "divided-by-class-weights",
            _weighted(lambda e, v, w, k: (v * e).sum() / w.sum()),
            "You divide by the sum of the k class weights. It is the rows that are averaged: add up the weights of the rows.",
        ),
        Mistake(
            "unweighted",
            _weighted(lambda e, v, w, k: e.mean()),
            "Every row counts alike. Changing `weight` does not change your loss.",
        ),
        Mistake(
            "mean-of-class-means",
            lambda z, t, w: (
                torch.stack([w[c] * F.cross_entropy(z[t == c], t[t == c]) for c in t.unique()]).sum()
                / w[t.unique()].sum()
            ),
            "You average each class first and weigh the averages, so a class with many rows counts no more than one with "
            "few. Each *row* has the weight of its class.",
        ),
        Mistake(
            "weights-on-logits",
            lambda z, t, w: F.cross_entropy(z * w, t),
            "You multiply the logits, which changes what the model says. The weight is a price: it multiplies a loss.",
        ),
        Mistake(
            "weights-added-to-logits",
            lambda z, t, w: F.cross_entropy(z + w.log(), t),
            "You move the logits by log w. That is a cure for weights in predictions, and not the weighted loss.",
        ),
        Mistake(
            "weights-on-probabilities",
            lambda z, t, w: -(w[t] * z.softmax(1).gather(1, t[:, None])[:, 0]).log().mean(),
            "The weight stands inside the logarithm. There it only adds a constant to each loss.",
        ),
        Mistake(
            "predicted-class",
            lambda z, t, w: (
                (w[z.argmax(1)] * F.cross_entropy(z, t, reduction="none")).sum() / w[z.argmax(1)].sum()
            ),
            "Each row has the weight of the class that was predicted. It is the class that came.",
        ),
        Mistake(
            "inverse",
            _weighted(lambda e, v, w, k: (e / v).sum() / (1 / v).sum()),
            "You divide by the weights: what should count more counts less.",
        ),
        Mistake(
            "all-classes",
            lambda z, t, w: -(w * z.log_softmax(1)).sum(1).mean() / w.sum(),
            "You charge every class, each with its weight. Only one class came. Changing `target` does not change your loss.",
        ),
        Mistake(
            "divided-by-n-and-weights",
            _weighted(lambda e, v, w, k: (v * e).mean() / v.sum()),
            "You take a mean and divide by the weights as well: one division too many.",
        ),
        Mistake(
            "divided-by-k",
            _weighted(lambda e, v, w, k: (v * e).sum() / k),
            "You divide by the number of classes. Add up the weights of the rows.",
        ),
        Mistake(
            "weights-normalised-to-k",
            _weighted(lambda e, v, w, k: (v * e * k / w.sum()).mean()),
            "You scale the class weights to add up to k and divide by n. A weighted mean divides by the weights of the rows.",
        ),
        Mistake(
            "not-reduced",
            _weighted(lambda e, v, w, k: v * e),
            "Each weighted loss is right. One number was asked: their weighted mean.",
        ),
        Mistake(
            "not-reduced-normalised",
            _weighted(lambda e, v, w, k: v * e / v.sum()),
            "All that is missing is to add them up: one number was asked.",
        ),
        Mistake(
            "sign",
            _weighted(lambda e, v, w, k: -(v * e).sum() / v.sum()),
            "Yours is never positive. A surprise is never negative.",
        ),
        Mistake(
            "squared-weights",
            _weighted(lambda e, v, w, k: (v**2 * e).sum() / (v**2).sum()),
            "The weight is multiplied in twice.",
        ),
        Mistake(
            "weights-in-numerator-twice",
            _weighted(lambda e, v, w, k: (v**2 * e).sum() / v.sum()),
            "The weight is multiplied in twice above the line: does the loss that you start from carry it already?",
        ),
        Mistake(
            "bits",
            _weighted(lambda e, v, w, k: (v * e).sum() / v.sum() / log(2)),
            "Yours is in bits. The natural logarithm was asked.",
        ),
        Mistake(
            "means-apart",
            _weighted(lambda e, v, w, k: v.mean() * e.mean()),
            "You average weights and losses apart. Each loss meets its own weight before anything is added.",
        ),
        Mistake(
            "softmax-twice",
            lambda z, t, w: weighted_cross_entropy(z.softmax(1), t, w),
            "You apply the softmax twice: to the logits, and then to the probabilities that came out.",
        ),
        Mistake(
            "reversed-weights",
            _weighted(lambda e, v, w, k: e.mean() * 0 + (v.flip(0) * e).sum() / v.sum()),
            "The weights meet the losses in reverse order.",
        ),
        Mistake(
            "log-of-softmax",
            lambda z, t, w: F.nll_loss(z.softmax(1).log(), t, weight=w),
            "Right while no probability is tiny. You round to a probability first and take its logarithm then; cls-02 has a way that does not.",
        ),
        Mistake(
            "overflow",
            lambda z, t, w: F.nll_loss((z.exp() / z.exp().sum(1, keepdim=True)).log(), t, weight=w),
            "Right for small logits. exp(1000) is infinite here, and infinite over infinite is not a number.",
        ),
        Mistake(
            "no-shift",
            lambda z, t, w: F.nll_loss(z - z.exp().sum(1, keepdim=True).log(), t, weight=w),
            "Right for small logits. exp(1000) overflows: what may be subtracted from a row without changing its probabilities?",
        ),
        Mistake(
            "mean-weight",
            _weighted(lambda e, v, w, k: e.mean() * w.mean()),
            "You multiply the mean loss by the mean weight. Each loss meets the weight of its own class before anything is added.",
        ),
        Mistake(
            "columns",
            lambda z, t, w: F.nll_loss(z.log_softmax(0), t, weight=w),
            "The weighted mean is right. Your softmax runs down the columns, and it is the rows that are distributions.",
        ),
        Mistake(
            "all-pairs",
            lambda z, t, w: (w[t] * -z.log_softmax(1)[:, t]).sum() / w[t].sum(),
            "`log_p[:, target]` takes, for *every* row, the columns of *all* targets. One entry per row is wanted.",
        ),
    ),
    variants=(
        lambda z, t, w: F.cross_entropy(z, t, weight=w),
        lambda z, t, w: (F.cross_entropy(z, t, weight=w, reduction="none") / w[t].sum()).sum(),
        lambda z, t, w: (
            -(F.one_hot(t, z.shape[1]) * w * z.log_softmax(1)).sum() / (F.one_hot(t, z.shape[1]) * w).sum()
        ),
        lambda z, t, w: (
            sum(w[c] * (row.logsumexp(0) - row[c]) for row, c in zip(z, t, strict=True))
            / sum(w[c] for c in t)
        ),
        lambda z, t, w: np.average(
            np.asarray(F.cross_entropy(z, t, reduction="none")), weights=np.asarray(w[t])
        ),
        lambda z, t, w: weighted_cross_entropy(z.float(), t, w.float()),
    ),
)
