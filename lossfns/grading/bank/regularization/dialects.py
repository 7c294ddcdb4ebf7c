"""Prices in other people's words. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# pen-08 · one price, three dialects --------------------------------------------------------------------------------


def translate(lam, n):
    return 2 * lam, lam, n * lam


def prices(rng: np.random.Generator) -> Iterator[Probe]:
    for lam, n in ((0.3, 40), (0.3, 7), (1.7, 40), (0.05, 300), (2.6, 1)):
        yield Probe((lam, n))


def _dialects(decay=2.0, alpha=1.0, ridge=lambda n: n):
    return lambda lam, n: (decay * lam, alpha * lam, ridge(n) * lam)


TRANSLATE = Exercise(
    id="pen-08",
    name="translate",
    title="One price, three dialects",
    points=2,
    minutes=10,
    difficulty=2,
    reference=translate,
    probes=prices,
    gives="the three numbers (weight_decay, alpha of ElasticNet, alpha of Ridge)",
    hints=(
        "Two costs have the same minimum when one is a multiple of the other. By what must each be multiplied so that its first term becomes the mean squared error?",
        "For SGD compare slopes: λ Σ w² has the slope 2λw, weight_decay adds ω w. ElasticNet's first term is half of the mean; Ridge's is n times the mean.",
        "Twice ElasticNet's cost is MSE + α Σ w². A n-th of Ridge's is MSE + (α/n) Σ w².",
    ),
    mistakes=(
        Mistake(
            "decay-lam",
            _dialects(decay=1.0),
            "The two of scikit-learn are right. For SGD compare the *slopes*: what does λ Σ w² add to the gradient?",
        ),
        Mistake(
            "decay-half",
            _dialects(decay=0.5),
            "The two of scikit-learn are right. weight_decay is on the wrong side of the 2: what does λ Σ w² add to the gradient?",
        ),
        Mistake(
            "alpha-half",
            _dialects(alpha=0.5),
            "weight_decay and Ridge are right. λ/2 is for L1: for the squares ElasticNet has a ½ of its own.",
        ),
        Mistake(
            "alpha-double",
            _dialects(alpha=2.0),
            "weight_decay and Ridge are right. In ElasticNet the data term and the penalty both carry a ½.",
        ),
        Mistake(
            "ridge-lam",
            _dialects(ridge=lambda n: 1),
            "weight_decay and ElasticNet are right. Ridge adds the squares up, it does not average them.",
        ),
        Mistake(
            "ridge-over-n",
            _dialects(ridge=lambda n: 1 / n),
            "weight_decay and ElasticNet are right. For Ridge n is on the wrong side: its data term is n times ours, so its price must be …",
        ),
        Mistake(
            "ridge-double",
            _dialects(ridge=lambda n: 2 * n),
            "weight_decay and ElasticNet are right. Ridge's price is twice too high: there is no ½ in its cost.",
        ),
        Mistake(
            "ridge-half",
            _dialects(ridge=lambda n: n / 2),
            "weight_decay and ElasticNet are right. Ridge's price is half of what it should be: there is no ½ in its cost.",
        ),
        Mistake(
            "all-the-same",
            _dialects(decay=1.0, ridge=lambda n: 1),
            "The three scale their terms differently; one number cannot serve all of them.",
        ),
        Mistake(
            "decay-lam-alpha-half",
            _dialects(decay=1.0, alpha=0.5),
            "Ridge is right. For SGD compare slopes; in ElasticNet the penalty carries a ½ as well as the data term.",
        ),
        Mistake(
            "decay-lam-alpha-double",
            _dialects(decay=1.0, alpha=2.0),
            "Ridge is right. The first two have changed places, or both lost track of a 2.",
        ),
        Mistake(
            "halves",
            _dialects(decay=0.5, alpha=0.5, ridge=lambda n: n / 2),
            "All three are too small. Where does each of the costs have a ½, and where does ours?",
        ),
        Mistake(
            "decay-half-alpha-half",
            _dialects(decay=0.5, alpha=0.5),
            "Ridge is right. For SGD compare the slopes: which of the two has a 2? In ElasticNet both terms carry a ½.",
        ),
        Mistake(
            "decay-over-n",
            lambda lam, n: (2 * lam / n, lam, n * lam),
            "The two of scikit-learn are right. The penalty is added to the mean as it is; n does not come in for SGD.",
        ),
        Mistake(
            "decay-times-n",
            lambda lam, n: (2 * lam * n, lam, n * lam),
            "The two of scikit-learn are right. The loss is a mean, and weight_decay adds to its slope; n does not come in for SGD.",
        ),
        Mistake(
            "alpha-over-n",
            lambda lam, n: (2 * lam, lam / n, n * lam),
            "weight_decay and Ridge are right. ElasticNet's data term is divided by 2n, so it is a mean already.",
        ),
        Mistake(
            "alpha-times-n",
            lambda lam, n: (2 * lam, n * lam, n * lam),
            "weight_decay and Ridge are right. ElasticNet's data term is divided by 2n, so it is a mean already.",
        ),
        Mistake(
            "alpha-over-2n",
            lambda lam, n: (2 * lam, lam / (2 * n), n * lam),
            "weight_decay and Ridge are right. ElasticNet's 2n stands under the data term: multiply its whole cost by 2 and compare.",
        ),
        Mistake(
            "alphas-swapped",
            lambda lam, n: (2 * lam, n * lam, lam),
            "The three numbers are right. The last two have changed places.",
        ),
        Mistake(
            "reversed",
            lambda lam, n: (n * lam, lam, 2 * lam),
            "The three numbers are right, in the opposite order.",
        ),
        Mistake(
            "all-double",
            _dialects(alpha=2.0, ridge=lambda n: 2 * n),
            "weight_decay is right. The 2 comes from a slope; scikit-learn's two are costs, as ours is.",
        ),
        Mistake(
            "decay-lam-ridge-over-n",
            _dialects(decay=1.0, ridge=lambda n: 1 / n),
            "ElasticNet is right. For SGD compare slopes; Ridge's data term is n times ours, so its price must be …",
        ),
        Mistake(
            "decay-one-and-ridge-two",
            _dialects(decay=1.0, ridge=lambda n: 2 * n),
            "ElasticNet is right. For SGD compare slopes, where a 2 appears; for Ridge compare costs, where none does.",
        ),
        Mistake(
            "half-alpha-lam-ridge",
            _dialects(alpha=0.5, ridge=lambda n: 1),
            "weight_decay is right. In ElasticNet both terms carry a ½; Ridge adds up what we average.",
        ),
        Mistake(
            "alpha-times-2n",
            lambda lam, n: (2 * lam, 2 * n * lam, n * lam),
            "weight_decay and Ridge are right. ElasticNet's data term is divided by 2n, so it is half a mean already: multiply its whole cost by 2 and compare.",
        ),
        Mistake(
            "decay-half-alpha-double",
            _dialects(decay=0.5, alpha=2.0),
            "Ridge is right. For SGD compare the slopes: which of the two has a 2? In ElasticNet both terms carry a ½.",
        ),
        Mistake(
            "everything-over-n",
            lambda lam, n: (2 * lam, lam, 1 / (n * lam)),
            "weight_decay and ElasticNet are right. Ridge's price should rise with ours.",
        ),
        Mistake(
            "decay-lam-ridge-lam-alpha-half",
            _dialects(decay=1.0, alpha=0.5, ridge=lambda n: 1),
            "Compare slopes for SGD, whole costs for the other two: by what must each be multiplied so that it begins with the mean of the squares?",
        ),
        Mistake(
            "alpha-double-ridge-lam",
            _dialects(alpha=2.0, ridge=lambda n: 1),
            "weight_decay is right. In ElasticNet both terms carry a ½; Ridge adds up what we average.",
        ),
        Mistake(
            "ridge-over-2n",
            _dialects(ridge=lambda n: 1 / (2 * n)),
            "weight_decay and ElasticNet are right. Ridge's data term is n times ours, so its price must be …",
        ),
        Mistake(
            "alpha-half-ridge-half",
            _dialects(alpha=0.5, ridge=lambda n: n / 2),
            "weight_decay is right. The 2 belongs to slopes; the costs of scikit-learn need none of it.",
        ),
        Mistake(
            "decay-quadruple",
            _dialects(decay=4.0),
            "The two of scikit-learn are right. weight_decay is twice too high: the 2 comes down once.",
        ),
        Mistake(
            "none-doubled",
            _dialects(decay=1.0, ridge=lambda n: n / 2),
            "ElasticNet is right. For SGD compare the slopes; Ridge has no ½.",
        ),
        Mistake(
            "alpha-half-ridge-over-n",
            _dialects(alpha=0.5, ridge=lambda n: 1 / n),
            "weight_decay is right. In ElasticNet both terms carry a ½; Ridge's data term is n times ours, so its price must be …",
        ),
    ),
    variants=(
        lambda lam, n: [lam + lam, lam, lam * n],
        lambda lam, n: torch.tensor([2.0, 1.0, float(n)]) * lam,
        lambda lam, n: np.array([2 * lam, lam, n * lam]),
        lambda lam, n: (2 * lam, 2 * lam / 2, sum(lam for _ in range(n))),
    ),
)
