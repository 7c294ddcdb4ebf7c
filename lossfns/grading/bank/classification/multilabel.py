"""Several labels at once. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.binary import CAPPED
from lossfns.grading.bank.classification.inputs import ADDED, CUTS, sided
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cls-11 · several labels ---------------------------------------------------------------------------------------


def multilabel_loss(logits, target, pos_weight):
    yes = -torch.nn.functional.logsigmoid(logits)
    no = -torch.nn.functional.logsigmoid(-logits)
    return (pos_weight * target * yes + (1 - target) * no).mean()


def labelled(rng: np.random.Generator) -> Iterator[Probe]:
    """Tables of yes and no of several sizes, square ones among them, and logits whose sigmoid rounds to 0 or 1."""
    for n, labels in ((1, 1), (1, 3), (2, 2), (3, 3), (4, 2), (3, 5)):
        z = sided(rng, n * labels).reshape(n, labels)
        y = (rng.permutation(n * labels) % 2).reshape(n, labels).astype(float)
        yield Probe((z, y, rng.uniform(1.5, 6, labels).round(1)))
    z = sided(rng, 8).reshape(4, 2)
    y = np.array([[1.0, 0], [0, 1], [1, 1], [0, 0]])
    c = np.array([3.0, 1.7])
    yield Probe((z, y, c))
    yield Probe((z, y, c + np.array([1.3, 2.2])))
    yield Probe((z, 1 - y, c))
    yield Probe((z, np.ones((4, 2)), c))
    yield Probe((z, np.zeros((4, 2)), c))
    yield Probe((np.array([[9.2, -9.2]]), np.array([[0.0, 1.0]]), c))
    yield Probe((np.array([[60.0, -60.0]]), np.array([[0.0, 1.0]]), c))
    yield Probe((np.array([[900.0, -900.0]]), np.array([[0.0, 1.0]]), c))
    yield Probe((np.array([[900.0, -900.0]]), np.array([[1.0, 0.0]]), c))


def _labels(
    yes=lambda z: F.softplus(-z),
    no=lambda z: F.softplus(z),
    cost=lambda c, t, y, n: c * t * y + (1 - t) * n,
    total=lambda e, t, c: e.mean(),
):
    """The multi-label loss with one of its parts replaced."""
    return lambda z, t, c: total(cost(c, t, yes(z), no(z)), t, c)


def _label_loop(z, t, c):
    n, labels = z.shape
    total = 0.0
    for i in range(n):
        for j in range(labels):
            s = z[i, j] if t[i, j] == 1 else -z[i, j]
            total += (c[j] if t[i, j] == 1 else 1.0) * F.softplus(-s)
    return total / (n * labels)


MULTILABEL = Exercise(
    id="cls-11",
    name="multilabel_loss",
    title="Several labels at once",
    points=2,
    minutes=10,
    difficulty=2,
    reference=multilabel_loss,
    probes=labelled,
    regimes=(
        Regime(
            "large logits",
            lambda z, t, c: bool(np.abs(z).max() > 30),
            "|z| is large",
            "z is of ordinary size",
        ),
        Regime("yes", lambda z, t, c: bool((t == 1).all()), "every target is 1", "some target is 0"),
        Regime("no", lambda z, t, c: bool((t == 0).all()), "every target is 0", "some target is 1"),
    ),
    gives="one number, the mean over all n · l entries,",
    hints=(
        "Every entry of the table is a yes-or-no question of its own. What did cls-04 do for one of them?",
        "Write the price of a yes and of a no as two tables, from the logits alone. The weight belongs to one of the two.",
        "`pos_weight * target * yes + (1 - target) * no`: the (l,) weights line up with the last axis by themselves. The "
        "mean comes last.",
    ),
    mistakes=(
        Mistake(
            "weight-as-weight",
            lambda z, t, c: (c * t + 1 - t).mul(_labels(total=lambda e, t, c: e)(z, t, c)).mean(),
            "The weight is multiplied in twice.",
        ),
        Mistake(
            "logs-of-vanished",
            lambda z, t, c: -(c * t * z.sigmoid().log() + (1 - t) * (-z).sigmoid().log()).mean(),
            "Right for logits of ordinary size. At 900 a sigmoid is 0 and an exponential infinite, and so is the logarithm of either; cls-04 takes the two in one piece.",
        ),
        Mistake(
            "weight-on-both-capped",
            lambda z, t, c: F.binary_cross_entropy(z.sigmoid(), t, weight=c.expand_as(z)),
            "The weight multiplies both answers of a label, which makes the label matter more, and its yes no more than its no. And `F.binary_cross_entropy` caps large losses at 100.",
        ),
        Mistake(
            "per-label-weight-mean",
            lambda z, t, c: _labels()(z, t, c) / c.mean(),
            "You divide by the mean of the weights. Here they are part of the price, and nothing is divided by them.",
        ),
        Mistake(
            "softmax",
            lambda z, t, c: -(c * t * z.log_softmax(1)).sum(1).mean(),
            "Your softmax makes the labels of a row share one unit of probability, so that two of them cannot both be "
            "sure. And what does a no cost?",
        ),
        Mistake(
            "softmax-mean",
            lambda z, t, c: -(c * t * z.log_softmax(1)).mean(),
            "Your softmax makes the labels of a row share one unit of probability, so that two of them cannot both be "
            "sure. Each label is a question of its own.",
        ),
        Mistake(
            "softmax-both",
            lambda z, t, c: -(c * t * z.softmax(1).log() + (1 - t) * (1 - z.softmax(1)).log()).mean(),
            "Both prices are there, on probabilities that add up to one over the labels. Each label is a question of its "
            "own.",
        ),
        Mistake(
            "weight-ignored",
            _labels(cost=lambda c, t, y, n: t * y + (1 - t) * n),
            "Every answer counts alike in yours. Changing `pos_weight` does not change your loss.",
        ),
        Mistake(
            "weight-on-no",
            _labels(cost=lambda c, t, y, n: t * y + c * (1 - t) * n),
            "The weights sit on the noes. A missed *yes* is what they price.",
        ),
        Mistake(
            "weight-on-both",
            _labels(cost=lambda c, t, y, n: c * (t * y + (1 - t) * n)),
            "The weight multiplies both answers of a label, which makes the label matter more, and its yes no more than "
            "its no.",
        ),
        Mistake(
            "weight-inverse",
            _labels(cost=lambda c, t, y, n: t * y / c + (1 - t) * n),
            "You divide by the weight: a missed yes gets cheaper as its weight grows.",
        ),
        Mistake(
            "weight-on-logits",
            lambda z, t, c: F.binary_cross_entropy_with_logits(c * z, t),
            "You multiply the logits, which changes how sure the model is. The weight is a price: it multiplies a loss.",
        ),
        Mistake(
            "weight-averaged",
            _labels(cost=lambda c, t, y, n: c.mean() * t * y + (1 - t) * n),
            "Every label has the mean of the weights in yours. Each label has a weight of its own.",
        ),
        Mistake(
            "first-weight",
            _labels(cost=lambda c, t, y, n: c[0] * t * y + (1 - t) * n),
            "Every label has the first label's weight in yours. Each label has a weight of its own.",
        ),
        Mistake(
            "divided-by-weights",
            _labels(total=lambda e, t, c: e.sum() / (c * t + 1 - t).sum()),
            "You divide by the sum of the weights. Here they are part of the price; the mean is over the n · l entries.",
        ),
        Mistake(
            "divided-by-yeses",
            _labels(total=lambda e, t, c: e.sum() / t.sum().clamp(min=1)),
            "You divide by the number of yeses. The mean is over all n · l entries.",
        ),
        Mistake(
            "sum-over-labels",
            _labels(total=lambda e, t, c: e.sum(1).mean()),
            "Each entry is right. You add up over the labels, so that more labels mean more loss; the mean is over all "
            "n · l entries.",
        ),
        Mistake(
            "mean-over-labels-only",
            _labels(total=lambda e, t, c: e.mean(1).sum()),
            "Each entry is right. You add up over the rows, so that twice the data would double your loss.",
        ),
        Mistake(
            "sum",
            _labels(total=lambda e, t, c: e.sum()),
            "Each entry is right. The mean over all n · l of them was asked, not their sum.",
        ),
        Mistake(
            "per-label",
            _labels(total=lambda e, t, c: e.mean(0)),
            "You returned one loss per label. One number was asked: the mean over everything.",
        ),
        Mistake(
            "per-row",
            _labels(total=lambda e, t, c: e.mean(1)),
            "You returned one loss per row. One number was asked: the mean over everything.",
        ),
        Mistake(
            "not-reduced",
            _labels(total=lambda e, t, c: e),
            "Each entry is right. One number was asked: the mean over all of them.",
        ),
        Mistake(
            "worst-label",
            _labels(total=lambda e, t, c: e.max(1).values.mean()),
            "You keep the worst label of each row. The mean is over all n · l entries.",
        ),
        Mistake(
            "no-forgotten",
            _labels(cost=lambda c, t, y, n: c * t * y),
            "Right for a yes. A no costs nothing in yours, so a model that says yes to everything is perfect.",
        ),
        Mistake(
            "yes-forgotten",
            _labels(cost=lambda c, t, y, n: (1 - t) * n),
            "Right for a no. A yes costs nothing in yours, and the weights have no effect.",
        ),
        Mistake(
            "sides-swapped",
            lambda z, t, c: _labels()(-z, t, c),
            "A yes pays the price of a no and the other way round: a large positive logit should be cheap when the "
            "target is 1.",
        ),
        Mistake(
            "sign",
            lambda z, t, c: -_labels()(z, t, c),
            "Yours is never positive. A surprise is never negative.",
        ),
        Mistake(
            "plus-between",
            _labels(cost=lambda c, t, y, n: c * t * y - (1 - t) * n),
            "One sign is turned round: a no is rewarded.",
        ),
        Mistake(
            "rounded",
            lambda z, t, c: -(c * t * z.sigmoid().log() + (1 - t) * (1 - z.sigmoid()).log()).mean(),
            "Right while no probability rounds to 0 or 1. cls-04 has a way that needs no logarithm of a probability.",
        ),
        Mistake(
            "capped-at-100",
            _labels(yes=lambda z: F.softplus(-z).clamp(max=100), no=lambda z: F.softplus(z).clamp(max=100)),
            "Right while no probability rounds to 0. `F.binary_cross_entropy` caps logarithms at −100; cls-04 has a way that "
            "needs no cap.",
        ),
        Mistake(
            "sigmoid-twice",
            lambda z, t, c: _labels()(z.sigmoid(), t, c),
            "You apply the sigmoid twice: to the logits, and then to the probabilities that came out.",
        ),
        Mistake(
            "bits",
            lambda z, t, c: _labels()(z, t, c) / log(2),
            "Yours is in bits. The natural logarithm was asked, so the unit is the nat.",
        ),
        *(
            Mistake(
                f"plus-epsilon-{e:g}",
                lambda z, t, c, e=e: (
                    -(c * t * (z.sigmoid() + e).log() + (1 - t) * (1 - z.sigmoid() + e).log()).mean()
                ),
                CAPPED,
            )
            for e in (*ADDED, 1e-8, 1e-9, 1e-10, 1e-12)
        ),
        *(
            Mistake(
                f"cut-at-{e:g}",
                lambda z, t, c, e=e: _labels(
                    yes=lambda z: -z.sigmoid().clamp(e, 1 - e).log(),
                    no=lambda z: -(1 - z.sigmoid().clamp(e, 1 - e)).log(),
                )(z, t, c),
                CAPPED,
            )
            for e in CUTS
        ),
        Mistake(
            "softmax-both-capped",
            lambda z, t, c: F.binary_cross_entropy(z.softmax(1), t, weight=c * t + 1 - t),
            "Both prices are there, on probabilities that add up to one over the labels. Each label is a question of its own.",
        ),
        Mistake(
            "weights-normalised",
            _labels(cost=lambda c, t, y, n: c / c.sum() * t * y + (1 - t) * n),
            "You scale the weights to add up to 1. They are prices, and enter as they are.",
        ),
        Mistake(
            "one-plus-weight",
            _labels(cost=lambda c, t, y, n: (1 + c) * t * y + (1 - t) * n),
            "You add the weight to the price of 1 that a yes had. It is `pos_weight` times −log p, and nothing besides.",
        ),
        Mistake(
            "divided-by-label-weights",
            _labels(total=lambda e, t, c: e.sum() / c.sum()),
            "You divide by the sum of the weights. Here they are part of the price; the mean is over the n · l entries.",
        ),
        Mistake(
            "weighted-then-capped",
            lambda z, t, c: F.binary_cross_entropy(z.sigmoid(), t, weight=c * t + 1 - t),
            "Right while no probability rounds to 0. `F.binary_cross_entropy` caps logarithms at −100; cls-04 has a way that needs no cap.",
        ),
    ),
    variants=(
        lambda z, t, c: F.binary_cross_entropy_with_logits(z, t, pos_weight=c),
        lambda z, t, c: torch.where(t == 1, c * F.softplus(-z), F.softplus(z)).mean(),
        lambda z, t, c: ((1 + (c - 1) * t) * (F.softplus(z) - t * z)).mean(),
        lambda z, t, c: (
            sum(
                F.binary_cross_entropy_with_logits(z[:, j], t[:, j], pos_weight=c[j])
                for j in range(z.shape[1])
            )
            / z.shape[1]
        ),
        lambda z, t, c: _labels()(z.float(), t.float(), c.float()),
        _label_loop,
    ),
)
