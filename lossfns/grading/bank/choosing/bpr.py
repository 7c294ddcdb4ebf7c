"""Pairs: BPR. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-01 · BPR -----------------------------------------------------------------------------------------------------


def bpr_loss(positive, negative):
    return torch.nn.functional.softplus(negative - positive).mean()


def two_scores(rng: np.random.Generator) -> Iterator[Probe]:
    """Pairs that are right, wrong and mixed, alone and in batches; then some that are hundreds apart."""
    for n in (1, 2, 5, 8):
        yield Probe((rng.normal(0.5, 1.5, n).round(2), rng.normal(0, 1.5, n).round(2)))
    yield Probe((np.array([3.1, 2.4, 4.0]), np.array([0.2, -1.0, 0.7])))  # all right
    yield Probe((np.array([-2.0, 0.1]), np.array([1.5, 2.2])))  # all wrong
    yield Probe((np.array([-30.0, 1.0]), np.array([10.0, 0.5])))
    yield Probe((np.array([900.0, 3.0]), np.array([-800.0, 2.0])))
    yield Probe((np.array([-700.0, 900.0, 0.5]), np.array([1000.0, 880.0, 0.0])))


def _bpr(cost=lambda d: F.softplus(-d), gap=lambda p, n: p - n, end=torch.Tensor.mean):
    """A BPR with one of its parts replaced."""
    return lambda p, n: end(cost(gap(p, n)))


def _bpr_loop(positive, negative):
    total = 0.0
    for i in range(len(positive)):
        total += F.softplus(negative[i] - positive[i])
    return total / len(positive)


def _bpr_by_logarithm(positive, negative):
    difference = positive - negative
    cost = -F.logsigmoid(difference)
    return cost.sum() / len(cost)


def _bpr_as_classes(positive, negative):
    logits = torch.stack([positive, negative], dim=1)
    return -logits.log_softmax(dim=1)[:, 0].mean()


REGIMES = (
    Regime(
        "hundreds apart",
        lambda p, n: bool((abs(p - n) > 300).any()),
        "two scores are hundreds apart",
        "the scores are near each other",
    ),
    Regime(
        "far apart",
        lambda p, n: bool((abs(p - n) > 15).any()),
        "two scores are far apart",
        "the scores are near each other",
    ),
    Regime(
        "wrong way round",
        lambda p, n: bool((p < n).all()),
        "every pair is the wrong way round",
        "some pair is right",
    ),
)

BPR = Exercise(
    id="pick-01",
    name="bpr_loss",
    title="BPR",
    points=2,
    minutes=5,
    difficulty=1,
    reference=bpr_loss,
    probes=two_scores,
    regimes=REGIMES,
    gives="one number, the mean over the pairs,",
    hints=(
        "How sure is the model that the chosen item belongs above the other? Only the difference of the two scores can say.",
        "The probability is σ(positive − negative); you pay minus its logarithm, for each pair. How can that be "
        "computed when the difference is −1700?",
        "−log σ(d) is log(1 + exp(−d)), which torch calls `softplus` of −d and `logsigmoid` of d with a minus. Then the mean.",
    ),
    mistakes=(
        Mistake(
            "swapped",
            _bpr(gap=lambda p, n: n - p),
            "Your loss falls when the item that was *not* chosen rises. Which of the two should be above?",
        ),
        Mistake(
            "line-from-zero",
            _bpr(cost=lambda d: torch.where(d < 0, -d, torch.log1p(torch.exp(-d)))),
            "Right where the chosen item is above. Where it is below, you charge the straight line −d. Far out that is near enough; how "
            "much is missing at d = −1?",
        ),
        Mistake(
            "log-of-the-mean",
            lambda p, n: -torch.log(torch.sigmoid(p - n).mean()),
            "Right for a single pair. You average the probabilities and take one logarithm; each pair has a price of its own.",
        ),
        Mistake(
            "no-minus",
            _bpr(cost=F.logsigmoid),
            "Yours is never positive, and a price should be. The logarithm of a probability is negative.",
        ),
        Mistake(
            "no-log",
            _bpr(cost=lambda d: 1 - torch.sigmoid(d)),
            "You pay the probability of being wrong. The loss is minus the logarithm of the probability of being right: it has "
            "no upper end.",
        ),
        Mistake(
            "minus-probability",
            _bpr(cost=lambda d: -torch.sigmoid(d)),
            "You pay minus the probability itself; the logarithm is missing.",
        ),
        Mistake(
            "probability",
            _bpr(cost=torch.sigmoid),
            "You return the probability that the pair is right. What does one pay for it?",
        ),
        Mistake(
            "odds",
            _bpr(cost=lambda d: torch.exp(-d)),
            "You pay exp(−d): the 1 that the sigmoid has, and the logarithm, are missing.",
        ),
        Mistake(
            "hinge",
            _bpr(cost=lambda d: torch.relu(1 - d)),
            "You wrote the hinge loss on the difference. Its price ends at a margin; this one's never quite does.",
        ),
        Mistake(
            "plain-difference",
            _bpr(cost=lambda d: -d),
            "Yours falls without end while the gap grows. A pair that is right by a mile should cost nearly 0, and not less.",
        ),
        Mistake(
            "right-pairs-free",
            _bpr(cost=lambda d: torch.relu(-d)),
            "A pair that is right costs nothing in yours, and one that is level neither. At a difference of 0, how sure is the model?",
        ),
        Mistake(
            "squared",
            _bpr(cost=lambda d: (1 - d) ** 2),
            "You ask that the difference be 1. Then a pair that is right by 10 is punished for it.",
        ),
        Mistake(
            "absolute-gap",
            _bpr(gap=lambda p, n: (p - n).abs()),
            "Right while every pair is the right way round. Yours cannot tell 2 too high from 2 too low.",
        ),
        Mistake(
            "each-alone",
            lambda p, n: (F.softplus(-p) + F.softplus(n)).mean(),
            "You ask that the chosen one be above 0 and the other below. Only their difference is asked for: add 100 to both.",
        ),
        Mistake(
            "logs-subtracted",
            lambda p, n: (F.logsigmoid(n) - F.logsigmoid(p)).mean(),
            "You subtract the two logarithms. The sigmoid belongs round the difference of the scores: add 100 to both and see.",
        ),
        Mistake(
            "sigmoids-subtracted",
            lambda p, n: F.softplus(torch.sigmoid(n) - torch.sigmoid(p)).mean(),
            "You put a sigmoid round each score first and compare those. The scores themselves are compared.",
        ),
        Mistake(
            "chosen-only",
            lambda p, n: F.softplus(-p).mean(),
            "The item that was not chosen takes no part in yours.",
        ),
        Mistake(
            "mean-first",
            lambda p, n: F.softplus((n - p).mean()),
            "Right for a single pair. You average the differences and pay once; each pair pays for itself.",
        ),
        Mistake(
            "all-pairs",
            lambda p, n: F.softplus(n - p[:, None]).mean(),
            "Right for a single pair. You compare every chosen item with every other one; row i belongs to row i.",
        ),
        Mistake(
            "sum",
            _bpr(end=torch.Tensor.sum),
            "Each pair is right. Twice the data would double your loss: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _bpr(end=lambda e: e),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "overflow",
            _bpr(cost=lambda d: torch.log(1 + torch.exp(-d))),
            "Right while the scores are near each other. Hundreds apart, yours is infinite: what is exp(1000), or σ(−1000), "
            "in a computer?",
        ),
        Mistake(
            "overflow-ratio",
            lambda p, n: -torch.log(p.exp() / (p.exp() + n.exp())).mean(),
            "Right while the scores are near each other. exp(900) is infinite in a computer, and infinity over infinity is no "
            "number. Is exp of a score by itself needed at all?",
        ),
        *(
            Mistake(
                f"epsilon-{digits}",
                _bpr(cost=lambda d, e=10.0**-digits: -torch.log(torch.sigmoid(d) + e)),
                "Right while the scores are near each other. The least that your logarithm can meet, a tiny number added or a "
                "clamp, puts a lid on the price: a pair that is 1700 the wrong way round should cost 1700.",
            )
            for digits in (7, 8, 9, 10, 12, 15, 16)
        ),
        Mistake(
            "wrong-pairs-only",
            lambda p, n: F.softplus(n - p)[p < n].mean() if (p < n).any() else torch.tensor(0.0),
            "You leave the pairs out that are the right way round. They cost less, and they count: the mean is over all.",
        ),
        Mistake(
            "wrong-pairs-counted",
            _bpr(cost=lambda d: (d < 0).double()),
            "You count the pairs that are the wrong way round. That is a measure, and a flat one: a price has to feel how wrong a pair is.",
        ),
        Mistake(
            "bits",
            _bpr(cost=lambda d: F.softplus(-d) / log(2)),
            "Yours is in bits. The natural logarithm was asked: a pair that is level costs log 2 = 0.693.",
        ),
        Mistake(
            "two-labels",
            _bpr(cost=lambda d: F.softplus(-d) + F.softplus(d)),
            "You pay for both ways round at once, so a pair that is right by a mile costs as much as one that is wrong by a mile.",
        ),
    ),
    variants=(
        _bpr_loop,
        _bpr_by_logarithm,
        _bpr_as_classes,
        lambda p, n: F.binary_cross_entropy_with_logits(p - n, torch.ones_like(p)),
        lambda p, n: np.logaddexp(0, np.asarray(n - p)).mean(),
        lambda p, n: F.softplus(n.float() - p.float()).mean(),
        lambda p, n: (
            sum(
                max(b - a, 0) + np.log1p(np.exp(-abs(b - a)))
                for a, b in zip(p.tolist(), n.tolist(), strict=True)
            )
            / len(p)
        ),
    ),
)
