"""What a loss asks for. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# ctr-01 · what does it ask for? ------------------------------------------------------------------------------------


def best_constant(loss, targets, guesses):
    costs = torch.stack([loss(guess, targets).mean() for guess in guesses])
    return guesses[costs.argmin()]


def squared(pred, target):
    return (pred - target) ** 2


def absolute(pred, target):
    return abs(pred - target)


def missing_costs_four(pred, target):
    return 2.5 * abs(target - pred) + 1.5 * (target - pred)  # 4 for each unit too little, 1 for each too much


def relative(pred, target):
    return (pred / target - 1) ** 2


def square_up_to_one(pred, target):
    square = (pred - target) ** 2
    return (square + 1 - abs(square - 1)) / 2  # the smaller of the square and 1: a valley around each target


KNOWN = (squared, absolute, missing_costs_four, relative)


def askings(rng: np.random.Generator) -> Iterator[Probe]:
    """Skewed targets, and guesses in no order, of which a single one is cheapest: for each loss once the first, once the last."""
    for loss in KNOWN:
        for n, place in ((4, 0), (7, -1), (9, None)):
            targets, guesses = _skewed(rng, n, loss)
            if place is not None:
                best = list(guesses).index(best_constant_in_numpy(loss, targets, guesses))
                guesses[[place, best]] = guesses[[best, place]]
            yield Probe((loss, targets, guesses))
    yield Probe((squared, np.array([2.0, 3.0, 13.0]), rng.permutation([1.0, 6.2, 9.1, 12.0])))
    yield Probe(
        (absolute, rng.permutation([1.0, 1.0, 1.0, 1.0, 13.0, 14.0]), rng.permutation([0.5, 3.1, 7.9]))
    )
    yield Probe((absolute, np.array([2.0, 3.0, 13.0]), rng.permutation([1.0, 3.4, 6.2, 12.0])))
    yield Probe((squared, np.array([4.0, 1.0, 13.0, 2.0]), rng.permutation([2.3, 3.5, 6.2, 12.0])))
    yield Probe((absolute, np.array([7.0, 1.0, 13.0, 6.0]), rng.permutation([3.2, 6.4, 7.3, 9.6])))
    # the nearest to the middle is not the cheapest: below the median, and below the mean
    yield Probe((absolute, np.array([2.0, 3.0, 13.0]), rng.permutation([1.6, 4.6, 12.0])))
    yield Probe((missing_costs_four, np.array([2.0, 3.0, 13.0]), rng.permutation([1.0, 5.6, 6.9, 12.0])))
    # targets that come several times
    yield Probe((squared, rng.permutation([1.0, 1.0, 1.0, 9.0]), rng.permutation([1.7, 3.1, 5.2, 8.0])))
    yield Probe((squared, rng.permutation([2.0, 9.0, 9.0, 9.0, 9.0]), rng.permutation([2.5, 5.4, 7.8, 9.6])))
    yield Probe(
        (
            missing_costs_four,
            rng.permutation([2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 7.0]),
            rng.permutation([1.4, 2.2, 4.1, 6.8]),
        )
    )
    # several valleys: the deepest one above, then below; and then far from the mean, with a shallow one near it
    for targets, guesses in (
        ([0.0, 10.0, 10.0], [0.1, 0.6, 9.4, 10.2, 10.7]),
        ([0.0, 0.0, 10.0], [-0.6, 0.2, 0.7, 9.3, 10.1]),
        ([0.0, 0.0, 0.0, 5.0, 13.0], [-0.6, 0.2, 2.4, 4.6, 5.3, 12.8]),
        ([0.0, 8.0, 13.0, 13.0, 13.0], [0.3, 7.8, 8.4, 10.5, 12.7, 13.2]),
    ):
        yield Probe((square_up_to_one, rng.permutation(targets), rng.permutation(guesses)))


def _skewed(rng: np.random.Generator, n: int, loss: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Targets with a long tail to the right, and guesses whose costs differ by 3 per cent or more from the least."""
    while True:
        targets = np.exp(rng.normal(1.0, 0.9, n)).round(1) + 0.5
        levels = rng.uniform(0, 1, rng.integers(4, 8))
        guesses = rng.permutation(np.unique(np.quantile(targets, levels).round(1) + 0.05))
        costs = np.sort([loss(g, targets).mean() for g in guesses])
        others = [best_constant_in_numpy(other, targets, guesses) for other in KNOWN]
        if len(guesses) > 2 and costs[1] > 1.03 * costs[0] and len(set(others)) > 1:
            return targets, guesses


