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
    for n, k, a in ((1, 2, 2), (4, 2, 3), (5, 3, 2), (6, 3, 3), (6, 4, 4), (8, 3, 5), (13, 3, 4)):
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
    yield Probe((np.array([[0.95, 0.05], [0.8, 0.2], [0.55, 0.45], [0.3, 0.7]]), umbrella))


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


def _if_square(cost: torch.Tensor, other: Callable) -> torch.Tensor:
    return other(cost) if cost.shape[0] == cost.shape[1] else cost


DECIDE = Exercise(
    id="ctr-02",
    name="decide",
    title="Probabilities do not decide",
    points=2,
    minutes=8,
    difficulty=2,
    reference=decide,
    probes=situations,
    regimes=(
        Regime(
            "square",
            lambda p, c: c.shape[0] == c.shape[1],
            "there are as many actions as classes",
            "there are more or fewer actions than classes",
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
        Mistake(
            "log-probabilities",
            lambda p, c: (p.log() @ c).argmin(1),
            "You weigh the costs by log-probabilities. An expected value weighs them by the probabilities.",
        ),
    ),
    variants=(
        lambda p, c: [
            min(range(c.shape[1]), key=lambda j: float(sum(p[i, k] * c[k, j] for k in range(len(c)))))
            for i in range(len(p))
        ],
        lambda p, c: torch.einsum("nk,ka->na", p, c).min(dim=1).indices,
        lambda p, c: (p[:, :, None] * c).sum(1).argmin(-1),
        lambda p, c: np.argmin(np.asarray(p) @ np.asarray(c), axis=1),
        lambda p, c: (-(p.float() @ c.float())).argmax(1),
    ),
)


# ctr-03 · another world --------------------------------------------------------------------------------------------


def new_world(probs, old, new):
    weights = probs * new / old
    return weights / weights.sum(dim=1, keepdim=True)


def worlds(rng: np.random.Generator) -> Iterator[Probe]:
    """Priors that differ by factors, probabilities of several cases, and as many classes as cases once."""
    for n, k in ((1, 2), (3, 2), (4, 3), (3, 3), (5, 4)):
        probs = rng.dirichlet(np.full(k, 1.5), n) + 0.02
        yield Probe((probs / probs.sum(1, keepdims=True), _shares(rng, k), _shares(rng, k)))
    yield Probe((np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.98, 0.02])))
    yield Probe((np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.98, 0.02]), np.array([0.5, 0.5])))


def _shares(rng: np.random.Generator, k: int) -> np.ndarray:
    weights = rng.uniform(0.5, 1, k) * rng.permutation(2.0 ** np.arange(k))
    return weights / weights.sum()


def _moved(weights: Callable, end: Callable = lambda w: w / w.sum(1, keepdim=True)) -> Callable:
    return lambda p, old, new: end(weights(p, old, new))


def _odds(p: torch.Tensor) -> torch.Tensor:
    return p / (1 - p)


def _probability(odds: torch.Tensor) -> torch.Tensor:
    return odds / (1 + odds)


ONE_AT_A_TIME = (
    "You move each class by itself, against all the others with p / (1 − p), as if only its own share had changed. The others' "
    "shares have changed too: the factor new / old belongs to the odds between *two classes*."
)
AGAINST_THE_REST = (
    "Right for two classes. With more, 'all the others' is a mixture, and its make-up is different in each case: the factor "
    "belongs to the odds between *two classes*."
)

