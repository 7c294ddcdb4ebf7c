"""Class weights. The function below the heading is the solution that a learner may ask for."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cls-09 · class weights --------------------------------------------------------------------------------------------


def class_weights(target, num_classes):
    counts = torch.bincount(target, minlength=num_classes)
    weights = len(target) / (num_classes * counts.double())
    return torch.where(counts > 0, weights, 0.0)


def labels(rng: np.random.Generator) -> Iterator[Probe]:
    """Labels of several sizes; classes that do not occur, at the end and in the middle; two that share their labels."""
    for k, counts in ((2, (3, 1)), (3, (5, 1, 2)), (4, (2, 7, 1, 3)), (2, (4, 4))):
        yield Probe((rng.permutation(np.repeat(np.arange(k), counts)), k))
    some = rng.permutation(np.repeat([0, 1, 2], (6, 1, 3)))
    yield Probe((some, 3))
    yield Probe((some, 5))
    yield Probe((rng.permutation(np.repeat([0, 2, 3], (3, 4, 1))), 4))
    yield Probe((rng.permutation(np.repeat([1, 2], (5, 2))), 3))
    yield Probe((np.array([1]), 2))


ABSENT = (
    Regime(
        "an absent class",
        lambda t, k: bool(len(np.unique(t)) < k),
        "a class does not occur",
        "every class occurs",
    ),
)


def _counts(t, k):
    return torch.bincount(t, minlength=k).double()


def _weights(of=lambda c, n, k: n / (k * c), after=lambda w, c: torch.where(c > 0, w, 0.0), counts=_counts):
    """Class weights with one of their parts replaced."""
    return lambda t, k: after(of(counts(t, k), len(t), k), counts(t, k))


def _present_only(t, k):
    c = _counts(t, k)
    return torch.where(c > 0, len(t) / ((c > 0).sum() * c), 0.0)


def _by_first_appearance(t, k):
    counts = Counter(t.tolist())
    w = [len(t) / (k * n) for n in counts.values()]
    return torch.tensor(w + [0.0] * (k - len(w)), dtype=torch.float64)


def _dropped(t, k):
    counts = t.unique(return_counts=True)[1].double()
    return len(t) / (k * counts)


def _loop_weights(t, k):
    counts = Counter(t.tolist())
    return [len(t) / (k * counts[c]) if counts[c] else 0.0 for c in range(k)]


def _normalised(to):
    return lambda w, c: torch.where(c > 0, w, 0.0) * to(c) / torch.where(c > 0, w, 0.0).sum()


CLASS_WEIGHTS = Exercise(
    id="cls-09",
    name="class_weights",
    title="Balanced class weights",
    points=2,
    minutes=8,
    difficulty=1,
    reference=class_weights,
    probes=labels,
    regimes=ABSENT,
    gives="one weight for each class, shape (k,),",
    hints=(
        "How often does each class occur? From there it is one division.",
        "`torch.bincount(target, minlength=num_classes)` counts, and gives a 0 to a class that does not occur.",
        "n divided by k times the counts; then put 0 where the count is 0, for instance with `torch.where`.",
    ),
    mistakes=(
        Mistake(
            "counts-plus-one",
            _weights(of=lambda c, n, k: n / (k * (c + 1)), after=lambda w, c: w),
            "You add 1 to every count, which spares you the division by 0 and changes every weight. A class that does not occur gets 0.",
        ),
        Mistake(
            "counts-plus-one-masked",
            _weights(of=lambda c, n, k: n / (k * (c + 1))),
            "You add 1 to every count, which changes every weight.",
        ),
        Mistake(
            "whole-numbers",
            _weights(of=lambda c, n, k: n // (k * c.clamp(min=1)), after=lambda w, c: w),
            "You divide whole numbers and lose what is behind the point (and a class that does not occur gets a weight).",
        ),
        Mistake(
            "no-over-yes",
            _weights(of=lambda c, n, k: (n - c) / c),
            "That is the ratio of the others to this class, the usual `pos_weight`. Balanced weights divide n by k times the count.",
        ),
        Mistake(
            "inverse-no-mask",
            _weights(of=lambda c, n, k: 1 / c, after=lambda w, c: w),
            "The scale depends on how much data there is: with all classes equally frequent each weight should be 1. And a class that does not occur gets an infinite weight in yours.",
        ),
        Mistake(
            "no-k-no-mask",
            _weights(of=lambda c, n, k: n / c, after=lambda w, c: w),
            "Yours is k times the expected weight, and infinite for a class that does not occur.",
        ),
        Mistake(
            "sum-to-one-no-mask",
            _weights(of=lambda c, n, k: 1 / c, after=lambda w, c: w / w.sum()),
            "The ratios are right where every class occurs; the text sets the scale differently. A class that does not occur spoils the sum.",
        ),
        Mistake(
            "largest-over-count-no-mask",
            _weights(of=lambda c, n, k: c.max() / c, after=lambda w, c: w),
            "The ratios are right. You set the most common class to 1, and a class that does not occur to infinity; the text says otherwise.",
        ),
        Mistake(
            "root-no-mask",
            _weights(of=lambda c, n, k: (n / (k * c)) ** 0.5, after=lambda w, c: w),
            "You took a root, a milder correction; and a class that does not occur gets an infinite weight.",
        ),
        Mistake(
            "no-k",
            _weights(of=lambda c, n, k: n / c),
            "Yours is k times the expected weight. If all classes are equally frequent, which weight should each have?",
        ),
        Mistake(
            "inverse-counts",
            _weights(of=lambda c, n, k: 1 / c),
            "The ratios are right. The scale depends on how much data there is: with all classes equally frequent each "
            "weight should be 1.",
        ),
        Mistake(
            "frequencies",
            _weights(of=lambda c, n, k: c / n),
            "Those are the frequencies: the common classes count more in yours. It is the rare ones that should.",
        ),
        Mistake(
            "counts",
            _weights(of=lambda c, n, k: c),
            "Those are the counts. The weights fall as the counts rise.",
        ),
        Mistake(
            "upside-down",
            _weights(of=lambda c, n, k: k * c / n),
            "Upside down: the common classes count more in yours.",
        ),
        Mistake(
            "one-minus-frequency",
            _weights(of=lambda c, n, k: 1 - c / n),
            "1 − frequency gives rare classes more, but hardly: 1 in 100 and 1 in 1000 come out alike. Weight times count "
            "should be the same for every class.",
        ),
        Mistake(
            "one-minus-frequency-unmasked",
            _weights(of=lambda c, n, k: 1 - c / n, after=lambda w, c: w),
            "1 − frequency gives rare classes more, but hardly: 1 in 100 and 1 in 1000 come out alike. Weight times count "
            "should be the same for every class that occurs.",
        ),
        Mistake(
            "largest-over-count",
            _weights(of=lambda c, n, k: c.max() / c),
            "The ratios are right. You set the most common class to 1; the text sets the scale differently.",
        ),
        Mistake(
            "smallest-over-count",
            _weights(of=lambda c, n, k: c[c > 0].min() / c),
            "The ratios are right. You set the rarest class to 1; the text sets the scale differently.",
        ),
        Mistake(
            "sum-to-one",
            _weights(after=_normalised(lambda c: 1)),
            "The ratios are right. Yours add up to 1; the text sets the scale differently.",
        ),
        Mistake(
            "sum-to-k",
            _weights(after=_normalised(lambda c: len(c))),
            "The ratios are right. Yours add up to k; the text sets the scale differently.",
        ),
        Mistake(
            "root",
            _weights(of=lambda c, n, k: (n / (k * c)) ** 0.5),
            "You took a root, a milder correction. Balanced weights make weight times count the same for every class.",
        ),
        Mistake(
            "logarithm",
            _weights(of=lambda c, n, k: (n / c).log()),
            "You took a logarithm, a milder correction. Balanced weights make weight times count the same for every class.",
        ),
        Mistake(
            "absent-infinite",
            _weights(after=lambda w, c: w),
            "Right where every class occurs. Yours gives an infinite weight to a class that does not, and one infinite "
            "weight spoils every mean.",
        ),
        Mistake(
            "absent-as-one",
            _weights(of=lambda c, n, k: n / (k * c.clamp(min=1)), after=lambda w, c: w),
            "Right where every class occurs. One that does not is counted once in yours, and gets the largest weight of all.",
        ),
        Mistake(
            "absent-gets-one",
            _weights(after=lambda w, c: torch.where(c > 0, w, 1.0)),
            "Right where every class occurs. One that does not gets weight 1 in yours; what does the text say?",
        ),
        Mistake(
            "present-classes-only",
            _present_only,
            "Right where every class occurs. Otherwise you divide by the number of classes that *occur*. What is k in the "
            "text?",
        ),
        Mistake(
            "dropped",
            _dropped,
            "Right where every class occurs. One that does not has no entry in yours, and all later classes move up.",
        ),
        Mistake(
            "too-short",
            lambda t, k: len(t) / (k * torch.bincount(t).double()).clamp(min=0),
            "Right where every class occurs. `bincount` stops at the largest label it sees: how does it learn about k?",
        ),
        Mistake(
            "too-short-masked",
            lambda t, k: (lambda c: torch.where(c > 0, len(t) / (k * c), 0.0))(torch.bincount(t).double()),
            "Right as long as the last class occurs. `bincount` stops at the largest label it sees: how does it learn about k?",
        ),
        Mistake(
            "order-of-appearance",
            _by_first_appearance,
            "Your weights come in the order in which the classes turn up in the data. Entry c belongs to class c.",
        ),
        Mistake(
            "per-sample",
            lambda t, k: class_weights(t, k)[t],
            "You returned a weight for each sample. One for each class was asked.",
        ),
        Mistake(
            "two-classes",
            _weights(of=lambda c, n, k: n / (2 * c)),
            "Right for two classes. You divide by 2 where the number of classes was meant.",
        ),
        Mistake(
            "squared-count",
            _weights(of=lambda c, n, k: n / (k * c**2)),
            "You divide by the square of the count. Weight times count should be the same for every class.",
        ),
        Mistake(
            "reversed",
            lambda t, k: class_weights(t, k).flip(0),
            "Your weights come in reverse order. Entry c belongs to class c.",
        ),
        Mistake(
            "k-over-count",
            _weights(of=lambda c, n, k: k / c),
            "The ratios are right. Which number was to be divided by k times the count?",
        ),
        Mistake(
            "no-n",
            _weights(of=lambda c, n, k: 1 / (k * c)),
            "The ratios are right. Which number was to be divided by k times the count? With all classes equally frequent each weight should be 1.",
        ),
        Mistake(
            "no-n-no-mask",
            _weights(of=lambda c, n, k: 1 / (k * c), after=lambda w, c: w),
            "The ratios are right. Which number was to be divided by k times the count? And a class that does not occur gets an infinite weight.",
        ),
        Mistake(
            "precedence",
            _weights(of=lambda c, n, k: n / k * c),
            "n / k * c multiplies by the count: division and product are taken from left to right. The rare classes should count more.",
        ),
        Mistake(
            "whole-numbers-masked",
            _weights(of=lambda c, n, k: n // (k * c)),
            "You divide whole numbers and lose what is behind the point.",
        ),
    ),
    variants=(
        _loop_weights,
        lambda t, k: np.array(
            [len(t) / (k * c) if c else 0 for c in np.bincount(np.asarray(t), minlength=k)]
        ),
        lambda t, k: (F.one_hot(t, k).float().mean(0) * k).reciprocal().nan_to_num(posinf=0.0),
        lambda t, k: (
            torch.stack([(t == c).sum().double() for c in range(k)])
            .mul(k / len(t))
            .pow(-1)
            .where(torch.tensor([(t == c).any() for c in range(k)]), torch.tensor(0.0, dtype=torch.float64))
        ),
    ),
)
