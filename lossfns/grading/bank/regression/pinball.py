"""Pinball loss, and what quantiles are for: coverage, and quantiles that cross. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch

from lossfns.grading.bank.regression.inputs import pair
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# reg-05 · pinball loss ---------------------------------------------------------------------------------------------


def pinball_loss(pred, target, q):
    u = target - pred
    return torch.maximum(q * u, (q - 1) * u).mean()


def priced(rng: np.random.Generator) -> Iterator[Probe]:
    """Batches wholly too low, wholly too high and mixed, for levels on both sides of one half."""
    yield Probe((np.array([90.0]), np.array([100.0]), 0.9))
    yield Probe((np.array([103.0]), np.array([100.0]), 0.9))
    for side in (-1, 1):
        for n in (2, 4):
            target = rng.uniform(-5, 9, n).round(1)
            pred = target + side * rng.uniform(0.3, 4, n).round(1)
            yield Probe((pred, target, 0.2))
            yield Probe((pred, target, 0.75))
    pred, target = pair(rng, 7)
    for q in (0.1, 0.5, 0.95):
        yield Probe((pred, target, q))
    yield Probe((pred + 0.4, target, 0.95))


SIDES = (
    Regime("target above", lambda p, t, q: p < t, "the prediction is too low", "the prediction is too high"),
    Regime("target below", lambda p, t, q: p > t, "the prediction is too high", "the prediction is too low"),
)


def _two_prices(low, high):
    """The mean of low(u, q) where the prediction is too low, high(u, q) where too high; u = target − pred."""
    return lambda p, t, q: torch.where(t - p > 0, low(t - p, q), high(t - p, q)).mean()


def _means_of_the_sides(p, t, q):
    """One mean over the pairs that are too low plus one over those that are too high."""
    u = t - p
    sides = (q * u[u > 0], (q - 1) * u[u < 0])
    return sum(side.mean() for side in sides if len(side))


PINBALL = Exercise(
    id="reg-05",
    name="pinball_loss",
    title="Pinball loss",
    points=2,
    minutes=5,
    difficulty=1,
    reference=pinball_loss,
    probes=priced,
    regimes=SIDES,
    gives="one number, the mean over the pairs,",
    hints=(
        "There is a price for each side. Which sign of `target - pred` means that the prediction was too low?",
        "Compute `u = target - pred` once, then two candidate costs: `q * u`, and what a unit too much costs.",
        "With `(q - 1) * u` as the second candidate, the larger of the two is always the right one; then the mean.",
    ),
    mistakes=(
        Mistake(
            "sides-swapped",
            _two_prices(lambda u, q: (1 - q) * u, lambda u, q: -q * u),
            "At q = 0.9 yours makes *too much* the expensive side. Which sign of `target - pred` means the prediction "
            "was too low?",
        ),
        Mistake(
            "one-price",
            _two_prices(lambda u, q: q * u, lambda u, q: -q * u),
            "Both sides cost q a unit in yours. Pinball needs two prices: what does a unit too much cost?",
        ),
        Mistake(
            "other-price",
            _two_prices(lambda u, q: (1 - q) * u, lambda u, q: (q - 1) * u),
            "Both sides cost 1 − q a unit in yours. Pinball needs two prices: what does a unit too little cost?",
        ),
        Mistake(
            "negative-side",
            _two_prices(lambda u, q: q * u, lambda u, q: (1 - q) * u),
            "Right while the prediction is too low. When it is too high yours goes negative, and a price is never "
            "negative.",
        ),
        Mistake(
            "same-sign",
            lambda p, t, q: torch.maximum(q * (t - p), (1 - q) * (t - p)).mean(),
            "Your two candidates have the same sign. When the prediction is too high both are negative, and a price is "
            "never negative.",
        ),
        Mistake(
            "minimum",
            lambda p, t, q: torch.minimum(q * (t - p), (q - 1) * (t - p)).mean(),
            "Yours is never positive: of the two candidates you keep the one that is not a price.",
        ),
        Mistake(
            "free-side",
            _two_prices(lambda u, q: q * u, lambda u, q: 0 * u),
            "Right while the prediction is too low. Too high costs nothing in yours, so an enormous forecast would "
            "be best.",
        ),
        Mistake(
            "free-shortfall",
            _two_prices(lambda u, q: 0 * u, lambda u, q: (q - 1) * u),
            "Right while the prediction is too high. Too low costs nothing in yours.",
        ),
        Mistake(
            "signed",
            lambda p, t, q: (q * (t - p)).mean(),
            "Right while the prediction is too low. Too high earns money in yours; there is only one candidate, and "
            "two are needed.",
        ),
        Mistake(
            "unit-price",
            _two_prices(lambda u, q: q * u, lambda u, q: -u),
            "Right while the prediction is too low. Too high costs 1 a unit in yours; the two prices should add up to "
            "1.",
        ),
        Mistake(
            "squared",
            _two_prices(lambda u, q: q * u**2, lambda u, q: (1 - q) * u**2),
            "The prices are on the right sides, and the misses are squared. Here a miss costs in proportion to its "
            "size; what you wrote asks for an expectile.",
        ),
        Mistake(
            "squared-above",
            _two_prices(lambda u, q: q * u, lambda u, q: (1 - q) * u**2),
            "Right while the prediction is too low. When it is too high you square the miss.",
        ),
        Mistake(
            "absolute",
            lambda p, t, q: (t - p).abs().mean(),
            "That is the absolute error: q has no say in the result, so too much and too little cost the same.",
        ),
        Mistake(
            "doubled",
            lambda p, t, q: 2 * pinball_loss(p, t, q),
            "On every input yours is twice the expected value. You may want q = ½ to give the absolute error; by the "
            "definition here it gives half of it.",
        ),
        Mistake(
            "sum",
            lambda p, t, q: pinball_loss(p, t, q) * len(p),
            "Each pair is right. Yours is exactly n times the expected value; what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            lambda p, t, q: torch.maximum(q * (t - p), (q - 1) * (t - p)),
            "The price of each pair is right. One number was asked: their mean.",
        ),
        Mistake(
            "mean-first",
            lambda p, t, q: torch.maximum(q * (t - p).mean(), (q - 1) * (t - p).mean()),
            "Right while all pairs are on one side. You average the misses before pricing them, so too much and too "
            "little cancel.",
        ),
        Mistake(
            "scaled-prediction",
            lambda p, t, q: (t - q * p).abs().mean(),
            "You let q scale the prediction. It sets prices: what does it cost to be short by one?",
        ),
        Mistake(
            "side-means",
            _means_of_the_sides,
            "Right while all pairs are on one side. You add two means, each over its own pairs; one mean over "
            "all pairs was asked.",
        ),
        Mistake(
            "both-prices",
            lambda p, t, q: (q * (t - p) + (1 - q) * (p - t)).mean(),
            "You charge both prices to every pair, so one of the two is negative. Each pair pays one of them.",
        ),
        Mistake(
            "sides-swapped-sum",
            lambda p, t, q: torch.maximum(q * (p - t), (q - 1) * (p - t)).sum(),
            "Too much and too little have each other's price. And what turns a total into a mean?",
        ),
        Mistake(
            "sides-swapped-doubled",
            lambda p, t, q: 2 * torch.maximum(q * (p - t), (q - 1) * (p - t)).mean(),
            "Too much and too little have each other's price, and both prices are doubled.",
        ),
        Mistake(
            "unit-shortfall",
            lambda p, t, q: torch.where(t > p, t - p, q * (p - t)).mean(),
            "Too low costs 1 a unit in yours. Which of the two sides does q belong to?",
        ),
        Mistake(
            "dearer-price",
            lambda p, t, q: (max(q, 1 - q) * (p - t).abs()).mean(),
            "Both sides cost the dearer of the two prices in yours. Which side is dearer depends on q.",
        ),
        Mistake(
            "count",
            lambda p, t, q: torch.where(t > p, q, 1 - q).mean(),
            "The right price for each side, whatever the size of the miss. What is the price per unit of?",
        ),
    ),
    variants=(
        lambda p, t, q: (
            sum(q * (b - a) if b > a else (1 - q) * (a - b) for a, b in zip(p, t, strict=True)) / len(p)
        ),
        lambda p, t, q: (q * torch.relu(t - p) + (1 - q) * torch.relu(p - t)).mean(),
        lambda p, t, q: (0.5 * (t - p).abs() + (q - 0.5) * (t - p)).mean(),
        lambda p, t, q: torch.maximum(q * (t - p).float(), (q - 1) * (t - p).float()).mean(),
        lambda p, t, q: np.maximum(q * (t - p), (q - 1) * (t - p)).mean(),
        lambda p, t, q: ((t - p) * (q - (t < p).double())).mean(),
    ),
)


# reg-08 · coverage -------------------------------------------------------------------------------------------------


def coverage(lower, upper, target):
    return ((lower <= target) & (target <= upper)).double().mean()


def intervals(rng: np.random.Generator) -> Iterator[Probe]:
    """Intervals with targets below, inside, above, and exactly on either end."""
    for target in (3.0, 5.0, 1.0, 4.0, 2.0):
        yield Probe((np.array([2.0]), np.array([4.0]), np.array([target])))
    yield Probe((np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([0.5, 4.7])))  # none covered
    lower, upper = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
    yield Probe((lower, upper, np.array([0.9999, 4.0001, 3.5])))  # nearly covered
    for first in (1.0, 3.0, 3.5):  # the first target on the lower end, on the upper end, above
        yield Probe((lower, upper, np.array([first, 3.2, 6.0])))
    for ends in ((5, 1, 1, 0, 0), (4, 2, 1, 1, 0), (3, 1, 3, 0, 2), (6, 2, 3, 2, 1)):
        inside, below, above, on_lower, on_upper = ends
        n = sum(ends)
        lower = rng.uniform(-5, 5, n).round(1)
        upper = (lower + rng.uniform(1, 4, n)).round(1)
        far = (
            on_lower + on_upper > 1
        )  # so that intervals made too wide are told apart from no interval at all
        outside = (-1.7, 2.6) if far else (-0.5, 1.3)
        place = np.repeat([0.4, *outside, 0.0, 1.0], [inside, below, above, on_lower, on_upper])
        target = np.where(
            place == 0, lower, np.where(place == 1, upper, (lower + place * (upper - lower)).round(2))
        )
        order = rng.permutation(n)
        yield Probe((lower[order], upper[order], target[order]))


COVERAGE = Exercise(
    id="reg-08",
    name="coverage",
    title="Does the interval keep its promise?",
    points=1,
    minutes=5,
    difficulty=1,
    reference=coverage,
    probes=intervals,
    regimes=(
        Regime(
            "on an end",
            lambda low, high, t: bool(np.any((t == low) | (t == high))),
            "a target lies exactly on an end",
            "no target lies on an end",
        ),
    ),
    gives="one number, a share between 0 and 1,",
    hints=(
        "A target is covered when two things hold at once.",
        "`lower <= target` is a tensor of yes and no, and so is the other condition. Both must be yes: `&`.",
        "The share of yes in a tensor of yes and no is the mean of it, once it is made of numbers: `.double().mean()`.",
    ),
    mistakes=(
        Mistake(
            "open",
            lambda low, high, t: ((low < t) & (t < high)).double().mean(),
            "Right unless a target lies exactly on an end. The specification says what happens there.",
        ),
        Mistake(
            "left-open",
            lambda low, high, t: ((low < t) & (t <= high)).double().mean(),
            "Right unless a target equals its lower end. Does that end belong to the interval?",
        ),
        Mistake(
            "right-open",
            lambda low, high, t: ((low <= t) & (t < high)).double().mean(),
            "Right unless a target equals its upper end. Does that end belong to the interval?",
        ),
        Mistake(
            "outside",
            lambda low, high, t: 1 - coverage(low, high, t),
            "You return the share that is missed.",
        ),
        Mistake(
            "either",
            lambda low, high, t: ((low <= t) | (t <= high)).double().mean(),
            "One of the two conditions is enough in yours, and everything is above the lower end or below the upper one.",
        ),
        Mistake(
            "lower-only",
            lambda low, high, t: (low <= t).double().mean(),
            "The upper end has no say in yours.",
        ),
        Mistake(
            "upper-only",
            lambda low, high, t: (t <= high).double().mean(),
            "The lower end has no say in yours.",
        ),
        Mistake(
            "count",
            lambda low, high, t: ((low <= t) & (t <= high)).sum(),
            "You return how many are covered. A share of how many?",
        ),
        Mistake(
            "misses",
            lambda low, high, t: ((t < low) | (t > high)).sum(),
            "You return how many are missed. The share that is covered was asked.",
        ),
        Mistake(
            "percent",
            lambda low, high, t: 100 * coverage(low, high, t),
            "Yours is in percent. A share lies between 0 and 1.",
        ),
        Mistake(
            "not-reduced",
            lambda low, high, t: ((low <= t) & (t <= high)).double(),
            "You say for each target whether it is covered. The share of them was asked.",
        ),
        Mistake(
            "ends-swapped",
            lambda low, high, t: ((high <= t) & (t <= low)).double().mean(),
            "You ask for targets above the upper end and below the lower one. Nothing can be both, unless the arguments arrive in another order than you think.",
        ),
        Mistake(
            "all",
            lambda low, high, t: ((low <= t) & (t <= high)).all(),
            "Yours is 1 when every target is covered and 0 otherwise. The share that is covered was asked.",
        ),
        Mistake(
            "width",
            lambda low, high, t: (high - low).mean(),
            "That is the mean width of the intervals, the other half of the story. The targets have no say in it.",
        ),
        Mistake(
            "open-count",
            lambda low, high, t: ((low < t) & (t < high)).sum(),
            "You return how many are covered; a share of how many? And look again at what happens on an end.",
        ),
        Mistake(
            "one-interval",
            lambda low, high, t: ((low.min() <= t) & (t <= high.max())).double().mean(),
            "You make one interval of all of them. Each target has its own.",
        ),
        Mistake(
            "mean-interval",
            lambda low, high, t: ((low.mean() <= t) & (t <= high.mean())).double().mean(),
            "You make one interval of all of them. Each target has its own.",
        ),
        Mistake(
            "all-pairs",
            lambda low, high, t: ((low[:, None] <= t) & (t <= high[:, None])).double().mean(),
            "Yours asks about every target and every interval. A column against a row makes a table of all "
            "pairs: look at the shapes.",
        ),
        Mistake(
            "shares-multiplied",
            lambda low, high, t: (low <= t).double().mean() * (t <= high).double().mean(),
            "You take two shares and multiply them. The two conditions are about the same target.",
        ),
        Mistake(
            "rounded",
            lambda low, high, t: ((low <= t) & (t <= high)).double().mean().round(),
            "Yours is a whole number. A share may lie in between.",
        ),
        Mistake(
            "any",
            lambda low, high, t: ((low <= t) & (t <= high)).any(),
            "Yours is 1 as soon as one target is covered. Is a `return` inside the `if`?",
        ),
    ),
    variants=(
        lambda low, high, t: sum(a <= c <= b for a, b, c in zip(low, high, t, strict=True)) / len(t),
        lambda low, high, t: ((t - low) * (high - t) >= 0).float().mean(),
        lambda low, high, t: 1 - ((t < low) | (t > high)).double().mean(),
        lambda low, high, t: np.mean(
            (np.asarray(low) <= np.asarray(t)) & (np.asarray(t) <= np.asarray(high))
        ),
        lambda low, high, t: torch.count_nonzero(t == t.clamp(low, high)).item() / t.numel(),
    ),
)


# reg-12 · crossing quantiles ---------------------------------------------------------------------------------------


def crossings(quantiles):
    return (quantiles[:, 1:] < quantiles[:, :-1]).any(dim=1).sum()


ROWS_BY_RANK = (  # equal ranks tie
    ((0, 1), (0, 0), (0, 1)),
    ((1, 0), (0, 1), (0, 0)),
    ((0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 0, 1), (1, 0, 0)),
    ((1, 0, 3, 2), (0, 2, 1, 3), (0, 1, 1, 2), (0, 1, 2, 3), (3, 2, 1, 0), (0, 1, 3, 2), (0, 3, 1, 2)),
    ((1, 1, 2, 3, 4), (0, 2, 1, 4, 3), (4, 0, 1, 2, 3), (0, 1, 2, 3, 4), (0, 1, 2, 2, 3)),
    ((2, 1, 0), (0, 2, 1)),
)


def quantile_tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Rows in order, rows with ties, rows that cross at the start, in the middle, at the end, and twice."""
    for ranks in ROWS_BY_RANK:
        table = np.empty((len(ranks), len(ranks[0])))
        for row, rank in zip(table, rng.permutation(ranks), strict=True):
            row[:] = rng.uniform(0.2, 2, len(rank)).cumsum().round(1)[rank]
        yield Probe((table,))
    yield Probe((np.array([[1.0, 2.0, 1.9995], [1.0, 1.5, 2.0], [1.4, 2.2, 0.3], [1.8, 1.2, 2.5]]),))


