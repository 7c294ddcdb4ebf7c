"""One number that divides the logits. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-08 · temperature by Newton's method ----------------------------------------------------------------------------


def fit_temperature(logits, target, steps):
    beta = 0.0
    true_logit = logits.gather(1, target[:, None])[:, 0]
    for _ in range(steps):
        p = torch.softmax(beta * logits, dim=1)
        mean = (p * logits).sum(dim=1)
        variance = (p * logits**2).sum(dim=1) - mean**2
        beta = beta - (mean - true_logit).mean() / variance.mean()
    return 1 / beta


def logits_of(rng: np.random.Generator, n: int, k: int, heat: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, k), and classes that softmax(logits / heat) would have drawn; not all the top one, not most of them lost."""
    while True:
        z = rng.normal(0.4, 2.0, (n, k)).round(2)
        p = np.exp(z / heat - (z / heat).max(1, keepdims=True))
        t = np.array([rng.choice(k, p=row / row.sum()) for row in p])
        lead = z[np.arange(n), t] - z.mean(1)
        missed = (z.argmax(1) != t).mean()
        if lead.mean() > 0.25 and 0.15 <= missed <= 0.8:
            return z, t


def held_out(rng: np.random.Generator) -> Iterator[Probe]:
    """Over-confident and timid logits, after one step and after several. No class is as frequent as every other."""
    for n, k, heat in ((7, 3, 1.5), (17, 4, 2.5), (25, 3, 0.7)):
        z, t = logits_of(rng, n, k, heat)
        for steps in (1, 2, 10):
            yield Probe((z, t, steps))
    z, t = logits_of(rng, 10, 3, 2.0)
    yield Probe((-z, t, 2))  # the true class has the smaller logits: β and T come out negative


LATER = (
    Regime(
        "later steps", lambda z, t, steps: steps > 1, "more than one step is taken", "a single step is taken"
    ),
    Regime("many steps", lambda z, t, steps: steps > 2, "many steps are taken", "a step or two are taken"),
    Regime(
        "misleading logits",
        lambda z, t, steps: (z[np.arange(len(t)), t] - z.mean(1)).mean() < 0,
        "the true class has the smaller logits, so that T is negative",
        "the true class has the larger logits",
    ),
)


def _true(z, t):
    return z.gather(1, t[:, None])[:, 0]


def _spread(p, z):
    """The variance as the text has it; it is one only where p adds up to 1."""
    return (p * z**2).sum(1) - (p * z).sum(1) ** 2


def _newton(
    slope=lambda p, z, t: ((p * z).sum(1) - _true(z, t)).mean(),
    curvature=lambda p, z, t: _spread(p, z).mean(),
    step=lambda g, h: -g / h,
    said=lambda b, z: torch.softmax(b * z, 1),
    start=0.0,
    extra=0,
    end=lambda b: 1 / b,
):
    """Newton's method on 1/T with one of its parts replaced."""

    def fit(z, t, steps):
        b = torch.tensor(start, dtype=z.dtype)
        for _ in range(steps + extra):
            p = said(b, z)
            b = b + step(slope(p, z, t), curvature(p, z, t))
        return end(b)

    return fit


# where it begins and ends, and the step
ENDS = (
    ("starts-at-one", {"start": 1.0}, "β does not begin where it should."),
    (
        "returns-beta",
        {"end": lambda b: b},
        "The temperature *divides* the logits, and you return what multiplies them.",
    ),
)
CURVATURES = (
    (
        "not-centred",
        {"curvature": lambda p, z, t: (p * z**2).sum(1).mean()},
        "And a variance has the square of the mean taken off.",
    ),
    (
        "equal-weights",
        {"curvature": lambda p, z, t: z.var(1, correction=0).mean()},
        "And the variance is under p, where the classes are not equally likely.",
    ),
    (
        "variance-by-k-minus-one",
        {"curvature": lambda p, z, t: z.var(1).mean()},
        "And the variance is under p: `var` weighs all classes equally, and divides by k − 1.",
    ),
    ("no-curvature", {"step": lambda g, h: -g}, "And Newton's step divides the slope by the curvature."),
)


