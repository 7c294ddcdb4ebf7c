"""Softer targets: smoothed labels and mixup. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# cal-10 · smoothed labels ------------------------------------------------------------------------------------------


def smooth_labels(target, num_classes, epsilon, style):
    k = num_classes
    if style == "uniform":
        true, other = 1 - epsilon + epsilon / k, epsilon / k
    else:
        true, other = 1 - epsilon, epsilon / (k - 1)
    softened = torch.full((len(target), k), other, dtype=torch.float64)
    softened[torch.arange(len(target)), target] = true
    return softened


def labels(rng: np.random.Generator) -> Iterator[Probe]:
    """Both styles, several ε and k, one label and several; k is seldom the number of labels."""
    for n, k, epsilon in ((1, 3, 0.2), (4, 5, 0.1), (2, 2, 0.3), (6, 4, 0.15)):
        target = rng.integers(k, size=n)
        for style in ("uniform", "exact"):
            yield Probe((target, k, epsilon, style))
    yield Probe((target, k, 0.4, "exact"))
    yield Probe((np.array([2, 0]), 3, 0.0, "uniform"))


STYLES = (
    Regime("uniform", lambda t, k, e, s: s == "uniform", 'the style is "uniform"', 'the style is "exact"'),
    Regime("exact", lambda t, k, e, s: s == "exact", 'the style is "exact"', 'the style is "uniform"'),
)


def _smoothed(
    uniform=lambda e, k: (1 - e + e / k, e / k),
    exact=lambda e, k: (1 - e, e / (k - 1)),
    end=lambda y: y,
):
    """Smoothed labels with one of their parts replaced; each part gives (true class, every other)."""

    def smooth(t, k, e, s):
        true, other = uniform(e, k) if s == "uniform" else exact(e, k)
        onehot = F.one_hot(t, k).double()
        return end(onehot * true + (1 - onehot) * other)

    return smooth


UNIFORM, EXACT = (lambda e, k: (1 - e + e / k, e / k)), (lambda e, k: (1 - e, e / (k - 1)))


def _smooth_in_numpy(target, num_classes, epsilon, style):
    onehot = np.eye(num_classes)[np.asarray(target)]
    if style == "exact":
        epsilon = epsilon * num_classes / (num_classes - 1)
    return (1 - epsilon) * onehot + epsilon / num_classes


def _smooth_in_a_loop(target, num_classes, epsilon, style):
    rows = []
    for t in target.tolist():
        row = [epsilon / num_classes if style == "uniform" else epsilon / (num_classes - 1)] * num_classes
        row[t] = 1 - sum(row[:t]) - sum(row[t + 1 :])
        rows.append(row)
    return torch.tensor(rows)


SMOOTH = Exercise(
    id="cal-10",
    name="smooth_labels",
    title="Nine tenths, in two ways",
    points=2,
    minutes=8,
    difficulty=1,
    reference=smooth_labels,
    probes=labels,
    regimes=STYLES,
    gives="a table of shape (n, k), a row of probabilities for each label,",
    hints=(
        "For each style two numbers are needed: what the true class keeps, and what every other gets. A row adds up to 1.",
        "In one style ε is spread over all k classes, the true one among them; in the other over the k − 1 others.",
        "uniform: 1 − ε + ε/k and ε/k. exact: 1 − ε and ε/(k − 1). Fill a table with the one, then write the other at "
        "`[arange(n), target]`.",
    ),
    mistakes=(
        Mistake(
            "styles-swapped",
            _smoothed(EXACT, UNIFORM),
            "Both styles are right, and each answers to the name of the other: which one gives the true class *exactly* 1 − ε?",
        ),
        Mistake(
            "uniform-always",
            _smoothed(UNIFORM, UNIFORM),
            'Right for "uniform". You never look at `style`, or it leads to the same place.',
        ),
        Mistake(
            "exact-always",
            _smoothed(EXACT, EXACT),
            'Right for "exact". You never look at `style`, or it leads to the same place.',
        ),
        Mistake(
            "uniform-loses-mass",
            _smoothed(lambda e, k: (1 - e, e / k)),
            'Right for "exact". Add up a row of your "uniform": ε/k has gone missing. The true class is one of the k classes.',
        ),
        Mistake(
            "exact-loses-mass",
            _smoothed(exact=lambda e, k: (1 - e, e / k)),
            'Right for "uniform". Add up a row of your "exact": how many classes share the ε?',
        ),
        Mistake(
            "both-lose-mass",
            _smoothed(lambda e, k: (1 - e, e / k), lambda e, k: (1 - e, e / k)),
            "Add up a row: yours comes to less than 1. Who shares the ε, and how many are they?",
        ),
        Mistake(
            "all-of-it-to-each",
            _smoothed(lambda e, k: (1 - e, e), lambda e, k: (1 - e, e)),
            "You give the whole ε to every other class. Add up a row.",
        ),
        Mistake(
            "uniform-too-much",
            _smoothed(lambda e, k: (1 - e + e / k, e / (k - 1))),
            'Right for "exact". In your "uniform" the true class takes part of the ε, and the others still share all of it.',
        ),
        Mistake(
            "exact-too-much",
            _smoothed(exact=lambda e, k: (1 - e + e / k, e / (k - 1))),
            'Right for "uniform". In your "exact" a row adds up to more than 1: what does the true class keep?',
        ),
        Mistake(
            "not-smoothed",
            _smoothed(lambda e, k: (1.0, 0.0), lambda e, k: (1.0, 0.0)),
            "Those are the hard labels. `epsilon` changes nothing.",
        ),
        Mistake(
            "true-class-untouched",
            _smoothed(lambda e, k: (1.0, e / k), lambda e, k: (1.0, e / (k - 1))),
            "The others are right. They took their share from nobody: the true class still has 1.",
        ),
        Mistake(
            "added-to-one",
            _smoothed(lambda e, k: (1 + e / k, e / k), lambda e, k: (1.0, e / (k - 1))),
            "The others are right. They took their share from nobody: what does the true class give up?",
        ),
        Mistake(
            "others-nothing",
            _smoothed(lambda e, k: (1 - e, 0.0), lambda e, k: (1 - e, 0.0)),
            "The true class gives up ε, and nobody gets it: add up a row.",
        ),
        Mistake(
            "ten-classes",
            _smoothed(lambda e, k: (1 - e + e / 10, e / 10), lambda e, k: (1 - e, e / 9)),
            "Your shares are right for ten classes. Here there are k.",
        ),
        Mistake(
            "keeps-epsilon",
            _smoothed(lambda e, k: (e + (1 - e) / k, (1 - e) / k), lambda e, k: (e, (1 - e) / (k - 1))),
            "You exchanged ε and 1 − ε: at ε = 0 the labels should be hard.",
        ),
        Mistake(
            "others-zero",
            _smoothed(lambda e, k: (1 - e + e / k, 0.0), lambda e, k: (1 - e, 0.0)),
            "The true class is right. What it gives up, nobody gets in yours.",
        ),
        Mistake(
            "exact-others-uniform",
            _smoothed(lambda e, k: (1 - e + e / k, e / k), lambda e, k: (1 - e + e / (k - 1), e / (k - 1))),
            'Right for "uniform". In your "exact" the true class takes part of the ε back.',
        ),
        Mistake(
            "uniform-over-the-others",
            _smoothed(lambda e, k: (1 - e + e / (k - 1), e / (k - 1))),
            'Right for "exact". Your "uniform" divides by k − 1; how many classes share the ε there?',
        ),
        Mistake(
            "one-over-k",
            _smoothed(lambda e, k: (1 - e, 1 / k), lambda e, k: (1 - e, 1 / (k - 1))),
            "The true class gives up ε, and each other gets a whole share of 1 in yours. Only ε is shared out.",
        ),
        Mistake(
            "half",
            _smoothed(lambda e, k: (1 - e / 2, e / 2 / (k - 1)), lambda e, k: (1 - e / 2, e / 2 / (k - 1))),
            "Half of ε moves in yours; that is right for two classes in one of the styles only.",
        ),
        Mistake(
            "transposed",
            _smoothed(end=lambda y: y.T),
            "The numbers are right, with a column for each label. One row for each was asked.",
        ),
        Mistake(
            "logarithms",
            _smoothed(end=lambda y: y.log()),
            "You return logarithms. The probabilities themselves were asked.",
        ),
        Mistake(
            "one-class-too-many",
            lambda t, k, e, s: torch.cat([smooth_labels(t, k, e, s), torch.zeros(len(t), 1)], 1),
            "Your rows have a class too many. The classes are 0 to k − 1.",
        ),
        Mistake(
            "uniform-true-class-only-loses-its-part",
            _smoothed(lambda e, k: (1 - e / k, e / k)),
            'Right for "exact". In "uniform" the true class gives up what *all* the others get together.',
        ),
        Mistake(
            "always-a-tenth",
            lambda t, k, e, s: smooth_labels(t, k, 0.1, s),
            "You use 0.1 where ε was given. Changing `epsilon` does not change the labels.",
        ),
    ),
    variants=(
        _smooth_in_numpy,
        _smooth_in_a_loop,
        lambda t, k, e, s: smooth_labels(t, k, e, s).float(),
        lambda t, k, e, s: torch.lerp(
            F.one_hot(t, k).double(), torch.tensor(1 / k).double(), e if s == "uniform" else e * k / (k - 1)
        ),
    ),
)


# cal-11 · mixup -----------------------------------------------------------------------------------------------------


def mix(x, y, order, lam):
    return lam * x + (1 - lam) * x[order], lam * y + (1 - lam) * y[order]


def side_by_side(answer: Callable, args: tuple) -> object:
    """The pair that came back as one table: a row for each sample, its pixels and then its label. Other shapes: as it came."""
    pair = answer(*args)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or any(part is None for part in pair):
        return pair
    parts = [torch.as_tensor(part).detach().double() for part in pair]
    if any(part.shape != given.shape for part, given in zip(parts, args, strict=False)):
        return pair
    return torch.cat([part.reshape(len(part), -1) for part in parts], dim=1)


def onehot(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Labels (n, k), neighbours and partners of different classes, one of them soft."""
    y = np.eye(k)[rng.permutation(np.arange(n) % k)]
    y[-1] = rng.dirichlet(np.ones(k)).round(3)
    return y


