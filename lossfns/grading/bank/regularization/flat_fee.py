"""The pull of L1. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.regularization.penalties import SIGNS, weights
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-03 · the pull of L1 -------------------------------------------------------------------------------------------


def l1_pull(w, lam):
    return lam * torch.sign(w)


def some_tiny(rng: np.random.Generator) -> Iterator[Probe]:
    yield from weights(rng)
    yield Probe((np.array([-0.001, 1.6, 0.002]), 0.7))


def _pull_by_cases(w, lam):
    pull = torch.zeros_like(w)
    pull[w > 0] = lam
    pull[w < 0] = -lam
    return pull


L1_PULL = Exercise(
    id="pen-03",
    name="l1_pull",
    title="The pull of L1",
    points=1,
    minutes=5,
    difficulty=1,
    reference=l1_pull,
    probes=some_tiny,
    regimes=(
        *SIGNS,
        Regime(
            "tiny weights",
            lambda w, lam: (w != 0) & (abs(w) < 0.01),
            "a weight is tiny, like 0.001",
            "no weight is tiny",
        ),
    ),
    gives="one slope for each weight, shape (d,),",
    hints=(
        "How much more does a weight cost when it grows from 2 to 3? From 20 to 21? And from −3 to −2?",
        "The slope of |w| is 1 on one side and −1 on the other; at zero the text asks for 0. Is there a function in "
        "torch with these three values?",
        "`torch.sign(w)` has them. Multiply by the price.",
    ),
    mistakes=(
        Mistake(
            "bills",
            lambda w, lam: lam * w.abs(),
            "Those are the bills, λ|w|. How fast does a bill rise when its weight does?",
        ),
        Mistake(
            "bill",
            lambda w, lam: lam * w.abs().sum(),
            "That is the whole bill. A slope for each weight was asked.",
        ),
        Mistake("no-price", lambda w, lam: w.sign(), "The sign is right. What is `lam` for?"),
        Mistake(
            "down",
            lambda w, lam: -lam * w.sign(),
            "That is the direction in which a step goes. The slope itself was asked.",
        ),
        Mistake(
            "plus-at-zero",
            lambda w, lam: torch.where(w >= 0, lam, -lam),
            "Right except at zero, where yours counts zero as positive. The text asks for 0 there.",
        ),
        Mistake(
            "minus-at-zero",
            lambda w, lam: torch.where(w > 0, lam, -lam),
            "Right except at zero, where yours counts zero as negative. The text asks for 0 there.",
        ),
        Mistake(
            "zero-by-zero",
            lambda w, lam: lam * w / w.abs(),
            "Right except at zero, where yours divides by zero. The text asks for 0 there.",
        ),
        Mistake(
            "proportional",
            lambda w, lam: lam * w,
            "Yours pulls harder at a larger weight, as L2 does. What does |w| do?",
        ),
        Mistake(
            "l2",
            lambda w, lam: 2 * lam * w,
            "That is L2's pull, in proportion to the weight. What is the slope of |w|?",
        ),
        Mistake("two", lambda w, lam: 2 * lam * w.sign(), "Twice too much: no square, no 2."),
        Mistake(
            "half",
            lambda w, lam: lam * w.sign() / 2,
            "Half of what was asked. |w| has slope 1, and the price is λ.",
        ),
        Mistake(
            "mean",
            lambda w, lam: lam * w.sign() / len(w),
            "You divide by the number of weights. The bill is a sum, not a mean.",
        ),
        Mistake(
            "summed",
            lambda w, lam: (lam * w.sign()).sum(),
            "You rolled the slopes into one number. Each weight has its own.",
        ),
        Mistake(
            "no-sign",
            lambda w, lam: lam * w.sign().abs(),
            "Yours never points down. Which way does |w| fall for a negative weight?",
        ),
        Mistake(
            "everywhere",
            lambda w, lam: lam * torch.ones_like(w),
            "Yours is λ for every weight. Which way does |w| fall for a negative one?",
        ),
        Mistake(
            "positives-only", lambda w, lam: lam * (w > 0), "Negative weights are not pulled at in yours."
        ),
        Mistake(
            "negatives-only", lambda w, lam: -lam * (w < 0), "Positive weights are not pulled at in yours."
        ),
        Mistake(
            "sign-of-the-sum",
            lambda w, lam: lam * w.sum().sign() * torch.ones_like(w),
            "One sign for all of them: that of their sum. Each weight has its own.",
        ),
        Mistake("price-squared", lambda w, lam: lam**2 * w.sign(), "The price enters twice in yours."),
        Mistake(
            "after-the-pull",
            lambda w, lam: w - lam * w.sign(),
            "That is where a step along the pull leads. The pull itself was asked.",
        ),
        Mistake(
            "clipped",
            lambda w, lam: w.clamp(-lam, lam),
            "Yours fades near zero, as Huber's pull does. L1 pulls as hard at a small weight as at a large one.",
        ),
        Mistake(
            "clipped-at-one",
            lambda w, lam: lam * w.clamp(-1, 1),
            "Right for large weights. Yours fades when they are smaller than 1; L1 pulls as hard at a small weight as at a large one.",
        ),
        Mistake(
            "price-added",
            lambda w, lam: w.sign() + lam,
            "You add the price. It multiplies the bill, so it multiplies the slope.",
        ),
        Mistake(
            "thresholded",
            lambda w, lam: w.sign() * (w.abs() - lam).clamp(min=0),
            "Those are the weights after a soft threshold. How hard the fee pulls was asked.",
        ),
        Mistake(
            "divided",
            lambda w, lam: w.sign() / lam,
            "You divide by the price: the higher it is, the weaker yours pulls.",
        ),
        Mistake(
            "down-everywhere",
            lambda w, lam: -lam * torch.ones_like(w),
            "Yours is −λ for every weight. Which way does |w| fall for a negative one?",
        ),
        Mistake(
            "softened",
            lambda w, lam: lam * torch.tanh(w),
            "Yours fades near zero. L1 pulls as hard at a small weight as at a large one.",
        ),
        Mistake(
            "rounded-off",
            lambda w, lam: lam * w.int().sign(),
            "Weights below 1 are not pulled at in yours: does a conversion to whole numbers drop what follows the point?",
        ),
        Mistake(
            "length",
            lambda w, lam: lam * w / (w**2).sum().sqrt(),
            "You divide by the length of all weights. Each weight's fee knows nothing of the others.",
        ),
        Mistake(
            "fades-near-zero",
            lambda w, lam: lam * w / (w.abs() + 1),
            "Yours fades near zero. L1 pulls as hard at a small weight as at a large one.",
        ),
        Mistake(
            "not-below-zero",
            lambda w, lam: lam * (w >= 0),
            "Negative weights are not pulled at in yours, and zero is.",
        ),
        Mistake(
            "twice-the-bills",
            lambda w, lam: 2 * lam * w.abs(),
            "You took the slope of w² and dropped the sign. What is the slope of |w|?",
        ),
        Mistake(
            "down-in-proportion",
            lambda w, lam: -lam * w,
            "That is a step of weight decay. How fast does λ|w| rise when w does?",
        ),
        Mistake(
            "price-added-again",
            lambda w, lam: lam * w.sign() + lam,
            "The sign is shifted in yours: negative weights feel nothing, and positive ones twice the fee.",
        ),
        Mistake("at-zero-only", lambda w, lam: lam * (w == 0), "Yours pulls at weights of zero alone."),
    ),
    variants=(
        lambda w, lam: torch.autograd.functional.jacobian(lambda z: lam * z.abs().sum(), w),
        _pull_by_cases,
        lambda w, lam: [lam if x > 0 else -lam if x < 0 else 0.0 for x in w],
        lambda w, lam: np.sign(np.asarray(w)) * lam,
        lambda w, lam: lam * ((w > 0).float() - (w < 0).float()),
        lambda w, lam: torch.where(w == 0, 0.0, lam * w / w.abs().clamp(min=1e-30)),
    ),
)
