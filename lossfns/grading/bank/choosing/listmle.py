"""Whole lists, the order drawn: ListMLE. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-04 · ListMLE -------------------------------------------------------------------------------------------------


def listmle_loss(scores, relevance):
    order = relevance.argsort(descending=True, stable=True)
    ranked = scores[order]
    remaining = ranked.flip(0).logcumsumexp(0).flip(0)
    return (remaining - ranked).sum()


def ordered_lists(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists of several lengths in no order, with ties; then scores in the hundreds, alike and far apart."""
    for grades in (
        [0, 2],
        [0, 3, 1],
        [1, 4, 0, 2],
        [0, 2, 2, 1, 0],
        [2, 0, 4, 1, 3, 5],
        [3, 0, 1, 0, 0, 5, 1],
    ):
        m = len(grades)
        yield Probe((rng.normal(0, 1.3, m).round(2) + 0.01 * np.arange(m), np.array(grades, dtype=float)))
    scores = rng.normal(0, 1.3, 4).round(2)
    for grades in ([1, 0, 3, 2], [2, 1, 9, 4]):  # one order, written in two ways
        yield Probe((scores, np.array(grades, dtype=float)))
    yield Probe((np.array([0.4, 1.5, -0.9, 1.1]), np.array([1.0, 2.0, 1.0, 1.0])))
    yield Probe((np.array([0.75]), np.array([2.0])))
    yield Probe((np.array([900.0, 905.0, 888.0]), np.array([1.0, 3.0, 2.0])))
    yield Probe((np.array([-700.0, 900.0, -712.0, 100.0]), np.array([0.0, 3.0, 1.0, 2.0])))
    yield Probe(
        (np.array([400.0, 0.5, 0.0]), np.array([0.0, 2.0, 1.0]))
    )  # two draws of e^-400: one is no 0, both are
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


def _tails(s):
    return [s[i:] for i in range(len(s))]


def _listmle_draw_by_draw(scores, relevance):
    order = torch.argsort(relevance, descending=True, stable=True)
    ranked = scores[order]
    loss = 0.0
    for i in range(len(ranked)):
        loss += torch.logsumexp(ranked[i:], dim=0) - ranked[i]
    return loss


def _listmle_from_the_last(scores, relevance):
    ranked = scores[torch.argsort(-relevance, stable=True)]
    left, loss = ranked[-1], 0.0
    for i in range(len(ranked) - 2, -1, -1):
        left = torch.logaddexp(left, ranked[i])
        loss += left - ranked[i]
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
    ordinal="relevance",
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
            "largest-for-sum",
            _listmle(remaining=lambda s: s.flip(0).cummax(0).values.flip(0)),
            "You subtract from the largest score that remains. That is near the logarithm of the sum, and not it: the others have a chance, too.",
        ),
        Mistake(
            "maximum-not-put-back",
            _listmle(remaining=lambda s: (s - s.max()).exp().flip(0).cumsum(0).flip(0).log()),
            "You take the maximum out of the sums, and not out of the scores that are drawn. What is taken out of one side has to be put back, or taken out of the other.",
        ),
        Mistake(
            "complement",
            _listmle(end=lambda left, s: 1 - (s - left).sum().exp()),
            "You return the probability that the order is *not* drawn. The price is minus a logarithm.",
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
            "overflow-of-the-fraction",
            lambda s, r: -sum(torch.log(q[0] / q.sum()) for q in _tails(s[_by_grade(r)].exp())),
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
            "bits",
            _listmle(end=lambda left, s: (left - s).sum() / log(2)),
            "Yours is in bits; the natural logarithm was asked.",
        ),
        Mistake(
            "product-first",
            lambda s, r: -torch.log(torch.exp(s[_by_grade(r)] - _from_the_end(s[_by_grade(r)])).prod()),
            "Right while the scores are small. A product of tiny probabilities rounds to 0 before you take its logarithm. How else can one have the logarithm of a product?",
        ),
        Mistake(
            "log-of-softmax",
            lambda s, r: -sum(torch.log(s[_by_grade(r)][i:].softmax(0)[0]) for i in range(len(s))),
            "Right while the scores are small. A draw's probability of e^−800 rounds to 0 before you take its logarithm. Take both in one go.",
        ),
        Mistake(
            "one-softmax",
            lambda s, r: -sum(torch.log(q[0] / q.sum()) for q in _tails(s[_by_grade(r)].softmax(0))),
            "Right while the scores are near each other. You take one softmax of the whole list; far below its largest score the shares "
            "are 0, and 0 over what is left of them is no number.",
        ),
        Mistake(
            "ties-left-out",
            lambda s, r: sum(
                s[(r < r[i]) | (torch.arange(len(s)) == i)].logsumexp(0) - s[i] for i in range(len(s))
            ),
            "Right where all grades differ. Your item competes with those of lower grade only; items of its own grade that are still "
            "there are among those it is drawn from.",
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
            "weighted-by-gain",
            lambda s, r: (
                (2 ** r[_by_grade(r)] - 1) * (_from_the_end(s[_by_grade(r)]) - s[_by_grade(r)])
            ).sum(),
            "Each draw is right. You weigh the draws with the gains of their items; only the order counts.",
        ),
        Mistake(
            "listnet",
            lambda s, r: -(r.softmax(0) * s.log_softmax(0)).sum(),
            "You wrote ListNet: one draw, by the grades' softmax. Here the whole order is drawn.",
        ),
    ),
    variants=(
        _listmle_draw_by_draw,
        _listmle_from_the_last,
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
