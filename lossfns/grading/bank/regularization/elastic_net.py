"""The elastic net's step. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.regularization.shrinking import _soft
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-06 · the elastic net's proximal step --------------------------------------------------------------------------


def elastic_net_prox(w, step, l1, l2):
    moved = w.sign() * (w.abs() - step * l1).clamp(min=0)
    return moved / (1 + 2 * step * l2)


def both_prices(rng: np.random.Generator) -> Iterator[Probe]:
    """Weights of all sizes, steps and prices such that no product of them is like another; either price may be 0."""
    w = np.concatenate([rng.uniform(0.05, 0.3, 2), rng.uniform(1.5, 5.0, 4)]).round(2)
    w = rng.permutation(w) * np.array([1, -1, -1, 1, -1, 1])
    for step, l1, l2 in (
        (0.3, 1.4, 0.8),
        (0.3, 1.4, 2.5),
        (0.3, 0.9, 0.8),
        (0.7, 1.4, 0.8),
        (0.4, 0.0, 1.3),
        (0.4, 1.1, 0.0),
    ):
        yield Probe((w, step, l1, l2))
    yield Probe((np.array([-2.0]), 0.2, 1.7, 0.6))


def _prox(threshold=lambda s, l1, l2: s * l1, shrink=lambda s, l1, l2: 1 + 2 * s * l2, cut=_soft):
    """The proximal step with one of its parts replaced."""
    return lambda w, s, l1, l2: cut(w, threshold(s, l1, l2)) / shrink(s, l1, l2)


def _prox_by_cases(w, step, l1, l2):
    new = []
    for x in w.tolist():
        if x > step * l1:
            new.append((x - step * l1) / (1 + 2 * step * l2))
        elif x < -step * l1:
            new.append((x + step * l1) / (1 + 2 * step * l2))
        else:
            new.append(0.0)
    return torch.tensor(new)


def _prox_by_what_goes(w, step, l1, l2):
    fee = step * l1
    return (w - w.clamp(-fee, fee)) / (1 + 2 * step * l2)


def _prox_in_numpy(w, step, l1, l2):
    w = np.asarray(w)
    return np.sign(w) * np.maximum(np.abs(w) - step * l1, 0) / (1 + 2 * step * l2)


ELASTIC_NET_PROX = Exercise(
    id="pen-06",
    name="elastic_net_prox",
    title="The step of the elastic net",
    points=2,
    minutes=10,
    difficulty=2,
    reference=elastic_net_prox,
    probes=both_prices,
    regimes=(
        Regime("l1 is not 0", lambda w, s, l1, l2: l1 != 0, "l1 is not 0", "l1 is 0"),
        Regime("l2 is not 0", lambda w, s, l1, l2: l2 != 0, "l2 is not 0", "l2 is 0"),
    ),
    gives="the vector of new weights, shape (d,),",
    hints=(
        "Take v > 0 first, and look for the slope of what is to be minimised. Where is it zero, and when is that place "
        "not positive?",
        "The slope is (v − w) + step·l1 + 2·step·l2·v for v > 0. Solve for v.",
        "v (1 + 2·step·l2) = w − step·l1: a soft threshold by step·l1, then a division.",
    ),
    mistakes=(
        Mistake(
            "no-two",
            _prox(shrink=lambda s, l1, l2: 1 + s * l2),
            "The threshold is right. You divide by too little: what does the square of v bring down?",
        ),
        Mistake(
            "half-of-l2",
            _prox(shrink=lambda s, l1, l2: 1 + s * l2 / 2),
            "The threshold is right. You divide by far too little: what does the square of v bring down?",
        ),
        Mistake(
            "four",
            _prox(shrink=lambda s, l1, l2: 1 + 4 * s * l2),
            "The threshold is right. You divide by too much: the 2 of the square comes down once.",
        ),
        Mistake(
            "no-step-in-l2",
            _prox(shrink=lambda s, l1, l2: 1 + 2 * l2),
            "The threshold is right. The step multiplies both bills, and yours forgets it for l2.",
        ),
        Mistake(
            "no-step-in-l1",
            _prox(threshold=lambda s, l1, l2: l1),
            "The division is right. The step multiplies both bills, and yours forgets it for l1.",
        ),
        Mistake(
            "no-step",
            _prox(threshold=lambda s, l1, l2: l1, shrink=lambda s, l1, l2: 1 + 2 * l2),
            "The step does nothing in yours. It multiplies both bills.",
        ),
        Mistake(
            "shrinks-first",
            lambda w, s, l1, l2: _soft(w / (1 + 2 * s * l2), s * l1),
            "Both parts are there, in the other order. Solve for v: what happens to w − step·l1 as a whole?",
        ),
        Mistake(
            "multiplies",
            lambda w, s, l1, l2: _soft(w, s * l1) * (1 - 2 * s * l2),
            "The threshold is right. You take the share 2·step·l2 away, as a gradient step would; the minimum is where a division puts it.",
        ),
        Mistake(
            "multiplies-no-two",
            lambda w, s, l1, l2: _soft(w, s * l1) * (1 - s * l2),
            "The threshold is right. You take the share step·l2 away, as weight decay would; the minimum is where a division puts it.",
        ),
        Mistake(
            "grows",
            lambda w, s, l1, l2: _soft(w, s * l1) * (1 + 2 * s * l2),
            "The threshold is right. Then your weights grow: the bill for squares should shrink them.",
        ),
        Mistake("l1-only", _prox(shrink=lambda s, l1, l2: 1.0), "The threshold is right. What does l2 do?"),
        Mistake("l2-only", _prox(threshold=lambda s, l1, l2: 0.0), "The division is right. What does l1 do?"),
        Mistake(
            "prices-swapped",
            _prox(threshold=lambda s, l1, l2: s * l2, shrink=lambda s, l1, l2: 1 + 2 * s * l1),
            "Each price stands where the other belongs: l1 is the one that makes zeros.",
        ),
        Mistake(
            "half-threshold",
            _prox(threshold=lambda s, l1, l2: s * l1 / 2),
            "The division is right. You threshold by half: the text's ½ stands before the distance, not before the bill.",
        ),
        Mistake(
            "double-threshold",
            _prox(threshold=lambda s, l1, l2: 2 * s * l1),
            "The division is right. You threshold by twice too much: |v| has slope 1.",
        ),
        Mistake(
            "step-divides",
            _prox(threshold=lambda s, l1, l2: l1 / s, shrink=lambda s, l1, l2: 1 + 2 * l2 / s),
            "A longer step should move the weights further. Yours divides by it.",
        ),
        Mistake(
            "no-one",
            _prox(shrink=lambda s, l1, l2: 2 * s * l2 if l2 else 1.0),
            "The threshold is right. With a price l2 near 0 yours divides by nearly nothing: what is missing in the denominator?",
        ),
        Mistake(
            "overshoots",
            _prox(cut=lambda w, t: w - t * w.sign()),
            "Large weights are right. Small ones are pushed through zero; they should stop there.",
        ),
        Mistake(
            "hard",
            _prox(cut=lambda w, t: torch.where(w.abs() > t, w, 0.0)),
            "The zeros are right, and so is the division. The surviving weights should have moved by step·l1 before.",
        ),
        Mistake(
            "size-only",
            _prox(cut=lambda w, t: (w.abs() - t).clamp(min=0)),
            "The sizes are right. Where have the signs gone?",
        ),
        Mistake(
            "positive-only",
            _prox(cut=lambda w, t: (w - t).clamp(min=0)),
            "Right for positive weights. Every negative weight becomes zero in yours.",
        ),
        Mistake(
            "weight-for-sign",
            _prox(cut=lambda w, t: w * (w.abs() - t).clamp(min=0)),
            "The zeros are right. You multiply what is left by the whole weight, where only its direction is wanted.",
        ),
        Mistake(
            "squared-norm",
            lambda w, s, l1, l2: _soft(w, s * l1 + 2 * s * l2),
            "You take both bills off as flat fees. The bill for squares takes a share.",
        ),
        Mistake(
            "root",
            _prox(shrink=lambda s, l1, l2: (1 + 2 * s * l2) ** 0.5),
            "The threshold is right. You divide by a root; there is none in the slope.",
        ),
        Mistake(
            "gradient-step",
            lambda w, s, l1, l2: w - s * (l1 * w.sign() + 2 * l2 * w),
            "That is a gradient step on the two bills: it jumps over zero. Find the v where the whole is lowest.",
        ),
        Mistake("unchanged", lambda w, s, l1, l2: w, "You return the weights as they came."),
        Mistake(
            "half-dropped",
            _prox(threshold=lambda s, l1, l2: s * l1 / 2, shrink=lambda s, l1, l2: 1 + s * l2),
            "That is the answer without the ½ before the distance. With it, the slope of the distance is v − w.",
        ),
        Mistake(
            "bills",
            lambda w, s, l1, l2: s * (l1 * w.abs() + l2 * w**2),
            "Those are the bills. The weights that make the whole lowest were asked.",
        ),
        Mistake(
            "l2-not-scaled",
            _prox(shrink=lambda s, l1, l2: 1 + l2),
            "The threshold is right. In the denominator the step is missing, and the 2 that the square brings down.",
        ),
        Mistake(
            "share-taken-first",
            lambda w, s, l1, l2: _soft(w - 2 * s * l2 * w, s * l1),
            "You take a gradient step on the square and threshold then. Both are to be solved together: the square ends in a denominator.",
        ),
        Mistake(
            "share-of-the-old",
            lambda w, s, l1, l2: _soft(w, s * l1) - 2 * s * l2 * w,
            "You take a share of the old weights off. Zeros do not stay zero; the square ends in a denominator.",
        ),
        Mistake(
            "divides-by-less",
            _prox(shrink=lambda s, l1, l2: 1 - 2 * s * l2),
            "The threshold is right. A sign in the denominator is turned round: the square should shrink.",
        ),
        Mistake(
            "half-threshold-no-two",
            _prox(threshold=lambda s, l1, l2: s * l1 / 2, shrink=lambda s, l1, l2: 1 + 2 * s * l2 / 4),
            "Both bills are too small: work the slope out again, term by term.",
        ),
        Mistake(
            "sum-of-both",
            lambda w, s, l1, l2: _soft(w, s * l1) + w / (1 + 2 * s * l2),
            "You add up the answers for the two bills. One comes after the other.",
        ),
        Mistake(
            "twice-both",
            _prox(threshold=lambda s, l1, l2: 2 * s * l1, shrink=lambda s, l1, l2: 1 + 4 * s * l2),
            "Both bills count twice in yours. With the ½ before it, the slope of the distance is v − w.",
        ),
        Mistake(
            "two-plus",
            _prox(shrink=lambda s, l1, l2: 2 + 2 * s * l2),
            "The threshold is right. With l2 = 0 nothing should be divided: look at the number in front.",
        ),
        Mistake(
            "multiplies-by-the-bill",
            lambda w, s, l1, l2: _soft(w, s * l1) * 2 * s * l2,
            "The threshold is right. With a price l2 of zero nothing would be left in yours.",
        ),
        Mistake(
            "squared-denominator",
            _prox(shrink=lambda s, l1, l2: (1 + 2 * s * l2) ** 2),
            "The threshold is right. You divide twice.",
        ),
        Mistake(
            "step-squared",
            _prox(shrink=lambda s, l1, l2: 1 + 2 * s**2 * l2),
            "The threshold is right. The step enters the denominator twice.",
        ),
        Mistake(
            "one-sign-for-all",
            _prox(cut=lambda w, t: w - t),
            "Right for weights that stay positive. A negative one moves away from zero, and a small one is pushed through it.",
        ),
        Mistake(
            "both-flat",
            lambda w, s, l1, l2: _soft(w, s * (l1 + l2)),
            "You take both bills off as flat fees. The bill for squares takes a share.",
        ),
        Mistake(
            "pull-where-it-was",
            lambda w, s, l1, l2: _soft(w, s * (l1 + 2 * l2 * w.abs())),
            "The square pulls at v, where the weight ends, and not at w, where it was. Solve for v.",
        ),
        Mistake(
            "no-step-no-two",
            _prox(threshold=lambda s, l1, l2: l1, shrink=lambda s, l1, l2: 1 + l2),
            "The step does nothing in yours, and the 2 that the square brings down is missing.",
        ),
        Mistake(
            "step-outside",
            lambda w, s, l1, l2: s * _soft(w, l1) / (1 + 2 * l2),
            "The step multiplies the weights that come out in yours. It multiplies the two bills: with a step of 0 nothing should move.",
        ),
        Mistake(
            "threshold-divided-alone",
            lambda w, s, l1, l2: _soft(w, s * l1 / (1 + 2 * s * l2)),
            "You divide the threshold alone. What is left of the weight is divided.",
        ),
    ),
    variants=(
        _prox_by_cases,
        _prox_by_what_goes,
        _prox_in_numpy,
        lambda w, s, l1, l2: _soft(w / (1 + 2 * s * l2), s * l1 / (1 + 2 * s * l2)),
        lambda w, s, l1, l2: (
            (torch.relu(w.float() - s * l1) - torch.relu(-w.float() - s * l1)) / (1 + 2 * s * l2)
        ),
    ),
)