def circle(rng: np.random.Generator, n: int) -> np.ndarray:
    """A permutation that is not its own inverse, when n is 3 or more: a random circle through all."""
    order, way = np.empty(n, dtype=np.int64), rng.permutation(n)
    order[way] = np.roll(way, 1)
    return order


def batches(rng: np.random.Generator) -> Iterator[Probe]:
    """Several sizes, λ on both sides of a half; two that differ in λ, and two that differ in the partners."""
    for n, d, k, lam in ((1, 2, 2, 0.7), (3, 4, 3, 0.9), (4, 2, 5, 0.35), (5, 3, 3, 0.62)):
        x, y, order = rng.uniform(0, 2, (n, d)).round(2), onehot(rng, n, k), circle(rng, n)
        yield Probe((x, y, order, lam), side_by_side)
    yield Probe((x, y, order, 0.25), side_by_side)
    yield Probe((x, y, np.array([2, 1, 0, 4, 3]), 0.62), side_by_side)


def _mixed(
    inputs=lambda x, partner, lam: lam * x + (1 - lam) * partner,
    targets=lambda y, partner, lam: lam * y + (1 - lam) * partner,
    who=lambda v, order: v[order],
    whose=lambda v, order: v[order],
    end=lambda x, y: (x, y),
):
    """Mixup with one of its parts replaced."""
    return lambda x, y, order, lam: end(inputs(x, who(x, order), lam), targets(y, whose(y, order), lam))


