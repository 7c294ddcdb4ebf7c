"""What chance adds to a squared gap. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np

from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-04 · the error without its bias ---------------------------------------------------------------------------------


def debiased_error(count, confidence, accuracy):
    luck = accuracy * (1 - accuracy) / (count - 1)
    return (count * ((confidence - accuracy) ** 2 - luck)).sum() / count.sum()


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Bins with at least two answers; some calibrated to chance, some far off; one bin, and bins that are all right."""
    for bins in (1, 2, 3, 5, 8):
        count = rng.integers(3, 40, bins).astype(float)
        right = np.array([rng.integers(1, n) for n in count.astype(int)])
        accuracy = right / count
        yield Probe(
            (count, (accuracy + rng.uniform(0.02, 0.3, bins) * rng.choice([-1, 1], bins)).round(3), accuracy)
        )
    yield Probe((np.array([2.0, 10.0, 4.0]), np.array([0.52, 0.71, 0.93]), np.array([0.5, 0.7, 1.0])))
    yield Probe((np.array([20.0, 5.0]), np.array([0.55, 0.97]), np.array([0.4, 0.8])))
    yield Probe((np.array([20.0, 50.0]), np.array([0.55, 0.97]), np.array([0.4, 0.8])))


BELOW = (
    Regime(
        "below zero",
        lambda n, c, a: debiased_error(n, c, a) < 0,
        "the result is negative",
        "the result is positive",
    ),
)


def _corrected(
    gap=lambda c, a: (c - a) ** 2,
    luck=lambda n, c, a: a * (1 - a) / (n - 1),
    weigh=lambda e, n: (n * e).sum() / n.sum(),
):
    """The corrected error with one of its parts replaced."""
    return lambda n, c, a: weigh(gap(c, a) - luck(n, c, a), n)


# what is taken off, and how the bins are joined
LUCK = (
    ("by-n", {"luck": lambda n, c, a: a * (1 - a) / n}, "The variance is not divided by n_b itself."),
    (
        "variance-of-the-confidence",
        {"luck": lambda n, c, a: c * (1 - c) / (n - 1)},
        "It is the accuracy that scatters, not the confidence.",
    ),
    (
        "variance-of-one",
        {"luck": lambda n, c, a: a * (1 - a)},
        "You subtract the variance of a single answer; a bin's mean was compared.",
    ),
    (
        "standard-deviation",
        {"luck": lambda n, c, a: (a * (1 - a) / (n - 1)).sqrt()},
        "You take a standard deviation off a square.",
    ),
)
JOIN = (
    (
        "bins-equal",
        {"weigh": lambda e, n: e.mean()},
        "And a bin with five answers counts as much as one with fifty.",
    ),
    ("summed", {"weigh": lambda e, n: (n * e).sum()}, "And nothing is divided by the number of all answers."),
    (
        "clipped-each",
        {"weigh": lambda e, n: (n * e.clamp(min=0)).sum() / n.sum()},
        "And you cut each bin off at 0: then only luck above zero stays.",
    ),
    (
        "clipped-sum",
        {"weigh": lambda e, n: ((n * e).sum() / n.sum()).clamp(min=0)},
        "And an estimate of 0 has to be able to fall on both sides of it.",
    ),
    ("root", {"weigh": lambda e, n: ((n * e).sum() / n.sum()).sqrt()}, "And no root was asked."),
)


def _smoothed(n, a):
    """The accuracy as if one right and one wrong answer more had been given."""
    a = (a * n + 1) / (n + 2)
    return a * (1 - a)


def _variance_of_all(n, a):
    right = (n * a).sum() / n.sum()
    return right * (1 - right)


def _debiased_by_shares(count, confidence, accuracy):
    share = count / count.sum()
    gap = (confidence - accuracy) ** 2
    variance = accuracy * (1 - accuracy) / (count - 1)
    return (share * (gap - variance)).sum()


def _debiased_in_a_loop(count, confidence, accuracy):
    total = 0.0
    for n, c, a in zip(count.tolist(), confidence.tolist(), accuracy.tolist(), strict=True):
        total += n * ((c - a) ** 2 - a * (1 - a) / (n - 1))
    return total / count.sum()


def _debiased_in_numpy(count, confidence, accuracy):
    n, c, a = np.asarray(count), np.asarray(confidence), np.asarray(accuracy)
    return np.average((c - a) ** 2 - a * (1 - a) / (n - 1), weights=n)


def _debiased_in_two_sums(count, confidence, accuracy):
    gaps = (count * (confidence - accuracy) ** 2).sum()
    luck = (count * accuracy * (1 - accuracy) / (count - 1)).sum()
    return (gaps - luck) / count.sum()


