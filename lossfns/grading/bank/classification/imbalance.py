"""Weights, weighted means and thresholds. Each function below a heading is the solution that a learner may ask for."""

from collections import Counter
from collections.abc import Iterator
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.inputs import table
from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
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
            "Right where every class occurs. Otherwise you divide by the number of classes that *occur*; k is the number "
            "of classes that there are.",
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


# cls-10 · the weighted mean -----------------------------------------------------------------------------------


def weighted_cross_entropy(logits, target, weight):
    losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    w = weight[target]
    return (w * losses).sum() / w.sum()


def weighted(rng: np.random.Generator) -> Iterator[Probe]:
    """Logits, labels and weights; one row alone, one class alone, and two that share all but the weights."""
    for n, k in ((1, 3), (2, 2), (3, 3), (5, 3), (6, 4)):
        yield Probe((table(rng, n, k), rng.integers(0, k, n), rng.uniform(0.3, 5, k).round(1)))
    z, t = table(rng, 5, 3), np.array([0, 1, 1, 2, 0])
    w = np.array([0.4, 2.6, 5.3])
    yield Probe((z, t, w))
    yield Probe((z, t, w[::-1].copy()))
    yield Probe((z, (t + 1) % 3, w))
    yield Probe((z, np.full(5, 1), w))


def _weighted(total):
    """total(losses, the weight of each row, weight, k) on the unweighted losses."""
    return lambda z, t, w: total(F.cross_entropy(z, t, reduction="none"), w[t], w, z.shape[1])


