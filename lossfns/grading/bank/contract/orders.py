"""How many to order. Each function below a heading is the solution that a learner may ask for."""

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
        (8, 9.0, 1.0),
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
    """By the costs themselves; where two orders cost the same, the smaller."""
    orders = demand.sort().values
    costs = []
    for order in orders:
        missing = torch.relu(demand - order).sum()
        left = torch.relu(order - demand).sum()
        costs.append(round(float(short * missing + over * left), 6))
    return orders[costs.index(min(costs))]


def _in_python(demand, short, over):
    days = sorted(float(day) for day in demand)
    for order in days:
        enough = sum(day <= order for day in days)
        if enough * (short + over) >= short * len(days) - 1e-9:
            return order


def _kth_smallest(demand, short, over):
    k = int(np.ceil(short / (short + over) * len(demand) - 1e-9))
    return demand.sort().values[k - 1]


def _smallest_of_enough(demand, short, over):
    share = (demand[None, :] <= demand[:, None]).double().mean(dim=1)
    return demand[share >= short / (short + over) - 1e-9].min()


def _in_numpy(demand, short, over):
    return np.quantile(np.asarray(demand), short / (short + over) - 1e-9, method="inverted_cdf")


def _least(cost: Callable) -> Callable:
    """The demand that costs least by another cost; where two cost the same, that of the earlier day."""
    return lambda d, s, o: min(d.tolist(), key=lambda order: round(float(cost(d - order, s, o).sum()), 6))


def _normal(demand, short, over):
    q = torch.tensor(_q(short, over), dtype=demand.dtype)
    return demand.mean() + demand.std(unbiased=False) * torch.special.ndtri(q)


def _normal_sample(demand, short, over):
    q = torch.tensor(_q(short, over), dtype=demand.dtype)
    return demand.mean() + (demand.std() if len(demand) > 1 else 0.0) * torch.special.ndtri(q)


NORMAL_DEMAND = (
    "The formula for a *normal* demand: mean plus so many standard deviations. Your q is right; but demands are skewed, and what was "
    "asked is counted on the days at hand."
)
GAPS = (
    "Your q is right. You count the n − 1 *gaps* between the days, as the library's quantile does, not the n days. On which share "
    "of the days is yours enough?"
)
TWO_THAT_COST_THE_SAME = (
    "Right unless a share is met exactly. Then two orders cost the same, and you take the one whose day came first; the smaller was "
    "asked."
)

