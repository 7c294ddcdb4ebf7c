"""Prices in other people's words. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-08 · one price, three dialects --------------------------------------------------------------------------------


def translate(lam, n):
    return 2 * lam, lam, n * lam


def prices(rng: np.random.Generator) -> Iterator[Probe]:
    for lam, n in ((0.3, 40), (0.3, 7), (1.7, 40), (0.05, 300), (2.6, 1)):
        yield Probe((lam, n))


def _dialects(decay=2.0, alpha=1.0, ridge=lambda n: n):
    return lambda lam, n: (decay * lam, alpha * lam, ridge(n) * lam)


Part = tuple[str, object, str]
DECAYS: tuple[Part, ...] = (
    ("", 2.0, ""),
    ("decay λ", 1.0, "For SGD compare the *slopes*: what does λ Σ w² add to the gradient?"),
    ("decay λ/2", 0.5, "weight_decay is on the wrong side of the 2: what does λ Σ w² add to the gradient?"),
    ("decay 4λ", 4.0, "weight_decay is twice too high: the 2 of the square comes down once."),
)
ALPHAS: tuple[Part, ...] = (
    ("", 1.0, ""),
    ("alpha λ/2", 0.5, "λ/2 is for L1: before the squares ElasticNet has a ½ of its own."),
    ("alpha 2λ", 2.0, "In ElasticNet the data term and the penalty both carry a ½."),
)
RIDGES: tuple[Part, ...] = (
    ("", lambda n: n, ""),
    ("ridge λ", lambda n: 1, "Ridge adds the squares up, it does not average them."),
    (
        "ridge λ/n",
        lambda n: 1 / n,
        "For Ridge n is on the wrong side: its data term is larger than ours, so its price must be …",
    ),
    ("ridge λ/2n", lambda n: 1 / (2 * n), "For Ridge n is on the wrong side, and there is no ½ in its cost."),
    ("ridge 2nλ", lambda n: 2 * n, "Ridge's price is twice too high: there is no ½ in its cost."),
    ("ridge nλ/2", lambda n: n / 2, "Ridge's price is half of what it should be: there is no ½ in its cost."),
    (
        "ridge 2λ",
        lambda n: 2,
        "Ridge adds the squares up, it does not average them; and there is no ½ in its cost.",
    ),
)


def _mixed_up() -> tuple[Mistake, ...]:
    """Every combination in which one, two or three of the numbers are off by a factor that is easily missed."""
    found = []
    for parts in product(DECAYS, ALPHAS, RIDGES):
        names = [name for name, _, _ in parts if name]
        right = [
            who
            for who, (name, _, _) in zip(
                ("weight_decay", "ElasticNet's alpha", "Ridge's alpha"), parts, strict=True
            )
            if not name
        ]
        if names:
            praise = f"Right: {' and '.join(right)}. " if right else ""
            sentence = praise + " ".join(text for _, _, text in parts if text)
            found.append(Mistake(", ".join(names), _dialects(*(part for _, part, _ in parts)), sentence))
    return tuple(found)


def _place(name: str, wrong: tuple[bool, bool, bool], inside: str, outside: str) -> Regime:
    return Regime(name, lambda lam, n: np.array(wrong), inside, outside)


PLACES = (
    _place("weight_decay", (True, False, False), "weight_decay stands", "one of the two alphas stands"),
    _place(
        "alpha of ElasticNet",
        (False, True, False),
        "ElasticNet's alpha stands",
        "weight_decay or Ridge's alpha stands",
    ),
    _place(
        "alpha of Ridge",
        (False, False, True),
        "Ridge's alpha stands",
        "weight_decay or ElasticNet's alpha stands",
    ),
    _place("the two alphas", (False, True, True), "one of the two alphas stands", "weight_decay stands"),
    _place(
        "all but ElasticNet",
        (True, False, True),
        "weight_decay or Ridge's alpha stands",
        "ElasticNet's alpha stands",
    ),
    _place(
        "all but Ridge",
        (True, True, False),
        "weight_decay or ElasticNet's alpha stands",
        "Ridge's alpha stands",
    ),
)


def _one_after_the_other(lam, n):
    weight_decay = 2 * lam
    alpha_of_elastic_net = lam
    alpha_of_ridge = lam * n
    return weight_decay, alpha_of_elastic_net, alpha_of_ridge


TRANSLATE = Exercise(
    id="pen-08",
    name="translate",
    title="One price, three dialects",
    points=2,
    minutes=10,
    difficulty=2,
    reference=translate,
    probes=prices,
    regimes=PLACES,
    gives="a tuple of three numbers, (weight_decay, alpha of ElasticNet, alpha of Ridge),",
    hints=(
        "Two costs have the same minimum when one is a multiple of the other. By what must each be multiplied so that its first term becomes the mean squared error?",
        "For SGD compare slopes: λ Σ w² has the slope 2λw, weight_decay adds ω w. ElasticNet's first term is half of the mean; Ridge's is n times the mean.",
        "Twice ElasticNet's cost is MSE + α Σ w². A n-th of Ridge's is MSE + (α/n) Σ w².",
    ),
    mistakes=(
        *_mixed_up(),
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
            "alpha-times-2n",
            lambda lam, n: (2 * lam, 2 * n * lam, n * lam),
            "weight_decay and Ridge are right. ElasticNet's data term is divided by 2n, so it is half a mean already: multiply its whole cost by 2 and compare.",
        ),
        Mistake(
            "ridge-n",
            lambda lam, n: (2 * lam, lam, n),
            "weight_decay and ElasticNet are right. Ridge's price is the same for every λ in yours.",
        ),
        Mistake(
            "everything-over-n",
            lambda lam, n: (2 * lam, lam, 1 / (n * lam)),
            "weight_decay and ElasticNet are right. Ridge's price should rise with ours.",
        ),
    ),
    variants=(
        _one_after_the_other,
        lambda lam, n: [lam + lam, lam, lam * n],
        lambda lam, n: torch.tensor([2.0, 1.0, float(n)]) * lam,
        lambda lam, n: np.array([2 * lam, lam, n * lam]),
        lambda lam, n: (2 * lam, 2 * lam / 2, sum(lam for _ in range(n))),
    ),
)
