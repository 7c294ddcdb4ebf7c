"""The likelihood behind squared error, and a newcomer to a mean. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log, pi

import numpy as np
import torch

from lossfns.grading.bank.regression.inputs import pair
from lossfns.grading.exercise import Exercise, Mistake, Question
from lossfns.grading.record import Probe

# reg-07 · Gaussian negative log-likelihood -------------------------------------------------------------------------


def gaussian_nll(pred, target, sigma):
    z = (target - pred) / sigma
    return (0.5 * z**2 + log(sigma) + 0.5 * log(2 * pi)).mean()


def with_sigma(rng: np.random.Generator) -> Iterator[Probe]:
    yield Probe((np.array([3.0]), np.array([1.0]), 2.0))
    yield Probe((np.array([1.0]), np.array([5.0]), 0.5))  # 8 σ away
    for n, sigma in ((2, 0.7), (3, 1.6), (5, 3.0)):
        yield Probe((*pair(rng, n), sigma))
    pred, target = pair(rng, 4)
    for sigma in (0.6, 2.5):
        yield Probe((pred, target, sigma))


HALF_LOG_TWO_PI = log(2 * pi) / 2


def _nll(square=lambda r, s: (r / s) ** 2 / 2, width=log, rest=HALF_LOG_TWO_PI):
    """A Gaussian negative log-likelihood with one of its parts replaced."""
    return lambda p, t, s: (square(p - t, s) + width(s) + rest).mean()


def _density(p, t, s):
    return torch.exp(-(((p - t) / s) ** 2) / 2) / (s * (2 * pi) ** 0.5)


GAUSSIAN_NLL = Exercise(
    id="reg-07",
    name="gaussian_nll",
    title="Squared error is a likelihood",
    points=2,
    minutes=15,
    difficulty=2,
    reference=gaussian_nll,
    probes=with_sigma,
    gives="one number, the mean over the pairs,",
    hints=(
        "Write the Gaussian density down, take its logarithm, turn the sign round. Products become sums.",
        "Three terms come out: one with the residual, one with log σ, one that is a constant.",
        "They are `0.5 * ((target - pred) / sigma) ** 2`, `log(sigma)` and `0.5 * log(2 * pi)`; then the mean.",
    ),
    mistakes=(
        Mistake(
            "no-constant",
            _nll(rest=0),
            "On every input yours is short of the expected value by 0.9189. Which term depends on neither the data "
            "nor σ?",
        ),
        Mistake(
            "no-width",
            _nll(width=lambda s: 0),
            "The residual's term is right. A wide Gaussian is also a low one: where has its height gone?",
        ),
        Mistake(
            "square-only",
            _nll(width=lambda s: 0, rest=0),
            "You have the term with the residual. The density has a factor in front of its exponential, and a "
            "logarithm makes terms of it.",
        ),
        Mistake(
            "variance",
            _nll(square=lambda r, s: r**2 / s / 2, width=lambda s: log(s) / 2),
            "You read σ as a variance. Here it is the standard deviation, in the units of the target.",
        ),
        Mistake(
            "sigma-not-squared",
            _nll(square=lambda r, s: r**2 / s / 2),
            "The other terms are right. The residual is measured in units of σ *before* it is squared.",
        ),
        Mistake(
            "sigma-ignored-in-square",
            _nll(square=lambda r, s: r**2 / 2),
            "The other terms are right. A miss of 1 is small when σ is 10: the residual has to be measured in units "
            "of σ.",
        ),
        Mistake(
            "no-half",
            _nll(square=lambda r, s: (r / s) ** 2),
            "The terms without the residual are right. The exponent of a Gaussian carries a factor.",
        ),
        Mistake(
            "half-width",
            _nll(width=lambda s: log(s) / 2),
            "½ log σ² is log σ; yours has half of that. Was σ squared under the root?",
        ),
        Mistake(
            "double-width",
            _nll(width=lambda s: 2 * log(s)),
            "log σ² without its ½: the density has 1/σ in front, not 1/σ².",
        ),
        Mistake(
            "likelihood",
            lambda p, t, s: -gaussian_nll(p, t, s),
            "That is the log-likelihood, which one wants large. A loss is what one wants small.",
        ),
        Mistake(
            "half-turned",
            lambda p, t, s: (((p - t) / s) ** 2 / 2 - log(s) - HALF_LOG_TWO_PI).mean(),
            "The sign of the residual's term is right. The factor in front of the exponential is in the same "
            "logarithm, and the sign of all of it is turned round.",
        ),
        Mistake(
            "missing-brackets",
            lambda p, t, s: ((p - t) ** 2 / 2 * s**2 + log(s) + HALF_LOG_TWO_PI).mean(),
            "The terms without the residual are right. `a / 2 * b` is (a / 2) · b: what should stand under the "
            "fraction line?",
        ),
        Mistake(
            "density",
            lambda p, t, s: torch.exp(-(((p - t) / s) ** 2) / 2).div(s * (2 * pi) ** 0.5).mean(),
            "You return the density itself. Its logarithm is still to be taken, and the sign turned round.",
        ),
        Mistake(
            "log-of-mean",
            lambda p, t, s: -torch.log(torch.exp(-(((p - t) / s) ** 2) / 2).div(s * (2 * pi) ** 0.5).mean()),
            "Right for a single pair. You average densities and then take the logarithm; independent pairs multiply, "
            "so the logarithms are averaged.",
        ),
        Mistake(
            "pi-for-two-pi",
            _nll(rest=log(pi) / 2),
            "On every input yours is short by ½ log 2. What stands under the root in the Gaussian density?",
        ),
        Mistake(
            "constant-not-halved",
            _nll(rest=log(2 * pi)),
            "On every input yours is too large by the same amount. The constant stands under a root; what does the "
            "logarithm make of a root?",
        ),
        Mistake(
            "sum",
            lambda p, t, s: gaussian_nll(p, t, s) * len(p),
            "Each pair is right. Yours is exactly n times the expected value; what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, s: ((p - t) / s) ** 2 / 2 + log(s) + log(2 * pi) / 2,
            "The value of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "base-ten",
            lambda p, t, s: gaussian_nll(p, t, s) / log(10),
            "Yours is in powers of ten. The specification asks for nats, the natural logarithm.",
        ),
        Mistake(
            "variance-for-width",
            lambda p, t, s: gaussian_nll(p, t, s**2),
            "You hand σ² to something that wants a standard deviation.",
        ),
        Mistake(
            "base-two",
            lambda p, t, s: gaussian_nll(p, t, s) / log(2),
            "Yours is in bits. The specification asks for nats, the natural logarithm.",
        ),
        Mistake(
            "width-subtracted",
            _nll(width=lambda s: -log(s)),
            "The sign of the term with σ is turned round: claiming a wide spread must cost something.",
        ),
        Mistake(
            "mse",
            lambda p, t, s: ((p - t) ** 2).mean(),
            "That is squared error. It is what remains of the likelihood when constants are dropped; here they are "
            "asked for.",
        ),
        Mistake(
            "laplace",
            lambda p, t, s: ((p - t).abs() / s + log(2 * s)).mean(),
            "That is the likelihood of a Laplace distribution, whose loss is absolute error.",
        ),
        Mistake(
            "log-not-halved",
            lambda p, t, s: (log(2 * pi * s**2) + (p - t) ** 2 / (2 * s**2)).mean(),
            "The residual's term is right. What does the logarithm make of the root in front of the "
            "exponential?",
        ),
        Mistake(
            "minus-density",
            lambda p, t, s: -_density(p, t, s).mean(),
            "You return the density with its sign turned round. Its logarithm is still to be taken.",
        ),
        Mistake(
            "sigma-as-variance-no-constant",
            lambda p, t, s: (0.5 * log(s) + (p - t) ** 2 / (2 * s)).mean(),
            "You read σ as a variance, and the term that depends on neither the data nor σ is missing.",
        ),
        Mistake(
            "residual-sign",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) - (p - t) ** 2 / (2 * s**2)).mean(),
            "A larger miss makes yours smaller. The exponent is negative already: what does the minus in "
            "front do to it?",
        ),
        Mistake(
            "not-squared",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t) / (2 * s**2)).mean(),
            "The terms without the residual are right. The residual has lost its square.",
        ),
        Mistake(
            "absolute",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t).abs() / (2 * s**2)).mean(),
            "The terms without the residual are right. The residual has lost its square.",
        ),
        Mistake(
            "mean-first",
            lambda p, t, s: 0.5 * log(2 * pi * s**2) + (p - t).mean() ** 2 / (2 * s**2),
            "Right for a single pair. You average the residuals before you square them, so they cancel.",
        ),
        Mistake(
            "squares-summed",
            lambda p, t, s: 0.5 * log(2 * pi * s**2) + ((p - t) ** 2 / (2 * s**2)).sum(),
            "Right for a single pair. The residuals' terms are added up and the constant is there once: what "
            "turns the total into a mean?",
        ),
        Mistake(
            "two-squared",
            lambda p, t, s: (0.5 * log(2 * pi * s**2) + (p - t) ** 2 / (2 * s) ** 2).mean(),
            "The terms without the residual are right. You square the 2 together with σ.",
        ),
        Mistake(
            "floor",
            lambda p, t, s: -torch.log(_density(p, t, s) + 1e-12).mean(),
            "Right near the target. Something small is added to the density, so a far target surprises you "
            "less than it should.",
        ),
    ),
    variants=(
        lambda p, t, s: -torch.distributions.Normal(p, s).log_prob(t).mean(),
        lambda p, t, s: ((p - t) ** 2).mean() / (2 * s**2) + 0.5 * np.log(2 * np.pi * s**2),
        lambda p, t, s: torch.nn.functional.gaussian_nll_loss(p, t, torch.full_like(p, s**2), full=True),
        lambda p, t, s: gaussian_nll(p.float(), t.float(), s),
        lambda p, t, s: (
            sum(((a - b) / s) ** 2 / 2 + log(s * (2 * pi) ** 0.5) for a, b in zip(p, t, strict=True)) / len(p)
        ),
    ),
)


# reg-09 · predict: one of them moves -------------------------------------------------------------------------------


NEWCOMER = Question(
    id="reg-09",
    name="newcomer",
    title="A millionaire moves in",
    kind="predict",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "Both rise, the squared one more.",
        "B": "The squared one rises by a fifth of the change, the absolute one stays where it is.",
        "C": "Neither moves much: one household in five cannot outvote four.",
        "D": "The squared one rises to half the new income, the absolute one by a fifth of the change.",
    },
    answer="B",
    because="A mean takes a fifth of whatever one of five does. A median only asks who stands on which side, and the "
    "fifth household was above it before.",
    misconceptions={
        "A": "The squared one does rise. For the absolute one, count how many households stand above 40 before and "
        "after: what has changed?",
        "C": "That is how the absolute one votes: a head, a vote. Under squared error the pull grows with the "
        "distance. How far away is the newcomer?",
        "D": "Find the mean of five numbers when one of them grows by 10,000. And does a median ask how far away "
        "anyone is?",
    },
    hints=(
        "Which statistic of five numbers is cheapest under squared error? Which under absolute error?",
        "Mean and median. Write both down for 20, 30, 40, 50, 60.",
        "Now replace 60 by 10,060: one of the two is still 40.",
    ),
)