NEW_WORLD = Exercise(
    id="ctr-03",
    name="new_world",
    title="Another world, the same classifier",
    points=2,
    minutes=8,
    difficulty=2,
    reference=new_world,
    probes=worlds,
    gives="one probability for each class and case, shape (n, k),",
    hints=(
        "Suppose one class has become twice as common, and another half as common. By which factor do the odds between the two "
        "change?",
        "Multiply each class's probability by its new share over its old share. Then the rows no longer add up to 1.",
        "Divide each row by its sum: `weights / weights.sum(dim=1, keepdim=True)`.",
    ),
    mistakes=(
        Mistake(
            "not-normalised",
            lambda p, old, new: p * new / old,
            "The factors are right. Probabilities of a case add up to 1.",
        ),
        Mistake(
            "upside-down",
            _moved(lambda p, old, new: p * old / new),
            "Your factors are old over new: a class that has become common loses by it.",
        ),
        Mistake(
            "new-only",
            _moved(lambda p, old, new: p * new),
            "You multiply by the new shares. The old ones are inside the probabilities already and must come out first.",
        ),
        Mistake(
            "old-only",
            _moved(lambda p, old, new: p / old),
            "You take the old shares out. Where do the new ones come in?",
        ),
        Mistake(
            "upside-down-not-normalised",
            lambda p, old, new: p * old / new,
            "Two things: your factors are old over new, so that a class that has become common loses by it; and probabilities of a "
            "case add up to 1.",
        ),
        Mistake(
            "new-only-not-normalised",
            lambda p, old, new: p * new,
            "You multiply by the new shares. The old ones are inside the probabilities already and must come out first; and each row "
            "adds up to 1.",
        ),
        Mistake(
            "old-only-not-normalised",
            lambda p, old, new: p / old,
            "You take the old shares out. Where do the new ones come in? And each row adds up to 1.",
        ),
        Mistake(
            "one-at-a-time",
            lambda p, old, new: _probability(_odds(p) * new / old),
            ONE_AT_A_TIME,
        ),
        Mistake(
            "one-at-a-time-normalised",
            _moved(lambda p, old, new: _probability(_odds(p) * new / old)),
            ONE_AT_A_TIME,
        ),
        Mistake(
            "odds",
            lambda p, old, new: _odds(p) * new / old,
            "You return odds, p / (1 − p). Probabilities were asked; and the factor new / old belongs to the odds between two "
            "classes, not between one class and all the others.",
        ),
        Mistake(
            "odds-normalised",
            _moved(lambda p, old, new: _odds(p) * new / old),
            "You divide by 1 − p as well, which is the share of the other classes. The odds between two classes are their "
            "probabilities, one over the other.",
        ),
        Mistake(
            "against-the-rest",
            lambda p, old, new: _probability(_odds(p) * _odds(new) / _odds(old)),
            AGAINST_THE_REST,
        ),
        Mistake(
            "against-the-rest-normalised",
            _moved(lambda p, old, new: _probability(_odds(p) * _odds(new) / _odds(old))),
            AGAINST_THE_REST,
        ),
        Mistake(
            "length-one",
            lambda p, old, new: torch.nn.functional.normalize(p * new / old, dim=1),
            "The factors are right. In yours the *squares* of each row add up to 1; the probabilities themselves should.",
        ),
        Mistake(
            "largest-is-one",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.amax(1, keepdim=True)),
            "The factors are right. You divide each row by its largest number, so that this one becomes 1; the whole row should "
            "add up to 1.",
        ),
        Mistake(
            "clipped",
            lambda p, old, new: (p * new / old).clamp(max=1),
            "The factors are right. You cut off what is above 1; that does not make a row add up to 1.",
        ),
        Mistake(
            "rest-to-the-last",
            lambda p, old, new: torch.cat([w := (p * new / old)[:, :-1], 1 - w.sum(1, keepdim=True)], 1),
            "Your rows add up to 1, but only because the last class gets what the others leave. All classes are scaled alike.",
        ),
        Mistake(
            "log-weights",
            lambda p, old, new: (p * new / old).log(),
            "That is the right sum of logarithms. What makes probabilities of it?",
        ),
        Mistake(
            "times-both",
            _moved(lambda p, old, new: p * new * old),
            "You multiply by both shares. The old ones must come out: on which side of the fraction?",
        ),
        Mistake(
            "differences",
            _moved(lambda p, old, new: p + new - old),
            "You add the difference of the shares: a probability can fall below 0 so. Odds change by factors.",
        ),
        Mistake(
            "softmax",
            lambda p, old, new: torch.softmax(p * new / old, 1),
            "You put the weights through a softmax, and they are no logarithms. To make positive numbers add up to 1, divide "
            "by their sum.",
        ),
        Mistake(
            "softmax-of-probabilities",
            lambda p, old, new: torch.softmax(p + new.log() - old.log(), 1),
            "You add log-shares to a probability. They belong to its *logarithm*.",
        ),
        Mistake(
            "logits-of-shares",
            lambda p, old, new: torch.softmax(p.log() + new - old, 1),
            "You add shares to a logarithm. A factor becomes what, in a logarithm?",
        ),
        Mistake(
            "columns",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.sum(0, keepdim=True)),
            "You make each *class* add up to 1 over the cases. The classes of one case should.",
        ),
        Mistake(
            "whole-table",
            _moved(lambda p, old, new: p * new / old, lambda w: w / w.sum()),
            "Right for a single case. You divide by the sum of the whole table.",
        ),
        Mistake(
            "unchanged",
            lambda p, old, new: p,
            "The shares have no say in yours.",
        ),
        Mistake(
            "new-shares",
            lambda p, old, new: new.expand_as(p),
            "Every case gets the new shares in yours: what the classifier saw in it is lost.",
        ),
        Mistake(
            "blend",
            lambda p, old, new: (p + new) / 2,
            "You average with the new shares. Evidence and prior multiply.",
        ),
        Mistake(
            "square-root",
            _moved(lambda p, old, new: p * (new / old).sqrt()),
            "You move half of the way: the root of the factor.",
        ),
        Mistake(
            "twice",
            _moved(lambda p, old, new: p * (new / old) ** 2),
            "You correct twice: your factor is squared.",
        ),
        Mistake(
            "logarithms",
            lambda p, old, new: (p * new / old).log() - (p * new / old).sum(1, keepdim=True).log(),
            "Those are the logarithms of the right probabilities.",
        ),
        Mistake(
            "decisions",
            lambda p, old, new: (p * new / old).argmax(1),
            "You name the likeliest class. The probabilities were asked.",
        ),
    ),
    variants=(
        lambda p, old, new: torch.softmax(p.log() + new.log() - old.log(), 1),
        lambda p, old, new: torch.nn.functional.normalize(p / old * new, p=1, dim=1),
        lambda p, old, new: torch.stack([row * new / old / (row * new / old).sum() for row in p]),
        lambda p, old, new: (
            np.asarray(p) * np.asarray(new / old) / (np.asarray(p) @ np.asarray(new / old))[:, None]
        ),
        lambda p, old, new: (p.float() * (new / old).float()).div(
            (p.float() * (new / old).float()).sum(1, True)
        ),
    ),
)
