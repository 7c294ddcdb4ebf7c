"""From probabilities to decisions. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# ctr-02 · decide ---------------------------------------------------------------------------------------------------


def decide(probs, cost):
    return (probs @ cost).argmin(dim=1)


def situations(rng: np.random.Generator) -> Iterator[Probe]:
    """Tables of cost of several shapes, square ones among them; no case in which two actions cost nearly the same."""
    for n, k, a in ((1, 2, 2), (5, 2, 2), (4, 2, 3), (5, 3, 2), (6, 3, 3), (6, 4, 4), (8, 3, 5), (13, 3, 4)):
        cost = rng.integers(0, 10, (k, a)) + rng.uniform(0, 0.9, (k, a)).round(1)
        yield Probe((_clear(rng, n, cost), cost))
    mixed = np.array([[0.0, 2.0, 4.0], [12.0, 4.0, 4.4], [1.0, 5.5, 4.6]])
    yield Probe(
        (
            np.array(
                [[0.8, 0.1, 0.1], [0.9, 0.02, 0.08], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8], [0.05, 0.7, 0.25]]
            ),
            mixed,
        )
    )
    far = np.array([[0.0, 2.0], [8.0, 2.5], [5.0, 9.0]])
    yield Probe((np.array([[0.49, 0.49, 0.02], [0.01, 0.01, 0.98]]), far))
    even = np.array([[3.0, 0.0], [3.0, 0.0], [3.0, 6.0]])
    yield Probe((np.array([[0.3, 0.35, 0.35], [0.1, 0.2, 0.7]]), even))
    umbrella = np.array([[0.0, 1.0], [9.0, 1.0]])  # dry, wet; leave it, take it
    yield Probe((np.array([[0.95, 0.05], [0.8, 0.2], [0.55, 0.45], [0.3, 0.7], [0.05, 0.95]]), umbrella))


def _clear(rng: np.random.Generator, n: int, cost: np.ndarray) -> np.ndarray:
    rows = []
    while len(rows) < n:
        probs = rng.dirichlet(np.full(len(cost), 0.8))
        expected = np.sort(probs @ cost)
        if expected[1] - expected[0] > 0.15 and probs.min() > 0.005:
            rows.append(probs)
    return np.array(rows)


def _deciding(score: Callable, pick: Callable = lambda s: s.argmin(1)) -> Callable:
    return lambda probs, cost: pick(score(probs, cost))


def _one_by_one(probs, cost):
    actions = []
    for row in probs:
        expected = [sum(p * c for p, c in zip(row, column, strict=True)) for column in cost.T]
        actions.append(expected.index(min(expected)))
    return torch.tensor(actions)


def _einsum(probs, cost):
    expected = torch.einsum("nk,ka->na", probs, cost)
    return expected.min(dim=1).indices


def _cube(probs, cost):
    return (probs[:, :, None] * cost[None, :, :]).sum(dim=1).argmin(dim=1)


def _in_numpy(probs, cost):
    return np.argmin(np.asarray(probs) @ np.asarray(cost), axis=1)


def _gain(probs, cost):
    return (-(probs.float() @ cost.float())).argmax(dim=1)


def _if_square(cost: torch.Tensor, other: Callable) -> torch.Tensor:
    return other(cost) if cost.shape[0] == cost.shape[1] else cost


OVER_THE_ACTIONS = (
    "You add a class's costs up over the *actions*, and choose a class. For each action add up over the classes; then choose an "
    "action."
)

DECIDE = Exercise(
    id="ctr-02",
    name="decide",
    title="Probabilities do not decide",
    points=2,
    minutes=8,
    difficulty=2,
    reference=decide,
    probes=situations,
    axes="columns of `probs` and rows of `cost` are the classes that may be true, columns of `cost` the actions.",
    regimes=(
        Regime(
            "square",
            lambda p, c: c.shape[0] == c.shape[1],
            "there are as many actions as classes",
            "there are more or fewer actions than classes",
        ),
        Regime(
            "more than two",
            lambda p, c: c.shape != (2, 2),
            "there are more than two classes, or more than two actions",
            "there are two classes and two actions",
        ),
    ),
    gives="the number of one action for each case, shape (n,),",
    hints=(
        "What does an action cost *on average*, if the classes have these probabilities?",
        "For one case and one action: add up, over the classes, probability times cost. That is a product of matrices.",
        "`probs @ cost` has the expected cost of every action for every case, (n, a). The cheapest one of each row was asked.",
    ),
    mistakes=(
        Mistake(
            "likeliest-class",
            lambda p, c: p.argmax(1),
            "You name the likeliest class; the costs have no say. What does it cost to be wrong each way?",
        ),
        Mistake(
            "cost-of-the-likeliest",
            lambda p, c: c[p.argmax(1)].argmin(1),
            "You take the likeliest class for certain and choose the cheapest action for it. The other classes are possible, "
            "and may be dear.",
        ),
        Mistake(
            "dearest-for-the-likeliest",
            lambda p, c: c[p.argmax(1)].argmax(1),
            "Two things: you take the likeliest class for certain, though the others are possible and may be dear; and you choose "
            "the action that costs *most*.",
        ),
        Mistake(
            "over-the-actions",
            lambda p, c: (p * c.sum(1)).argmin(1),
            OVER_THE_ACTIONS,
        ),
        Mistake(
            "over-the-actions-dearest",
            lambda p, c: (p * c.sum(1)).argmax(1),
            OVER_THE_ACTIONS,
        ),
        Mistake(
            "class-with-most-at-stake",
            lambda p, c: (p * c.amax(1)).argmax(1),
            "You name the class in which most is at stake, probability times its dearest action. An action was asked: what does each "
            "one cost on average?",
        ),
        Mistake(
            "threshold",
            lambda p, c: p[:, 1] > c[0, 1] / (c[0, 1] + c[1, 0]),
            "You hold the probability of class 1 against a threshold: a formula for two classes, two actions, and a right action that "
            "costs nothing. Here the table may be of any size, and what is right may cost something too.",
        ),
        Mistake(
            "dearest",
            _deciding(lambda p, c: p @ c, lambda s: s.argmax(1)),
            "Yours is the action with the *highest* expected cost.",
        ),
        Mistake(
            "transposed",
            _deciding(lambda p, c: p @ _if_square(c, lambda t: t.T)),
            "Right where the table is not square. Where it is, you read it across: rows are what is true, columns what is done.",
        ),
        Mistake(
            "second-cheapest",
            _deciding(lambda p, c: p @ c, lambda s: s.argsort(1)[:, 1]),
            "Yours is the second-cheapest action of each case. Python counts from 0.",
        ),
        Mistake(
            "expected-costs",
            lambda p, c: p @ c,
            "Those are the expected costs of all actions, and right. Which action is cheapest was asked.",
        ),
        Mistake(
            "least-cost",
            lambda p, c: (p @ c).amin(1),
            "That is what the best action costs. Which one it is was asked.",
        ),
        Mistake(
            "worst-case",
            lambda p, c: c.amax(0).argmin().repeat(len(p)),
            "You choose the action whose worst case is least bad, for everybody. The probabilities have no say.",
        ),
        Mistake(
            "average-cost",
            lambda p, c: c.mean(0).argmin().repeat(len(p)),
            "You average the costs as if all classes were equally likely. The probabilities have no say.",
        ),
        Mistake(
            "weighted-worst-case",
            lambda p, c: (p[:, :, None] * c[None]).amax(1).argmin(1),
            "You take, for each action, the class that contributes most. All the classes' contributions add up.",
        ),
        Mistake(
            "best-case",
            lambda p, c: (p[:, :, None] * c[None]).amin(1).argmin(1),
            "You take, for each action, the class that contributes least. All the classes' contributions add up.",
        ),
        Mistake(
            "one-for-all",
            lambda p, c: (p @ c).sum(0).argmin().repeat(len(p)),
            "You choose one action for all the cases together. Each case has its own.",
        ),
        Mistake(
            "along-the-cases",
            lambda p, c: (p @ c).argmin(0),
            "You look down the columns: for each action, the case in which it is cheapest. For each case, the cheapest action.",
        ),
        Mistake(
            "cheapest-of-all",
            lambda p, c: (p @ c).argmin(),
            "You look for one place in the whole table of costs. Each case has its own action: along which axis?",
        ),
        Mistake(
            "from-one",
            lambda p, c: (p @ c).argmin(1) + 1,
            "You count actions from 1. The first one is 0.",
        ),
        Mistake(
            "probability",
            lambda p, c: p.amax(1),
            "You return how likely the likeliest class is. Which action is cheapest was asked.",
        ),
        Mistake(
            "one-hot",
            lambda p, c: torch.nn.functional.one_hot((p @ c).argmin(1), c.shape[1]),
            "You mark the right action in a row of zeros. Its number was asked.",
        ),
        Mistake(
            "rounded",
            lambda p, c: (p.round() @ c).argmin(1),
            "You round the probabilities before you use them. A chance of 20 % is a chance.",
        ),
        Mistake(
            "squared-probabilities",
            lambda p, c: (p**2 @ c).argmin(1),
            "You weigh the costs by squared probabilities. An expected value weighs them by the probabilities.",
        ),
        Mistake(
            "softmax-again",
            lambda p, c: (p.softmax(1) @ c).argmin(1),
            "You put the probabilities through a softmax, which levels them. They are probabilities already.",
        ),
        Mistake(
            "complement",
            lambda p, c: ((1 - p) @ c).argmin(1),
            "You weigh each class's costs by the probability that it is *not* the true one.",
        ),
        Mistake(
            "free-diagonal",
            lambda p, c: (p @ (c * (1 - torch.eye(*c.shape, dtype=c.dtype)))).argmin(1),
            "You leave out the diagonal, as if action 0 cost nothing in class 0, and so on. Here a right decision may cost "
            "something too: take the table as it is.",
        ),
        *(
            Mistake(
                f"costs-rescaled-by-{name}",
                lambda p, c, axis=axis: (p @ (c / c.sum(axis, keepdim=True))).argmin(1),
                "You rescale the costs so that they add up to 1. Costs are no shares: what is dear should stay dear.",
            )
            for name, axis in (("class", 1), ("action", 0))
        ),
        Mistake(
            "each-action-against-its-cheapest",
            lambda p, c: (p @ (c - c.amin(0))).argmin(1),
            "You take its own smallest cost off each *action*. Actions are compared with each other: from one you have taken much, from "
            "another little.",
        ),
        Mistake(
            "log-probabilities",
            lambda p, c: (p.log() @ c).argmin(1),
            "You weigh the costs by log-probabilities. An expected value weighs them by the probabilities.",
        ),
    ),
    variants=(
        _one_by_one,
        _einsum,
        _cube,
        _in_numpy,
        _gain,
        lambda probs, cost: (probs @ (cost - cost.amin(1, keepdim=True))).argmin(1),
    ),
)
