"""NDCG, what a ranking is worth. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pick-05 · NDCG ----------------------------------------------------------------------------------------------------


def ndcg(scores, relevance, k):
    def dcg(order):
        gains = 2.0 ** relevance[order[:k]] - 1
        places = torch.arange(1, len(gains) + 1)
        return (gains / torch.log2(places + 1)).sum()

    best = dcg(relevance.argsort(descending=True))
    return dcg(scores.argsort(descending=True)) / best if best > 0 else best


def rankings(rng: np.random.Generator) -> Iterator[Probe]:
    """Lists in no order with cuts at 1, in the middle, at the end and beyond; the scores never tie. Then nothing relevant."""
    shuffled = (rng.permutation(grades) for grades in ([0, 0, 1, 3], [0, 1, 1, 2, 4], [0, 0, 1, 2, 2, 3]))
    for grades in ([2, 0, 1], [0, 3, 1, 2], [1, 0, 4, 2, 3], [3, 0, 2, 0, 0, 5, 1], *shuffled):
        m = len(grades)
        scores = rng.permutation(m) * 0.7 - 1.1 + rng.uniform(0, 0.3, m).round(2)
        for k in (1, 2, m - 1, m, m + 3):
            yield Probe((scores, np.array(grades, dtype=float), int(k)))
    yield Probe((np.array([0.1, 2.0, 1.0, -1.0, 0.5]), np.array([0.0, 1.0, 2.0, 3.0, 4.0]), 3))
    yield Probe((np.array([0.3, -1.0, 2.0]), np.zeros(3), 2))
    yield Probe((np.array([0.3]), np.array([2.0]), 1))


def _high_first(x):
    return x.argsort(descending=True, stable=True)


def _ndcg(
    gain=lambda r: 2.0**r - 1,
    discount=lambda places: torch.log2(places + 1),
    order=lambda s, r: _high_first(s),
    best_order=lambda s, r: _high_first(r),
    cut=lambda order, k: order[:k],
    best_cut=lambda order, k: order[:k],
    end=lambda own, best: own / best if best > 0 else torch.zeros(()),
):
    """An NDCG with one of its parts replaced."""

    def dcg(r, places_of):
        gains = gain(r[places_of])
        return (gains / discount(torch.arange(1, len(gains) + 1, dtype=torch.float64))).sum()

    def measure(s, r, k):
        return end(dcg(r, cut(order(s, r), k)), dcg(r, best_cut(best_order(s, r), k)))

    return measure


def _lowest_of(order, k):
    return order.flip(0)[:k].flip(0)


def _cut_before_sorting(s, r, k):
    return _ndcg()(s[:k], r[:k], k)


def _in_numpy(s, r, k):
    discounts = 1 / np.log(np.arange(2, len(s) + 2))
    discounts[k:] = 0
    gains = 2 ** np.asarray(r) - 1
    best = np.sort(gains)[::-1] @ discounts
    return gains[np.argsort(-np.asarray(s))] @ discounts / best if best else 0.0


def _by_loop(s, r, k):
    def dcg(items):
        return sum((2**grade - 1) / np.log2(place + 1) for place, (_, grade) in enumerate(items[:k], start=1))

    pairs = list(zip(s.tolist(), r.tolist(), strict=True))
    best = dcg(sorted(pairs, key=lambda pair: -pair[1]))
    return dcg(sorted(pairs, reverse=True)) / best if best else 0.0


def _in_steps(scores, relevance, k):
    k = min(k, len(scores))
    by_score = relevance[torch.argsort(scores, descending=True)][:k]
    by_grade = torch.sort(relevance, descending=True).values[:k]
    discount = torch.log2(torch.arange(2, k + 2))
    dcg = ((2**by_score - 1) / discount).sum()
    best = ((2**by_grade - 1) / discount).sum()
    if best == 0:
        return 0.0
    return dcg / best


def _place_by_place(scores, relevance, k):
    order, best_order = torch.argsort(-scores), torch.argsort(-relevance)
    dcg, best = 0.0, 0.0
    for i in range(min(k, len(scores))):
        dcg += (2 ** relevance[order[i]] - 1) / np.log2(i + 2)
        best += (2 ** relevance[best_order[i]] - 1) / np.log2(i + 2)
    return dcg / best if best > 0 else 0.0


def _by_places(s, r, k):
    def dcg(x):
        places = _high_first(x) + 1
        return ((2**r - 1) / torch.log2(places + 1))[places <= k].sum()

    return dcg(s) / dcg(r) if r.any() and dcg(r) > 0 else torch.zeros(())


def _reciprocal_rank(s, r, k):
    r = r[_high_first(s)]
    first = next((i for i in range(len(r)) if r[i] > 0), None)
    return 0.0 if first is None or first >= k else 1 / (first + 1)


NDCG = Exercise(
    id="pick-05",
    name="ndcg",
    title="NDCG",
    points=3,
    minutes=12,
    difficulty=2,
    reference=ndcg,
    probes=rankings,
    regimes=(
        Regime(
            "nothing relevant", lambda s, r, k: not np.any(r), "nothing is relevant", "something is relevant"
        ),
        Regime(
            "k beyond the list",
            lambda s, r, k: k > len(s),
            "k is larger than the list",
            "k is at most the list's length",
        ),
        Regime("cut", lambda s, r, k: k < len(s), "k is smaller than the list", "k takes in the whole list"),
        Regime(
            "whole list",
            lambda s, r, k: k >= len(s),
            "k takes in the whole list",
            "k is smaller than the list",
        ),
        Regime("one place", lambda s, r, k: k == 1, "k is 1", "k is 2 or more"),
    ),
    gives="one number for the list",
    hints=(
        "First the worth of one order: which items stand in the first k places, and what does each count there?",
        "Write DCG once, as a function of an order. Call it for the order by score and for the best order, by relevance; divide.",
        "`order = scores.argsort(descending=True)[:k]`, gains `2 ** relevance[order] - 1`, over `log2` of 2, 3, 4, …; "
        "and 0 where the best is 0.",
    ),
    mistakes=(
        Mistake(
            "linear-gain",
            _ndcg(gain=lambda r: r),
            "Order, discount and cut are right. The gain of grade r is 2^r − 1: a 3 is worth seven times a 1.",
        ),
        Mistake(
            "gain-without-minus-one",
            _ndcg(gain=lambda r: 2.0**r),
            "Order, discount and cut are right. In yours an item of grade 0 is worth something; it should be worth nothing.",
        ),
        Mistake(
            "relevant-or-not",
            _ndcg(gain=lambda r: (r > 0).to(r.dtype)),
            "Order, discount and cut are right. Everything relevant counts 1 in yours; the gain grows with the grade.",
        ),
        Mistake(
            "squared-gain",
            _ndcg(gain=lambda r: r**2 - 1),
            "The gain is 2 to the power of the grade, minus 1; you take the grade to the power of 2.",
        ),
        Mistake(
            "no-discount",
            _ndcg(discount=lambda places: torch.ones_like(places)),
            "The gains are right. Every place counts the same in yours; further down fewer people look.",
        ),
        Mistake(
            "place-as-discount",
            _ndcg(discount=lambda places: places),
            "The gains are right. You divide by the place itself, which falls much faster than its logarithm.",
        ),
        Mistake(
            "discount-late",
            _ndcg(discount=lambda places: torch.log2(places + 2)),
            "The gains are right. Your first place is divided by log₂ 3; it should count in full. From which number do you count the places?",
        ),
        Mistake(
            "discount-early",
            _ndcg(discount=lambda places: torch.log2(places)),
            "The gains are right. Your first place is divided by log₂ 1, which is 0. From which number do you count the places?",
        ),
        Mistake(
            "discount-from-two",
            _ndcg(discount=lambda places: torch.log2(places).clamp(min=1)),
            "The gains are right. Your first two places count the same; log₂(i + 1) is 1 in the first place only.",
        ),
        Mistake(
            "discount-multiplied",
            _ndcg(discount=lambda places: 1 / torch.log2(places + 1)),
            "The gains are right. You multiply by the logarithm, so a lower place counts more.",
        ),
        Mistake(
            "discount-plus-one",
            _ndcg(discount=lambda places: torch.log2(places) + 1),
            "The gains are right. You add the 1 to the logarithm of the place; it belongs to the place, inside.",
        ),
        Mistake(
            "doubled-gain",
            _ndcg(gain=lambda r: 2 * r - 1),
            "The gain is 2 to the *power* of the grade, minus 1; you double the grade.",
        ),
        Mistake(
            "natural-gain",
            _ndcg(gain=lambda r: torch.exp(r) - 1),
            "Order, discount and cut are right. Your gain is e to the power of the grade, minus 1; the base is 2.",
        ),
        Mistake(
            "discount-natural-one",
            _ndcg(discount=lambda places: 1 + torch.log(places)),
            "The gains are right. Your discount is 1 + log of the place; the one asked for is log₂(place + 1).",
        ),
        Mistake(
            "lowest-first",
            _ndcg(order=lambda s, r: s.argsort(stable=True)),
            "You put the *lowest* score first.",
        ),
        Mistake(
            "as-they-come",
            _ndcg(order=lambda s, r: torch.arange(len(s))),
            "The scores have no effect in yours: the items stay in the order in which they came.",
        ),
        Mistake(
            "places-for-order",
            _ndcg(order=lambda s, r: _high_first(s).argsort()),
            "You index with each item's place where the items in order are needed: argsort says *who* is first, argsort of argsort "
            "says in which place somebody is.",
        ),
        Mistake(
            "best-as-scored",
            _ndcg(best_order=lambda s, r: torch.arange(len(s))),
            "The numerator is right. The best order is that of the relevance, highest first; you take the items as they came.",
        ),
        Mistake(
            "worst-for-best",
            _ndcg(best_order=lambda s, r: r.argsort(stable=True)),
            "The numerator is right. You divide by the worst order instead of the best.",
        ),
        Mistake(
            "root-as-discount",
            _ndcg(discount=torch.sqrt),
            "The gains are right. You divide by the square root of the place; the discount is a logarithm.",
        ),
        Mistake(
            "plain-gains",
            _ndcg(discount=lambda places: torch.ones_like(places), end=lambda own, best: own),
            "You add up the gains of the first k. They lack the discount by place, and the best order to be compared with.",
        ),
        Mistake(
            "not-normalised",
            _ndcg(end=lambda own, best: own),
            "That is DCG. The N is missing: over that of the best order.",
        ),
        Mistake(
            "upside-down",
            _ndcg(end=lambda own, best: best / own if own > 0 else torch.zeros(())),
            "The fraction stands on its head: yours is never below 1.",
        ),
        Mistake(
            "best-uncut",
            _ndcg(best_cut=lambda order, k: order),
            "Right where k takes in the whole list. You divide by the whole best list, though k places are shown: even a perfect order "
            "cannot reach 1.",
        ),
        Mistake(
            "k-ignored",
            _ndcg(cut=lambda order, k: order, best_cut=lambda order, k: order),
            "Right where k takes in the whole list. `k` has no effect in yours.",
        ),
        Mistake(
            "own-uncut",
            _ndcg(cut=lambda order, k: order),
            "Right where k takes in the whole list. You cut the best order after k places and not the one by score.",
        ),
        Mistake(
            "cut-before-sorting",
            _cut_before_sorting,
            "Right where k takes in the whole list. You keep the first k items as they came; the k with the highest scores were asked.",
        ),
        Mistake(
            "lowest-kept",
            _ndcg(cut=_lowest_of),
            "Right where k takes in the whole list. You cut the list after k while it still runs from low to high, and turn it round "
            "afterwards: so the k *lowest* scores are kept.",
        ),
        Mistake(
            "lowest-kept-of-the-best",
            _ndcg(best_cut=_lowest_of),
            "Right where k takes in the whole list. You cut the best order after k while it still runs from low to high, and turn it "
            "round afterwards: so the k *lowest* grades are kept.",
        ),
        Mistake(
            "lowest-kept-twice",
            _ndcg(cut=_lowest_of, best_cut=_lowest_of),
            "Right where k takes in the whole list. You cut both orders after k while they still run from low to high, and turn them "
            "round afterwards: so the k *lowest* are kept.",
        ),
        Mistake(
            "best-of-these-nan",
            lambda s, r, k: _ndcg(end=lambda own, best: own / best)(
                s[_high_first(s)[:k]], r[_high_first(s)[:k]], k
            ),
            "Right where k takes in the whole list. You compare with the best order of the k items that were shown; a better item may "
            "have been left below.",
        ),
        Mistake(
            "best-of-these",
            lambda s, r, k: _ndcg()(s[_high_first(s)[:k]], r[_high_first(s)[:k]], k),
            "Right where k takes in the whole list. You compare with the best order of the k items that were shown; a better item may "
            "have been left below.",
        ),
        Mistake(
            "one-place-more",
            _ndcg(cut=lambda order, k: order[: k + 1], best_cut=lambda order, k: order[: k + 1]),
            "Right where k takes in the whole list. You count one place too many.",
        ),
        Mistake(
            "one-place-less",
            _ndcg(cut=lambda order, k: order[: k - 1], best_cut=lambda order, k: order[: k - 1]),
            "Right where k is beyond the list. You count one place too few.",
        ),
        Mistake(
            "nan-without-relevance",
            _ndcg(end=lambda own, best: own / best),
            "Right where something is relevant. Where nothing is, you divide 0 by 0; the text says what to return.",
        ),
        Mistake(
            "one-without-relevance",
            _ndcg(end=lambda own, best: own / best if best > 0 else torch.ones(())),
            "Right where something is relevant. Where nothing is, the text says what to return.",
        ),
        Mistake(
            "order-for-places",
            _by_places,
            "You take `argsort` for the places of the items. It says *who* stands first, second, …, not in which place an item stands.",
        ),
        Mistake(
            "always-one",
            _ndcg(order=lambda s, r: _high_first(r)),
            "Yours is 1 wherever something is relevant: above and below the line stands the same order. Which order do the scores give?",
        ),
        Mistake(
            "complement",
            _ndcg(end=lambda own, best: 1 - own / best if best > 0 else torch.zeros(())),
            "Yours is 1 minus the fraction. Here the best order is worth 1, and the worse it is, the less.",
        ),
        Mistake(
            "mean-for-sum",
            lambda s, r, k: _ndcg()(s, r, k) / min(k, len(s)),
            "You take a mean over the places as well. The two sums are divided as they are.",
        ),
        Mistake(
            "precision",
            lambda s, r, k: (r[_high_first(s)[:k]] > 0).double().mean(),
            "That is the share of relevant items among the first k. Grades and places count here, too.",
        ),
        Mistake(
            "first-hit",
            _reciprocal_rank,
            "That is one over the place of the first relevant item. Here all of the first k places count, by their grades.",
        ),
        Mistake(
            "swapped",
            lambda s, r, k: torch.nan_to_num(_ndcg(end=lambda own, best: own / best)(r, s, k)),
            "Scores and relevance have changed places: the grades give the gains, the scores the order.",
        ),
    ),
    variants=(
        _in_steps,
        _place_by_place,
        _in_numpy,
        _by_loop,
        lambda s, r, k: ndcg(s.float(), r.float(), k),
        _ndcg(end=lambda own, best: own / best.clamp(min=1e-300)),
        _ndcg(gain=lambda r: torch.expm1(r * np.log(2))),
        _ndcg(best_order=lambda s, r: r.sort(descending=True).indices),
    ),
)
