"""Whole lists: ListNet and ListMLE. Each function below a heading is the solution that a learner may ask for."""

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
    yield Probe((np.array([0.7]), np.array([2.0])))
    yield Probe((np.array([900.0, -300.0, 850.0]), np.array([0.0, 1.0, 2.0])))
    yield Probe((np.array([-900.0, 100.0, -850.0, 40.0]), np.array([2.0, 1.0, 0.0, 0.0])))
    yield Probe((np.array([1400.0, -600.0, -300.0, 30.0]), np.array([1.0, 0.0, 2.0, 1.0])))


def _listnet(
    target=lambda r: r.softmax(0), guess=lambda s: s.log_softmax(0), end=lambda t, g: -(t * g).sum()
):
    """A ListNet with one of its parts replaced: the shares from the grades, the logarithms from the scores, the end."""
    return lambda s, r: end(target(r), guess(s))


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
            "The scores' side is right. You weigh with the grades as they are; the shares that a draw by grades gives add up to 1.",
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
            "uniform",
            _listnet(target=lambda r: torch.ones_like(r) / len(r)),
            "The grades have no effect in yours: every item has the same share.",
        ),
        Mistake(
            "swapped",
            _listnet(target=lambda r: r.log_softmax(0), guess=lambda s: s.softmax(0)),
            "The two have changed places: the grades' draw says what happens, the scores' draw pays for it.",
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
        Mistake(
            "epsilon",
            _listnet(guess=lambda s: torch.log(s.softmax(0) + 1e-10)),
            "Right while the scores are near each other. What you add inside the logarithm puts a lid on the price.",
        ),
        Mistake(
            "epsilon-12",
            _listnet(guess=lambda s: torch.log(s.softmax(0) + 1e-12)),
            "Right while the scores are near each other. What you add inside the logarithm puts a lid on the price.",
        ),
        Mistake(
            "epsilon-8",
            _listnet(guess=lambda s: torch.log(s.softmax(0) + 1e-8)),
            "Right while the scores are near each other. What you add inside the logarithm puts a lid on the price.",
        ),
        Mistake(
            "bits",
            _listnet(end=lambda t, g: -(t * g).sum() / log(2)),
            "Yours is in bits; the natural logarithm was asked.",
        ),
    ),
    variants=(
        lambda s, r: F.cross_entropy(s[None], r.softmax(0)[None]),
        lambda s, r: s.logsumexp(0) - (r.softmax(0) * s).sum(),
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


# pick-04 · ListMLE -------------------------------------------------------------------------------------------------


def listmle_loss(scores, relevance):
    order = relevance.argsort(descending=True, stable=True)
    ranked = scores[order]
    remaining = ranked.flip(0).logcumsumexp(0).flip(0)
    return (remaining - ranked).sum()


def ordered_lists(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists of several lengths in no order, with ties; then scores in the hundreds, alike and far apart."""
    for grades in ([0, 2], [0, 3, 1], [1, 4, 0, 2], [0, 2, 2, 1, 0], [3, 0, 1, 0, 0, 5, 1]):
        m = len(grades)
        yield Probe((rng.normal(0, 1.3, m).round(2) + 0.01 * np.arange(m), np.array(grades, dtype=float)))
    yield Probe((np.array([0.4, 1.5, -0.9, 1.1]), np.array([1.0, 2.0, 1.0, 1.0])))
    yield Probe((np.array([0.7]), np.array([2.0])))
    yield Probe((np.array([900.0, 905.0, 888.0]), np.array([1.0, 3.0, 2.0])))
    yield Probe((np.array([-700.0, 900.0, -712.0, 100.0]), np.array([0.0, 3.0, 1.0, 2.0])))
    yield Probe((np.array([-800.0, 300.0, 100.0, 900.0]), np.array([1.0, 0.0, 3.0, 2.0])))


def _by_grade(r):
    return r.argsort(descending=True, stable=True)


def _from_the_end(s):
    return s.flip(0).logcumsumexp(0).flip(0)


def _listmle(order=lambda s, r: _by_grade(r), remaining=_from_the_end, end=lambda left, s: (left - s).sum()):
    """A ListMLE with one of its parts replaced: the order, what each draw is made from, how the draws are put together."""

    def loss(s, r):
        s = s[order(s, r)]
        return end(remaining(s), s)

    return loss


def _listmle_loop(s, r):
    left = [float(s[i]) for i in sorted(range(len(s)), key=lambda i: -float(r[i]))]
    total = 0.0
    while left:
        total += float(torch.logsumexp(torch.tensor(left, dtype=torch.float64), 0)) - left[0]
        left.pop(0)
    return total


def _listmle_by_table(s, r):
    s = s[_by_grade(r)]
    table = s.expand(len(s), -1).masked_fill(torch.ones(len(s), len(s)).tril(-1) > 0, -torch.inf)
    return (table.logsumexp(1) - s).sum()


def _listmle_in_numpy(s, r):
    s = np.asarray(s)[np.argsort(-np.asarray(r), kind="stable")]
    return np.sum(np.logaddexp.accumulate(s[::-1])[::-1] - s)


def _after_this_one(s):
    later = _from_the_end(s)[1:]
    return torch.cat([later, s[-1:]])


LISTMLE = Exercise(
    id="pick-04",
    name="listmle_loss",
    title="ListMLE, stable",
    points=3,
    minutes=15,
    difficulty=3,
    reference=listmle_loss,
    probes=ordered_lists,
    regimes=(
        Regime(
            "hundreds",
            lambda s, r: bool((abs(np.asarray(s)) > 50).any()),
            "scores are in the hundreds",
            "the scores are small",
        ),
        Regime(
            "ties",
            lambda s, r: len(set(np.asarray(r).tolist())) < len(r),
            "two grades are equal",
            "all grades differ",
        ),
    ),
    gives="one number for the list",
    hints=(
        "Draw the items one after the other, best first. From which items is each draw made?",
        "Sort the scores by relevance, highest first. Draw i costs log Σ exp over the items from i to the end, minus the score of i.",
        "`ranked.flip(0).logcumsumexp(0).flip(0)` has all those logarithms at once, without an exp of a large number; "
        "minus `ranked`, and the sum.",
    ),
    mistakes=(
        Mistake(
            "worst-first",
            _listmle(order=lambda s, r: r.argsort(stable=True)),
            "Yours is the price of drawing the *least* relevant item first. Which order is the right one?",
        ),
        Mistake(
            "as-they-come",
            _listmle(order=lambda s, r: torch.arange(len(s))),
            "The relevance has no effect in yours: the items are drawn in the order in which they came.",
        ),
        Mistake(
            "by-score",
            _listmle(order=lambda s, r: s.argsort(descending=True)),
            "You sort by the scores, so the model is always told that it was right. The relevance says which order is right.",
        ),
        Mistake(
            "places-for-order",
            _listmle(order=lambda s, r: _by_grade(r).argsort()),
            "You index with each item's place where the list of items in order is needed (or sorted the order once more).",
        ),
        Mistake(
            "ties-turned-round",
            _listmle(order=lambda s, r: r.argsort(stable=True).flip(0)),
            "Right where all grades differ. Items of equal grade come out in reverse order: a list that is sorted and then "
            "flipped is no longer stable.",
        ),
        Mistake(
            "never-fewer",
            _listmle(remaining=lambda s: s.logsumexp(0).expand(len(s))),
            "The order is right. Every draw is made from the full list in yours; what has been drawn is gone.",
        ),
        Mistake(
            "from-the-front",
            _listmle(remaining=lambda s: s.logcumsumexp(0)),
            "The order is right. Your draw i is made from the items *up to* i, those that are gone; what remains is from i on.",
        ),
        Mistake(
            "without-itself",
            _listmle(remaining=_after_this_one),
            "The order is right. The item that is drawn is still among those it is drawn from.",
        ),
        Mistake(
            "first-draw-only",
            _listmle(end=lambda left, s: left[0] - s[0]),
            "The first draw is right, and it is the only one. After it, one item fewer is left to draw from.",
        ),
        Mistake(
            "first-draw-missing",
            _listmle(end=lambda left, s: (left - s)[1:].sum()),
            "The later draws are right. The first one, from the full list, is missing.",
        ),
        Mistake(
            "mean",
            _listmle(end=lambda left, s: (left - s).mean()),
            "Each draw is right. The logarithm of a product of probabilities is a sum; you take the mean.",
        ),
        Mistake(
            "not-reduced",
            _listmle(end=lambda left, s: left - s),
            "Each draw is right. One number for the list was asked: the draws add up.",
        ),
        Mistake(
            "no-minus",
            _listmle(end=lambda left, s: (s - left).sum()),
            "Yours is the logarithm of the probability; the loss is minus that.",
        ),
        Mistake(
            "probability",
            _listmle(end=lambda left, s: (s - left).sum().exp()),
            "You return the probability of the order. What does one pay for it?",
        ),
        Mistake(
            "minus-probability",
            _listmle(end=lambda left, s: -(s - left).sum().exp()),
            "You return minus the probability of the order; the logarithm is missing.",
        ),
        Mistake(
            "scores-not-subtracted",
            _listmle(end=lambda left, s: left.sum()),
            "What each draw is made from is right. The score of the item that is drawn is missing.",
        ),
        Mistake(
            "own-score-only-first",
            _listmle(end=lambda left, s: left.sum() - s[0]),
            "What each draw is made from is right. Only the first item's own score is subtracted.",
        ),
        Mistake(
            "plain-sums",
            _listmle(remaining=lambda s: s.flip(0).cumsum(0).flip(0)),
            "You add up the scores that remain. The probability of a draw has exp of each score below the line, and the logarithm of that sum.",
        ),
        Mistake(
            "overflow",
            _listmle(remaining=lambda s: s.exp().flip(0).cumsum(0).flip(0).log()),
            "Right while the scores are small. In the hundreds yours is no number: what is exp(900), or exp(−800), in a computer?",
        ),
        Mistake(
            "epsilon",
            _listmle(
                remaining=lambda s: ((s - s.max()).exp().flip(0).cumsum(0).flip(0) + 1e-10).log() + s.max()
            ),
            "Right while the scores are small. The lowest scores vanish beside the largest, and what you add inside the logarithm "
            "takes their place.",
        ),
        Mistake(
            "product-first",
            lambda s, r: -torch.log(torch.exp(s[_by_grade(r)] - _from_the_end(s[_by_grade(r)])).prod()),
            "Right while the scores are small. A product of tiny probabilities rounds to 0: add up their logarithms instead.",
        ),
        Mistake(
            "ties-by-score",
            _listmle(order=lambda s, r: torch.tensor(np.lexsort((-s.numpy(), -r.numpy())))),
            "Right where all grades differ. Among items of equal grade you draw the one with the highest score first; they stay as they came.",
        ),
        Mistake(
            "one-maximum",
            _listmle(remaining=lambda s: (s - s.max()).exp().flip(0).cumsum(0).flip(0).log() + s.max()),
            "Right while the scores are near each other. You take out the maximum of the whole list; near its end what remains may "
            "be hundreds below that, and its exp is 0.",
        ),
        Mistake(
            "swapped",
            lambda s, r: listmle_loss(r, s),
            "Relevance and scores have changed places: you sort by the scores and draw by the grades.",
        ),
        Mistake(
            "pairs",
            lambda s, r: F.softplus(s - s[:, None])[r[:, None] > r].sum(),
            "You add up the pairs of the list. A draw compares the item with *all* that remain at once.",
        ),
        Mistake(
            "weighted",
            lambda s, r: (r[_by_grade(r)] * (_from_the_end(s[_by_grade(r)]) - s[_by_grade(r)])).sum(),
            "Each draw is right. You weigh the draws with the grades; only the order counts.",
        ),
        Mistake(
            "listnet",
            lambda s, r: -(r.softmax(0) * s.log_softmax(0)).sum(),
            "You wrote ListNet: one draw, by the grades' softmax. Here the whole order is drawn.",
        ),
        Mistake(
            "worst-first-from-the-front",
            _listmle(
                order=lambda s, r: r.argsort(stable=True),
                remaining=lambda s: s.flip(0).exp().cumsum(0).log().flip(0),
            ),
            "You draw the least relevant item first, and in the hundreds your exp runs over: two things to mend, the order first.",
        ),
    ),
    variants=(
        _listmle_loop,
        _listmle_by_table,
        _listmle_in_numpy,
        lambda s, r: listmle_loss(s.float(), r.float()),
        lambda s, r: -sum(s[_by_grade(r)][i:].log_softmax(0)[0] for i in range(len(s))),
        _listmle(order=lambda s, r: (-r).argsort(stable=True), end=lambda left, s: left.sum() - s.sum()),
        _listmle(order=lambda s, r: torch.tensor(np.argsort(-r.numpy(), kind="stable"))),
        lambda s, r: _listmle(end=lambda left, s: (left - s)[:-1].sum())(s, r),
    ),
)
