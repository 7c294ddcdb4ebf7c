"""The calibration error. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.calibration.bins import (
    _between,
    _equal_mass,
    _floor,
    _from_data,
    _mean,
    _members,
    _middles,
    _uppers,
)
from lossfns.grading.bank.calibration.twice import two_at_once
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-02 · expected calibration error --------------------------------------------------------------------------------


def ece(probs, target, bins):
    confidence, top = probs.max(dim=1)
    right = (top == target).to(probs.dtype)
    index = (torch.ceil(confidence * bins).long() - 1).clamp(min=0)
    total = 0.0
    for b in range(bins):
        inside = index == b
        if inside.any():
            total += inside.sum() * (right[inside].mean() - confidence[inside].mean()).abs()
    return total / len(probs)


def answers(rng: np.random.Generator, n: int, k: int, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (n, k) whose largest lies off the edges of the bins, and classes of which about half are the top one."""
    probs = np.empty((n, k))
    for i in range(n):
        while True:
            probs[i] = rng.dirichlet(np.full(k, 0.8))
            top = probs[i].max()
            if 0.03 < (top * bins) % 1 < 0.97 and top - np.sort(probs[i])[-2] > 0.02:
                break
    return probs, np.where(rng.random(n) < 0.5, probs.argmax(1), rng.integers(k, size=n))


def predictions(rng: np.random.Generator) -> Iterator[Probe]:
    """Several sizes, classes and bins; the same answers in two sets of bins; confidences on edges and at 1."""
    for n, k, bins in ((1, 3, 4), (2, 2, 3), (6, 3, 5), (14, 4, 4), (30, 3, 10)):
        yield Probe((*answers(rng, n, k, bins), bins))
    probs, target = answers(rng, 20, 3, 5)
    for bins in (3, 6, 1):
        yield Probe((probs, target, bins))
    edge = np.array(
        [[0.5, 0.25, 0.25], [0.25, 0.75, 0], [0, 0, 1], [0.625, 0.25, 0.125], [1, 0, 0], [0.4, 0.3, 0.3]]
    )
    yield Probe((edge, np.array([1, 1, 2, 0, 1, 0]), 4))
    yield Probe((edge, np.array([0, 2, 2, 1, 0, 1]), 2))


EDGES = (
    Regime(
        "a confidence on an edge",
        lambda p, t, bins: bool((np.mod(p.max(1) * bins, 1) == 0).any()),
        "a confidence lies exactly on an edge of a bin",
        "all confidences lie between the edges",
    ),
)


def _top(p, t):
    return p.max(1).values, (p.argmax(1) == t).to(p.dtype)


def _total(values, members):
    return (members * values).sum(1)


def _of_the_truth(p, t):
    return p.gather(1, t[:, None])[:, 0], (p.argmax(1) == t).to(p.dtype)


def _each_class(p, t):
    return p.flatten(), torch.nn.functional.one_hot(t, p.shape[1]).to(p.dtype).flatten()


def _one_class(j):
    return lambda p, t: (p[:, j], (t == j).to(p.dtype))


def _weighted(gaps, counts):
    return (counts * gaps.abs()).sum() / counts.sum()


def _error(
    look=_top,
    members=_members,
    said=_mean,
    was=_mean,
    join=_weighted,
):
    """The calibration error with one of its parts replaced; empty bins are left out."""

    def error(p, t, bins):
        c, r = look(p, t)
        m = members(c, bins)
        full = m.any(1)
        gaps = was(r, m)[full] - said(c, m)[full]
        return join(gaps, m[full].sum(1).to(p.dtype))

    return error


# what is looked at, and how the bins are joined
LOOKS = (
    (
        "probability-of-the-truth",
        {"look": _of_the_truth},
        "You bin by the probability of the true class; the model is asked about the one that it named.",
    ),
    (
        "every-class",
        {"look": _each_class},
        "You put all k probabilities into the bins; only the one of the class that the model named goes in.",
    ),
    ("softmax-again", {"look": lambda p, t: _top(p.softmax(1), t)}, "You apply a softmax to probabilities."),
    ("middles", {"said": _middles}, "You take the middle of a bin for the mean confidence in it."),
)
JOINS = (
    (
        "bins-equal",
        {"join": lambda g, n: g.abs().mean()},
        "And a bin with one answer counts as much as a bin with a hundred.",
    ),
    (
        "squared",
        {"join": lambda g, n: (n * g**2).sum() / n.sum()},
        "And you square the gaps; their sizes were asked.",
    ),
    ("total", {"join": lambda g, n: (n * g.abs()).sum()}, "And nothing is divided by n."),
)