def _on_the_temperature(z, t, steps):
    heat = torch.tensor(1.0, dtype=z.dtype)
    for _ in range(steps):
        p = torch.softmax(z / heat, 1)
        g, h = ((p * z).sum(1) - _true(z, t)).mean(), _spread(p, z).mean()
        heat = heat + g / heat**2 / (h / heat**4 + 2 * g / heat**3)
    return heat


def _steps_on_the_temperature(z, t, steps):
    heat = torch.tensor(1.0, dtype=z.dtype)
    for _ in range(steps):
        p = torch.softmax(z / heat, 1)
        heat = heat - ((p * z).sum(1) - _true(z, t)).mean() / _spread(p, z).mean()
    return heat


def _newton_by_autograd(logits, target, steps):
    beta = torch.zeros((), dtype=logits.dtype)
    for _ in range(steps):
        beta = beta.detach().requires_grad_()
        (slope,) = torch.autograd.grad(F.cross_entropy(beta * logits, target), beta, create_graph=True)
        (curvature,) = torch.autograd.grad(slope, beta)
        beta = beta - slope / curvature
    return 1 / beta.detach()


def _newton_in_numpy(logits, target, steps):
    z, b = np.asarray(logits), 0.0
    d = z - z[np.arange(len(z)), np.asarray(target)][:, None]
    for _ in range(steps):
        w = np.exp(b * d - (b * d).max(1, keepdims=True))
        w /= w.sum(1, keepdims=True)
        m = (w * d).sum(1)
        b -= m.sum() / ((w * d**2).sum(1) - m**2).sum()
    return 1 / b


def _newton_centred(logits, target, steps):
    beta = torch.zeros((), dtype=logits.dtype)
    truth = F.one_hot(target, logits.shape[1])
    for _ in range(steps):
        p = torch.softmax(beta * logits, dim=1)
        mean = (p * logits).sum(dim=1, keepdim=True)
        slope = ((p - truth) * logits).sum(dim=1).mean()
        curvature = (p * (logits - mean) ** 2).sum(dim=1).mean()
        beta = beta - slope / curvature
    return 1 / beta


def _newton_row_by_row(logits, target, steps):
    beta = 0.0
    for _ in range(steps):
        slope = curvature = 0.0
        for z, y in zip(logits, target, strict=True):
            p = torch.softmax(beta * z, dim=0)
            mean = (p * z).sum()
            slope += mean - z[y]
            curvature += (p * z**2).sum() - mean**2
        beta -= slope / curvature
    return 1 / beta