WEIGHTED = Exercise(
    id="cls-10",
    name="weighted_cross_entropy",
    title="The weighted mean",
    points=2,
    minutes=8,
    difficulty=2,
    reference=weighted_cross_entropy,
    probes=weighted,
    regimes=(
        Regime(
            "several classes",
            lambda z, t, w: len(np.unique(t)) > 1,
            "several classes occur",
            "one class only occurs",
        ),
    ),
    gives="one number, the weighted mean,",
    hints=(
        "Each row brings a loss and a weight, that of its own class. What is a weighted mean?",
        "`weight[target]` gives each row its weight. The losses are those of cls-02, before their mean.",
        "Add up weight times loss, and divide by what the weights of these rows add up to.",
    ),
    mistakes=(
        Mistake(
            "divided-by-n",
            _weighted(lambda e, v, w, k: (v * e).mean()),
            "You divide by n. Then a weight of 2 for everybody would double the loss; what must the divisor be so that it "
            "does not?",
        ),
        Mistake(
            "sum",
            _weighted(lambda e, v, w, k: (v * e).sum()),
            "That is the weighted sum. A weighted mean still divides.",
        ),
        Mistake(
            "divided-by-class-weights",
            _weighted(lambda e, v, w, k: (v * e).sum() / w.sum()),
            "You divide by the sum of the k class weights. It is the rows that are averaged: add up the weights of the rows.",
        ),
        Mistake(
            "unweighted",
            _weighted(lambda e, v, w, k: e.mean()),
            "Every row counts alike. Changing `weight` does not change your loss.",
        ),
        Mistake(
            "mean-of-class-means",
            lambda z, t, w: (
                torch.stack([w[c] * F.cross_entropy(z[t == c], t[t == c]) for c in t.unique()]).sum()
                / w[t.unique()].sum()
            ),
            "You average each class first and weigh the averages, so a class with many rows counts no more than one with "
            "few. Each *row* has the weight of its class.",
        ),
        Mistake(
            "weights-on-logits",
            lambda z, t, w: F.cross_entropy(z * w, t),
            "You multiply the logits, which changes what the model says. The weight is a price: it multiplies a loss.",
        ),
        Mistake(
            "weights-added-to-logits",
            lambda z, t, w: F.cross_entropy(z + w.log(), t),
            "You move the logits by log w. That is a cure for weights in predictions, and not the weighted loss.",
        ),
        Mistake(
            "weights-on-probabilities",
            lambda z, t, w: -(w[t] * z.softmax(1).gather(1, t[:, None])[:, 0]).log().mean(),
            "The weight stands inside the logarithm. There it only adds a constant to each loss.",
        ),
        Mistake(
            "predicted-class",
            lambda z, t, w: (
                (w[z.argmax(1)] * F.cross_entropy(z, t, reduction="none")).sum() / w[z.argmax(1)].sum()
            ),
            "Each row has the weight of the class that was predicted. It is the class that came.",
        ),
        Mistake(
            "inverse",
            _weighted(lambda e, v, w, k: (e / v).sum() / (1 / v).sum()),
            "You divide by the weights: what should count more counts less.",
        ),
        Mistake(
            "all-classes",
            lambda z, t, w: -(w * z.log_softmax(1)).sum(1).mean() / w.sum(),
            "You charge every class, each with its weight. Only one class came. Changing `target` does not change your loss.",
        ),
        Mistake(
            "divided-by-n-and-weights",
            _weighted(lambda e, v, w, k: (v * e).mean() / v.sum()),
            "You take a mean and divide by the weights as well: one division too many.",
        ),
        Mistake(
            "divided-by-k",
            _weighted(lambda e, v, w, k: (v * e).sum() / k),
            "You divide by the number of classes. Add up the weights of the rows.",
        ),
        Mistake(
            "weights-normalised-to-k",
            _weighted(lambda e, v, w, k: (v * e * k / w.sum()).mean()),
            "You scale the class weights to add up to k and divide by n. A weighted mean divides by the weights of the rows.",
        ),
        Mistake(
            "not-reduced",
            _weighted(lambda e, v, w, k: v * e),
            "Each weighted loss is right. One number was asked: their weighted mean.",
        ),
        Mistake(
            "not-reduced-normalised",
            _weighted(lambda e, v, w, k: v * e / v.sum()),
            "All that is missing is to add them up: one number was asked.",
        ),
        Mistake(
            "sign",
            _weighted(lambda e, v, w, k: -(v * e).sum() / v.sum()),
            "Yours is never positive. A surprise is never negative.",
        ),
        Mistake(
            "squared-weights",
            _weighted(lambda e, v, w, k: (v**2 * e).sum() / (v**2).sum()),
            "The weight is multiplied in twice.",
        ),
        Mistake(
            "weights-in-numerator-twice",
            _weighted(lambda e, v, w, k: (v**2 * e).sum() / v.sum()),
            "The weight is multiplied in twice above the line: does the loss that you start from carry it already?",
        ),
        Mistake(
            "bits",
            _weighted(lambda e, v, w, k: (v * e).sum() / v.sum() / log(2)),
            "Yours is in bits. The natural logarithm was asked.",
        ),
        Mistake(
            "means-apart",
            _weighted(lambda e, v, w, k: v.mean() * e.mean()),
            "You average weights and losses apart. Each loss meets its own weight before anything is added.",
        ),
        Mistake(
            "softmax-twice",
            lambda z, t, w: weighted_cross_entropy(z.softmax(1), t, w),
            "You apply the softmax twice: to the logits, and then to the probabilities that came out.",
        ),
        Mistake(
            "reversed-weights",
            _weighted(lambda e, v, w, k: e.mean() * 0 + (v.flip(0) * e).sum() / v.sum()),
            "The weights meet the losses in reverse order.",
        ),
    ),
    variants=(
        lambda z, t, w: F.cross_entropy(z, t, weight=w),
        lambda z, t, w: (F.cross_entropy(z, t, weight=w, reduction="none") / w[t].sum()).sum(),
        lambda z, t, w: (
            -(F.one_hot(t, z.shape[1]) * w * z.log_softmax(1)).sum() / (F.one_hot(t, z.shape[1]) * w).sum()
        ),
        lambda z, t, w: (
            sum(w[c] * (row.logsumexp(0) - row[c]) for row, c in zip(z, t, strict=True))
            / sum(w[c] for c in t)
        ),
        lambda z, t, w: np.average(
            np.asarray(F.cross_entropy(z, t, reduction="none")), weights=np.asarray(w[t])
        ),
        lambda z, t, w: weighted_cross_entropy(z.float(), t, w.float()),
    ),
)