def _from_one_over_k(nudge):
    """The error with bins from 1/k to 1; a confidence on an edge falls on the side that rounding, here the nudge, says."""

    def error(p, t, bins):
        k = p.shape[1]
        return _error(members=lambda c, bins: _members((c + nudge - 1 / k) / (1 - 1 / k), bins))(p, t, bins)

    return error


def _nothing_skipped(join):
    """The gaps of all bins, nan where one is empty."""

    def error(p, t, bins):
        c, r = _top(p, t)
        m = _members(c, bins)
        return join((_mean(r, m) - _mean(c, m)).abs(), m.sum(1))

    return error


def _over_all_bins(p, t, bins):
    c, r = _top(p, t)
    m = _members(c, bins)
    return (_mean(r, m) - _mean(c, m)).nan_to_num().abs().sum() / bins


def _ece_in_numpy(probs, target, bins):
    probs, target = np.asarray(probs), np.asarray(target)
    c, right = probs.max(1), probs.argmax(1) == target
    b = np.maximum(np.ceil(c * bins), 1)
    return sum(abs(np.sum(right[b == j]) - np.sum(c[b == j])) for j in range(1, bins + 1)) / len(c)


def _ece_by_index_add(probs, target, bins):
    c, top = probs.max(1)
    gap = torch.zeros(bins, dtype=probs.dtype)
    gap.index_add_(0, (c * bins).ceil().long().clamp(min=1) - 1, (top == target).to(probs.dtype) - c)
    return gap.abs().sum() / len(c)


def _ece_by_comparison(probs, target, bins):
    confidence, named = probs.max(dim=1)
    right = (named == target).double()
    error = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if inside.sum() > 0:
            gap = confidence[inside].mean() - right[inside].mean()
            error += inside.double().mean() * gap.abs()
    return error


def _ece_from_a_table(probs, target, bins):
    confidence = probs.max(dim=1).values
    right = (probs.argmax(dim=1) == target).double()
    member = torch.eye(bins, dtype=probs.dtype)[torch.ceil(confidence * bins).long() - 1]
    count = member.sum(dim=0)
    gap = confidence @ member / count - right @ member / count
    return torch.nansum(count / count.sum() * gap.abs())


