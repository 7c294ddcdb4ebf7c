"""Who pays, and which bill. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Question, Regime
from lossfns.grading.record import Probe

# pen-11 · fix: everything pays -------------------------------------------------------------------------------------


def train_scaled_shipped(X, y, lr, lam, steps):
    n, d = X.shape
    params = [torch.ones(d, dtype=X.dtype), torch.zeros(d, dtype=X.dtype), torch.zeros((), dtype=X.dtype)]
    for _ in range(steps):
        gain, w, bias = params
        error = (X * gain) @ w + bias - y
        slopes = [2 * w * (X.T @ error) / n, 2 * gain * (X.T @ error) / n, 2 * error.mean()]
        params = [p - lr * (slope + 2 * lam * p) for p, slope in zip(params, slopes, strict=True)]
    gain, w, bias = params
    return (X * gain) @ w + bias


def train_scaled(X, y, lr, lam, steps):
    n, d = X.shape
    params = [torch.ones(d, dtype=X.dtype), torch.zeros(d, dtype=X.dtype), torch.zeros((), dtype=X.dtype)]
    for _ in range(steps):
        gain, w, bias = params
        error = (X * gain) @ w + bias - y
        slopes = [2 * w * (X.T @ error) / n, 2 * gain * (X.T @ error) / n, 2 * error.mean()]
        params = [
            p - lr * (slope + 2 * price * p)
            for p, slope, price in zip(params, slopes, (0, lam, 0), strict=True)
        ]
    gain, w, bias = params
    return (X * gain) @ w + bias


def levels(rng: np.random.Generator) -> Iterator[Probe]:
    """Targets far from zero, so that the level shows; 2 to 20 steps; prices in twins."""
    X = rng.normal(0.3, 1.0, (6, 3)).round(2)
    y = (X @ np.array([1.5, -2.0, 0.7]) + 8 + rng.normal(0, 0.5, 6)).round(2)
    for lr, lam, steps in ((0.08, 0.4, 2), (0.08, 0.4, 5), (0.08, 1.1, 5), (0.04, 0.4, 5), (0.04, 0.4, 20)):
        yield Probe((X, y, lr, lam, steps))
    yield Probe((X[:4, :2], y[:4], 0.05, 0.9, 12))
    yield Probe((X[:4, :1], y[:4], 0.05, 0.0, 8))


def _scaled(
    shrunk: Callable = lambda gain, w, bias: (0, 2 * w, 0),
    slopes: Callable = lambda s: s,
    start: Callable = lambda y: 0 * y.sum(),
    move: Callable = lambda p, s, k, lr, lam: p - lr * (s + lam * k),
    target: Callable = lambda y: y,
    end: Callable = lambda pred, y: pred,
) -> Callable:
    """The training as it should be, with one of its parts replaced. `shrunk`: the pulls of the penalty, without λ."""

    def train(X, y, lr, lam, steps):
        n, d = X.shape
        aim = target(y)
        gain, w, bias = torch.ones(d, dtype=X.dtype), torch.zeros(d, dtype=X.dtype), start(aim)
        for _ in range(steps):
            error = (X * gain) @ w + bias - aim
            found = slopes((2 * w * (X.T @ error) / n, 2 * gain * (X.T @ error) / n, 2 * error.mean()))
            pulls = shrunk(gain, w, bias)
            gain, w, bias = (
                move(p, s, k, lr, lam) for p, s, k in zip((gain, w, bias), found, pulls, strict=True)
            )
        return end((X * gain) @ w + bias, y)

    return train


def _everything(gain, w, bias):
    return 2 * gain, 2 * w, 2 * bias


def _one_after_the_other(X, y, lr, lam, steps):
    n, d = X.shape
    gain, w, bias = torch.ones(d, dtype=X.dtype), torch.zeros(d, dtype=X.dtype), 0.0
    for _ in range(steps):
        gain = gain - lr * 2 * w * (X.T @ ((X * gain) @ w + bias - y)) / n
        w = w - lr * (2 * gain * (X.T @ ((X * gain) @ w + bias - y)) / n + 2 * lam * w)
        bias = bias - lr * 2 * ((X * gain) @ w + bias - y).mean()
    return (X * gain) @ w + bias


def _moved_before_the_slopes(first: str) -> Callable:
    """`gain` or `w` moves, and the other one's slope is worked out with what it has become."""

    def train(X, y, lr, lam, steps):
        n, d = X.shape
        gain, w, bias = torch.ones(d, dtype=X.dtype), torch.zeros(d, dtype=X.dtype), 0.0
        for _ in range(steps):
            error = (X * gain) @ w + bias - y
            for one in ("w", "gain") if first == "w" else ("gain", "w"):
                if one == "w":
                    w = w - lr * (2 * gain * (X.T @ error) / n + 2 * lam * w)
                else:
                    gain = gain - lr * 2 * w * (X.T @ error) / n
            bias = bias - lr * 2 * error.mean()
        return (X * gain) @ w + bias

    return train


