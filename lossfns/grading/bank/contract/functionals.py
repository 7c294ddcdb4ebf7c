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
    u = target - pred
    return np.maximum(4 * u, -u) if isinstance(u, np.ndarray) else torch.maximum(4 * u, -u)


def relative(pred, target):
    return (pred / target - 1) ** 2


KNOWN = (squared, absolute, missing_costs_four, relative)


def askings(rng: np.random.Generator) -> Iterator[Probe]:
    """Skewed targets, and guesses in no order, of which a single one is cheapest by a margin."""
    for loss in KNOWN:
        for n in (4, 7, 9):
            yield Probe((loss, *_skewed(rng, n, loss)))
    yield Probe((squared, np.array([2.0, 3.0, 13.0]), rng.permutation([1.0, 3.4, 6.2, 12.0])))
    yield Probe((absolute, np.array([1.0, 1.0, 1.0, 13.0]), rng.permutation([0.5, 3.1, 7.2])))
    yield Probe((absolute, np.array([2.0, 3.0, 13.0]), rng.permutation([1.0, 3.4, 6.2, 12.0])))


def _skewed(rng: np.random.Generator, n: int, loss: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Targets with a long tail to the right, and guesses whose costs differ by 3 per cent or more from the least."""
    while True:
        targets = np.exp(rng.normal(1.0, 0.9, n)).round(1) + 0.5
        guesses = rng.permutation(
            np.unique(np.quantile(targets, [0.02, 0.2, 0.4, 0.62, 0.8, 0.97]).round(1) + 0.05)
        )
        costs = np.sort([loss(g, targets).mean() for g in guesses])
        others = [best_constant_in_numpy(other, targets, guesses) for other in KNOWN]
        if costs[1] > 1.03 * costs[0] and len(set(others)) > 1:
            return targets, guesses


def best_constant_in_numpy(loss, targets, guesses):
    targets, guesses = np.asarray(targets), np.asarray(guesses)
    return guesses[int(np.argmin([np.mean(np.asarray(loss(g, targets))) for g in guesses]))]


def _running(loss, targets, guesses):
    best, least = None, float("inf")
    for guess in guesses:
        total = 0.0
        for target in targets:
            total += (
                float(loss(guess, target))
                if loss is not missing_costs_four
                else max(4 * float(target - guess), float(guess - target))
            )
        if total < least:
            best, least = guess, total
    return best


def _by(score: Callable, pick: Callable = lambda costs, guesses: guesses[costs.argmin()]) -> Callable:
    """The answer with another score for a guess, or another choice among the scores."""

    def answer(loss, targets, guesses):
        return pick(torch.stack([score(loss, guess, targets) for guess in guesses]), guesses)

    return answer


def _mean_cost(loss, guess, targets):
    return loss(guess, targets).mean()


CHEAPEST = Exercise(
    id="ctr-01",
    name="best_constant",
    title="What does it ask for?",
    points=2,
    minutes=8,
    difficulty=1,
    reference=best_constant,
    probes=askings,
    regimes=tuple(
        Regime(
            f"another loss than {known.__name__}",
            lambda loss, targets, guesses, known=known: loss is not known,
            f"the loss is another than {known.__name__}",
            f"the loss is {known.__name__}",
        )
        for known in KNOWN[:2]
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
            "worst-case",
            _by(lambda loss, g, t: loss(g, t).max()),
            "You look at the worst target for each guess. Every target should count: their mean.",
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
            "first-guess",
            lambda loss, t, g: g[0],
            "You return the first guess, whatever it costs. Is a `return` inside the loop?",
        ),
        Mistake(
            "last-guess",
            lambda loss, t, g: g[-1],
            "You return the last guess, whatever it costs. Does every round of the loop overwrite the one before?",
        ),
        Mistake(
            "first-target",
            _by(lambda loss, g, t: loss(g, t[:1]).mean()),
            "Only the first target counts in yours.",
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
        _by(lambda loss, g, t: loss(g, t).sum()),
        best_constant_in_numpy,
        lambda loss, t, g: min(g, key=lambda guess: loss(guess, t).mean()),
        lambda loss, t, g: g[loss(g[:, None], t[None]).mean(1).argmin()],
        _running,
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
    "these prices the shop of A earns most, and leaves two days in three without an umbrella. Sales and profit are two "
    "contracts.",
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
    because="The book that balances in both towns is the mean. The share below differs from town to town, as it does for any "
    "fit of the mean to skewed data: 68 % here, 74 % there.",
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
    """Skewed bills in two to four groups of unequal sizes and heights; one with a group of one."""
    for sizes in ((3, 2), (4, 3), (2, 5, 3), (5, 1, 4), (3, 4, 2, 6)):
        group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        heights = rng.permutation(np.arange(len(sizes))) + rng.uniform(0, 0.3, len(sizes))
        spreads = rng.permutation(np.linspace(0.4, 1.2, len(sizes)))
        bills = np.exp(1 + heights[group] + spreads[group] * rng.normal(size=len(group))).round(2) + 0.1
        yield Probe((bills, group))


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
            "You predict each group's median. It is as honest as the geometric mean, and adds up as little.",
        ),
        Mistake(
            "median-lower",
            _by_group(lambda b: b.median()),
            "You predict each group's median. It is as honest as the geometric mean, and adds up as little.",
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
            "one-smear",
            _one_smear,
            "You corrected with one factor, the mean of exp(residual) over everybody. It is right only if all groups are "
            "equally spread.",
        ),
        Mistake(
            "normal-theory",
            _by_group(_normal_theory),
            "You added half the variance of the logarithms: exact for a log-normal without end, and not for the bills at hand. "
            "The specification asks for totals that agree.",
        ),
        Mistake(
            "normal-theory-sample",
            _by_group(lambda b: (b.log().mean() + (b.log().var() if len(b) > 1 else 0.0) / 2).exp()),
            "You added half the variance of the logarithms: exact for a log-normal without end, and not for the bills at hand. "
            "The specification asks for totals that agree.",
        ),
        Mistake(
            "totals",
            _by_group(lambda b: b.sum()),
            "Each person is given the whole group's total. What is one person's part of it?",
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
            "middle-of-the-range",
            _by_group(lambda b: (b.min() + b.max()) / 2),
            "You predict the middle between the smallest and the largest bill of a group.",
        ),
        Mistake(
            "n-minus-one",
            _by_group(lambda b: b.sum() / max(len(b) - 1, 1)),
            "You divide by n − 1. How many people share the total?",
        ),
    ),
    variants=(
        lambda b, g: torch.stack([b[g == i].mean() for i in g]),
        lambda b, g: (torch.zeros(int(g.max()) + 1, dtype=b.dtype).index_add(0, g, b) / torch.bincount(g))[g],
        lambda b, g: np.array([np.mean(np.asarray(b)[np.asarray(g) == i]) for i in np.asarray(g)]),
        _by_group(lambda b: _geometric(b) * (b / _geometric(b)).mean()),
        lambda b, g: _by_group(lambda part: part.mean())(b.float(), g),
    ),
)