ECE = Exercise(
    id="cal-02",
    name="ece",
    title="Expected calibration error",
    points=2,
    minutes=10,
    difficulty=2,
    reference=ece,
    probes=predictions,
    regimes=EDGES,
    gives="one number, the expected calibration error,",
    hints=(
        "First from probabilities to two numbers for each answer: how sure, and whether right. Then it is the bins again.",
        "`probs.max(dim=1)` gives both the confidence and the class that was named. In each bin compare two means.",
        "Add up `inside.sum() * abs(right[inside].mean() - confidence[inside].mean())` over the bins that are not empty; "
        "divide by n at the end.",
    ),
    mistakes=(
        Mistake(
            "bins-equal",
            _error(join=lambda g, n: g.abs().mean()),
            "The gaps are right. You let a bin with one answer count as much as a bin with a hundred.",
        ),
        *two_at_once(_error, LOOKS, JOINS),
        Mistake(
            "empty-not-skipped",
            _nothing_skipped(lambda g, n: (n * g).sum() / n.sum()),
            "Right where every bin holds an answer. The mean of an empty bin is nan, and nan stays nan, even times a weight "
            "of 0.",
        ),
        Mistake(
            "empty-not-skipped-bins-equal",
            _nothing_skipped(lambda g, n: g.mean()),
            "Two things are left. The mean of an empty bin is nan, and then everything is; and a bin with one answer counts "
            "as much as a bin with a hundred.",
        ),
        Mistake(
            "over-all-bins",
            _over_all_bins,
            "The gaps are right. You divide by the number of bins, the empty ones too; how much should a bin count?",
        ),
        Mistake(
            "signed",
            _error(join=lambda g, n: (n * g).sum() / n.sum()),
            "Too sure in one bin and too timid in another cancel in yours. Each gap is a distance.",
        ),
        Mistake(
            "signed-confidence-first",
            _error(join=lambda g, n: -(n * g).sum() / n.sum()),
            "Too sure in one bin and too timid in another cancel in yours. Each gap is a distance.",
        ),
        Mistake(
            "largest",
            _error(join=lambda g, n: g.abs().max()),
            "You return the largest gap. That is the *maximum* calibration error; the expected one averages.",
        ),
        Mistake(
            "squared",
            _error(join=lambda g, n: (n * g**2).sum() / n.sum()),
            "You average the squares of the gaps; their sizes were asked.",
        ),
        Mistake(
            "root-of-squares",
            _error(join=lambda g, n: ((n * g**2).sum() / n.sum()).sqrt()),
            "You average squares and take the root: the ℓ₂ error. Here the sizes of the gaps are averaged.",
        ),
        Mistake(
            "each-answer",
            lambda p, t, bins: (_top(p, t)[1] - _top(p, t)[0]).abs().mean(),
            "You compare every single answer with its own confidence. A single answer is right or wrong, never 70 % "
            "right: only groups can be compared. Where do the bins come in?",
        ),
        Mistake(
            "no-bins",
            lambda p, t, bins: (_top(p, t)[1] - _top(p, t)[0]).mean().abs(),
            "You compare the mean confidence of all with the accuracy of all. Too sure here and too timid there cancel: "
            "compare bin by bin.",
        ),
        Mistake(
            "probability-of-the-truth",
            _error(_of_the_truth),
            "You bin by the probability of the *true* class. The model is asked about the class that it named.",
        ),
        Mistake(
            "probability-of-the-truth-alone",
            _error(lambda p, t: (p.gather(1, t[:, None])[:, 0], torch.ones_like(p[:, 0]))),
            "You take the probability of the true class and call every answer right. The model is asked about the class "
            "that it named.",
        ),
        Mistake(
            "every-class",
            _error(_each_class),
            "You put all k probabilities of each answer into the bins. Only the one of the class that it named goes in.",
        ),
        Mistake(
            "class-one",
            _error(lambda p, t: (p[:, 1], (t == 1).to(p.dtype))),
            "You look at class 1 only. With several classes, look at the one that the model named, whichever it is.",
        ),
        Mistake(
            "softmax-again",
            _error(lambda p, t: _top(p.softmax(1), t)),
            "You apply a softmax to numbers that are probabilities already, which pulls all of them towards each other.",
        ),
        Mistake(
            "left-closed",
            _error(members=_floor),
            "Right between the edges. An answer that lies on an edge goes one bin too high: which end of a bin belongs to "
            "it?",
        ),
        Mistake(
            "one-left-out",
            lambda p, t, bins: (
                _error(members=_between(torch.ge, torch.lt), join=lambda g, n: (n * g.abs()).sum())(
                    p, t, bins
                )
                / len(p)
            ),
            "An answer on an edge goes one bin too high, and one that is perfectly sure is in no bin at all.",
        ),
        Mistake(
            "middles",
            _error(said=_middles),
            "You compare the accuracy with the middle of the bin. Compare it with the mean confidence of the answers that "
            "are in it.",
        ),
        Mistake(
            "bins-of-the-data",
            _error(members=_from_data),
            "Your bins reach from the smallest confidence to the largest. They should cut up the whole way from 0 to 1.",
        ),
        *(
            Mistake(
                f"bins-from-one-over-k{name}",
                _from_one_over_k(nudge),
                "Your bins begin at 1/k. The largest of k probabilities can be no smaller, that is true; but here it is the way from 0 to "
                "1 that is cut up, whatever k is, so that models with different k can be compared bin by bin.",
            )
            for name, nudge in (("", -1e-9), ("-edge-above", 1e-9))
        ),
        *(
            Mistake(
                f"as-many-edges-as-bins{name}",
                lambda p, t, bins, single=single: ece(p, t, bins - 1) if bins > 1 else single * ece(p, t, 1),
                "You have as many edges as bins (`linspace(0, 1, bins)`?), so your bins are too wide. Count the edges of a row of boxes, "
                "the first and the last among them.",
            )
            for name, single in (("", 1), ("-or-none", 0))
        ),
        Mistake(
            "equal-mass",
            _error(members=_equal_mass),
            "Your bins hold equally many answers. Here they are equally *wide*.",
        ),
        Mistake(
            "by-number-right",
            _error(was=_total),
            "You compare a confidence with the *number* of right answers in the bin; their share is what it promises.",
        ),
        Mistake(
            "not-divided",
            _error(join=lambda g, n: g.abs().sum()),
            "The gaps are right, and you add them up as they are. How much should each bin count?",
        ),
        Mistake(
            "errors",
            _error(was=lambda r, m: 1 - _mean(r, m)),
            "You compare the confidence with how often the bin was *wrong*.",
        ),
        Mistake(
            "fifteen-bins",
            lambda p, t, bins: _error()(p, t, 15),
            "You always use 15 bins. Changing `bins` does not change what you return.",
        ),
        Mistake(
            "ten-bins",
            lambda p, t, bins: _error()(p, t, 10),
            "You always use 10 bins. Changing `bins` does not change what you return.",
        ),
        Mistake(
            "each-class-by-itself",
            lambda p, t, bins: (
                sum(_error(look=_one_class(j))(p, t, bins) for j in range(p.shape[1])) / p.shape[1]
            ),
            "You measure each class by itself and average: that is the class-wise error. Here only the class that the model "
            "named is asked.",
        ),
        Mistake(
            "divided-by-bins-too",
            lambda p, t, bins: ece(p, t, bins) / bins,
            "The gaps are right and rightly weighted. The shares add up to 1 already: why divide by the number of bins as well?",
        ),
        Mistake(
            "half",
            lambda p, t, bins: _error()(p, t, bins) / 2,
            "On every input yours is half of what was asked. Nothing is counted twice here.",
        ),
        Mistake(
            "upper-edges",
            _error(said=_uppers),
            "You compare the accuracy with the upper edge of the bin. Compare it with the mean confidence of the answers "
            "that are in it.",
        ),
        Mistake(
            "smallest-probability",
            _error(lambda p, t: (p.min(1).values, _top(p, t)[1])),
            "You bin by the *smallest* probability. How sure is an answer of the class that it names?",
        ),
        Mistake(
            "second-largest",
            _error(lambda p, t: (p.sort(1).values[:, -2], _top(p, t)[1])),
            "You bin by the second largest probability. How sure is an answer of the class that it names?",
        ),
        Mistake(
            "class-zero",
            _error(lambda p, t: (p[:, 0], (t == 0).to(p.dtype))),
            "You look at class 0 only. With several classes, look at the one that the model named, whichever it is.",
        ),
        Mistake(
            "confidence-is-the-target",
            _error(lambda p, t: (p.max(1).values, (p.max(1).values == t).to(p.dtype))),
            "You ask whether the *probability* equals the target, which is the number of a class. Which class did the model "
            "name?",
        ),
        Mistake(
            "never-right",
            lambda p, t, bins: p.max(1).values.mean(),
            "Yours is the mean confidence, as if no answer was right. What do you compare with `target`?",
        ),
        Mistake(
            "always-right",
            lambda p, t, bins: 1 - p.max(1).values.mean(),
            "Yours is what the mean confidence lacks to 1, as if every answer was right. What do you compare with `target`?",
        ),
        Mistake(
            "totals-weighed",
            _error(said=_total, was=_total),
            "You compare two *totals* in each bin, and weigh them by the bin's size: it counts twice.",
        ),
        Mistake(
            "target-as-right",
            _error(lambda p, t: (p.max(1).values, t.to(p.dtype))),
            "You average `target` itself. It is the number of a class; was the class that the model named this one?",
        ),
        Mistake(
            "only-too-sure",
            _error(join=lambda g, n: (n * (-g).clamp(min=0)).sum() / n.sum()),
            "Only bins in which the model is too sure count in yours. Too timid is a gap as well.",
        ),
        Mistake(
            "only-too-timid",
            _error(join=lambda g, n: (n * g.clamp(min=0)).sum() / n.sum()),
            "Only bins in which the model is too timid count in yours. Too sure is a gap as well.",
        ),
        Mistake(
            "by-n-minus-one",
            lambda p, t, bins: ece(p, t, bins) * len(p) / max(len(p) - 1, 1),
            "The gaps are right and rightly weighted. A weighted mean divides by n, not by n − 1.",
        ),
        Mistake(
            "accuracy",
            lambda p, t, bins: _top(p, t)[1].mean(),
            "You return how often the model is right. How far is that from what it says?",
        ),
        Mistake(
            "each-answer-squared",
            lambda p, t, bins: ((_top(p, t)[1] - _top(p, t)[0]) ** 2).mean(),
            "You compare every single answer with its own confidence, as a Brier score does. Only groups can be compared "
            "here: where do the bins come in?",
        ),
    ),
    variants=(
        _ece_in_numpy,
        _ece_by_index_add,
        _ece_by_comparison,
        _ece_from_a_table,
        lambda p, t, bins: _error()(p.float(), t, bins),
    ),
)
