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
    for t in (0.8, 1.5):
        yield Probe((w, t))
        yield Probe((np.array([2.6, -3.1]), t))  # twins far out, so that a threshold without effect shows
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


def _soft_by_what_goes(w, threshold):
    return w - w.clamp(-threshold, threshold)


def _soft_from_both_sides(w, threshold):
    return torch.relu(w - threshold) - torch.relu(-w - threshold)


def _soft_by_cases(w, threshold):
    new = torch.zeros_like(w)
    for j in range(len(w)):
        if w[j] > threshold:
            new[j] = w[j] - threshold
        elif w[j] < -threshold:
            new[j] = w[j] + threshold
    return new


def _soft_by_where(w, threshold):
    return torch.where(w.abs() > threshold, w - threshold * w.sign(), 0.0)


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
        Mistake(
            "hard-and-one-sided",
            lambda w, t: torch.where(w > t, w, 0.0),
            "Small weights are right. A large positive one stays where it is in yours, and a large negative one becomes zero; both should move by t.",
        ),
    ),
    variants=(
        _soft_by_what_goes,
        _soft_from_both_sides,
        _soft_by_cases,
        _soft_by_where,
        lambda w, t: torch.nn.functional.softshrink(w.float(), t),
        lambda w, t: [x - t if x > t else x + t if x < -t else 0.0 for x in w.tolist()],
        lambda w, t: np.sign(np.asarray(w)) * np.maximum(np.abs(np.asarray(w)) - t, 0),
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