def best_constant_in_numpy(loss, targets, guesses):
    targets, guesses = np.asarray(targets), np.asarray(guesses)
    return guesses[int(np.argmin([np.mean(np.asarray(loss(g, targets))) for g in guesses]))]


def _running(loss, targets, guesses):
    best, least = None, float("inf")
    for guess in guesses:
        total = 0.0
        for target in targets:
            total += float(loss(guess, target))
        if total < least:
            best, least = guess, total
    return best


def _champion(loss, targets, guesses):
    best = guesses[0]
    for guess in guesses[1:]:
        if loss(guess, targets).mean() < loss(best, targets).mean():
            best = guess
    return best


def _by_key(loss, targets, guesses):
    return min(guesses, key=lambda guess: loss(guess, targets).mean())


def _from_a_table(loss, targets, guesses):
    table = loss(guesses[:, None], targets[None, :])
    return guesses[table.mean(dim=1).argmin()]


def _after_the_last(loss, targets, guesses):
    """The last guess that is cheaper than the one before it."""
    best, before = guesses[0], float("inf")
    for guess in guesses:
        cost = loss(guess, targets).mean()
        best, before = guess if cost < before else best, cost
    return best


def _after_the_first(loss, targets, guesses):
    """The last guess that is cheaper than the first."""
    best = guesses[0]
    for guess in guesses:
        if loss(guess, targets).mean() < loss(guesses[0], targets).mean():
            best = guess
    return best


def _until_it_rises(order: Callable) -> Callable:
    """The guess before the first one that costs more than the one before it."""

    def answer(loss, targets, guesses):
        best, least = None, float("inf")
        for guess in order(guesses):
            cost = loss(guess, targets).mean()
            if cost > least:
                break
            best, least = guess, cost
        return best

    return answer


def _halving(loss, targets, guesses):
    """The row of guesses by size, halved again and again towards the cheaper of two neighbours."""
    row = guesses.sort().values
    low, high = 0, len(row) - 1
    while low < high:
        middle = (low + high) // 2
        if loss(row[middle], targets).mean() < loss(row[middle + 1], targets).mean():
            high = middle
        else:
            low = middle + 1
    return row[low]


def _votes(loss, targets, guesses):
    """The guess that is the best one for most of the targets; of several such the first."""
    best_for = loss(guesses[:, None], targets[None, :]).argmin(0)
    return guesses[best_for.bincount(minlength=len(guesses)).argmax()]


def _by(score: Callable, pick: Callable = lambda costs, guesses: guesses[costs.argmin()]) -> Callable:
    """The answer with another score for a guess, or another choice among the scores."""

    def answer(loss, targets, guesses):
        return pick(torch.stack([score(loss, guess, targets) for guess in guesses]), guesses)

    return answer


def _mean_cost(loss, guess, targets):
    return loss(guess, targets).mean()


def _stands(place: int, loss: Callable, targets: np.ndarray, guesses: np.ndarray) -> bool:
    """Whether the cheapest guess is the one at this place."""
    return bool(guesses[place] == best_constant_in_numpy(loss, targets, guesses))


ANOTHER_ORDER = "You find a place in the guesses in one order, and look it up in another. Which list does the place belong to?"