# cls-12 · the cheapest threshold ----------------------------------------------------------------------------------


def cheapest_threshold(probs, target, cost_miss, cost_false_alarm):
    best, lowest = None, float("inf")
    for threshold in sorted(probs.tolist()):
        yes = probs >= threshold
        misses = (~yes & (target == 1)).sum()
        false_alarms = (yes & (target == 0)).sum()
        cost = cost_miss * misses + cost_false_alarm * false_alarms
        if cost < lowest:
            best, lowest = threshold, cost
    return best


def scored(rng: np.random.Generator) -> Iterator[Probe]:
    """Cases in disorder whose probabilities overlap, for several prices of the two errors; ties in cost among them."""
    for n, prices in (
        (1, ((2.0, 1.0),)),
        (8, ((1.0, 1.0), (7.0, 1.0))),
        (16, ((1.0, 1.0), (3.0, 1.0), (2.0, 5.0), (1.0, 1.5))),
        (24, ((2.5, 1.0), (1.0, 2.0), (1.5, 1.0))),
    ):
        y = (rng.uniform(size=n) < 0.4).astype(float)
        p = (1 / (1 + np.exp(-(rng.normal(0, 1, n) + 0.8 * y - 0.5)))).round(2).clip(0.01, 0.99)
        for miss, alarm in prices:
            yield Probe((p, y, miss, alarm))
    y = (rng.uniform(size=20) < 0.5).astype(float)
    for miss, alarm in ((1.4, 1.0), (1.0, 1.3)):
        yield Probe((rng.permutation(np.arange(5, 95))[:20] / 100, y, miss, alarm))
    p = np.array([0.62, 0.11, 0.83, 0.35, 0.48, 0.07, 0.91, 0.29])
    y = np.array([1.0, 0, 0, 1, 0, 0, 1, 1])
    for miss, alarm in ((1.0, 1.0), (1.0, 3.0), (1.0, 9.0), (4.0, 1.0), (2.0, 1.0), (60.0, 1.0)):
        yield Probe((p, y, miss, alarm))
    p = np.array([0.65, 0.1, 0.4, 0.15, 0.9, 0.2, 0.45, 0.25, 0.35, 0.3, 0.5, 0.38, 0.6])  # few yeses
    yield Probe((p, np.isin(p, [0.35, 0.38, 0.9]).astype(float), 1.0, 1.0))
    # 0.2, 0.4, 0.6 and 0.8 cost the same, and they come in disorder
    p = np.array([0.4, 0.55, 0.8, 0.35, 0.1, 0.2, 0.75, 0.6])
    yield Probe((p, np.isin(p, [0.2, 0.4, 0.6, 0.8]).astype(float), 1.0, 1.0))
    yield Probe((p[:-1], np.isin(p, [0.2, 0.4, 0.6, 0.8])[:-1].astype(float), 1.0, 1.0))
    yield Probe((np.array([0.62, 0.31]), np.ones(2), 1.0, 1.0))
    yield Probe((np.array([0.3, 0.6, 0.6, 0.8, 0.1]), np.array([0.0, 1, 0, 1, 0]), 1.0, 2.0))


def _cheapest(
    says=lambda p, t: p >= t,
    cost=lambda yes, y, miss, alarm: miss * (~yes & (y == 1)).sum() + alarm * (yes & (y == 0)).sum(),
    candidates=lambda p: sorted(p.tolist()),
    pick=min,
    result=lambda t, c, p: t,
):
    """The search with one of its parts replaced."""

    def search(p, y, miss, alarm):
        priced = [(float(cost(says(p, t), y, miss, alarm)), t) for t in candidates(p)]
        best = pick(c for c, _ in priced)
        return result(*next((t, c) for c, t in priced if c == best), p)

    return search