NEWTON = Exercise(
    id="cal-08",
    name="fit_temperature",
    title="A temperature by Newton's method",
    points=3,
    minutes=15,
    difficulty=3,
    reference=fit_temperature,
    probes=held_out,
    regimes=LATER,
    gives="one number, the temperature T = 1/β,",
    hints=(
        "Everything is said in terms of β, by which the logits are *multiplied*. T appears in the last line only.",
        "In each step: p from the present β; for each row the mean and the variance of its logits under p; then two means "
        "over the rows.",
        "`mean = (p * logits).sum(1)`, variance = `(p * logits**2).sum(1) - mean**2`; β moves by minus the mean of (mean − "
        "true logit) over the mean of the variances.",
    ),
    mistakes=(
        Mistake(
            "returns-beta",
            _newton(end=lambda b: b),
            "The steps are right, and you return β. The temperature divides: how do the two belong together?",
        ),
        Mistake(
            "starts-at-one",
            _newton(start=1.0),
            "The steps are right; the start is not. β begins at 0, where all classes are equally likely.",
        ),
        *two_at_once(_newton, ENDS[:1], ENDS[1:]),
        *two_at_once(_newton, ENDS, CURVATURES),
        Mistake(
            "newton-on-t",
            _on_the_temperature,
            "You step in T. In β = 1/T the loss is convex, and that is the number the steps are for.",
        ),
        Mistake(
            "betas-steps-on-t",
            _steps_on_the_temperature,
            "Slope and curvature are those of β, and you move T by them. The number that the steps change is β = 1/T.",
        ),
        Mistake(
            "uphill",
            _newton(step=lambda g, h: g / h),
            "Your first step goes uphill, where the answers are *less* likely. Which way does a positive slope send β?",
        ),
        Mistake(
            "no-curvature",
            _newton(step=lambda g, h: -g),
            "You step by the slope alone. Newton's step divides it by the curvature.",
        ),
        Mistake(
            "times-curvature",
            _newton(step=lambda g, h: -g * h),
            "You multiply by the curvature. Where the loss bends strongly a step should be short.",
        ),
        Mistake(
            "root-of-curvature",
            _newton(step=lambda g, h: -g / h.sqrt()),
            "You divide by the root of the curvature, a standard deviation. The curvature is the variance itself.",
        ),
        Mistake(
            "not-centred",
            _newton(curvature=lambda p, z, t: (p * z**2).sum(1).mean()),
            "The slope is right. Your curvature is the mean square of the logits; a variance has the square of their mean "
            "taken off.",
        ),
        Mistake(
            "centred-at-the-truth",
            _newton(curvature=lambda p, z, t: (p * (z - _true(z, t)[:, None]) ** 2).sum(1).mean()),
            "The slope is right. A variance is measured from the mean under p, not from the true class's logit.",
        ),
        Mistake(
            "mean-of-means",
            _newton(
                curvature=lambda p, z, t: (p * z**2).sum(1).mean() - (p * z).sum(1).mean() ** 2,
            ),
            "The slope is right. Your curvature also counts how far the rows' means lie from each other. Whose variance was "
            "asked?",
        ),
        Mistake(
            "equal-weights",
            _newton(curvature=lambda p, z, t: z.var(1, correction=0).mean()),
            "The first step is right. After it the classes are no longer equally likely, and your curvature is still that of "
            "the start.",
        ),
        Mistake(
            "variance-by-k-minus-one",
            _newton(curvature=lambda p, z, t: z.var(1).mean()),
            "`var` weighs all classes equally and divides by k − 1. The variance asked is under p.",
        ),
        Mistake(
            "first-p-kept",
            lambda z, t, steps: 1 / (steps / fit_temperature(z, t, 1)),
            "The first step is right. Then the probabilities have moved, and yours are still those of the start.",
        ),
        Mistake(
            "p-at-one",
            _newton(said=lambda b, z: torch.softmax(z, 1)),
            "Your probabilities do not depend on β: they are those of T = 1 at every step.",
        ),
        Mistake(
            "logarithms-for-probabilities",
            _newton(said=lambda b, z: torch.log_softmax(b * z, 1)),
            "Your p are logarithms: they are negative. A mean under p is weighted by the probabilities themselves.",
        ),
        Mistake(
            "divided-by-beta",
            _newton(said=lambda b, z: torch.softmax(z / b, 1)),
            "Yours is nan from the first step on: β is 0 there, and something is divided by it. β *multiplies* the logits.",
        ),
        Mistake(
            "slope-without-truth",
            _newton(slope=lambda p, z, t: (p * z).sum(1).mean()),
            "`target` does not come into your slope: the mean logit under p is compared with nothing.",
        ),
        Mistake(
            "slope-of-the-named-class",
            _newton(slope=lambda p, z, t: ((p * z).sum(1) - z.max(1).values).mean()),
            "You compare with the logit of the class that the model named. Compare with the one that was true.",
        ),
        Mistake(
            "slope-summed",
            _newton(slope=lambda p, z, t: ((p * z).sum(1) - _true(z, t)).sum()),
            "The slope is a sum and the curvature a mean in yours, so the step is n times too long.",
        ),
        Mistake(
            "curvature-summed",
            _newton(curvature=lambda p, z, t: _spread(p, z).sum()),
            "The slope is a mean and the curvature a sum in yours, so the step is n times too short.",
        ),
        Mistake(
            "slope-with-equal-weights",
            _newton(slope=lambda p, z, t: (z.mean(1) - _true(z, t)).mean()),
            "The first step is right. After it the classes are no longer equally likely; your mean logit still treats them so.",
        ),
        Mistake(
            "columns-for-rows",
            _newton(slope=lambda p, z, t: ((p * z).sum(1)[:, None] - z[:, t]).mean()),
            "`logits[:, target]` takes whole columns, n × n numbers. Each row has one true class.",
        ),
        Mistake(
            "slope-of-the-probabilities",
            _newton(slope=lambda p, z, t: (_true(p, t) - 1).mean()),
            "That is the slope for the true *logit*. β moves every logit by its own size: where do the logits come in?",
        ),
        Mistake(
            "half-steps",
            _newton(step=lambda g, h: -g / h / 2),
            "Your steps are half as long as asked.",
        ),
        Mistake(
            "one-step-more",
            _newton(extra=1),
            "You take one step too many. How often does the loop run?",
        ),
        Mistake(
            "one-step-only",
            lambda z, t, steps: fit_temperature(z, t, 1),
            "Yours ends where the first step ends. Is a `return` inside the loop, or does the loop begin again from 0?",
        ),
        Mistake(
            "softmax-over-answers",
            _newton(said=lambda b, z: torch.softmax(b * z, 0)),
            "Your probabilities add up to 1 over the *answers*. Each answer has k classes that share its 1.",
        ),
        Mistake(
            "step-by-each",
            lambda z, t, steps: 1 / _each_row(z, t, steps),
            "You divide slope by curvature for each row and average the steps. Newton's step is one slope over one "
            "curvature, each averaged first.",
        ),
        Mistake(
            "small-steps",
            _newton(step=lambda g, h: -0.1 * g),
            "You step by a tenth of the slope. Newton's step is the slope divided by the curvature; no rate is needed.",
        ),
        Mistake(
            "variance-of-all-logits",
            _newton(curvature=lambda p, z, t: z.var()),
            "Your variance is that of all logits of all rows together. Each row has one of its own, under its p.",
        ),
        Mistake(
            "turned-over",
            _newton(step=lambda g, h: -h / g),
            "You divide the curvature by the slope. Where the loss bends strongly a step should be short.",
        ),
        Mistake(
            "weights-for-the-variance",
            _newton(curvature=lambda p, z, t: (p * (1 - p) * z**2).sum(1).mean()),
            "The slope is right. The logits of a row vary *together*: their variance is mean square minus squared mean.",
        ),
        Mistake(
            "never-below-one",
            _newton(end=lambda b: (1 / b).clamp(min=1.0)),
            "The steps are right. You do not let T fall below 1; a network may be too timid as well, and no guard was asked.",
        ),
        Mistake(
            "one-step-fewer",
            _newton(extra=-1),
            "You take one step too few. How often does the loop run?",
        ),
        Mistake(
            "probabilities-squared-too",
            _newton(curvature=lambda p, z, t: (((p * z) ** 2).sum(1) - (p * z).sum(1) ** 2).mean()),
            "The slope is right. In the mean square only the *logit* is squared; p weighs it, as it is.",
        ),
        Mistake(
            "mean-not-squared",
            _newton(curvature=lambda p, z, t: ((p * z**2).sum(1) - (p * z).sum(1)).mean()),
            "The slope is right. The variance is the mean square minus the *square* of the mean.",
        ),
    ),
    variants=(
        _newton_by_autograd,
        _newton_in_numpy,
        _newton_centred,
        _newton_row_by_row,
        lambda z, t, steps: _newton()(z.float(), t, steps),
    ),
)


def _each_row(z, t, steps):
    b = torch.tensor(0.0, dtype=z.dtype)
    for _ in range(steps):
        p = torch.softmax(b * z, 1)
        b = b - (((p * z).sum(1) - _true(z, t)) / _spread(p, z)).mean()
    return b
