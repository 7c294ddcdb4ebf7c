"""Whole lists, one draw: ListNet. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-03 · ListNet -------------------------------------------------------------------------------------------------


def listnet_loss(scores, relevance):
    return (relevance.softmax(0) * -scores.log_softmax(0)).sum()


def soft_lists(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists of several lengths in no order, grades with zeros and ties, halves among them; then scores in the hundreds."""
    for grades in ([2, 0], [0, 1.5, 1], [1, 0, 0, 3], [0, 2, 2, 1, 0.5], [3, 0, 1, 0, 0, 2, 1]):
        m = len(grades)
        yield Probe((rng.normal(0, 1.3, m).round(2) + 0.01 * np.arange(m), np.array(grades, dtype=float)))
    yield Probe((np.array([0.75]), np.array([2.0])))
    yield Probe((np.array([900.0, -300.0, 850.0]), np.array([0.0, 1.0, 2.0])))
    yield Probe((np.array([-900.0, 100.0, -850.0, 40.0]), np.array([2.0, 1.0, 0.0, 0.0])))
    yield Probe((np.array([1400.0, -600.0, -300.0, 30.0]), np.array([1.0, 0.0, 2.0, 1.0])))


def _listnet(
    target=lambda r: r.softmax(0), guess=lambda s: s.log_softmax(0), end=lambda t, g: -(t * g).sum()
):
    """A ListNet with one of its parts replaced: the shares from the grades, the logarithms from the scores, the end."""
    return lambda s, r: end(target(r), guess(s))


def _whole_order(s, r):
    s = s[r.argsort(descending=True, stable=True)]
    return (s.flip(0).logcumsumexp(0).flip(0) - s).sum()


def _listnet_in_steps(scores, relevance):
    p = torch.softmax(relevance, dim=0)
    log_q = torch.log_softmax(scores, dim=0)
    return -torch.sum(p * log_q)


def _listnet_loop(scores, relevance):
    p, log_q = F.softmax(relevance, dim=0), F.log_softmax(scores, dim=0)
    total = 0.0
    for i in range(len(scores)):
        total -= p[i] * log_q[i]
    return total


def _listnet_by_logsumexp(scores, relevance):
    shares = relevance.exp() / relevance.exp().sum()
    return scores.logsumexp(0) - (shares * scores).sum()


FAR = Regime(
    "hundreds apart",
    lambda s, r: bool(np.ptp(np.asarray(s)) > 300),
    "scores are hundreds apart",
    "the scores are near each other",
)
ALONE = Regime("one item", lambda s, r: len(s) == 1, "the list has one item", "the list has several items")

