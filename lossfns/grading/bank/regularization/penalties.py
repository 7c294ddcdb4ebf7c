"""The L2 bill and its pull. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pen-01 · the L2 bill of two layers --------------------------------------------------------------------------------


def l2_cost(first, second, lam):
    return lam * ((first**2).sum() + (second**2).sum())


def layers(rng: np.random.Generator) -> Iterator[Probe]:
    """Two matrices of different shapes, of size 1 too, at several prices; some twins that differ in the price only."""
    for i, (h, d, k) in enumerate(((3, 4, 2), (2, 3, 5), (1, 1, 1), (4, 1, 3))):
        first, second = rng.uniform(-2, 2, (h, d)).round(2), rng.uniform(-1, 3, (k, h)).round(2)
        for lam in (0.3, 1.7) if i < 2 else (0.6,):
            yield Probe((first, second, lam))
    yield Probe((np.array([[3.0, 0.0]]), np.array([[-4.0]]), 0.1))
    yield Probe((np.array([[-5.0, 2.0]]), np.array([[1.5]]), 0.4))


def _both(each, join=lambda a, b, lam: lam * (a + b)):
    """The bill from one number for each layer."""
    return lambda first, second, lam: join(each(first), each(second), lam)


def _bill_in_loops(first, second, lam):
    total = 0.0
    for layer in (first, second):
        for row in layer:
            for weight in row:
                total += weight.item() ** 2
    return lam * total


def _bill_of_one_vector(first, second, lam):
    weights = torch.cat([first.flatten(), second.flatten()])
    return lam * torch.dot(weights, weights)


L2_COST = Exercise(
    id="pen-01",
    name="l2_cost",
    title="The L2 bill of two layers",
    points=1,
    minutes=4,
    difficulty=1,
    reference=l2_cost,
    probes=layers,
    gives="one number, the whole bill,",
    hints=(
        "Every weight pays for itself, and the bill is all that they pay together.",
        "For one matrix: square each entry, add all of them up. Do it for both.",
        "`(first**2).sum()` is the first layer's part; add the second's, and multiply by `lam`.",
    ),
    mistakes=(
        Mistake(
            "half",
            _both(lambda w: (w**2).sum() / 2),
            "Yours carries a factor ½. Some books put it there for a tidy pull; this bill has none.",
        ),
        Mistake(
            "mean",
            lambda a, b, lam: lam * torch.cat([a.flatten(), b.flatten()]).square().mean(),
            "You average over the weights. A penalty adds them up: twice the weights, twice the bill.",
        ),
        Mistake(
            "mean-of-each",
            _both(lambda w: (w**2).mean()),
            "You average within each layer. A penalty adds up: a weight costs the same in a large layer and a small one.",
        ),
        Mistake(
            "absolute",
            _both(lambda w: w.abs().sum()),
            "That is L1's bill, where a weight of 3 costs three times a weight of 1. With L2 it costs how much?",
        ),
        Mistake(
            "norms",
            _both(lambda w: (w**2).sum().sqrt()),
            "You take a root for each layer: its length. The bill is the squares themselves.",
        ),
        Mistake(
            "norm",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * (a + b) ** 0.5),
            "You take the root of the sum: the length of all weights. The bill is the squares themselves.",
        ),
        Mistake(
            "sum-then-square",
            _both(lambda w: w.sum() ** 2),
            "You add up first and square then, so that 1 and −1 cancel. Every weight pays by itself.",
        ),
        Mistake(
            "all-then-square",
            _both(lambda w: w.sum(), lambda a, b, lam: lam * (a + b) ** 2),
            "You add up all weights and square the total, so that 1 and −1 cancel. Every weight pays by itself.",
        ),
        Mistake(
            "not-squared",
            _both(lambda w: w.sum()),
            "Yours can be negative. A weight of −2 costs as much as one of 2.",
        ),
        Mistake(
            "first-only",
            lambda a, b, lam: lam * (a**2).sum(),
            "The second layer pays nothing in yours.",
        ),
        Mistake(
            "second-only",
            lambda a, b, lam: lam * (b**2).sum(),
            "The first layer pays nothing in yours.",
        ),
        Mistake(
            "price-on-the-first",
            lambda a, b, lam: lam * (a**2).sum() + (b**2).sum(),
            "The sums are right. The price reaches the first layer only: what belongs in brackets?",
        ),
        Mistake(
            "price-on-the-second",
            lambda a, b, lam: (a**2).sum() + lam * (b**2).sum(),
            "The sums are right. The price reaches the second layer only: what belongs in brackets?",
        ),
        Mistake(
            "price-squared",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam**2 * (a + b)),
            "You square the price as well. It multiplies the squares and is not one of them.",
        ),
        Mistake(
            "no-price",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: a + b),
            "The sum of squares is right. What is `lam` for?",
        ),
        Mistake(
            "halved-price",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * (a + b) / 4),
            "You divide too often: there is no ½ in this bill, neither for a layer nor for the pair.",
        ),
        Mistake(
            "product",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * a * b),
            "You multiply the layers' parts. Two bills are added up.",
        ),
        Mistake(
            "divided",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: (a + b) / lam),
            "You divide by the price, so a higher price makes a smaller bill.",
        ),
        Mistake(
            "pull",
            _both(lambda w: (2 * w).sum()),
            "Those are the pulls, added up. The bill itself was asked.",
        ),
        Mistake(
            "first-row",
            _both(lambda w: (w[0] ** 2).sum()),
            "Only the first row of each matrix pays in yours. Where does your loop end?",
        ),
        Mistake(
            "largest",
            _both(lambda w: (w**2).max()),
            "Only the largest weight of each layer pays in yours. Every one should.",
        ),
        Mistake(
            "first-twice",
            lambda a, b, lam: 2 * lam * (a**2).sum(),
            "The first layer pays twice in yours, and the second not at all. Is a name copied and not changed?",
        ),
        Mistake(
            "second-twice",
            lambda a, b, lam: 2 * lam * (b**2).sum(),
            "The second layer pays twice in yours, and the first not at all. Is a name copied and not changed?",
        ),
        Mistake(
            "mean-of-the-means",
            _both(lambda w: (w**2).mean() / 2),
            "You average, within each layer and over the two. A penalty adds up.",
        ),
        Mistake(
            "mean-over-rows",
            _both(lambda w: (w**2).sum() / len(w)),
            "You divide by the number of rows. A penalty is a sum over all weights, divided by nothing.",
        ),
        Mistake(
            "mean-over-columns",
            _both(lambda w: (w**2).sum() / w.shape[1]),
            "You divide by the number of columns. A penalty is a sum over all weights, divided by nothing.",
        ),
        Mistake(
            "layers-multiplied",
            lambda a, b, lam: lam * ((b @ a) ** 2).sum(),
            "You multiply the layers into one and charge for that. Each weight of each layer pays for itself.",
        ),
        Mistake(
            "second-not-squared",
            lambda a, b, lam: lam * ((a**2).sum() + b.sum()),
            "The first layer's part is right. The second's weights are not squared.",
        ),
        Mistake(
            "first-not-squared",
            lambda a, b, lam: lam * (a.sum() + (b**2).sum()),
            "The second layer's part is right. The first's weights are not squared.",
        ),
        Mistake(
            "largest-stretch",
            _both(lambda w: torch.linalg.matrix_norm(w, 2) ** 2),
            "You take the matrix norm, which is how far a layer can stretch a vector. The bill adds up the squares of all entries.",
        ),
        Mistake(
            "layers-subtracted",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * (a - b)),
            "You subtract the second layer's part. Every weight pays.",
        ),
        Mistake(
            "total-squared",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * (a + b) ** 2),
            "You square the sum of the squares once more.",
        ),
        Mistake(
            "sizes-then-square",
            _both(lambda w: w.abs().sum() ** 2),
            "You add up the sizes and square then. Every weight is squared by itself.",
        ),
        Mistake(
            "larger-layer",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam * torch.maximum(a, b)),
            "Only the more expensive layer pays in yours. Both should.",
        ),
        Mistake(
            "price-added",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: lam + a + b),
            "You add the price. A price multiplies what is bought.",
        ),
        Mistake(
            "one-minus-the-price",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: (1 - lam) * (a + b)),
            "You multiply by 1 − λ: the higher the price, the smaller your bill.",
        ),
        Mistake(
            "dearest-row",
            _both(lambda w: (w**2).sum(dim=1).max()),
            "Only the most expensive row of each matrix pays in yours. Every weight should.",
        ),
        Mistake(
            "root-of-the-price-too",
            _both(lambda w: (w**2).sum(), lambda a, b, lam: (lam * (a + b)) ** 0.5),
            "You take a root of the whole bill. There is none.",
        ),
        Mistake(
            "over-rows",
            lambda a, b, lam: lam * ((a**2).sum() + (b**2).sum()) / len(a),
            "You divide by the number of rows. A penalty adds up: every weight pays in full.",
        ),
        Mistake(
            "lengths-added-then-squared",
            _both(lambda layer: layer.norm(), lambda a, b, lam: lam * (a + b) ** 2),
            "You add the two lengths and square then, which lets one layer's weights multiply the other's. Squares first, then the sum.",
        ),
        Mistake(
            "weights-times-each-other",
            _both(lambda layer: (layer.T @ layer).sum()),
            "The product with the transpose multiplies each weight with its neighbours too. The bill holds squares only.",
        ),
    ),
    variants=(
        _bill_in_loops,
        _bill_of_one_vector,
        lambda a, b, lam: lam * (torch.linalg.norm(a) ** 2 + torch.linalg.norm(b) ** 2),
        lambda a, b, lam: lam * np.sum(np.square(np.asarray(a))) + lam * np.sum(np.square(np.asarray(b))),
        lambda a, b, lam: lam * (torch.trace(a.T.float() @ a.float()) + torch.trace(b.T.float() @ b.float())),
    ),
)


# pen-02 · the pull of L2 -------------------------------------------------------------------------------------------


def l2_pull(w, lam):
    return 2 * lam * w


def weights(rng: np.random.Generator) -> Iterator[Probe]:
    """Weights of both signs, a zero among them, in sets of 1 to 6, at several prices."""
    for i, n in enumerate((4, 6, 1, 3)):
        w = rng.uniform(0.2, 3, n).round(2) * np.where(rng.permutation(n) % 2, 1, -1)
        for lam in (0.3, 1.7) if i < 2 else (0.6,):
            yield Probe((w, lam))
    yield Probe((np.array([2.0, -0.5, 0.0, 3.0, -1.0]), 0.4))


SIGNS = (
    Regime("weights of zero", lambda w, lam: w == 0, "a weight is 0", "no weight is 0"),
    Regime("negative weights", lambda w, lam: w < 0, "a weight is negative", "it is 0 or positive"),
    Regime("positive weights", lambda w, lam: w > 0, "a weight is positive", "it is 0 or negative"),
)

L2_PULL = Exercise(
    id="pen-02",
    name="l2_pull",
    title="The pull of L2",
    points=1,
    minutes=4,
    difficulty=1,
    reference=l2_pull,
    probes=weights,
    regimes=SIGNS,
    gives="one slope for each weight, shape (d,),",
    hints=(
        "Nudge one weight. Which terms of λ Σ w² change, and how fast?",
        "Only its own term, λ w², changes. What is the slope of w² at w?",
        "Two, times the price, times the weight: one number for each weight, and nothing is added up.",
    ),
    mistakes=(
        Mistake(
            "no-two",
            lambda w, lam: lam * w,
            "Half of what was asked: this is the pull of ½ λ Σ w², which is what an optimizer calls weight_decay. What "
            "does the square bring down?",
        ),
        Mistake(
            "bills",
            lambda w, lam: lam * w**2,
            "Those are the bills, λ w². How fast does a bill rise when its weight does?",
        ),
        Mistake(
            "bill",
            lambda w, lam: lam * (w**2).sum(),
            "That is the whole bill. A slope for each weight was asked.",
        ),
        Mistake(
            "square-kept",
            lambda w, lam: 2 * lam * w**2,
            "You brought the 2 down and kept the exponent. What is left of w² after the derivative?",
        ),
        Mistake(
            "down",
            lambda w, lam: -2 * lam * w,
            "That is the direction in which a step goes. The slope itself was asked.",
        ),
        Mistake(
            "down-no-two",
            lambda w, lam: -lam * w,
            "That is the direction of a step, and not the slope. And what does the square bring down?",
        ),
        Mistake(
            "no-price",
            lambda w, lam: 2 * w,
            "The slope of w² is right. What is `lam` for?",
        ),
        Mistake("price-squared", lambda w, lam: 2 * lam**2 * w, "The price enters twice in yours."),
        Mistake(
            "mean",
            lambda w, lam: 2 * lam * w / len(w),
            "You divide by the number of weights. The bill is a sum, not a mean: each weight pays in full.",
        ),
        Mistake(
            "summed",
            lambda w, lam: (2 * lam * w).sum(),
            "You rolled the slopes into one number. Each weight has its own.",
        ),
        Mistake(
            "everybody-alike",
            lambda w, lam: 2 * lam * w.sum() * torch.ones_like(w),
            "Every weight gets the same slope in yours. Whose size pulls at whom?",
        ),
        Mistake(
            "flat-fee",
            lambda w, lam: lam * w.sign(),
            "That is L1's pull, the same for a large weight and a small one. L2 pulls in proportion.",
        ),
        Mistake(
            "no-sign",
            lambda w, lam: 2 * lam * w.abs(),
            "Yours never points down. A negative weight has a negative slope.",
        ),
        Mistake(
            "norm",
            lambda w, lam: lam * w / (w**2).sum().sqrt(),
            "That is the pull of the length, λ √Σ w². The bill here has no root.",
        ),
        Mistake(
            "constant",
            lambda w, lam: 2 * lam * torch.ones_like(w),
            "Yours does not depend on the weight. What is the slope of w² at 0, and at 3?",
        ),
        Mistake("weights", lambda w, lam: w, "Those are the weights themselves."),
        Mistake("four", lambda w, lam: 4 * lam * w, "Twice too much: the 2 of the square comes down once."),
        Mistake(
            "after-the-pull",
            lambda w, lam: w - 2 * lam * w,
            "That is where a step along the pull leads. The pull itself was asked.",
        ),
        Mistake(
            "price-added",
            lambda w, lam: 2 * w + lam,
            "You add the price. It multiplies the bill, so it multiplies the slope.",
        ),
        Mistake(
            "divided",
            lambda w, lam: 2 * w / lam,
            "You divide by the price: the higher it is, the weaker yours pulls.",
        ),
        Mistake(
            "averaged",
            lambda w, lam: 2 * lam * w.mean() * torch.ones_like(w),
            "Every weight gets the same slope in yours, that of their average. Whose size pulls at whom?",
        ),
        Mistake(
            "flat-fee-twice",
            lambda w, lam: 2 * lam * w.sign(),
            "Yours pulls alike at a large weight and a small one. L2 pulls in proportion.",
        ),
        Mistake(
            "norm-twice",
            lambda w, lam: 2 * lam * w / (w**2).sum().sqrt(),
            "You divide by the length of the weights. The bill here has no root.",
        ),
        Mistake(
            "after-half-the-pull",
            lambda w, lam: w - lam * w,
            "That is what weight decay leaves of the weights. The pull itself was asked.",
        ),
        Mistake("cube", lambda w, lam: 3 * lam * w**2, "That is the slope of λ w³. What was the exponent?"),
        Mistake(
            "to-the-square",
            lambda w, lam: 2 * lam * w + lam * w**2,
            "Slope and bill are added up in yours. The slope alone was asked.",
        ),
        Mistake(
            "what-is-kept",
            lambda w, lam: 1 - 2 * lam * w,
            "Yours mixes the share that a step keeps, 1 − 2λ, with the weight. The slope alone was asked.",
        ),
        Mistake(
            "running-sum",
            lambda w, lam: 2 * lam * w.cumsum(0),
            "The slopes pile up from weight to weight in yours. Each has its own.",
        ),
        Mistake(
            "share-kept",
            lambda w, lam: (1 - 2 * lam) * torch.ones_like(w),
            "That is the share of a weight that a step keeps. The slope was asked.",
        ),
    ),
    variants=(
        lambda w, lam: torch.autograd.functional.jacobian(lambda z: lam * (z**2).sum(), w),
        lambda w, lam: [2 * lam * float(x) for x in w],
        lambda w, lam: w.float() * lam + lam * w.float(),
        lambda w, lam: np.asarray(w) * 2 * lam,
    ),
)