ORDER = Exercise(
    id="ctr-04",
    name="best_order",
    title="How many to order",
    points=2,
    minutes=10,
    difficulty=2,
    reference=best_order,
    probes=seasons,
    regimes=(
        Regime(
            "met exactly",
            lambda d, s, o: abs(_q(s, o) * len(d) - round(_q(s, o) * len(d))) < 1e-9,
            "a share of the days is exactly q",
            "no share of the days is exactly q",
        ),
        Regime(
            "days alike",
            lambda d, s, o: len(np.unique(d)) < len(d),
            "the same demand came on several days",
            "no two days are alike",
        ),
        Regime("one day", lambda d, s, o: len(d) == 1, "there is a single day", "there are several days"),
    ),
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
            "nearest-to-the-mean",
            lambda d, s, o: d[(d - d.mean()).abs().argmin()],
            "You order the demand that comes nearest to the mean; the prices have no say.",
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
        *(
            Mistake(
                f"ratio-of-prices{name}",
                _level(share),
                "Your share is one price over the other, which can be more than 1. A share is a part of *both* together.",
            )
            for name, share in (
                ("", lambda s, o: min(s / o, 1.0)),
                ("-upside-down", lambda s, o: min(o / s, 1.0)),
            )
        ),
        Mistake(
            "reaches-the-mean",
            lambda d, s, o: d[d >= d.mean()].min(),
            "You order the first demand that reaches the mean; the prices have no say.",
        ),
        Mistake(
            "days-not-umbrellas",
            lambda d, s, o: min(
                sorted(d.tolist()), key=lambda x: round(float(s * (d > x).sum() + o * (d < x).sum()), 6)
            ),
            "You charge for each *day* with too few or too many, as if by one umbrella. Each umbrella costs: by how many were you wrong?",
        ),
        *(
            Mistake(
                f"margin-{name}",
                _level(share),
                "That ratio belongs to a *selling price* and a purchase price. Here the two costs of a miss are given themselves: take "
                "`short` and `over` as q says.",
            )
            for name, share in (
                ("over-the-price", lambda s, o: (s - o) / s),
                ("over-both", lambda s, o: (s - o) / (s + o)),
            )
        ),
        Mistake(
            "interpolated",
            lambda d, s, o: torch.quantile(d, s / (s + o)),
            "You interpolate between two days. Half an umbrella was never asked for: the smallest demand *that occurred* with "
            "enough on a share q of the days.",
        ),
        Mistake(
            "interpolated-upside-down",
            lambda d, s, o: torch.quantile(d, o / (s + o)),
            "Two things: the share is turned round, so that yours is short just when being short is dear; and you interpolate between two "
            "days, where a demand that occurred was asked.",
        ),
        *(
            Mistake(
                f"interpolated-{name}",
                lambda d, s, o, rounded=rounded: rounded(torch.quantile(d, s / (s + o))),
                "Whole umbrellas now, from a number between two days. A demand *that occurred* was asked, with enough on a share q of "
                "the days.",
            )
            for name, rounded in (
                ("rounded-up", torch.ceil),
                ("rounded", torch.round),
                ("rounded-down", torch.floor),
            )
        ),
        Mistake(
            "percent",
            lambda d, s, o: torch.quantile(d, s / (s + o) / 100),
            "A percentile is counted to 100: your q stands for less than one per cent of the days. (And it interpolates; a demand that "
            "occurred was asked.)",
        ),
        Mistake("normal-demand", _normal, NORMAL_DEMAND),
        Mistake("normal-demand-sample", _normal_sample, NORMAL_DEMAND),
        *(
            Mistake(
                f"quantile-{way}",
                lambda d, s, o, way=way: torch.quantile(d, s / (s + o), interpolation=way),
                GAPS,
            )
            for way in ("lower", "higher", "nearest")
        ),
        Mistake(
            "nearest-share",
            _level(_q, lambda q, n: round(q * n) - 1),
            "You round q · n to the nearest day, up or down. Rounded down, the share of days with enough is below q.",
        ),
        Mistake(
            "nearest-place",
            _level(_q, lambda q, n: round(q * n)),
            "You round q · n to the nearest whole number and look up that place. Python counts from 0, so that is one day further up; and "
            "k / n ≥ q asks for more than the nearest.",
        ),
        Mistake(
            "first-that-suffices",
            lambda d, s, o: next(x for x in d if (d <= x).double().mean() >= s / (s + o) - 1e-9),
            "Enough on a share q of the days, yes; but you stop at the first such demand in the order of the days. The smallest "
            "was asked.",
        ),
        Mistake(
            "either-of-two",
            _least(lambda more, s, o: s * torch.relu(more) + o * torch.relu(-more)),
            TWO_THAT_COST_THE_SAME,
        ),
        Mistake(
            "prices-exchanged",
            _least(lambda more, s, o: o * torch.relu(more) + s * torch.relu(-more)),
            "You look for the cheapest order, and charge the price of being short where there is too much. Which price belongs to "
            "demand *above* the order?",
        ),
        Mistake(
            "prices-left-out",
            _least(lambda more, s, o: abs(more)),
            "You look for the order that misses least on average; the prices have no say.",
        ),
        Mistake(
            "squared-costs",
            _least(lambda more, s, o: torch.where(more > 0, s, o) * more**2),
            "You look for the cheapest order, but by *squared* misses. Each umbrella too few costs the same as the one before.",
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
            "both-edges",
            _level(_q, lambda q, n: int(np.floor(q * n + 1e-9)) + 1),
            "Both edges are left out in yours. On a day when just as many are wanted as you have, you have enough; and where the share is q "
            "itself, that is enough too.",
        ),
        Mistake(
            "one-too-low",
            _level(_q, lambda q, n: int(np.floor(q * n + 1e-9)) - 1),
            "Yours is enough on a share of the days that is *below* q, unless q is met exactly. If you round q · n: which way? If you "
            "go through the orders: yours is the last whose share does not exceed q. Is that the one that the text asks for?",
        ),
        Mistake(
            "last-that-is-not-enough",
            _level(_q, lambda q, n: int(np.ceil(q * n - 1e-9)) - 2),
            "Yours is one day too far down: the last order that is *not* enough on a share q of the days. The first that is was asked.",
        ),
        Mistake(
            "unsorted",
            lambda d, s, o: d[max(int(np.ceil(s / (s + o) * len(d) - 1e-9)) - 1, 0)],
            "You count far enough, but along the days as they came. The demand on the day where you stop: on how many days is it enough?",
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
            "prices-times-the-mean",
            lambda d, s, o: d.mean() * s / o,
            "You scale the mean by the prices. They scale nothing: they say on which share of the days there should be enough.",
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
            "You are never short, whatever it costs to be over. The *smallest* order with enough on a share q of the days was asked.",
        ),
        Mistake(
            "smallest",
            lambda d, s, o: d.min(),
            "You are never over, whatever it costs to be short. Has q become 0? Or do you count the days on which *as many or more* are wanted? An order is "
            "enough where as many or fewer are.",
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
        _kth_smallest,
        _smallest_of_enough,
        _in_numpy,
        lambda demand, short, over: _kth_smallest(demand.float(), short, over),
    ),
)
