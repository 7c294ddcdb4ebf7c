"""Prices of one's own. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# ctr-04 · how many to order ----------------------------------------------------------------------------------------


def best_order(demand, short, over):
    for order in demand.sort().values:
        if (demand <= order).double().mean() >= short / (short + over) - 1e-9:
            return order


def seasons(rng: np.random.Generator) -> Iterator[Probe]:
    """Skewed demands in no order, prices on both sides; shares that are met exactly (quarters, eighths), days that are alike."""
    for n, short, over in (
        (5, 6.0, 3.0),
        (7, 3.0, 6.0),
        (4, 3.0, 1.0),
        (8, 1.0, 7.0),
        (8, 5.0, 3.0),
        (11, 9.0, 1.0),
        (4, 2.0, 5.0),
    ):
        yield Probe((_demand(rng, n), short, over))
    demand = _demand(rng, 9)
    for short, over in ((7.0, 2.5), (14.0, 5.0), (2.5, 7.0)):
        yield Probe((demand, short, over))
    yield Probe((np.array([12.0]), 4.0, 3.0))
    for days in (
        [4.0, 12.0, 9.0, 2.0],
        [9.0, 3.0, 14.0, 5.0],
    ):  # met exactly by 9: once the next stands before it, once after
        yield Probe((np.array(days), 3.0, 1.0))
    yield Probe((np.array([2.0, 7.0, 2.0, 2.0, 11.0, 5.0]), 3.0, 2.0))  # the same demand on several days


def _demand(rng: np.random.Generator, n: int) -> np.ndarray:
    """n different whole numbers of umbrellas with a long tail, in no order."""
    return rng.permutation(np.cumsum(1 + rng.poisson(np.linspace(0.5, 5, n)))).astype(float)


def _level(q: Callable, place: Callable = lambda q, n: int(np.ceil(q * n - 1e-9)) - 1) -> Callable:
    """The demand at the place that a share asks for, with another share or another place."""

    def order(demand, short, over):
        k = place(q(short, over), len(demand))
        return demand.sort().values[min(max(k, 0), len(demand) - 1)]

    return order


def _q(short: float, over: float) -> float:
    return short / (short + over)


def _level_of_different(demand, short, over):
    return _level(_q)(demand.unique(), short, over)


def _cheapest(demand, short, over):
    cost = [short * torch.relu(demand - o).mean() + over * torch.relu(o - demand).mean() for o in demand]
    return min(zip([round(float(c), 9) for c in cost], demand.tolist(), strict=True))[1]


def _in_python(demand, short, over):
    days = sorted(float(d) for d in demand)
    for order in days:
        if sum(d <= order for d in days) * (short + over) >= short * len(days) - 1e-9:
            return order
    return days[-1]


ORDER = Exercise(
    id="ctr-04",
    name="best_order",
    title="How many to order",
    points=2,
    minutes=10,
    difficulty=2,
    reference=best_order,
    probes=seasons,
    gives="one number, an order,",
    hints=(
        "Which share of the days should have enough? The dearer it is to be short, the larger the share.",
        "The share is q = short / (short + over). Sort the demands; the k-th smallest is enough on k of n days.",
        "You want the smallest k with k / n ≥ q, and the k-th smallest demand. (Python counts from 0.)",
    ),
    mistakes=(
        Mistake(
            "upside-down",
            _level(lambda s, o: o / (s + o)),
            "The share is turned round: yours is short of umbrellas just when being short is dear.",
        ),
        Mistake(
            "mean",
            lambda d, s, o: d.mean(),
            "You order the mean demand; the prices have no say.",
        ),
        Mistake(
            "median",
            lambda d, s, o: torch.quantile(d, 0.5),
            "You order the median demand; the prices have no say.",
        ),
        Mistake(
            "median-lower",
            lambda d, s, o: d.median(),
            "You order the median demand; the prices have no say.",
        ),
        Mistake(
            "ratio-of-prices",
            _level(lambda s, o: min(s / o, 1.0)),
            "Your share is one price over the other, and is more than 1 when being short is dearer. Over *both* together.",
        ),
        Mistake(
            "interpolated",
            lambda d, s, o: torch.quantile(d, s / (s + o)),
            "You interpolate between two days. Half an umbrella was never asked for: the smallest demand *that occurred* with "
            "enough on a share q of the days.",
        ),
        Mistake(
            "interpolated-rounded-up",
            lambda d, s, o: torch.quantile(d, s / (s + o)).ceil(),
            "Whole umbrellas now, from a number between two days. A demand *that occurred* was asked, with enough on a share q of "
            "the days.",
        ),
        *(
            Mistake(
                f"quantile-{way}",
                lambda d, s, o, way=way: torch.quantile(d, s / (s + o), interpolation=way),
                "Your q is right. The library's quantile counts the n − 1 *gaps* between the days, not the n days. On which share of "
                "the days is yours enough?",
            )
            for way in ("lower", "higher", "nearest")
        ),
        Mistake(
            "nearest-share",
            _level(_q, lambda q, n: round(q * n) - 1),
            "You round q · n to the nearest day, up or down. Rounded down, the share of days with enough is below q.",
        ),
        Mistake(
            "first-that-suffices",
            lambda d, s, o: next(x for x in d if (d <= x).double().mean() >= s / (s + o) - 1e-9),
            "Enough on a share q of the days, yes; but you stop at the first such demand in the order of the days. The smallest "
            "was asked.",
        ),
        Mistake(
            "either-of-two",
            lambda d, s, o: min(
                d.tolist(),
                key=lambda k: round(float((s * torch.relu(d - k) + o * torch.relu(k - d)).sum()), 6),
            ),
            "Right unless a share is met exactly. Then two orders cost the same, and you take the one whose day came first; the "
            "smaller was asked.",
        ),
        Mistake(
            "same-days-once",
            _level_of_different,
            "Right while no two days are alike. A demand that comes on three days counts for three days.",
        ),
        Mistake(
            "one-too-far",
            _level(_q, lambda q, n: int(np.floor(q * n + 1e-9))),
            "Right unless a share is met exactly. Where k/n is q itself, that k is enough already.",
        ),
        Mistake(
            "one-too-far-always",
            _level(_q, lambda q, n: int(np.ceil(q * n - 1e-9))),
            "Yours is one day too far up. If you look up a place: Python counts from 0. If you count days: on a day when exactly as "
            "many are wanted as you have, you have enough.",
        ),
        Mistake(
            "one-too-low",
            _level(_q, lambda q, n: int(np.floor(q * n + 1e-9)) - 1),
            "You round q · n down, so the share of days with enough stays *below* q unless it is met exactly.",
        ),
        Mistake(
            "unsorted",
            lambda d, s, o: d[max(int(np.ceil(s / (s + o) * len(d) - 1e-9)) - 1, 0)],
            "The place is right, and the days are not in order. Sort them by their demand first.",
        ),
        Mistake(
            "descending",
            lambda d, s, o: d.sort(descending=True).values[
                max(int(np.ceil(s / (s + o) * len(d) - 1e-9)) - 1, 0)
            ],
            "You count from the largest demand downwards. The k-th *smallest* is enough on k days.",
        ),
        Mistake(
            "place",
            lambda d, s, o: int(np.ceil(s / (s + o) * len(d) - 1e-9)) - 1,
            "That is the place in the sorted list. The demand that stands there was asked.",
        ),
        Mistake(
            "place-from-one",
            lambda d, s, o: int(np.ceil(s / (s + o) * len(d) - 1e-9)),
            "That is how many days have enough. The order, a number of umbrellas, was asked.",
        ),
        Mistake(
            "share",
            lambda d, s, o: s / (s + o),
            "That is the share of days. How many umbrellas is that?",
        ),
        Mistake(
            "share-of-the-mean",
            lambda d, s, o: d.mean() * s / (s + o),
            "You scale the mean by q. The share q scales nothing: it says on how many days there should be enough.",
        ),
        Mistake(
            "share-of-the-largest",
            lambda d, s, o: d.max() * s / (s + o),
            "You take a share q of the largest demand. The share is one of *days*, not of umbrellas.",
        ),
        Mistake(
            "share-of-the-umbrellas",
            lambda d, s, o: (w := d.sort().values)[
                (w.cumsum(0) / w.sum() >= s / (s + o) - 1e-9).nonzero()[0, 0]
            ],
            "You count until a share q of all the *umbrellas* is reached. The share is one of days: a day with many counts once.",
        ),
        Mistake(
            "between-smallest-and-largest",
            lambda d, s, o: d.min() + (d.max() - d.min()) * s / (s + o),
            "You go a share q of the way from the smallest demand to the largest. The share is one of *days*.",
        ),
        Mistake(
            "largest",
            lambda d, s, o: d.max(),
            "You are never short, whatever it costs to be over.",
        ),
        Mistake(
            "smallest",
            lambda d, s, o: d.min(),
            "You are never over, whatever it costs to be short.",
        ),
        Mistake(
            "cost",
            lambda d, s, o: (
                s * torch.relu(d - best_order(d, s, o)) + o * torch.relu(best_order(d, s, o) - d)
            ).mean(),
            "That is what the best order costs on average. The order itself was asked.",
        ),
    ),
    variants=(
        _cheapest,
        _in_python,
        _level(_q),
        lambda d, s, o: np.sort(np.asarray(d))[max(int(np.ceil(np.size(d) * s / (s + o) - 1e-9)) - 1, 0)],
        lambda d, s, o: (
            torch.quantile(d, max(s / (s + o) - 1e-7, 0.0), interpolation="higher")
            if len(d) == 1
            else torch.stack([v for v in d if (d <= v).sum() * (s + o) >= s * len(d) - 1e-9]).min()
        ),
    ),
)


# ctr-05 · late is worse than early ---------------------------------------------------------------------------------


def lateness_loss(pred, actual, price):
    late = actual - pred
    return torch.where(late > 0, price * late**2, late**2).mean()


def trains(rng: np.random.Generator) -> Iterator[Probe]:
    """Trains later and earlier than promised, by half a minute to six; several prices, some below 1."""
    for n, price in ((1, 5.0), (1, 5.0), (2, 3.0), (3, 5.0), (5, 2.0), (6, 0.5), (8, 7.0)):
        pred = rng.uniform(2, 20, n).round(1)
        side = np.where(np.arange(n) % 3 == rng.integers(3), -1, 1) * rng.choice([-1, 1])
        yield Probe((pred, (pred + side * rng.uniform(0.5, 6, n)).round(1), price))
    for gaps in ([-3.0, 1.2, -2.1], [2.6, -0.7, 1.5]):
        pred = rng.uniform(5, 20, 3).round(1)
        yield Probe((pred, pred + rng.permutation(gaps), 4.0))
    pred = rng.uniform(5, 20, 4).round(1)
    for misses in ([0.5, 1.4, 2.5, 4.0], [-0.8, -3.1, -1.2, -4.3]):
        for price in (5.0, 2.5):
            yield Probe((pred, (pred + np.array(misses)).round(1), price))


SIDES = (
    Regime(
        "late",
        lambda p, a, w: a > p,
        "they come later",
        "all trains come earlier than promised",
    ),
    Regime(
        "early",
        lambda p, a, w: a < p,
        "they come earlier",
        "all trains come later than promised",
    ),
)


def _late(
    late: Callable = lambda d, w: w * d**2,
    early: Callable = lambda d, w: d**2,
    reduction: Callable = torch.mean,
    miss: Callable = lambda p, a: a - p,
) -> Callable:
    """The loss with one of its parts replaced."""
    return lambda p, a, w: reduction(torch.where(miss(p, a) > 0, late(miss(p, a), w), early(miss(p, a), w)))


LATENESS = Exercise(
    id="ctr-05",
    name="lateness_loss",
    title="Late is five times worse than early",
    points=2,
    minutes=7,
    difficulty=1,
    reference=lateness_loss,
    probes=trains,
    regimes=SIDES,
    gives="one number, the mean over the trains,",
    hints=(
        "Two costs for each train, and a rule that says which one holds. Which sign has `actual - pred` for a train that comes "
        "later than promised?",
        "Take the difference once. A late train costs `price` times its square, an early one its square.",
        "`torch.where(late > 0, price * late**2, late**2)`, and the mean comes last.",
    ),
    mistakes=(
        Mistake(
            "sides-swapped",
            _late(miss=lambda p, a: p - a),
            "Yours makes the *early* trains dear. Which sign has `actual - pred` when the train is late?",
        ),
        Mistake(
            "price-squared",
            _late(late=lambda d, w: (w * d) ** 2),
            "Early trains are right. You multiply the minutes by the price before you square, so the price counts twice: a late "
            "train costs 25 times as much, not 5.",
        ),
        Mistake(
            "not-squared",
            _late(lambda d, w: w * d, lambda d, w: -d),
            "Your cost grows with the minutes (that is pinball, unscaled). It was to grow with their square.",
        ),
        Mistake(
            "squared-late-only",
            _late(early=lambda d, w: -d),
            "Late trains are right. For early ones the square is missing.",
        ),
        Mistake(
            "squared-early-only",
            _late(late=lambda d, w: w * d),
            "Early trains are right. For late ones the square is missing.",
        ),
        Mistake(
            "late-only",
            _late(early=lambda d, w: 0 * d),
            "Late trains are right. An early train costs something too.",
        ),
        Mistake(
            "early-only",
            _late(late=lambda d, w: 0 * d),
            "Early trains are right. A late train costs nothing in yours.",
        ),
        Mistake(
            "symmetric",
            _late(late=lambda d, w: d**2),
            "Early trains are right. Where does the price of being late come in?",
        ),
        Mistake(
            "price-for-all",
            _late(early=lambda d, w: w * d**2),
            "Late trains are right. You charge the price to early trains as well.",
        ),
        Mistake(
            "larger-of-two",
            lambda p, a, w: torch.maximum(w * (a - p) ** 2, (a - p) ** 2).mean(),
            "You take the larger of the two costs, and never look which side the train is on. Is it late, or early?",
        ),
        Mistake(
            "price-on-top",
            _late(late=lambda d, w: (1 + w) * d**2),
            "Early trains are right. A late one costs its square *and* the price times that in yours: one too many.",
        ),
        Mistake(
            "early-negative",
            _late(early=lambda d, w: -(d**2)),
            "Late trains are right. An early train makes yours cheaper; it costs something too.",
        ),
        Mistake(
            "pinball",
            lambda p, a, w: torch.where(a > p, w / (1 + w) * (a - p), (p - a) / (1 + w)).mean(),
            "That is pinball: it grows with the minutes, and its two prices add up to 1. Here the cost grows with their square, "
            "and an early train costs its square, no less.",
        ),
        Mistake(
            "price-divides-early",
            _late(late=lambda d, w: d**2, early=lambda d, w: d**2 / w),
            "The two sides stand in the right proportion, and everything is divided by the price. An early train costs its "
            "square, a late one `price` times that.",
        ),
        Mistake(
            "price-added",
            _late(late=lambda d, w: d**2 + w),
            "Early trains are right. You *add* the price for a late train. It multiplies.",
        ),
        Mistake(
            "price-as-power",
            _late(late=lambda d, w: d**w),
            "Early trains are right. The price has become an exponent. It multiplies.",
        ),
        Mistake(
            "root-of-price",
            _late(late=lambda d, w: w**0.5 * d**2),
            "Early trains are right. You multiply by the root of the price.",
        ),
        Mistake(
            "shares",
            lambda p, a, w: (torch.where(a > p, w / (1 + w), 1 / (1 + w)) * (a - p) ** 2).mean(),
            "The two sides stand in the right proportion. You scale the prices so that they add up to 1, as pinball does; here "
            "an early train costs its square, no less.",
        ),
        Mistake(
            "weighted-mean",
            lambda p, a, w: (
                (torch.where(a > p, w, 1.0) * (a - p) ** 2).sum() / torch.where(a > p, w, 1.0).sum()
            ),
            "You divide by the sum of the prices, which takes the price of a lone late train out again. It is a mean over the "
            "trains: divide by how many there are.",
        ),
        Mistake(
            "sum",
            _late(reduction=torch.sum),
            "Each train is right. What turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _late(reduction=lambda x: x),
            "The cost of each train is right. One number was asked: their mean.",
        ),
        Mistake(
            "mean-first",
            lambda p, a, w: (w if (a - p).mean() > 0 else 1.0) * (a - p).mean() ** 2,
            "You average the minutes first, so that early and late trains cancel. Each train has its own cost; the mean comes "
            "after.",
        ),
        Mistake(
            "all-or-none",
            lambda p, a, w: (w if (a - p).mean() > 0 else 1.0) * ((a - p) ** 2).mean(),
            "Right while all trains are on one side. You choose one price for the whole batch; each train has its own.",
        ),
        Mistake(
            "any-late",
            lambda p, a, w: (w if bool((a > p).any()) else 1.0) * ((a - p) ** 2).mean(),
            "Right while all trains are on one side. One late train makes all of them dear in yours.",
        ),
        Mistake(
            "means-apart",
            lambda p, a, w: sum(
                part.mean() for part in (w * (a - p)[a > p] ** 2, (a - p)[a < p] ** 2) if len(part)
            ),
            "Right while all trains are on one side. You add two means, each over its own trains; one mean over all was asked.",
        ),
        Mistake(
            "mean-of-means",
            lambda p, a, w: torch.stack(
                [
                    part.mean() if len(part) else torch.zeros((), dtype=p.dtype)
                    for part in (w * (a - p)[a > p] ** 2, (a - p)[a < p] ** 2)
                ]
            ).mean(),
            "Late and early count half each in yours, however many trains there are of either. One mean over all was asked.",
        ),
        Mistake(
            "halved",
            _late(reduction=lambda x: x.mean() / 2),
            "On every input yours is half of what was asked. Some books put a ½ there; this definition does not.",
        ),
    ),
    variants=(
        lambda p, a, w: (torch.relu(a - p) ** 2 * w + torch.relu(p - a) ** 2).mean(),
        lambda p, a, w: (((a > p) * (w - 1) + 1) * (p - a) ** 2).sum() / p.numel(),
        lambda p, a, w: np.mean(np.where(np.asarray(a) > np.asarray(p), w, 1) * np.asarray(a - p) ** 2),
        lambda p, a, w: (
            sum((w if y > x else 1) * (y - x) ** 2 for x, y in zip(p.tolist(), a.tolist(), strict=True))
            / len(p)
        ),
        lambda p, a, w: torch.nn.functional.mse_loss(
            p.float() * torch.where(a > p, w, 1.0).sqrt(), a.float() * torch.where(a > p, w, 1.0).sqrt()
        ),
    ),
)
