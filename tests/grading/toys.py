"""Small exercises whose right and wrong answers can be worked out by eye. No learner ever sees them."""

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe, gradient, trajectory


def exercise(**parts) -> Exercise:
    """An exercise from the parts that a test is about."""
    rest = dict(id="reg-99", title="Toy", points=1, minutes=1, difficulty=1, mistakes=(), variants=())
    return Exercise(**rest | dict(gives="one number", hints=("idea", "step", "line")) | parts)


def two_vectors(rng):
    """(a, b, k): four sizes, two values of k, and twins that differ in b alone or in k alone."""
    for n in (1, 2, 3, 5):
        a, b = rng.uniform(1, 3, n), rng.uniform(4, 6, n)
        for k in (1.0, 2.5):
            yield Probe((a, b, k))
    yield Probe((a, b + 1, 1.0))
    yield Probe((a, b + 1, 2.5))


def weighted_gap(a, b, k):
    return (k * a**2 - b).mean()


SCALAR = exercise(name="weighted_gap", reference=weighted_gap, probes=two_vectors)


def price(a, b, k):
    return k * ((b - a) ** 2).mean() / 10


POSITIVE = exercise(name="price", reference=price, probes=two_vectors)


def pull(a, b, k):
    return (a - k * b) / len(a)


VECTOR = exercise(name="pull", reference=pull, probes=two_vectors, gives="one slope for each, shape (n,),")


def table(a, b):
    return a[:, None] - b[None, :]


TABLE = exercise(
    name="table",
    reference=table,
    probes=lambda rng: (Probe((rng.uniform(0, 1, n), rng.uniform(2, 3, n))) for n in (2, 3)),
    gives="a table (n, n)",
)


def signed_cost(p, t):
    return torch.where(p > t, p - t, 2 * (t - p)).mean()


def sided(rng):
    """All predictions too high, all too low, and a batch with both."""
    for side in (1, -1, 1, -1):
        t = rng.uniform(-1, 1, 3)
        yield Probe((t + side * rng.uniform(0.5, 2, 3), t))
    yield Probe((np.array([1.0, -1.0]), np.array([0.0, 0.0])))


SIDED = exercise(
    name="signed_cost",
    reference=signed_cost,
    probes=sided,
    regimes=(
        Regime("too high", lambda p, t: p > t, "the prediction is too high", "it is too low"),
        Regime("too low", lambda p, t: p < t, "the prediction is too low", "it is too high"),
    ),
)

# A gradient: of relu(x)², so that an answer with the right value and no way back can be told.


def squared_relu(x):
    return torch.relu(x).square().sum()


GRADIENT = exercise(
    name="squared_relu",
    reference=squared_relu,
    probes=lambda rng: (Probe((rng.uniform(-2, 2, n),), via=gradient) for n in (2, 3, 5)),
    mistakes=(Mistake("detached", lambda x: squared_relu(x.detach()), "No gradient comes back from yours."),),
    gives="a number to differentiate",
)

# A trajectory: momentum, where a velocity that is thrown away is right on the first step only.


def momentum(w, v, g, lr):
    v = 0.9 * v + g
    return w - lr * v, v


def descents(rng):
    for _ in range(2):
        yield Probe(
            ((rng.uniform(-1, 1), 0.0), tuple((rng.uniform(1, 2), 0.1) for _ in range(4))), via=trajectory
        )


MOMENTUM = exercise(
    name="momentum",
    reference=momentum,
    probes=descents,
    regimes=(
        Regime(
            "later steps",
            lambda carried, steps: np.arange(len(steps)) > 0,
            "a step was taken before",
            "it is the first step",
        ),
    ),
    gives="the pair (w, v)",
)

COLOUR = Question(
    id="reg-98",
    name="colour",
    title="Toy question",
    kind="predict",
    points=1,
    minutes=1,
    difficulty=1,
    options={"A": "red", "B": "green", "C": "blue"},
    answer="B",
    because="Grass.",
    misconceptions={"A": "Not the rose.", "C": "Not the sky."},
    hints=("idea", "step", "line"),
)