LISTNET = Exercise(
    id="pick-03",
    name="listnet_loss",
    title="ListNet",
    points=2,
    minutes=8,
    difficulty=2,
    reference=listnet_loss,
    probes=soft_lists,
    regimes=(FAR, ALONE),
    gives="one number for the list",
    hints=(
        "Two ways to draw one item: by its grade, and by its score. How surprised is the second by the first?",
        "Both become probabilities by softmax over the items. Then it is the cross entropy between them.",
        "`-(relevance.softmax(0) * scores.log_softmax(0)).sum()`, with the logarithm of the softmax taken in one go.",
    ),
    mistakes=(
        Mistake(
            "raw-grades",
            _listnet(target=lambda r: r),
            "Your log q is right. In the place of p stand the grades as they are. What makes probabilities of them?",
        ),
        Mistake(
            "normalised-grades",
            _listnet(target=lambda r: r / r.sum()),
            "The scores' side is right. You divide the grades by their sum; a grade of 0 then has no chance at all. How does one "
            "get probabilities from scores?",
        ),
        Mistake(
            "gains",
            _listnet(target=lambda r: (2**r - 1) / (2**r - 1).sum()),
            "The scores' side is right. You weigh with NDCG's gains; here the grades go through a softmax.",
        ),
        Mistake(
            "gains-in-the-softmax",
            _listnet(target=lambda r: (2**r - 1).softmax(0)),
            "The scores' side is right. You put NDCG's gains into the softmax; the grades themselves go in.",
        ),
        Mistake(
            "base-two",
            _listnet(target=lambda r: 2**r / (2**r).sum()),
            "The scores' side is right. In yours one grade more makes an item twice as likely; softmax makes it e times as likely.",
        ),
        Mistake(
            "best-only",
            _listnet(target=lambda r: F.one_hot(r.argmax(), len(r)).to(r.dtype)),
            "You draw the most relevant item for certain. By softmax the others have their chances, too.",
        ),
        Mistake(
            "best-shared",
            _listnet(target=lambda r: (r == r.max()).to(r.dtype) / (r == r.max()).sum()),
            "You let the most relevant items share everything. By softmax the others have their chances, too.",
        ),
        Mistake(
            "turned-round",
            _listnet(target=lambda r: (-r).softmax(0)),
            "The scores' side is right. In yours the *least* relevant item has the largest share.",
        ),
        Mistake(
            "over-the-largest",
            _listnet(target=lambda r: r / r.max()),
            "The scores' side is right. You divide the grades by the largest; the shares that a draw by grades gives add up to 1.",
        ),
        Mistake(
            "grades-by-sigmoid",
            _listnet(target=torch.sigmoid),
            "The scores' side is right. You put each grade by itself through a sigmoid; the items compete, and their shares add up to 1.",
        ),
        Mistake(
            "scores-in-order",
            lambda s, r: listnet_loss(s[r.argsort(descending=True, stable=True)], r),
            "You put the scores in the order of the grades, and leave the grades as they came: an item's score meets another item's grade.",
        ),
        Mistake(
            "overlap",
            lambda s, r: -torch.log((r.softmax(0) * s.softmax(0)).sum()),
            "You take the logarithm of the chance that both draws agree. In a cross entropy each item has a logarithm of its own.",
        ),
        Mistake(
            "divergence-turned-round",
            lambda s, r: (s.softmax(0) * (s.log_softmax(0) - r.log_softmax(0))).sum(),
            "That is the divergence, with the two draws exchanged. The cross entropy was asked; and which draw says what happens?",
        ),
        Mistake(
            "uniform",
            _listnet(target=lambda r: torch.ones_like(r) / len(r)),
            "The grades have no effect in yours: every item has the same share.",
        ),
        Mistake(
            "swapped",
            _listnet(target=lambda r: r.log_softmax(0), guess=lambda s: s.softmax(0)),
            "p and q have changed places: you weigh the logarithms of the grades' softmax with the scores' softmax. Whose logarithm was asked?",
        ),
        Mistake(
            "logs-on-both-sides",
            _listnet(target=lambda r: r.log_softmax(0)),
            "You multiply two logarithms. On the grades' side stand the shares themselves.",
        ),
        Mistake(
            "grades-not-shares",
            _listnet(target=torch.exp),
            "The scores' side is right. You weigh with exp of the grades; the shares add up to 1.",
        ),
        Mistake(
            "scores-only",
            lambda s, r: -(s.softmax(0) * s.log_softmax(0)).sum(),
            "The grades have no effect in yours: both sides are made from the scores.",
        ),
        Mistake(
            "each-alone-sum",
            lambda s, r: F.binary_cross_entropy(s.softmax(0), r.softmax(0), reduction="sum"),
            "Both draws are right. Yours pays for each item that is *not* drawn as well, as a yes or no; one item is drawn from all.",
        ),
        Mistake(
            "divergence",
            lambda s, r: (r.softmax(0) * (r.log_softmax(0) - s.log_softmax(0))).sum(),
            "You subtract what the grades' draw costs by itself: that is the divergence, which has the same slopes. The cross "
            "entropy was asked.",
        ),
        Mistake(
            "no-minus",
            _listnet(end=lambda t, g: (t * g).sum()),
            "Yours is never positive, and a price should be. Logarithms of probabilities are negative.",
        ),
        Mistake(
            "mean",
            _listnet(end=lambda t, g: -(t * g).mean()),
            "Both sides are right. Within the list it is a sum: the shares add up to 1 already.",
        ),
        Mistake(
            "not-reduced",
            _listnet(end=lambda t, g: -(t * g)),
            "Both sides are right. One number for the list was asked: add up over the items.",
        ),
        Mistake(
            "no-log",
            _listnet(guess=lambda s: s.softmax(0)),
            "You multiply the two probabilities of each item. The scores' side is a logarithm.",
        ),
        Mistake(
            "no-softmax",
            _listnet(guess=lambda s: s),
            "The scores enter as they are. Raise all by 100, and yours falls by 100: what makes logarithms of probabilities of them?",
        ),
        Mistake(
            "softmax-twice",
            _listnet(guess=lambda s: s.softmax(0).log_softmax(0)),
            "The scores go through a softmax twice, which squeezes them into 0 to 1. Is there one inside a function that you call?",
        ),
        Mistake(
            "grades-softmax-twice",
            _listnet(target=lambda r: r.softmax(0).softmax(0)),
            "The scores' side is right. The grades go through a softmax twice, which makes them nearly equal.",
        ),
        Mistake(
            "sigmoids",
            _listnet(guess=F.logsigmoid),
            "You ask each item by itself with a sigmoid. Here the items compete: one is drawn from all of them.",
        ),
        Mistake(
            "squared",
            lambda s, r: ((s.softmax(0) - r.softmax(0)) ** 2).sum(),
            "Both draws are right. You pay their squared difference; the cross entropy was asked.",
        ),
        Mistake(
            "squared-mean",
            lambda s, r: ((s.softmax(0) - r.softmax(0)) ** 2).mean(),
            "Both draws are right. You pay their squared difference; the cross entropy was asked.",
        ),
        Mistake(
            "divergence-mean",
            lambda s, r: (r.softmax(0) * (r.log_softmax(0) - s.log_softmax(0))).mean(),
            "That is the divergence, and its mean over the items. The cross entropy was asked, a sum.",
        ),
        Mistake(
            "each-alone",
            lambda s, r: F.binary_cross_entropy_with_logits(s, r.softmax(0)),
            "The grades' side is right. You ask each item by itself, yes or no; here the items compete, and one is drawn from all.",
        ),
        Mistake(
            "overflow",
            _listnet(guess=lambda s: torch.log(s.exp() / s.exp().sum())),
            "Right while the scores are near each other. Hundreds apart, yours is no number: what is exp(900) in a computer?",
        ),
        Mistake(
            "overflow-of-the-sum",
            _listnet(guess=lambda s: s - torch.log(s.exp().sum())),
            "Right while the scores are near each other. Hundreds apart, yours is infinite: what is exp(900) in a computer?",
        ),
        Mistake(
            "one-mean",
            _listnet(guess=lambda s: (s - s.mean()) - torch.log((s - s.mean()).exp().sum())),
            "Right while the scores are near each other. You take out the mean, and the largest score may still be a thousand above it.",
        ),
        Mistake(
            "log-of-softmax",
            _listnet(guess=lambda s: torch.log(s.softmax(0))),
            "Right while the scores are near each other. Hundreds apart, a softmax rounds to 0, and its logarithm is lost. Take both "
            "in one go.",
        ),
        *(
            Mistake(
                f"epsilon-{digits}",
                _listnet(guess=lambda s, e=10.0**-digits: torch.log(s.softmax(0) + e)),
                "Right while the scores are near each other. The least that your logarithm can meet, a tiny number added or a "
                "clamp, puts a lid on the price.",
            )
            for digits in (7, 8, 9, 10, 12, 15, 16)
        ),
        Mistake(
            "sorted-apart",
            lambda s, r: listnet_loss(s.sort().values, r.sort().values),
            "You sort the two lists each by itself, so that an item's score meets another item's grade.",
        ),
        Mistake(
            "listmle",
            _whole_order,
            "You draw the whole order, which is ListMLE. Here one item is drawn, by its grade and by its score.",
        ),
        Mistake(
            "divergence-without-log",
            lambda s, r: F.kl_div(s.softmax(0), r.softmax(0), reduction="sum"),
            "`kl_div` wants the logarithms of its first argument, and it is the divergence: the cross entropy was asked.",
        ),
        Mistake(
            "bits",
            _listnet(end=lambda t, g: -(t * g).sum() / log(2)),
            "Yours is in bits; the natural logarithm was asked.",
        ),
    ),
    variants=(
        _listnet_in_steps,
        _listnet_loop,
        _listnet_by_logsumexp,
        lambda s, r: F.cross_entropy(s[None], r.softmax(0)[None]),
        lambda s, r: (
            -sum(p * q for p, q in zip(r.softmax(0).tolist(), s.log_softmax(0).tolist(), strict=True))
        ),
        lambda s, r: listnet_loss(s.float(), r.float()),
        lambda s, r: -r.softmax(0) @ s.log_softmax(0),
        lambda s, r: (
            -(
                (np.exp(r.numpy()) / np.exp(r.numpy()).sum())
                * ((s.numpy() - s.numpy().max()) - np.log(np.exp(s.numpy() - s.numpy().max()).sum()))
            ).sum()
        ),
        lambda s, r: (
            F.kl_div(s.log_softmax(0), r.softmax(0), reduction="sum")
            - (r.softmax(0) * r.log_softmax(0)).sum()
        ),
    ),
)