def _by_penalty(X, y, lr, lam, steps):
    d = X.shape[1]
    params = tuple(p.to(X.dtype) for p in (torch.ones(d), torch.zeros(d), torch.zeros(())))
    cost = lambda gain, w, bias: (((X * gain) @ w + bias - y) ** 2).mean() + lam * (w**2).sum()  # noqa: E731
    for _ in range(steps):
        slopes = torch.autograd.functional.jacobian(cost, params)
        params = tuple(p - lr * s for p, s in zip(params, slopes, strict=True))
    gain, w, bias = params
    return (X * gain) @ w + bias


def _one_by_one(X, y, lr, lam, steps):
    n, d = X.shape
    gain, w, bias = (
        torch.ones(d, dtype=X.dtype),
        torch.zeros(d, dtype=X.dtype),
        torch.zeros((), dtype=X.dtype),
    )
    for _ in range(steps):
        error = (X * gain) @ w + bias - y
        common = 2 * X.T @ error / n
        new_gain = gain - lr * w * common
        w = w - lr * (gain * common + 2 * lam * w)
        bias = bias - lr * 2 * error.mean()
        gain = new_gain
    return (X * gain) @ w + bias


EVERYTHING_PAYS = Exercise(
    id="pen-11",
    name="train_scaled",
    title="Predictions too low, and lower with every λ",
    points=3,
    minutes=15,
    difficulty=2,
    reference=train_scaled,
    shipped=train_scaled_shipped,
    symptom="It still behaves as it came: the targets average 50, the predictions far less, and the more so the higher λ is.",
    probes=levels,
    regimes=(Regime("a price", lambda X, y, lr, lam, steps: lam > 0, "λ is not 0", "λ is 0"),),
    gives="the vector of predictions, shape (n,),",
    rtol=1e-4,  # twenty steps in float32
    hints=(
        "What does the first line promise to charge for? Print all three parameters for λ = 0 and for a high λ: which of them have shrunk?",
        "Σ w² runs over the entries of `w`. Which parameters does the last line of the loop shrink?",
        "Three parameters, three prices: one of them is `lam`, the other two are 0. `zip` takes a third list.",
    ),
    mistakes=(
        Mistake(
            "nobody-pays",
            _scaled(shrunk=lambda g, w, b: (0, 0, 0)),
            "The level is right now, because nobody pays any more. `w` should.",
        ),
        Mistake(
            "bias-freed-only",
            _scaled(shrunk=lambda g, w, b: (2 * g, 2 * w, 0)),
            "The bias is free now, and the level is better. One more parameter pays that the first line does not name.",
        ),
        Mistake(
            "gain-freed-only",
            _scaled(shrunk=lambda g, w, b: (0, 2 * w, 2 * b)),
            "The gain is free now. The predictions are still too low: who sets their level, and who pays for it?",
        ),
        Mistake(
            "weights-freed",
            _scaled(shrunk=lambda g, w, b: (2 * g, 0, 2 * b)),
            "It is the other way round: you freed the one parameter that should pay.",
        ),
        Mistake(
            "bias-pays",
            _scaled(shrunk=lambda g, w, b: (0, 0, 2 * b)),
            "Only the bias pays in yours, and that is what pulls the level down.",
        ),
        Mistake(
            "gain-pays",
            _scaled(shrunk=lambda g, w, b: (2 * g, 0, 0)),
            "The level is right now. Only the gain pays in yours; the first line names another parameter.",
        ),
        Mistake(
            "half-the-price",
            _scaled(shrunk=lambda g, w, b: (0, w, 0)),
            "The right parameter pays now. The 2 of the square was there before and has gone.",
        ),
        Mistake(
            "double-the-price",
            _scaled(shrunk=lambda g, w, b: (0, 4 * w, 0)),
            "The right parameter pays now, twice as much as before.",
        ),
        Mistake(
            "gain-to-one",
            _scaled(shrunk=lambda g, w, b: (2 * (g - 1), 2 * w, 0)),
            "The bias is free now. You pull the gain towards 1, a sensible thought; but the first line charges for `w` alone.",
        ),
        Mistake(
            "bias-frozen",
            _scaled(slopes=lambda s: (s[0], s[1], 0 * s[2])),
            "The right parameter pays now. The bias does not learn any more: free of charge does not mean fixed.",
        ),
        Mistake(
            "gain-frozen",
            _scaled(slopes=lambda s: (0 * s[0], s[1], s[2])),
            "The right parameter pays now. The gain does not learn any more: free of charge does not mean fixed.",
        ),
        Mistake(
            "both-frozen",
            _scaled(slopes=lambda s: (0 * s[0], s[1], 0 * s[2])),
            "The right parameter pays now. The other two do not learn any more: free of charge does not mean fixed.",
        ),
        Mistake(
            "flat-fee-twice",
            _scaled(shrunk=lambda gain, w, bias: (0, 2 * w.sign(), 0)),
            "The right parameter pays now, a flat fee, as under L1. The first line charges for squares.",
        ),
        Mistake(
            "price-averaged",
            _scaled(shrunk=lambda gain, w, bias: (0, 2 * w / len(w), 0)),
            "The right parameter pays now. You average over its entries; the first line says the *sum* of the squares.",
        ),
        Mistake(
            "squares-as-slope",
            _scaled(shrunk=lambda gain, w, bias: (0, w**2, 0)),
            "The right parameter pays now. You subtract the square itself; a step follows its slope.",
        ),
        Mistake(
            "starts-at-the-mean",
            _scaled(start=lambda y: y.mean()),
            "The right parameter pays now. But yours starts at the targets' average, by the bias or by centring; the level was learned from zero before.",
        ),
        Mistake(
            "starts-at-the-mean-all-pay",
            _scaled(shrunk=_everything, start=lambda y: y.mean()),
            "You start the bias at the right level; every step still pulls it away from there.",
        ),
        Mistake(
            "centred",
            _scaled(shrunk=_everything, target=lambda y: y - y.mean(), end=lambda p, y: p + y.mean()),
            "Centring the targets hides what is wrong. Somebody still pays who should not.",
        ),
        Mistake(
            "grows",
            _scaled(shrunk=lambda g, w, b: (0, -2 * w, 0)),
            "The right parameter is meant now, and it grows: the sign of the price is turned round.",
        ),
        Mistake(
            "no-rate",
            _scaled(move=lambda p, s, k, lr, lam: p - lr * s - lam * k),
            "The right parameter pays now. Its price is not scaled by the rate.",
        ),
        Mistake(
            "after-the-step",
            _scaled(
                shrunk=lambda g, w, b: (0, 2, 0),
                move=lambda p, s, k, lr, lam: (p - lr * s) * (1 - lr * lam * k),
            ),
            "The right parameter pays now. It pays for where the step has led; it paid for where the step began.",
        ),
        Mistake(
            "flat-fee",
            _scaled(shrunk=lambda g, w, b: (0, w.sign(), 0)),
            "The right parameter pays now, a flat fee. The penalty is Σ w².",
        ),
        Mistake(
            "one-after-the-other",
            _one_after_the_other,
            "The right parameter pays now. You move one parameter, predict again, and move the next; all were moved from the same predictions.",
        ),
        Mistake(
            "weights-moved-first",
            _moved_before_the_slopes("w"),
            "The right parameter pays now. When you work out the gain's slope, `w` has moved already: work all slopes out, then move.",
        ),
        Mistake(
            "gain-moved-first",
            _moved_before_the_slopes("gain"),
            "The right parameter pays now. When you work out the slope of `w`, the gain has moved already: work all slopes out, then move.",
        ),
        Mistake(
            "weights-frozen",
            _scaled(slopes=lambda s: (s[0], 0 * s[1], s[2])),
            "The weights do not learn any more.",
        ),
        Mistake(
            "product-pays",
            _scaled(shrunk=lambda g, w, b: (2 * g * w**2, 2 * w * g**2, 0)),
            "The bias is free now. You charge for gain times weight; the first line charges for `w` alone.",
        ),
        Mistake(
            "product-pays-through-w",
            _scaled(shrunk=lambda g, w, b: (0, 2 * g * w, 0)),
            "Gain and bias are free now. You charge `w` for gain times weight; the first line charges for `w` alone.",
        ),
        Mistake(
            "bias-returned",
            _scaled(end=lambda p, y: 0 * p + p.mean()),
            "Every case gets the same prediction in yours.",
        ),
        Mistake(
            "half-slopes",
            _scaled(slopes=lambda s: tuple(part / 2 for part in s)),
            "The right parameter pays now. All slopes of the error are half of what they were.",
        ),
        Mistake(
            "half-of-everything",
            _scaled(shrunk=lambda g, w, b: (0, w, 0), slopes=lambda s: tuple(part / 2 for part in s)),
            "The right parameter pays now. All slopes are half of what they were: the steps are half as long.",
        ),
        Mistake(
            "predictions-shifted",
            _scaled(shrunk=_everything, end=lambda p, y: p - p.mean() + y.mean()),
            "You lift the predictions at the end. That hides what is wrong: who still pays who should not?",
        ),
        Mistake(
            "residuals", _scaled(end=lambda p, y: p - y), "Those are the errors. The predictions were asked."
        ),
        Mistake(
            "starts-at-one",
            _scaled(start=lambda y: 0 * y.sum() + 1),
            "The right parameter pays now. The bias starts at 1; it started at zero before.",
        ),
        Mistake(
            "everybody-pays-half",
            _scaled(shrunk=lambda g, w, b: (g, w, b)),
            "Everybody still pays, half as much. The first line names one parameter.",
        ),
        Mistake(
            "bias-pays-half",
            _scaled(shrunk=lambda g, w, b: (2 * g, 2 * w, b)),
            "The bias pays less, and the gain as before. The first line names one parameter.",
        ),
        Mistake(
            "trained-without",
            _scaled(shrunk=lambda g, w, b: (0, 0, 0), end=lambda p, y: p * 0 + y.mean()),
            "Every case gets the targets' average in yours. The weights should still count.",
        ),
        Mistake(
            "price-squared",
            _scaled(move=lambda p, s, k, lr, lam: p - lr * (s + lam**2 * k)),
            "The right parameter pays now. The price is squared in yours.",
        ),
        Mistake(
            "weights-sum",
            _scaled(shrunk=lambda g, w, b: (0, 2 * w.sum(), 0)),
            "The right parameter pays now. Each of its entries is pulled by the sum of all; each should be pulled by itself.",
        ),
        Mistake(
            "price-over-n",
            lambda X, y, lr, lam, steps: train_scaled(X, y, lr, lam / len(y), steps),
            "The right parameter pays now. You divide its price by the number of cases; the mean is in the loss, the penalty stands beside it.",
        ),
        Mistake(
            "bias-to-the-mean",
            lambda X, y, lr, lam, steps: _scaled(shrunk=lambda g, w, b: (0, 2 * w, 2 * (b - y.mean())))(
                X, y, lr, lam, steps
            ),
            "You pull the bias towards the targets' average, a sensible thought; but the first line charges for `w` alone.",
        ),
    ),
    variants=(
        _by_penalty,
        _one_by_one,
        _scaled(),
        lambda X, y, lr, lam, steps: train_scaled(X.float(), y.float(), lr, lam, steps),
        _scaled(
            shrunk=lambda g, w, b: (0, 2, 0), move=lambda p, s, k, lr, lam: p * (1 - lr * lam * k) - lr * s
        ),
    ),
)


