"""Towards zero, and no further. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# pen-04 · soft threshold -------------------------------------------------------------------------------------------


def soft_threshold(w, threshold):
    return w.sign() * (w.abs() - threshold).clamp(min=0)


def around_the_band(rng: np.random.Generator) -> Iterator[Probe]:
    """Weights within the band, beyond it on either side, and mixed, for several thresholds."""
    for t in (0.6, 1.7):
        for low, high in ((0.1, 0.9), (1.1, 1.7), (2.2, 4.0)):
            for side in (-1, 1):
                yield Probe((side * (t * rng.uniform(low, high, rng.integers(1, 4))).round(3), t))
    w = np.concatenate([rng.uniform(0.1, 0.5, 2), rng.uniform(1.6, 1.9, 2), rng.uniform(2.0, 5.0, 3)]).round(
        2
    )
    w = rng.permutation(w) * np.array([1, -1, -1, 1, -1, 1, -1])
    for t in (0.8, 1.5, 2.1):  # the same weights, so that a threshold without effect shows
        yield Probe((w, t))
    yield Probe((np.array([2.0, -0.3, 0.0, -1.4, 0.9]), 0.0))
    yield Probe((np.array([0.7, -0.68, 3.0]), 0.6))  # beyond the band, while the square is inside it
    yield Probe((np.array([0.1, -2.0, 0.2, 0.3]), 0.8))  # the average is inside the band


BAND = (
    Regime("inside the band", lambda w, t: abs(w) <= t, "|w| ≤ t", "|w| > t"),
    Regime("outside the band", lambda w, t: abs(w) > t, "|w| > t", "|w| ≤ t"),
    Regime("above the band", lambda w, t: w > t, "w > t", "w ≤ t"),
    Regime("below the band", lambda w, t: w < -t, "w < −t", "w ≥ −t"),
    Regime("negative weights", lambda w, t: w < 0, "w is negative", "w is 0 or positive"),
)


def _soft(w, t):
    return w.sign() * (w.abs() - t).clamp(min=0)


SOFT_THRESHOLD = Exercise(
    id="pen-04",
    name="soft_threshold",
    title="Soft threshold",
    points=2,
    minutes=8,
    difficulty=2,
    reference=soft_threshold,
    probes=around_the_band,
    regimes=BAND,
    gives="the vector of moved weights, shape (d,),",
    hints=(
        "A weight has a size and a sign. Which of the two changes, and can it go below zero?",
        "The new size is the old one minus the threshold, or 0 if that is negative. The sign stays.",
        "`w.abs() - threshold`, clamped at 0 from below, times `w.sign()`.",
    ),
    mistakes=(
        Mistake(
            "overshoots",
            lambda w, t: w - t * w.sign(),
            "Right for large weights. A small one is pushed through zero and out on the other side; it should stop there.",
        ),
        Mistake(
            "hard",
            lambda w, t: torch.where(w.abs() > t, w, 0.0),
            "Small weights are right. A large one stays where it is in yours: that is a *hard* threshold. It should move too.",
        ),
        Mistake(
            "subtracts",
            lambda w, t: torch.where(w.abs() > t, w - t, 0.0),
            "Right for small and for positive weights. A large negative one moves *away* from zero in yours.",
        ),
        Mistake(
            "positive-part",
            lambda w, t: (w - t).clamp(min=0),
            "Right for positive weights and for small ones. Every negative weight becomes zero in yours.",
        ),
        Mistake(
            "size-only",
            lambda w, t: (w.abs() - t).clamp(min=0),
            "The sizes are right. Where have the signs gone?",
        ),
        Mistake(
            "clips",
            lambda w, t: w.clamp(-t, t),
            "You cut large weights off at t and leave small ones alone. It is the other way round: that is the part which is taken away.",
        ),
        Mistake(
            "minus-t",
            lambda w, t: w - t,
            "You move every weight to the left. Towards zero was asked, and no further.",
        ),
        Mistake(
            "share",
            lambda w, t: w * (1 - t),
            "You take a share of each weight, as L2 does. Here every weight moves by the same amount.",
        ),
        Mistake(
            "ridge",
            lambda w, t: w / (1 + t),
            "You divide each weight, as L2's step does. Here every weight moves by the same amount.",
        ),
        Mistake(
            "ridge-twice",
            lambda w, t: w / (1 + 2 * t),
            "You divide each weight, as L2's step does. Here every weight moves by the same amount.",
        ),
        Mistake(
            "half",
            lambda w, t: _soft(w, t / 2),
            "The form is right. Weights move by half of the threshold in yours.",
        ),
        Mistake(
            "twice",
            lambda w, t: _soft(w, 2 * t),
            "The form is right. Weights move by twice the threshold in yours.",
        ),
        Mistake(
            "squared",
            lambda w, t: _soft(w, t**2),
            "The form is right. You square the threshold, which is in the weight's own unit.",
        ),
        Mistake(
            "square-compared",
            lambda w, t: torch.where(w**2 > t, w - t * w.sign(), 0.0),
            "You compare the squared weight with the threshold. Which of the two has the weight's unit?",
        ),
        Mistake(
            "negatives-kept",
            lambda w, t: torch.where(w > t, w - t, torch.where(w > 0, 0.0, w)),
            "Right for positive weights. Negative ones are left alone in yours.",
        ),
        Mistake(
            "inside-kept",
            lambda w, t: torch.where(w.abs() > t, w - t * w.sign(), w),
            "Right for large weights. Small ones are left where they are; they should become zero.",
        ),
        Mistake(
            "outside-killed",
            lambda w, t: torch.where(w.abs() < t, w, 0.0),
            "You keep the small weights and drop the large ones.",
        ),
        Mistake("grows", lambda w, t: w.sign() * (w.abs() + t), "You move every weight away from zero."),
        Mistake(
            "adds-outside",
            lambda w, t: torch.where(w.abs() > t, w + t * w.sign(), 0.0),
            "Small weights are right. Large ones move away from zero in yours.",
        ),
        Mistake(
            "sign-left-over",
            lambda w, t: w.sign() * torch.where(w.abs() > t, torch.ones_like(w), 0.0),
            "You say which weights survive, and on which side; not how large they are.",
        ),
        Mistake(
            "survivors",
            lambda w, t: w.abs() > t,
            "You say which weights survive. Their new values were asked.",
        ),
        Mistake(
            "no-clamp",
            lambda w, t: w.sign() * (w.abs() - t).abs(),
            "Right for large weights. Where the size falls below zero yours turns it round; it should stop at zero.",
        ),
        Mistake(
            "largest-negative",
            lambda w, t: w.sign() * (w.abs() - t).clamp(max=0),
            "You keep what should be cut off, and cut off what should be kept: which way does the clamp face?",
        ),
        Mistake("minus", lambda w, t: -_soft(w, t), "The sizes are right and all signs are turned round."),
        Mistake("unchanged", lambda w, t: w, "You return the weights as they came."),
        Mistake(
            "band-by-mean",
            lambda w, t: _soft(w, t) if w.abs().mean() > t else 0 * w,
            "You decide for all weights at once, by their average size. Each weight decides for itself.",
        ),
        Mistake(
            "negatives-only",
            lambda w, t: torch.where(w < 0, (w + t).clamp(max=0), w),
            "Right for negative weights. Positive ones are left alone in yours.",
        ),
        Mistake(
            "fee-with-sign",
            lambda w, t: w.sign() * t,
            "That is what a large weight loses, for all of them. Where the weights end was asked.",
        ),
        Mistake(
            "as-a-whole",
            lambda w, t: w * (1 - t / (w**2).sum().sqrt()).clamp(min=0),
            "You shorten the whole vector by t. Every weight moves by itself.",
        ),
        Mistake(
            "two-relus-added",
            lambda w, t: torch.relu(w - t) + torch.relu(w + t),
            "The two sides are added up in yours. For a negative weight, which of the two should count, and with which sign?",
        ),
        Mistake(
            "garrote",
            lambda w, t: torch.where(w.abs() > t, w - t**2 / torch.where(w == 0, 1.0, w), 0.0),
            "The zeros are right. The larger a weight, the less yours takes; the fee is the same for all.",
        ),
        Mistake(
            "squares",
            lambda w, t: w.sign() * (w**2 - t).clamp(min=0),
            "You square the weight before you subtract. Size and threshold have the same unit.",
        ),
        Mistake(
            "root-of-squares",
            lambda w, t: w.sign() * (w**2 - t**2).clamp(min=0).sqrt(),
            "The zeros are right. You subtract squares under a root; the sizes themselves should be subtracted.",
        ),
        Mistake(
            "steps-to-one",
            lambda w, t: torch.where(w.abs() > t, w.sign() * (w.abs() - t).ceil(), 0.0),
            "The zeros are right. What is left of the large ones is rounded in yours.",
        ),
        Mistake(
            "zero-below-only",
            lambda w, t: torch.where(w < t, 0.0, w - t) + torch.where(w < -t, w, 0.0),
            "Right for positive weights and for small ones. Large negative ones do not move.",
        ),
        Mistake(
            "at-least-t",
            lambda w, t: w.sign() * (w.abs() - t).clamp(min=t),
            "You clamp at t. At which size does a weight stop that moves towards zero?",
        ),
        Mistake(
            "weight-for-sign",
            lambda w, t: w * (w.abs() - t).clamp(min=0),
            "The zeros are right. You multiply what is left by the whole weight, where only its direction is wanted.",
        ),
        Mistake(
            "lifts",
            lambda w, t: w.sign() * w.abs().clamp(min=t),
            "You lift small weights up to t. They should become zero, and large ones should move.",
        ),
        Mistake(
            "one-sign-for-all",
            lambda w, t: w - t if w.mean() > 0 else w + t,
            "One direction for all weights in yours. Each moves towards zero from its own side, and stops there.",
        ),
    ),
    variants=(
        lambda w, t: w - w.clamp(-t, t),
        lambda w, t: torch.relu(w - t) - torch.relu(-w - t),
        lambda w, t: torch.nn.functional.softshrink(w.float(), t),
        lambda w, t: [x - t if x > t else x + t if x < -t else 0.0 for x in w.tolist()],
        lambda w, t: np.sign(np.asarray(w)) * np.maximum(np.abs(np.asarray(w)) - t, 0),
        lambda w, t: torch.where(w.abs() <= t, 0.0, w - t * w.sign()),
    ),
)


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
    ),
    variants=(
        lambda w, s, l1, l2: (w - w.clamp(-s * l1, s * l1)) / (1 + 2 * s * l2),
        lambda w, s, l1, l2: _soft(w / (1 + 2 * s * l2), s * l1 / (1 + 2 * s * l2)),
        lambda w, s, l1, l2: [
            (abs(x) > s * l1) * (x - s * l1 * (1 if x > 0 else -1)) / (1 + 2 * s * l2) for x in w.tolist()
        ],
        lambda w, s, l1, l2: (
            np.sign(np.asarray(w)) * np.maximum(np.abs(np.asarray(w)) - s * l1, 0) / (1 + 2 * s * l2)
        ),
        lambda w, s, l1, l2: (
            (torch.relu(w.float() - s * l1) - torch.relu(-w.float() - s * l1)) / (1 + 2 * s * l2)
        ),
    ),
)


# pen-09 · predict --------------------------------------------------------------------------------------------------


WHO_DIES = Question(
    id="pen-09",
    name="who_dies",
    title="Which coefficients die?",
    kind="predict",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "None: L1 shrinks them all, and computers never reach exactly zero.",
        "B": "The two negative ones, −0.8 and −2.",
        "C": "−0.8, 0.4 and 0.1: those that are smaller than λ.",
        "D": "0.4 and 0.1.",
        "E": "0.1 alone: the smallest always goes first, one for each unit of λ.",
    },
    answer="D",
    because="Column by column the cost is (w − v)² + λ|w| up to a constant, and its minimum is v moved towards zero by λ/2 = "
    "0.5, or zero. The others end at 2.5, −0.3 and −1.5.",
    misconceptions={
        "A": "That is what gradient steps show, since they jump over zero. Where is the minimum itself, when the slope of "
        "the fee at zero is larger than the loss's?",
        "B": "The fee is for the size, |w|. Does it know a sign?",
        "C": "The right idea, with the wrong border. The loss is (w − v)² and not ½ (w − v)²: how steep is it at w = 0?",
        "E": "The weights do not queue. Each column decides by itself here, since the columns do not overlap.",
    },
    hints=(
        "The columns do not overlap, so each weight can be looked at alone. What does the loss look like as a function of one of them?",
        "It is (w − v)² plus a constant, with v the least-squares weight. Compare its slope at w = 0 with the slope of the fee.",
        "At w = 0 the loss falls towards v with slope 2|v|. The fee rises with slope λ = 1. Who wins?",
    ),
)