CROSSINGS = Exercise(
    id="reg-12",
    name="crossings",
    title="When the 90 % line dips below the 50 % line",
    points=1,
    minutes=6,
    difficulty=2,
    reference=crossings,
    probes=quantile_tables,
    gives="one number, a count of rows,",
    hints=(
        "In a row that is in order, each entry is at least as large as the one to its left.",
        "Compare all columns but the first with all columns but the last: `quantiles[:, 1:]` and `quantiles[:, :-1]`.",
        "`(right < left).any(dim=1)` says for each row whether it crosses anywhere; count the yes.",
    ),
    mistakes=(
        Mistake(
            "pairs",
            lambda q: (q[:, 1:] < q[:, :-1]).sum(),
            "Right while no row crosses twice. You count neighbours that cross; rows were asked.",
        ),
        Mistake(
            "all-pairs",
            lambda q: sum(
                (q[:, j] < q[:, i]).sum() for i in range(q.shape[1]) for j in range(i + 1, q.shape[1])
            ),
            "You count every pair of columns that is out of order, so one row can count several times.",
        ),
        Mistake(
            "ties",
            lambda q: (q[:, 1:] <= q[:, :-1]).any(dim=1).sum(),
            "Equal neighbours count as crossing in yours. The specification says what a tie is.",
        ),
        Mistake(
            "first-columns",
            lambda q: (q[:, 1] < q[:, 0]).sum(),
            "Right for two columns. You compare the first two and no others.",
        ),
        Mistake(
            "ends-only",
            lambda q: (q[:, -1] < q[:, 0]).sum(),
            "Right for two columns. You compare the first with the last; a crossing can hide in the middle.",
        ),
        Mistake(
            "last-columns",
            lambda q: (q[:, -1] < q[:, -2]).sum(),
            "Right for two columns. You compare the last two and no others.",
        ),
        Mistake(
            "share",
            lambda q: (q[:, 1:] < q[:, :-1]).any(dim=1).double().mean(),
            "You return a share of the rows. How many was asked.",
        ),
        Mistake(
            "in-order",
            lambda q: (q[:, 1:] >= q[:, :-1]).all(dim=1).sum(),
            "You count the rows that are in order; those that are not were asked.",
        ),
        Mistake(
            "increasing",
            lambda q: (q[:, 1:] > q[:, :-1]).any(dim=1).sum(),
            "You count rows in which something rises. Rising is what quantiles should do.",
        ),
        Mistake(
            "columns",
            lambda q: (q[1:] < q[:-1]).any(dim=0).sum(),
            "You compare each row with the row above it. The levels stand side by side, in columns.",
        ),
        Mistake(
            "all-cross",
            lambda q: (q[:, 1:] < q[:, :-1]).all(dim=1).sum(),
            "Right for two columns. You count rows in which *every* neighbour pair crosses; one is enough.",
        ),
        Mistake(
            "yes-or-no",
            lambda q: (q[:, 1:] < q[:, :-1]).any(),
            "You say whether anything crosses. How many rows do was asked.",
        ),
        Mistake(
            "not-reduced",
            lambda q: (q[:, 1:] < q[:, :-1]).any(dim=1),
            "You say for each row whether it crosses. How many do was asked.",
        ),
        Mistake(
            "every-row",
            lambda q: len(q),
            "You count every row. Does your comparison say yes for rows that are in order, too?",
        ),
        Mistake(
            "wraps-round",
            lambda q: (q < q.roll(1, dims=1)).any(dim=1).sum(),
            "You count every row whose entries are not all equal. Does a rise count in yours too, or does index −1, the "
            "last entry, stand in for what is left of the first?",
        ),
        Mistake(
            "depth",
            lambda q: torch.relu(q[:, :-1] - q[:, 1:]).sum(),
            "You add up how deep the crossings go. How many rows cross was asked.",
        ),
        Mistake(
            "fully-reversed",
            lambda q: (q == q.sort(dim=1, descending=True).values).all(dim=1).sum(),
            "You count rows that run backwards from end to end. One step back is enough.",
        ),
        Mistake(
            "first-as-yardstick",
            lambda q: (q[:, 1:] < q[:, :1]).any(1).sum(),
            "You compare every entry with the first of its row. Its neighbour on the left is what counts.",
        ),
        Mistake(
            "last-pair-left-out",
            lambda q: (q[:, :-1].diff(dim=1) < 0).any(1).sum(),
            "The last two columns are never compared in yours. Where does your range end?",
        ),
        Mistake(
            "first-pair-left-out",
            lambda q: (q[:, 1:].diff(dim=1) < 0).any(1).sum(),
            "The first two columns are never compared in yours. Where does your range begin?",
        ),
        Mistake(
            "columns-counted",
            lambda q: (q.diff(dim=1) < 0).any(0).sum(),
            "You count the neighbouring columns that cross in some row. Along which axis should `any` look?",
        ),
        Mistake(
            "wraps-round-pairs",
            lambda q: (q < q.roll(1, 1)).sum(),
            "The first entry of a row has nothing to its left: in Python the index −1 is the last one. And a "
            "row counts once.",
        ),
        Mistake(
            "percent",
            lambda q: 100 * (q.diff(dim=1) < 0).any(1).double().mean(),
            "Yours is in percent. How many rows was asked.",
        ),
        Mistake(
            "ties-pairs",
            lambda q: (q.diff(dim=1) <= 0).sum(),
            "Equal neighbours count as crossing in yours. And a row counts once.",
        ),
        Mistake(
            "all-or-none",
            lambda q: len(q) * (q.diff(dim=1) < 0).any(),
            "One crossing makes you count every row. Along which axis should `any` look, or where is your "
            "flag set back?",
        ),
    ),
    variants=(
        lambda q: sum(any(b < a for a, b in pairwise(row)) for row in q.tolist()),
        lambda q: (q != q.sort(dim=1).values).any(dim=1).sum(),
        lambda q: (torch.diff(q, dim=1).min(dim=1).values < 0).sum().item(),
        lambda q: np.count_nonzero((np.diff(np.asarray(q), axis=1) < 0).any(axis=1)),
        lambda q: (q.cummax(dim=1).values > q).any(dim=1).float().sum(),
    ),
)