# pen-12 · choose ---------------------------------------------------------------------------------------------------


WHICH_PENALTY = Question(
    id="pen-12",
    name="which_penalty",
    title="Which bill?",
    kind="choose",
    points=1,
    minutes=4,
    difficulty=2,
    options={
        "A": "L2, since it is the default",
        "B": "L1 at a high price",
        "C": "elastic net",
        "D": "AdamW with weight_decay = 0.1",
        "E": "no penalty, and the genes with the fifty largest weights afterwards",
    },
    answer="C",
    because="Its flat fee drops the genes that do nothing, and its square lets the members of a family share their weight instead of "
    "standing in for each other.",
    misconceptions={
        "A": "It would treat a family's members alike, and drop nobody: how long would the list be?",
        "B": "The list would be short. Which member of a family would stand on it, and would the same one stand there for the next 150 people?",
        "D": "That decay shrinks by a share in each step. How many of the 5,000 would ever be zero?",
        "E": "With 5,000 weights and 150 people there are endlessly many fits without any error. Which one would you rank by?",
    },
    hints=(
        "Two wishes: a short list, and no member of a family missing. Which penalty serves the first, which the second?",
        "Think of the twin columns in the notebook, and of what each penalty did to them.",
        "One penalty made zeros and favoured a twin by chance; another treated twins alike and made no zeros. One does both.",
    ),
)