CHEAPEST = Exercise(
    id="ctr-01",
    name="best_constant",
    title="What does it ask for?",
    points=2,
    minutes=8,
    difficulty=1,
    reference=best_constant,
    probes=askings,
    regimes=(
        Regime(
            "asymmetric loss",
            lambda loss, targets, guesses: loss in (missing_costs_four, relative),
            "it matters which of the two is the prediction",
            "the loss is symmetric",
        ),
        *(
            Regime(
                f"cheapest {name}",
                lambda loss, targets, guesses, place=place: _stands(place, loss, targets, guesses),
                f"the cheapest guess stands {name} of all (does the loop come to it?)",
                f"the cheapest guess does not stand {name}",
            )
            for name, place in (("first", 0), ("last", -1))
        ),
    ),
    gives="one of the guesses",
    hints=(
        "Each guess has a price: its mean loss over all the targets. Which guess is cheapest?",
        "`loss(guess, targets)` gives one loss for each target. Take the mean, for every guess in turn, and keep the results.",
        "`costs.argmin()` says at which place the cheapest stands; the guess at that place was asked.",
    ),
    mistakes=(
        Mistake(
            "place",
            _by(_mean_cost, lambda costs, guesses: costs.argmin()),
            "You found the right one, and return its place in the list. The guess itself was asked.",
        ),
        Mistake(
            "price",
            _by(_mean_cost, lambda costs, guesses: costs.min()),
            "You return what the best guess costs. The guess itself was asked.",
        ),
        Mistake(
            "total-price",
            _by(lambda loss, g, t: loss(g, t).sum(), lambda costs, guesses: costs.min()),
            "You return what the best guess costs, over all the targets together. The guess itself was asked.",
        ),
        Mistake(
            "another-order",
            lambda loss, t, g: g[torch.stack([loss(x, t).mean() for x in g.sort().values]).argmin()],
            ANOTHER_ORDER,
        ),
        Mistake(
            "another-order-sorted",
            lambda loss, t, g: g.sort().values[torch.stack([loss(x, t).mean() for x in g]).argmin()],
            ANOTHER_ORDER,
        ),
        Mistake(
            "mean-over-the-guesses",
            lambda loss, t, g: t[loss(g[:, None], t[None]).mean(0).argmin()],
            "You take the mean over the guesses, and find the *target* that they suit best. The mean goes over the targets, one for "
            "each guess.",
        ),
        Mistake(
            "pairs",
            lambda loss, t, g: min(zip(g, t), key=lambda pair: float(loss(*pair)))[0],  # noqa: B905
            "You pair each guess with one target. Each guess has to face all the targets.",
        ),
        Mistake(
            "cheaper-than-the-one-before",
            _after_the_last,
            "You compare each guess with the one before it. The cheapest so far is what it has to beat.",
        ),
        Mistake(
            "cheaper-than-the-first",
            _after_the_first,
            "You keep the last guess that is cheaper than the first. When a better one is found, does its cost become the one to beat?",
        ),
        *(
            Mistake(
                f"one-valley-{name}",
                _until_it_rises(order),
                "Right while the cost falls and then rises, once. You go through the guesses by size and stop where the cost rises for "
                "the first time. Not every loss has a single valley.",
            )
            for name, order in (
                ("upwards", lambda g: g.sort().values),
                ("downwards", lambda g: g.sort(descending=True).values),
            )
        ),
        Mistake(
            "one-valley-halved",
            _halving,
            "Right while the cost falls and then rises, once. You compare neighbours, and never look beyond a place where the cost "
            "seems to rise. Not every loss has a single valley.",
        ),
        Mistake(
            "until-it-rises",
            _until_it_rises(lambda g: g),
            "You stop at the first guess that costs more than the one before it. The guesses are in no order: a cheaper one may come "
            "later.",
        ),
        Mistake(
            "same-targets-once",
            lambda loss, t, g: best_constant(loss, t.unique(), g),
            "Right while no two targets are alike. A target that comes three times counts three times.",
        ),
        Mistake(
            "votes",
            _votes,
            "You count for how many targets each guess is the best one. How much it costs on all the others should count too: their "
            "mean.",
        ),
        Mistake(
            "among-the-targets",
            lambda loss, t, g: best_constant(loss, t, t),
            "You try the targets themselves. The constants to try are in `guesses`.",
        ),
        Mistake(
            "dearest",
            _by(_mean_cost, lambda costs, guesses: guesses[costs.argmax()]),
            "Yours is the guess with the *largest* mean loss.",
        ),
        Mistake(
            "arguments-swapped",
            _by(lambda loss, g, t: loss(t, g).mean()),
            "Right where the loss is symmetric. The prediction comes first, `loss(guess, targets)`: for an asymmetric loss "
            "it matters which is which.",
        ),
        Mistake(
            "mean",
            lambda loss, t, g: t.mean(),
            "You return the mean of the targets, whatever the loss and the guesses are. Ask the loss for each guess.",
        ),
        Mistake(
            "median",
            lambda loss, t, g: torch.quantile(t, 0.5),
            "You return the median of the targets, whatever the loss and the guesses are. Ask the loss for each guess.",
        ),
        Mistake(
            "median-lower",
            lambda loss, t, g: t.median(),
            "You return the median of the targets, whatever the loss and the guesses are. Ask the loss for each guess.",
        ),
        Mistake(
            "mean-of-the-guesses",
            lambda loss, t, g: g.mean(),
            "You return the mean of the guesses, and no loss was asked. One of them is cheapest: which?",
        ),
        Mistake(
            "squared-always",
            lambda loss, t, g: best_constant(squared, t, g),
            "Right for squared error. You look for the guess nearest to the mean, whatever loss was handed in: ask the loss, for "
            "each target.",
        ),
        Mistake(
            "absolute-always",
            lambda loss, t, g: best_constant(absolute, t, g),
            "Right for absolute error. You look for the guess nearest to the middle, whatever loss was handed in: ask the loss.",
        ),
        Mistake(
            "loss-of-the-mean",
            _by(lambda loss, g, t: loss(g, t.mean())),
            "You take the mean of the targets first, and then one loss. For squared error that chooses the same guess; for others the "
            "losses come first, and their mean after.",
        ),
        *(
            Mistake(
                f"nearest-to-the-{name}",
                lambda loss, t, g, middle=middle: g[(g - middle(t)).abs().argmin()],
                "You look for the guess nearest to the median, whatever loss was handed in: ask the loss, for each target.",
            )
            for name, middle in (("median", lambda t: torch.quantile(t, 0.5)), ("lower-median", torch.median))
        ),
        Mistake(
            "worst-case",
            _by(lambda loss, g, t: loss(g, t).max()),
            "You look at the worst target for each guess. Every target should count: their mean.",
        ),
        Mistake(
            "spread",
            _by(lambda loss, g, t: loss(g, t).std(unbiased=False)),
            "You choose the guess whose losses *differ* least from each other, however large they are. Their mean was asked.",
        ),
        Mistake(
            "second-cheapest",
            _by(_mean_cost, lambda costs, guesses: guesses[costs.argsort()[1]]),
            "Yours is the second-cheapest guess. Python counts from 0.",
        ),
        Mistake(
            "best-case",
            _by(lambda loss, g, t: loss(g, t).min()),
            "You look at the target that each guess comes nearest to. Every target should count: their mean.",
        ),
        Mistake(
            "median-cost",
            _by(lambda loss, g, t: torch.quantile(loss(g, t), 0.5)),
            "You take the middle one of the losses. Their mean was asked.",
        ),
        Mistake(
            "median-cost-lower",
            _by(lambda loss, g, t: loss(g, t).median()),
            "You take the middle one of the losses. Their mean was asked.",
        ),
        Mistake(
            "first-guess",
            lambda loss, t, g: g[0],
            "You return the first guess, whatever it costs. Is a `return` inside the loop? Does a running total go on from one guess "
            "to the next? Or can no cost fall below the one that you start with?",
        ),
        Mistake(
            "last-guess",
            lambda loss, t, g: g[-1],
            "You return the last guess, whatever it costs. Does every round of the loop overwrite the one before?",
        ),
        Mistake(
            "first-target",
            _by(lambda loss, g, t: loss(g, t[:1]).mean()),
            "Only the first target counts in yours. Every target should: their mean.",
        ),
        Mistake(
            "last-target",
            _by(lambda loss, g, t: loss(g, t[-1:]).mean()),
            "Only the last target counts in yours. Every target should: their mean.",
        ),
        Mistake(
            "costs",
            _by(_mean_cost, lambda costs, guesses: costs),
            "Those are the right prices of all the guesses. The cheapest guess was asked.",
        ),
        Mistake(
            "smallest-guess",
            lambda loss, t, g: g.min(),
            "You return the smallest guess. The one with the smallest mean *loss* was asked.",
        ),
    ),
    variants=(
        _running,
        _champion,
        _by_key,
        _from_a_table,
        best_constant_in_numpy,
        lambda loss, targets, guesses: best_constant(loss, targets.float(), guesses.float()),
    ),
)


