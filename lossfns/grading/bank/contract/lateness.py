"""Late is worse than early. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

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


def _two_ramps(pred, actual, price):
    late = torch.relu(actual - pred)
    early = torch.relu(pred - actual)
    return (price * late**2 + early**2).mean()


def _weights(pred, actual, price):
    weight = torch.ones_like(pred)
    weight[actual > pred] = price
    return (weight * (actual - pred) ** 2).sum() / len(pred)


def _train_by_train(pred, actual, price):
    total = 0.0
    for promised, came in zip(pred.tolist(), actual.tolist(), strict=True):
        if came > promised:
            total += price * (came - promised) ** 2
        else:
            total += (came - promised) ** 2
    return total / len(pred)


def _in_numpy(pred, actual, price):
    gap = np.asarray(actual) - np.asarray(pred)
    return np.mean(np.where(gap > 0, price, 1.0) * gap**2)


def _squared_and_more(pred, actual, price):
    squares = (actual - pred) ** 2
    return squares.mean() + (price - 1) * (squares * (actual > pred)).mean()


def _in_single_precision(pred, actual, price):
    return lateness_loss(pred.float(), actual.float(), price)


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
    Regime(
        "price below 1",
        lambda p, a, w: w < 1,
        "the price is below 1",
        "the price is 1 or more",
    ),
    Regime(
        "late and early together",
        lambda p, a, w: bool((a > p).any() and (a < p).any()),
        "some are late and some early (does each train have its own cost, and all of them one mean?)",
        "all trains are on one side",
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
            "Early trains are right. You multiply the minutes by the price before you square, so the price counts twice: with a "
            "price of 5 a late train costs 25 times as much.",
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
        *(
            Mistake(
                f"one-minus-price{name}",
                _late(early=lambda d, w, way=way: way(1 - w) * d**2),
                "Late trains are right. You weigh an early one by 1 − price, as if the price were a level between 0 and 1. An early train "
                "costs its square, whatever the price.",
            )
            for name, way in (("", lambda x: x), ("-unsigned", abs))
        ),
        *(
            Mistake(
                f"pinball-at-the-price{name}",
                lambda p, a, w, power=power: torch.maximum(w * (a - p), (w - 1) * (a - p)).pow(power).mean(),
                "That is pinball's formula, with the price in the place of q, which lies between 0 and 1. Here a late train costs price times "
                "its square and an early one its square.",
            )
            for name, power in (("", 1), ("-squared", 2))
        ),
        Mistake(
            "price-both-ways",
            _late(early=lambda d, w: d**2 / w),
            "Late trains are right. You divide an early one's square by the price; it costs its square, whatever the price.",
        ),
        Mistake(
            "price-divides-early",
            _late(late=lambda d, w: d**2, early=lambda d, w: d**2 / w),
            "The two sides stand in the right proportion, and everything is divided by the price. An early train costs its "
            "square, a late one `price` times that.",
        ),
        Mistake(
            "price-divides-late",
            _late(late=lambda d, w: d**2 / w),
            "Early trains are right. You divide a late one's square by the price. Being late is the dearer side: it multiplies.",
        ),
        Mistake(
            "price-as-threshold",
            lambda p, a, w: torch.where(a - p > w, w, 1.0).mul((a - p) ** 2).mean(),
            "You hold the minutes against the price. A train is late when it comes later than promised, if only by a little.",
        ),
        Mistake(
            "late-cubed",
            _late(late=lambda d, w: w * d**3),
            "Early trains are right. A late one costs the price times the *square* of its minutes, no higher power.",
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
            "You divide by the sum of the prices. Where all trains are late, the price then cancels, and being late costs no more than "
            "being early. The mean is over the trains: how many are there?",
        ),
        Mistake(
            "a-mean-for-each-side-bare",
            lambda p, a, w: w * ((a - p)[a > p] ** 2).mean() + ((a - p)[a <= p] ** 2).mean(),
            "You take two means, one over the late trains and one over the others, and add them up. Where a side has no trains, its mean is "
            "nan; where both have some, yours is too large. Over which trains does the one mean of the text run?",
        ),
        Mistake(
            "sum",
            _late(reduction=torch.sum),
            "Each train is right. What turns a total into a mean?",
        ),
        Mistake(
            "dearest-train",
            _late(reduction=torch.max),
            "The cost of each train is right, and you return the largest. Their mean was asked.",
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
            "square-last",
            lambda p, a, w: torch.where(a > p, w * (a - p), p - a).mean() ** 2,
            "You average the minutes first, the late ones times their price, and square the mean. Each train has its own square; the mean "
            "comes after.",
        ),
        Mistake(
            "means-multiplied",
            lambda p, a, w: torch.where(a > p, w, torch.ones_like(p)).mean() * ((a - p) ** 2).mean(),
            "Right while all trains are on one side. You multiply a mean price by a mean square; each train has its own price.",
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
        *(
            Mistake(
                f"mean-of-the-late{name}",
                lambda p, a, w, none=none: (
                    (w * (a - p)[a > p] ** 2).mean() if (a > p).any() else 0 * p.sum() + none
                ),
                "You take the mean over the late trains alone. An early one costs something too; and the mean goes over all of them.",
            )
            for name, none in (("", float("nan")), ("-or-0", 0.0))
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
        _two_ramps,
        _weights,
        _train_by_train,
        _in_numpy,
        _squared_and_more,
        _in_single_precision,
    ),
)