DEBIASED = Exercise(
    id="cal-04",
    name="debiased_error",
    title="What chance adds, subtracted",
    points=2,
    minutes=8,
    difficulty=2,
    reference=debiased_error,
    probes=tables,
    regimes=BELOW,
    gives="one number, the mean over all answers,",
    hints=(
        "Two terms for each bin: the squared gap, and what chance alone adds to it. Then a weighted mean over the bins.",
        "Write both terms as tensors over the bins and subtract before you average. Which bins should count more?",
        "`luck = accuracy * (1 - accuracy) / (count - 1)`; then the sum of count times (squared gap − luck), over the sum "
        "of the counts.",
    ),
    mistakes=(
        Mistake(
            "not-corrected",
            _corrected(luck=lambda n, c, a: 0 * a),
            "The squared gaps are right and rightly weighted. What chance adds to them is still inside.",
        ),
        Mistake(
            "by-n",
            _corrected(luck=lambda n, c, a: a * (1 - a) / n),
            "Nearly. You divide by n_b; the estimate of a variance from the sample's own mean divides by something else.",
        ),
        Mistake(
            "variance-of-one",
            _corrected(luck=lambda n, c, a: a * (1 - a)),
            "You subtract the variance of a *single* answer. What was compared is the mean of a bin.",
        ),
        Mistake(
            "sample-variance-of-one",
            _corrected(luck=lambda n, c, a: a * (1 - a) * n / (n - 1)),
            "You subtract the variance of a *single* answer. What was compared is the mean of a bin.",
        ),
        Mistake(
            "added",
            _corrected(luck=lambda n, c, a: -a * (1 - a) / (n - 1)),
            "Both terms are right. Chance makes the squared gap too large: does it belong added?",
        ),
        Mistake(
            "variance-of-the-confidence",
            _corrected(luck=lambda n, c, a: c * (1 - c) / (n - 1)),
            "The scatter in yours is that of the confidence. It is the accuracy that is measured, and scatters.",
        ),
        *(
            Mistake(
                f"accuracy-smoothed-{name}",
                _corrected(luck=lambda n, c, a, below=below: _smoothed(n, a) / below(n)),
                "You smooth the accuracy before you take its variance, so that this is never 0. With the accuracy as it was counted, what is "
                "subtracted is right on average, the zeros among it; with yours it is not.",
            )
            for name, below in (("by-n-minus-one", lambda n: n - 1), ("by-n", lambda n: n))
        ),
        Mistake(
            "both-in-the-variance",
            _corrected(luck=lambda n, c, a: c * (1 - a) / (n - 1)),
            "In the variance both factors belong to the accuracy.",
        ),
        Mistake(
            "by-all-answers",
            _corrected(luck=lambda n, c, a: a * (1 - a) / (n.sum() - 1)),
            "You divide by the number of all answers. The chance of a bin depends on its own number.",
        ),
        Mistake(
            "luck-of-all-together",
            lambda n, c, a: (n * (c - a) ** 2).sum() / n.sum() - _variance_of_all(n, a) / (n.sum() - 1),
            "You subtract the scatter of the accuracy of all answers together. Each bin scatters by itself, around its own.",
        ),
        Mistake(
            "standard-deviation",
            _corrected(luck=lambda n, c, a: (a * (1 - a) / (n - 1)).sqrt()),
            "A square minus a standard deviation: the units do not match.",
        ),
        Mistake(
            "gap-not-squared",
            _corrected(gap=lambda c, a: (c - a).abs()),
            "The gaps are not squared in yours; the variance that is subtracted is a square.",
        ),
        Mistake(
            "gap-signed",
            _corrected(gap=lambda c, a: c - a),
            "The gaps are not squared in yours, so that too sure and too timid cancel.",
        ),
        Mistake(
            "clipped-each",
            lambda n, c, a: (n * ((c - a) ** 2 - a * (1 - a) / (n - 1)).clamp(min=0)).sum() / n.sum(),
            "You cut each bin off at 0. Then luck above zero stays and luck below is thrown away: the bias is back.",
        ),
        Mistake(
            "clipped-sum",
            lambda n, c, a: debiased_error(n, c, a).clamp(min=0),
            "Right unless the result is negative. An estimate of 0 has to be able to fall on both sides of it.",
        ),
        Mistake(
            "bins-equal",
            _corrected(weigh=lambda e, n: e.mean()),
            "The bins are right. A bin with five answers counts as much as one with fifty in yours.",
        ),
        Mistake(
            "summed",
            _corrected(weigh=lambda e, n: (n * e).sum()),
            "The bins are right and rightly weighted. What turns a total over all answers into a mean?",
        ),
        Mistake(
            "bins-summed",
            _corrected(weigh=lambda e, n: e.sum()),
            "The bins are right, and you add them up as they are. How much should each bin count?",
        ),
        Mistake(
            "luck-not-weighted",
            lambda n, c, a: (n * (c - a) ** 2).sum() / n.sum() - (a * (1 - a) / (n - 1)).sum(),
            "The squared gaps are averaged rightly. What chance adds goes through the same average.",
        ),
        Mistake(
            "luck-averaged-equally",
            lambda n, c, a: (n * (c - a) ** 2).sum() / n.sum() - (a * (1 - a) / (n - 1)).mean(),
            "The squared gaps are averaged rightly. What chance adds goes through the same average, by numbers of answers.",
        ),
        Mistake(
            "weights-squared",
            _corrected(weigh=lambda e, n: ((n / n.sum()) ** 2 * e).sum()),
            "The bins are right. Your weights are squared shares and do not add up to 1.",
        ),
        Mistake(
            "root",
            lambda n, c, a: debiased_error(n, c, a).clamp(min=0).sqrt(),
            "You took the root at the end. Asked is the mean square, which may be negative.",
        ),
        Mistake(
            "root-of-a-negative",
            lambda n, c, a: debiased_error(n, c, a).sqrt(),
            "You took the root at the end, and it is nan where the mean square is negative. Asked is the mean square.",
        ),
        Mistake(
            "over-bins-minus-one",
            _corrected(weigh=lambda e, n: (n * e).sum() / (n.sum() - 1)),
            "The bins are right. The weighted mean divides by the number of all answers, not by one less.",
        ),
        Mistake(
            "squared-outside",
            lambda n, c, a: (
                ((n * (c - a)).sum() / n.sum()) ** 2 - (n * (a * (1 - a) / (n - 1))).sum() / n.sum()
            ),
            "You average the gaps first and square then, so that too sure and too timid cancel.",
        ),
        Mistake(
            "brackets",
            lambda n, c, a: (n * ((c - a) ** 2 - a * (1 - a) / n - 1)).sum() / n.sum(),
            "`/ n - 1` divides first and subtracts then. What belongs in brackets?",
        ),
        *two_at_once(_corrected, LUCK, JOIN[:2]),
        *two_at_once(_corrected, LUCK[:2], JOIN[2:]),
        Mistake(
            "variance-of-the-confidence-by-n",
            _corrected(luck=lambda n, c, a: c * (1 - c) / n),
            "Two things are left: it is the accuracy that scatters, and the estimate of a variance does not divide by n_b.",
        ),
        Mistake(
            "accuracy-squared",
            _corrected(luck=lambda n, c, a: a**2 / (n - 1)),
            "The variance of a yes-or-no is not its squared mean: what is it where the accuracy is 1?",
        ),
        Mistake(
            "accuracy-alone",
            _corrected(luck=lambda n, c, a: a / (n - 1)),
            "The variance of a yes-or-no has a second factor: what is it where the accuracy is 1?",
        ),
        Mistake(
            "over-the-bins",
            _corrected(weigh=lambda e, n: (n * e).mean()),
            "The bins are right and rightly weighted. You divide by the number of bins; the mean is over all answers.",
        ),
        Mistake(
            "sizes-of-the-bins",
            _corrected(weigh=lambda e, n: (n * e.abs()).sum() / n.sum()),
            "You drop the sign of each bin. Then luck below zero counts as luck above it: the bias is back.",
        ),
        Mistake(
            "luck-alone",
            lambda n, c, a: (n * a * (1 - a) / (n - 1)).sum() / n.sum(),
            "You return what chance adds. What is it to be taken off from?",
        ),
        Mistake(
            "weights-minus-one",
            _corrected(weigh=lambda e, n: ((n - 1) * e).sum() / (n - 1).sum()),
            "The bins are right. As weights you take one less than their answers; the mean is over all answers.",
        ),
        Mistake(
            "difference-of-squares",
            _corrected(gap=lambda c, a: c**2 - a**2),
            "You square confidence and accuracy apart. The difference comes first.",
        ),
        Mistake(
            "luck-not-counted",
            lambda n, c, a: (n * (c - a) ** 2 - a * (1 - a) / (n - 1)).sum() / n.sum(),
            "The squared gaps are weighted by the count, and what you subtract is not: brackets?",
        ),
        Mistake(
            "brackets-in-the-variance",
            _corrected(luck=lambda n, c, a: a * 1 - a / (n - 1)),
            "`a * 1 - a` is not `a * (1 - a)`: what belongs in brackets?",
        ),
    ),
    variants=(
        _debiased_by_shares,
        _debiased_in_a_loop,
        _debiased_in_numpy,
        _debiased_in_two_sums,
        lambda n, c, a: _corrected()(n.float(), c.float(), a.float()),
    ),
)