# ctr-06 · predict: which shop sells more? --------------------------------------------------------------------------


UMBRELLAS = Question(
    id="ctr-06",
    name="umbrellas",
    title="Which shop sells more umbrellas?",
    kind="predict",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "the one that orders by pinball loss at q = 1/3: it follows its prices",
        "B": "the one that orders the mean, by squared error: on average it has what is wanted",
        "C": "the one that orders by pinball loss at q = 0.9",
        "D": "all the same: the demand does not depend on the order",
    },
    answer="C",
    because="It orders most and sells out on one day in ten only, so it sells more than the others. It does not earn more: at "
    "these prices the shop of A earns most, and sells out on two days in three. Sales and profit are two contracts.",
    misconceptions={
        "A": "That one *earns* most at these prices. On how many days does it sell out, and what happens to the demand then?",
        "B": "Having enough on average is no help on the days when more is wanted: the mean is below the demand on many of them.",
        "D": "The demand is the same; but a shop cannot sell what it does not have.",
    },
    hints=(
        "What limits the sales of a day: the demand, or the order?",
        "The smaller of the two is sold. Which shop is limited by its order least often?",
        "Selling most and earning most are different questions. Which one is asked here?",
    ),
)


# ctr-07 · choose: two towns ----------------------------------------------------------------------------------------