def _blend(v, partner, lam):
    return lam * v + (1 - lam) * partner


def _swapped_blend(v, partner, lam):
    return (1 - lam) * v + lam * partner


def _inverse(v, order):
    return v[order.argsort()]


def _mixed_in_place(x, y, order, lam):
    x, y = x.clone(), y.clone()
    for i, j in enumerate(order.tolist()):
        x[i], y[i] = _blend(x[i].clone(), x[j], lam), _blend(y[i].clone(), y[j], lam)
    return x, y


def _mix_in_a_loop(x, y, order, lam):
    rows = [(_blend(x[i], x[j], lam), _blend(y[i], y[j], lam)) for i, j in enumerate(order.tolist())]
    return torch.stack([a for a, _ in rows]), torch.stack([b for _, b in rows])


def _mix_in_numpy(x, y, order, lam):
    x, y, order = np.asarray(x), np.asarray(y), np.asarray(order)
    return [v * lam + np.take(v, order, axis=0) * (1 - lam) for v in (x, y)]


MIXUP = Exercise(
    id="cal-11",
    name="mix",
    title="Mixup",
    points=2,
    minutes=6,
    difficulty=1,
    reference=mix,
    probes=batches,
    gives="the pair (x', y'), each in the shape that it came in,",
    hints=(
        "Every sample has a partner. What does `x[order]` look like?",
        "`x[order]` is the batch of partners: row i is the sample number `order[i]`. Blend the two batches.",
        "λ times the sample plus 1 − λ times its partner, and the same for the labels with the same λ and the same "
        "partners.",
    ),
    mistakes=(
        Mistake(
            "labels-untouched",
            _mixed(targets=lambda y, partner, lam: y),
            "The inputs are right. The labels still say that each image is wholly its own.",
        ),
        Mistake(
            "inputs-untouched",
            _mixed(inputs=lambda x, partner, lam: x),
            "The labels are right. The inputs are as they came.",
        ),
        Mistake(
            "lambda-swapped",
            _mixed(_swapped_blend, _swapped_blend),
            "Partners are right. λ is the share that a sample *keeps*: at λ = 1 nothing changes.",
        ),
        Mistake(
            "lambda-swapped-in-labels",
            _mixed(targets=_swapped_blend),
            "The inputs are right. In the labels λ and 1 − λ stand in each other's place.",
        ),
        Mistake(
            "labels-of-the-partner",
            _mixed(targets=lambda y, partner, lam: partner),
            "The inputs are right. The labels went to the partners altogether.",
        ),
        Mistake(
            "lambda-swapped-in-inputs",
            _mixed(inputs=_swapped_blend),
            "The labels are right. In the inputs λ and 1 − λ stand in each other's place.",
        ),
        Mistake(
            "the-other-way-round",
            _mixed(who=_inverse, whose=_inverse),
            "Each sample meets the one that it is the partner *of*. Row i's partner is the sample number order[i].",
        ),
        Mistake(
            "labels-of-others",
            _mixed(whose=_inverse),
            "The inputs are right. The labels are mixed with those of other samples than the inputs were.",
        ),
        Mistake(
            "inputs-of-others",
            _mixed(who=_inverse),
            "The labels are right. The inputs are mixed with others than the labels were.",
        ),
        Mistake(
            "backwards",
            _mixed(who=lambda v, order: v.flip(0), whose=lambda v, order: v.flip(0)),
            "The partners are the batch in reverse order in yours. `order` says who they are.",
        ),
        Mistake(
            "neighbours",
            _mixed(who=lambda v, order: v.roll(1, 0), whose=lambda v, order: v.roll(1, 0)),
            "The partners are the neighbours in yours. `order` says who they are.",
        ),
        Mistake(
            "own-partner",
            _mixed(who=lambda v, order: v, whose=lambda v, order: v),
            "Every sample is mixed with itself. Where does `order` come in?",
        ),
        Mistake(
            "labels-own",
            _mixed(targets=lambda y, partner, lam: torch.where(torch.tensor(lam > 0.5), y, partner)),
            "The inputs are right. The labels go wholly to whoever has the larger share; each should have its own.",
        ),
        Mistake(
            "half-and-half",
            lambda x, y, order, lam: mix(x, y, order, 0.5),
            "Partners are right. Everything is mixed half and half: changing `lam` changes nothing.",
        ),
        Mistake(
            "added",
            _mixed(lambda x, p, lam: x + (1 - lam) * p, lambda y, p, lam: y + (1 - lam) * p),
            "You add the partner's share and the sample keeps all of its own. The two shares add up to 1.",
        ),
        Mistake(
            "summed",
            _mixed(lambda x, p, lam: x + p, lambda y, p, lam: y + p),
            "You add the two. How much of each?",
        ),
        Mistake(
            "in-place",
            _mixed_in_place,
            "The first rows are right. Later rows meet partners that you have mixed already: the partners should be the "
            "samples as they came.",
        ),
        Mistake(
            "labels-first",
            _mixed(end=lambda x, y: (y, x)),
            "Both are right, and in the wrong order: inputs first.",
        ),
        Mistake(
            "partners-alone",
            _mixed(lambda x, p, lam: p, lambda y, p, lam: p),
            "You return the partners alone. What share does each sample keep?",
        ),
        Mistake(
            "shares-only",
            _mixed(lambda x, p, lam: lam * x, lambda y, p, lam: lam * y),
            "Each sample's own share is right. The partner's is missing.",
        ),
        Mistake(
            "squared-shares",
            _mixed(
                lambda x, p, lam: lam**2 * x + (1 - lam) ** 2 * p,
                lambda y, p, lam: lam**2 * y + (1 - lam) ** 2 * p,
            ),
            "Your shares are squared and do not add up to 1.",
        ),
        Mistake(
            "larger-share",
            lambda x, y, order, lam: mix(x, y, order, max(lam, 1 - lam)),
            "Right while λ is above a half. You always give the sample itself the larger share; here λ is what it says.",
        ),
        Mistake(
            "labels-half-and-half",
            _mixed(targets=lambda y, p, lam: (y + p) / 2),
            "The inputs are right. The labels are mixed half and half, whatever λ is.",
        ),
        Mistake(
            "brackets",
            _mixed(lambda x, p, lam: lam * x + 1 - lam * p, lambda y, p, lam: lam * y + 1 - lam * p),
            "`1 - lam * p` multiplies first and subtracts then. What belongs in brackets?",
        ),
        Mistake(
            "lambda-minus-one",
            _mixed(lambda x, p, lam: lam * x + (lam - 1) * p, lambda y, p, lam: lam * y + (lam - 1) * p),
            "The partner is subtracted in yours. The two shares are both positive and add up to 1.",
        ),
        Mistake(
            "partner-whole",
            _mixed(lambda x, p, lam: lam * x + p, lambda y, p, lam: lam * y + p),
            "The partner comes in whole. The two shares add up to 1.",
        ),
        Mistake(
            "the-same-share",
            _mixed(lambda x, p, lam: lam * (x + p), lambda y, p, lam: lam * (y + p)),
            "Both get λ in yours. The two shares add up to 1.",
        ),
    ),
    variants=(
        _mix_in_a_loop,
        _mix_in_numpy,
        lambda x, y, order, lam: mix(x.float(), y.float(), order, lam),
        lambda x, y, order, lam: (torch.lerp(x[order], x, lam), y + (1 - lam) * (y[order] - y)),
    ),
)
