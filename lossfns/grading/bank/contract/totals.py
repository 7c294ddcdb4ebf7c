"""A sum that does not add up. The function below the heading that is not shipped is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# ctr-09 · fix: a bill that does not add up -------------------------------------------------------------------------


def predict_bills_shipped(bills, group):
    pred = torch.empty_like(bills)
    for g in group.unique():
        pred[group == g] = bills[group == g].log().mean().exp()
    return pred


def predict_bills(bills, group):
    pred = torch.empty_like(bills)
    for g in group.unique():
        pred[group == g] = bills[group == g].mean()
    return pred


def ledgers(rng: np.random.Generator) -> Iterator[Probe]:
    """Skewed bills in two to four groups of unequal sizes and heights, with any numbers; one with a group of one."""
    for sizes, names in (
        ((3, 2), (0, 1)),
        ((4, 3), (3, 8)),
        ((2, 5, 3), (0, 1, 2)),
        ((5, 1, 4), (1, 4, 5)),
        ((3, 4, 2, 6), (2, 0, 7, 5)),
    ):
        group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        heights = rng.permutation(np.arange(len(sizes))) + rng.uniform(0, 0.3, len(sizes))
        spreads = rng.permutation(np.linspace(0.4, 1.2, len(sizes)))
        bills = np.exp(1 + heights[group] + spreads[group] * rng.normal(size=len(group))).round(2) + 0.1
        yield Probe((bills, np.array(names)[group]))
    yield Probe(
        (np.array([20.0, 35.0, 20.0, 90.0, 50.0, 30.0]), np.array([2, 2, 2, 5, 5, 2]))
    )  # two bills alike


def _by_group(statistic: Callable, after: Callable = lambda pred, bills: pred) -> Callable:
    """One number for each group, by another statistic, and a correction for all afterwards."""

    def predict(bills, group):
        pred = torch.empty_like(bills)
        for g in group.unique():
            pred[group == g] = statistic(bills[group == g])
        return after(pred, bills)

    return predict


def _geometric(b: torch.Tensor) -> torch.Tensor:
    return b.log().mean().exp()


def _one_smear(bills, group):
    residuals = bills.log() - _by_group(_geometric)(bills, group).log()
    return _by_group(_geometric)(bills, group) * residuals.exp().mean()


def _normal_theory(b: torch.Tensor) -> torch.Tensor:
    return (b.log().mean() + b.log().var(unbiased=False) / 2).exp()


def _mean_factor(bills, group):
    geometric, own = _by_group(_geometric)(bills, group), _by_group(torch.mean)(bills, group)
    factors = torch.stack([(own / geometric)[group == g][0] for g in group.unique()])
    return geometric * factors.mean()


def _pooled(unbiased: bool) -> Callable:
    """Half the variance of all residuals, the same for every group."""

    def predict(bills, group):
        pred = _by_group(_geometric)(bills, group)
        return pred * ((bills / pred).log().var(unbiased=unbiased) / 2).exp()

    return predict


def _runs(bills, group):
    """The mean of each run of neighbours of the same group."""
    pred, start = torch.empty_like(bills), 0
    for length in group.unique_consecutive(return_counts=True)[1].tolist():
        pred[start : start + length] = bills[start : start + length].mean()
        start += length
    return pred


def _person_by_person(bills, group):
    pred = []
    for g in group:
        pred.append(bills[group == g].mean())
    return torch.stack(pred)


def _counted(bills, group):
    names, place = torch.unique(group, return_inverse=True)
    total = torch.zeros(len(names), dtype=bills.dtype).index_add(0, place, bills)
    number = torch.bincount(place)
    return (total / number)[place]


def _membership(bills, group):
    same = (group[:, None] == group[None, :]).to(bills.dtype)
    return same @ bills / same.sum(dim=1)


def _in_numpy(bills, group):
    bills, group = np.asarray(bills), np.asarray(group)
    pred = np.zeros(len(bills))
    for g in np.unique(group):
        pred[group == g] = np.mean(bills[group == g])
    return pred


def _in_single_precision(bills, group):
    return predict_bills(bills.float(), group)


POOLED = (
    "You added half the variance of all the residuals together, the same for every group. Groups differ in how skewed they are; and "
    "the specification asks for totals that agree with the bills at hand."
)

TOTALS = Exercise(
    id="ctr-09",
    name="predict_bills",
    title="A bill that does not add up",
    points=2,
    minutes=12,
    difficulty=2,
    reference=predict_bills,
    shipped=predict_bills_shipped,
    symptom="It still behaves as it came: the predictions look sensible person by person, and in every group they add up to "
    "less than the bills.",
    probes=ledgers,
    regimes=(
        Regime(
            "other numbers",
            lambda b, g: ~np.isin(g, np.arange(len(np.unique(g)))),
            "a group's number is as large as the number of groups or larger, as where two groups are called 2 and 5 (does the loop count 0, 1, 2 …?)",
            "a group's number is smaller than the number of groups",
        ),
        Regime(
            "beyond two",
            lambda b, g: ~np.isin(g, (0, 1)),
            "the group is another (does the loop come to it?)",
            "the group is 0 or 1",
        ),
        Regime(
            "later groups",
            lambda b, g: g != g.min(),
            "the person is in a later group (is a `return` inside the loop?)",
            "the person is in the first group",
        ),
        Regime(
            "last group",
            lambda b, g: g == g.max(),
            "the person is in the last group (does the loop come to it?)",
            "the person is in any group but the last",
        ),
        Regime(
            "several groups",
            lambda b, g: len(np.unique(g)) > 2,
            "there are more than two groups",
            "there are two groups",
        ),
    ),
    gives="one prediction for each person, shape (n,),",
    hints=(
        "Every group's predictions add up to too little. Which statistic of the group does the function predict?",
        "Mean of logarithms, then exp: a geometric mean. Which functional is the only one that adds up?",
        "n times the mean is the total. Predict each group's mean of the bills themselves.",
    ),
    mistakes=(
        Mistake(
            "one-mean-for-all",
            lambda b, g: b.mean() + 0 * b,
            "The grand total is right now. Everybody gets the same prediction, so no *group* adds up.",
        ),
        Mistake(
            "median",
            _by_group(lambda b: torch.quantile(b, 0.5)),
            "You predict each group's median. How large its largest bills are has no say in that, and it has in the total.",
        ),
        Mistake(
            "median-lower",
            _by_group(lambda b: b.median()),
            "You predict each group's median. How large its largest bills are has no say in that, and it has in the total.",
        ),
        Mistake(
            "scaled-together",
            _by_group(_geometric, lambda pred, b: pred * b.sum() / pred.sum()),
            "The grand total is right now: one factor for all. But groups differ in how skewed they are, so no group adds up "
            "by itself.",
        ),
        Mistake(
            "shifted-together",
            _by_group(_geometric, lambda pred, b: pred + (b - pred).mean()),
            "The grand total is right now: the same amount added for all. No group adds up by itself.",
        ),
        Mistake(
            "mean-factor",
            _mean_factor,
            "You correct every group by the mean of the groups' factors. Each group lacks another factor, its own.",
        ),
        Mistake(
            "geometric-for-all",
            lambda b, g: _geometric(b) + 0 * b,
            "Two things: everybody gets the same, whatever the group; and it is still a mean of *logarithms*, which adds up to too little.",
        ),
        Mistake(
            "one-smear",
            _one_smear,
            "You corrected with one factor, the mean of exp(residual) over everybody. It is right only if all groups are "
            "equally spread.",
        ),
        Mistake(
            "normal-theory",
            _by_group(_normal_theory),
            "You added half the variance of the logarithms: exact for endlessly many log-normal bills, and only near for those at hand. "
            "The specification asks for totals that agree.",
        ),
        Mistake(
            "normal-theory-sample",
            _by_group(lambda b: (b.log().mean() + (b.log().var() if len(b) > 1 else 0.0) / 2).exp()),
            "You added half the variance of the logarithms: exact for endlessly many log-normal bills, and only near for those at hand. "
            "The specification asks for totals that agree.",
        ),
        Mistake(
            "normal-theory-nan",
            _by_group(lambda b: (b.log().mean() + b.log().var() / 2).exp()),
            "You added half the variance of the logarithms: exact for a log-normal without end, not for the bills at hand, and of a "
            "single person there is no such variance (nan). The specification asks for totals that agree.",
        ),
        Mistake(
            "normal-theory-deviation",
            _by_group(lambda b: (b.log().mean() + b.log().std(unbiased=False) / 2).exp()),
            "You added half the *standard deviation* of the logarithms; theory says half the variance, and only for a log-normal without "
            "end. The specification asks for totals that agree with the bills at hand.",
        ),
        Mistake(
            "normal-theory-whole",
            _by_group(lambda b: (b.log().mean() + b.log().var(unbiased=False)).exp()),
            "You added the variance of the logarithms; theory says half of it, and only for a log-normal without end. The "
            "specification asks for totals that agree with the bills at hand.",
        ),
        Mistake("normal-theory-pooled", _pooled(unbiased=False), POOLED),
        Mistake("normal-theory-pooled-sample", _pooled(unbiased=True), POOLED),
        Mistake(
            "totals",
            _by_group(lambda b: b.sum()),
            "Each person is given the whole group's total. What is one person's part of it?",
        ),
        Mistake(
            "in-order-of-the-groups",
            lambda b, g: torch.cat([b[g == i].mean().repeat(int((g == i).sum())) for i in g.unique()]),
            "The numbers are right, and sorted by group. Each person stands where that person's bill stands.",
        ),
        Mistake(
            "last-group",
            lambda b, g: b[g == g.max()].mean() + 0 * b,
            "Everybody gets the mean of the last group. Does every round of the loop overwrite the one before?",
        ),
        Mistake(
            "mean-of-the-means",
            lambda b, g: torch.stack([b[g == i].mean() for i in g.unique()]).mean() + 0 * b,
            "You average the groups' means, and everybody gets the same. Each group has its own.",
        ),
        Mistake(
            "one-per-group",
            lambda b, g: torch.stack([b[g == i].mean() for i in g.unique()]),
            "The numbers are right, one for each group. One for each *person* was asked.",
        ),
        Mistake(
            "logarithms",
            _by_group(lambda b: b.log().mean()),
            "You left out the way back from the logarithm, and the predictions are no bills any more.",
        ),
        Mistake(
            "exp-of-mean",
            _by_group(lambda b: b.mean().exp()),
            "One step is gone and its way back is still there: you take exp of bills that are no logarithms any more.",
        ),
        Mistake(
            "exp-first",
            _by_group(lambda b: b.exp().mean().log()),
            "You exchanged log and exp: that is the logarithm of a mean of exponentials, and close to the largest bill.",
        ),
        Mistake(
            "product",
            _by_group(lambda b: b.log().sum().exp()),
            "A sum of logarithms is the logarithm of a product: you multiply the bills of a group with each other.",
        ),
        Mistake(
            "log-one-plus",
            _by_group(lambda b: b.log1p().mean().expm1()),
            "With 1 added before the logarithm and taken away after it, it is still the mean of *logarithms*: too little in every "
            "group.",
        ),
        Mistake(
            "roots",
            _by_group(lambda b: b.sqrt().mean() ** 2),
            "A mean of roots, squared, is nearer than the mean of logarithms, and still too little in every group.",
        ),
        *(
            Mistake(
                f"whole-numbers-{name}",
                _by_group(lambda b, whole=whole: whole(b.mean())),
                "The numbers are right up to the decimal point. What can the tensor hold that you write them into?",
            )
            for name, whole in (("down", torch.trunc), ("nearest", torch.round))
        ),
        Mistake(
            "log-of-mean",
            _by_group(lambda b: b.mean().log()),
            "You take the logarithm of the right number. A bill was asked.",
        ),
        Mistake(
            "harmonic",
            _by_group(lambda b: 1 / (1 / b).mean()),
            "That is the harmonic mean: it lies below the geometric one, and adds up to even less.",
        ),
        Mistake(
            "root-mean-square",
            _by_group(lambda b: (b**2).mean().sqrt()),
            "That is the root of the mean square: it lies above the mean, and adds up to too much.",
        ),
        Mistake(
            "bills",
            lambda b, g: b,
            "You return the bills themselves. They add up, and predict nothing: everybody in a group should get one number.",
        ),
        Mistake(
            "divides-by-all",
            lambda b, g: torch.stack([b[g == i].sum() / len(b) for i in g]),
            "You divide each group's total by the number of all people. By how many should it be divided?",
        ),
        Mistake(
            "divides-by-the-groups",
            lambda b, g: torch.stack([b[g == i].sum() / len(g.unique()) for i in g]),
            "You divide each group's total by the number of *groups*. How many people share it?",
        ),
        *(
            Mistake(
                f"drawn-together-by-{name}",
                lambda b, g, n=people: torch.stack(
                    [(b[g == i].sum() + n * b.mean()) / (len(b[g == i]) + n) for i in g]
                ),
                "You draw each group's mean towards the mean of all. For people that nobody has seen yet that may be wise; but no group "
                "adds up any more.",
            )
            for name, people in (("one", 1), ("five", 5), ("ten", 10))
        ),
        Mistake(
            "half-way-to-all",
            lambda b, g: (predict_bills(b, g) + b.mean()) / 2,
            "You draw each group's mean towards the mean of all. For people that nobody has seen yet that may be wise; but no group "
            "adds up any more.",
        ),
        Mistake(
            "same-bills-once",
            _by_group(lambda b: b.unique().mean()),
            "Right while no two bills of a group are alike. Two people with the same bill have to be paid twice.",
        ),
        Mistake(
            "runs",
            _runs,
            "You take the mean over neighbours of the same group, and begin anew where another stands between. A group's people need not "
            "stand together.",
        ),
        Mistake(
            "largest",
            _by_group(lambda b: b.max()),
            "You predict each group's largest bill: it adds up to too much.",
        ),
        Mistake(
            "smallest",
            _by_group(lambda b: b.min()),
            "You predict each group's smallest bill: it adds up to too little.",
        ),
        Mistake(
            "first-bill",
            _by_group(lambda b: b[0]),
            "You predict the first bill of each group, for everybody in it. What do the others add to the total?",
        ),
        Mistake(
            "middle-of-the-range",
            _by_group(lambda b: (b.min() + b.max()) / 2),
            "You predict the middle between the smallest and the largest bill of a group. What do the others add to the total?",
        ),
        Mistake(
            "n-minus-one",
            _by_group(lambda b: b.sum() / max(len(b) - 1, 1)),
            "You divide by n − 1. How many people share the total?",
        ),
    ),
    variants=(
        _person_by_person,
        _counted,
        _membership,
        _in_numpy,
        _by_group(lambda b: _geometric(b) * (b / _geometric(b)).mean()),
        _in_single_precision,
    ),
)