TWO_TOWNS = Question(
    id="ctr-07",
    name="two_towns",
    title="Whose predictions are these?",
    kind="choose",
    points=1,
    minutes=5,
    difficulty=2,
    options={
        "A": "squared error",
        "B": "absolute error",
        "C": "pinball at q = 0.7",
        "D": "squared error of the logarithm",
    },
    answer="A",
    because="The book that balances in both towns is the mean. The share below differs from town to town, and nothing in "
    "a fit of the mean keeps it: 68 % here, 74 % there.",
    misconceptions={
        "B": "Then about half of the parcels would come at or before their prediction.",
        "C": "Then the share at or below would be 70 % in both towns, and nothing would keep the mean right. Which number agrees "
        "in *both*?",
        "D": "A fit of the logarithm lies below the mean on skewed data, so its predictions would add up to too little.",
    },
    hints=(
        "Each loss balances one book. Which number agrees with the truth in both towns?",
        "A quantile keeps its share below from town to town. Is 68 % the same as 74 %?",
        "The mean prediction is the mean delay, twice.",
    ),
)


# ctr-08 · choose: clicks -------------------------------------------------------------------------------------------


CLICKS = Question(
    id="ctr-08",
    name="clicks",
    title="More clicks, more parcels back",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=1,
    options={
        "A": "a larger network, trained for longer on the same clicks",
        "B": "focal loss in place of cross entropy, so that the hard clicks count more",
        "C": "another target: was it bought, and was it kept?",
        "D": "class weights, since clicks are rare",
    },
    answer="C",
    because="The model does what it was asked: it finds what is clicked. What was wanted is something else, and only another "
    "target asks for it.",
    misconceptions={
        "A": "It will be better at finding clicks. Was that the complaint?",
        "B": "Focal loss changes how loudly each click speaks. It is still a click that is foretold.",
        "D": "Weights make the model shout 'click' more often. It is still a click that is foretold.",
    },
    hints=(
        "Is the model bad at what it was asked for?",
        "Three of the options change how the same question is answered.",
        "A proxy is learned together with the reason why it differs from the goal.",
    ),
)