def _vectorised(p, y, miss, alarm):
    order = np.sort(np.asarray(p))
    yes = np.asarray(p)[None, :] >= order[:, None]
    cost = miss * ((~yes) * np.asarray(y)).sum(1) + alarm * (yes * (1 - np.asarray(y))).sum(1)
    return order[cost.argmin()]


def _cumulative(p, y, miss, alarm):
    order = p.sort().values
    cost = torch.stack([miss * y[p < t].sum() + alarm * (1 - y[p >= t]).sum() for t in order])
    return order[cost.argmin()]


def _rate(yes, y, wanted):
    return (yes == wanted).double()[y == float(not wanted)].mean().nan_to_num()


THRESHOLD = Exercise(
    id="cls-12",
    name="cheapest_threshold",
    title="The threshold that costs least",
    points=2,
    minutes=12,
    difficulty=2,
    reference=cheapest_threshold,
    probes=scored,
    regimes=(
        Regime("costs differ", lambda p, y, m, a: m != a, "the two costs differ", "the two costs are equal"),
        Regime("misses dearer", lambda p, y, m, a: m > a, "a miss costs more", "a miss costs no more"),
        Regime(
            "alarms dearer",
            lambda p, y, m, a: m < a,
            "a false alarm costs more",
            "a false alarm costs no more",
        ),
    ),
    gives="one of the n probabilities, a number,",
    hints=(
        "For one threshold, write down what it costs. Then try them all.",
        "Yes where `probs >= threshold`. Count the yeses that were said to a 0, and the noes that were said to a 1; each "
        "count has its price.",
        "Go through `sorted(probs.tolist())` and keep the first threshold whose cost is *strictly* below the lowest so far.",
    ),
    mistakes=(
        Mistake(
            "strictly-above",
            _cheapest(says=lambda p, t: p > t),
            "You say yes only *above* the threshold. Does a case whose probability equals it get a yes?",
        ),
        Mistake(
            "costs-swapped",
            lambda p, y, m, a: cheapest_threshold(p, y, a, m),
            "Right where the two costs are equal. Otherwise each error pays the price of the other: who is missed, who is "
            "falsely alarmed?",
        ),
        Mistake(
            "costs-ignored",
            lambda p, y, m, a: cheapest_threshold(p, y, 1, 1),
            "Right where the two costs are equal. You count errors; each kind has a price of its own.",
        ),
        Mistake(
            "largest-of-ties",
            _cheapest(candidates=lambda p: sorted(p.tolist(), reverse=True)),
            "Right where one threshold alone is cheapest. Where several are, which of them was asked?",
        ),
        Mistake(
            "first-in-the-data",
            _cheapest(candidates=lambda p: p.tolist()),
            "Right where one threshold alone is cheapest. Where several are, yours takes the one that comes first in the "
            "data; which of them was asked?",
        ),
        Mistake(
            "last-in-the-data",
            _cheapest(candidates=lambda p: p.tolist()[::-1]),
            "Right where one threshold alone is cheapest. Where several are, yours takes the one that comes last in the "
            "data; which of them was asked?",
        ),
        Mistake(
            "dearest",
            _cheapest(pick=max),
            "That is the threshold that costs most. (Or do you say yes to the cases *below* it?)",
        ),
        Mistake(
            "cost",
            _cheapest(result=lambda t, c, p: c),
            "That is the lowest cost. The threshold that has it was asked.",
        ),
        Mistake(
            "place-in-order",
            _cheapest(result=lambda t, c, p: float((p < t).sum())),
            "That is the place of the threshold among the sorted probabilities. The threshold itself was asked.",
        ),
        Mistake(
            "place-in-data",
            _cheapest(result=lambda t, c, p: float((p == t).double().argmax())),
            "That is the place of the threshold in the data. The threshold itself was asked.",
        ),
        Mistake(
            "formula",
            lambda p, y, m, a: a / (a + m),
            "That is the best threshold for probabilities that can be trusted. Here you are asked for the one that is cheapest "
            "on these cases; it is one of their probabilities.",
        ),
        Mistake(
            "formula-swapped",
            lambda p, y, m, a: m / (a + m),
            "A formula needs probabilities that can be trusted (and this one has its costs the wrong way round). Find the "
            "one that is cheapest on these cases; it is one of their probabilities.",
        ),
        Mistake(
            "half",
            lambda p, y, m, a: 0.5,
            "Yours is ½ whatever the errors cost. Try every probability as the threshold.",
        ),
        Mistake(
            "grid-100",
            _cheapest(candidates=lambda p: torch.linspace(0, 1, 101, dtype=torch.float64).tolist()),
            "You try a grid of thresholds. It is the n probabilities of the cases that were to be tried.",
        ),
        Mistake(
            "grid-100-inside",
            _cheapest(candidates=lambda p: [i / 100 for i in range(1, 100)]),
            "You try a grid of thresholds. It is the n probabilities of the cases that were to be tried.",
        ),
        Mistake(
            "misses-only",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes & (y == 1)).sum()),
            "The smallest probability always wins in yours, as if false alarms cost nothing. (Or is the search never updated?)",
        ),
        Mistake(
            "alarms-only",
            _cheapest(cost=lambda yes, y, m, a: a * (yes & (y == 0)).sum()),
            "You count false alarms and forget what was missed.",
        ),
        Mistake(
            "all-yeses-cost",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes & (y == 1)).sum() + a * yes.sum()),
            "You charge every yes as a false alarm. A yes that is right costs nothing.",
        ),
        Mistake(
            "all-noes-cost",
            _cheapest(cost=lambda yes, y, m, a: m * (~yes).sum() + a * (yes & (y == 0)).sum()),
            "You charge every no as a miss. A no that is right costs nothing.",
        ),
        Mistake(
            "rates",
            _cheapest(cost=lambda yes, y, m, a: m * _rate(yes, y, False) + a * _rate(yes, y, True)),
            "You price the *rates* of the two errors, which makes the rare class as heavy as the common one. What is paid is "
            "paid per case.",
        ),
        Mistake(
            "largest-probability",
            lambda p, y, m, a: p.max(),
            "That is the largest probability, whatever the errors cost. (Does every threshold replace the one before?)",
        ),
    ),
    variants=(
        _vectorised,
        _cumulative,
        lambda p, y, m, a: min(
            (m * y[p < t].sum().item() + a * (1 - y)[p >= t].sum().item(), t) for t in p.tolist()
        )[1],
        _cheapest(candidates=lambda p: p.unique().float().tolist(), says=lambda p, t: p.float() >= t),
        lambda p, y, m, a: [_cheapest()(p, y, m, a)],
    ),
)


# cls-14 · choose: fraud -------------------------------------------------------------------------------------------


FRAUD = Question(
    id="cls-14",
    name="fraud",
    title="Nothing is flagged",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "Train it again with focal loss, γ = 2, so that it looks at the hard cases",
        "B": "Leave the model alone and flag everything above 1/31",
        "C": "Train it again with a class weight of 99, and report the new outputs as probabilities",
        "D": "Throw away 98 % of the honest payments and train on the rest, keeping the threshold at ½",
    },
    answer="B",
    because="A flag costs 1 when it is wrong, which happens with probability 1 − p; silence costs 30 with probability p. The "
    "two are equal at p = 1/31. The model knows this p already, so nothing need be trained.",
    misconceptions={
        "A": "γ pulls probabilities towards ½ and does not carry them over it. What did γ alone do to the recall at ½ in the "
        "notebook?",
        "C": "More would be flagged, and the number beside each flag would be wrong. What does a weight of 99 do to a "
        "probability of 1 %?",
        "D": "That is a class weight, paid for with most of your data. And do the costs, 30 to 1, appear in it anywhere?",
    },
    hints=(
        "The model's probabilities are right. Is it the model that has to change?",
        "At a given probability p, compare what a flag costs on average with what silence costs.",
        "A flag costs (1 − p) · 1, silence p · 30. Where are they equal?",
    ),
)
