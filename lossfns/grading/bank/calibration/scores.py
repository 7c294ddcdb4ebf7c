"""The Brier score. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F

from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# cal-05 · the Brier score ------------------------------------------------------------------------------------------


def brier_score(probs, target):
    truth = torch.nn.functional.one_hot(target, probs.shape[1])
    return ((probs - truth) ** 2).sum(dim=1).mean()


def forecasts(rng: np.random.Generator) -> Iterator[Probe]:
    """One answer and many, two classes and more, sure ones that are right and wrong, none with a probability of 0; two
    batches that share their probabilities."""
    for n, k in ((1, 2), (1, 4), (3, 3), (5, 2), (8, 5)):
        yield Probe(((rng.dirichlet(np.full(k, 0.9), n) * 0.95 + 0.05 / k).round(3), rng.integers(k, size=n)))
    probs = rng.dirichlet(np.ones(4), 6)
    target = rng.integers(4, size=6)
    for t in (target, (target + 1) % 4):
        yield Probe((probs, t))
    yield Probe((np.array([[0.96, 0.03, 0.01], [0.02, 0.97, 0.01], [0.2, 0.5, 0.3]]), np.array([0, 2, 1])))


def _truth(p, t):
    return F.one_hot(t, p.shape[1]).to(p.dtype)


def _brier(
    price=lambda p, y: (p - y) ** 2, join=lambda e: e.sum(1).mean(), see=lambda p, t: (p, _truth(p, t))
):
    """The Brier score with one of its parts replaced."""
    return lambda p, t: join(price(*see(p, t)))


def _whole_columns(p, t):
    """What happened, written into a whole column for each answer."""
    y = torch.zeros_like(p)
    y[:, t] = 1.0
    return p, y


def _true_one(p, t):
    return p.gather(1, t[:, None])[:, 0]


def _named_one(p, t):
    return p.max(1).values[:, None], (p.argmax(1) == t).to(p.dtype)[:, None]


def _brier_in_a_loop(probs, target):
    total = 0.0
    for row, t in zip(probs.tolist(), target.tolist(), strict=True):
        total += sum((p - (j == t)) ** 2 for j, p in enumerate(row))
    return total / len(probs)


def _brier_in_numpy(probs, target):
    return np.mean(np.sum((np.asarray(probs) - np.eye(probs.shape[1])[np.asarray(target)]) ** 2, axis=1))


def _brier_multiplied_out(probs, target):
    true = probs[torch.arange(len(target)), target]
    return (probs**2).sum(dim=1).mean() - 2 * true.mean() + 1


def _brier_in_place(probs, target):
    missed = probs.clone()
    missed[torch.arange(len(target)), target] -= 1
    return (missed**2).sum() / len(target)


BRIER = Exercise(
    id="cal-05",
    name="brier_score",
    title="The Brier score",
    points=2,
    minutes=6,
    difficulty=1,
    reference=brier_score,
    probes=forecasts,
    gives="one number, the mean over the answers,",
    hints=(
        "Write down what happened in the same shape as what was said: a probability for every class.",
        "What happened is 1 for the true class and 0 for every other. Subtract, square, and look at which axis is summed.",
        "`one_hot(target, k)` has the shape of `probs`; the square of their difference is summed over `dim=1`, and the mean "
        "is over the answers.",
    ),
    mistakes=(
        Mistake(
            "mean-over-classes",
            _brier(join=lambda e: e.mean()),
            "You average over the classes too. Over the classes it is a sum, so that a sure miss costs 2 however many "
            "classes there are.",
        ),
        Mistake(
            "summed",
            _brier(join=lambda e: e.sum()),
            "Each answer is priced rightly. Twice the data would double your score: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _brier(join=lambda e: e.sum(1)),
            "The price of each answer is right. One number was asked: their mean.",
        ),
        Mistake(
            "true-class-only",
            lambda p, t: ((1 - _true_one(p, t)) ** 2).mean(),
            "Only the true class pays in yours. The probability that went to the others, and to which of them, counts too.",
        ),
        Mistake(
            "columns-for-rows",
            lambda p, t: ((1 - p[:, t]) ** 2).mean(),
            "`probs[:, target]` takes whole columns, n × n numbers, where one for each row was meant. And all k classes pay, "
            "not only the true one.",
        ),
        Mistake(
            "whole-columns",
            _brier(see=_whole_columns),
            "Right for a single answer. With several, your table of what happened is written in whole columns: each row gets the true "
            "classes of all rows.",
        ),
        Mistake(
            "others-only",
            _brier(price=lambda p, y: (1 - y) * (p - y) ** 2),
            "Only the wrong classes pay in yours. What does the true class pay for what it lacks?",
        ),
        Mistake(
            "others-lumped",
            lambda p, t: ((1 - _true_one(p, t)) ** 2 + (p.sum(1) - _true_one(p, t)) ** 2).mean(),
            "The true class is priced rightly. What the other classes got is added up before it is squared: then it makes no "
            "difference how they share it. How many differences does an answer have?",
        ),
        Mistake(
            "named-class-only",
            _brier(see=_named_one),
            "Only the class that the model named pays in yours. All k classes were told a probability.",
        ),
        Mistake(
            "named-class-as-truth",
            _brier(see=lambda p, t: (p, _truth(p, p.argmax(1)))),
            "You compare with the class that the model named. Where does `target` come in?",
        ),
        Mistake(
            "hard-answers",
            _brier(see=lambda p, t: (_truth(p, p.argmax(1)), _truth(p, t))),
            "You round the probabilities to a single answer first. Then how sure it was is forgotten.",
        ),
        Mistake(
            "index-subtracted",
            _brier(see=lambda p, t: (p, t[:, None].to(p.dtype))),
            "You subtract the number of the class from a probability. Class 3 is not three times class 1: write what "
            "happened as one probability per class.",
        ),
        Mistake(
            "absolute",
            _brier(price=lambda p, y: (p - y).abs()),
            "You take sizes and not squares. Then it no longer pays to say what one believes: the surest answer wins.",
        ),
        Mistake(
            "root-each",
            _brier(join=lambda e: e.sum(1).sqrt().mean()),
            "You take the root of each answer's sum. The score is the squared distance itself.",
        ),
        Mistake(
            "root",
            _brier(join=lambda e: e.sum(1).mean().sqrt()),
            "You take the root of the mean. The score is the mean of the squares itself.",
        ),
        Mistake(
            "sum-squared",
            _brier(price=lambda p, y: p - y, join=lambda e: (e.sum(1) ** 2).mean()),
            "You add first and square then. The differences of one answer add up to 0.",
        ),
        Mistake(
            "log-score",
            lambda p, t: -_true_one(p, t).log().mean(),
            "That is the log-loss. The Brier score prices squares of differences.",
        ),
        Mistake(
            "half",
            lambda p, t: brier_score(p, t) / 2,
            "On every input yours is half of what was asked. Some texts halve it for two classes; the text here does not.",
        ),
        Mistake(
            "squares-only",
            _brier(price=lambda p, y: p**2),
            "You square the probabilities alone. What happened is missing.",
        ),
        Mistake(
            "squares-apart",
            _brier(price=lambda p, y: p**2 - y**2),
            "You square the two apart and subtract then. The difference comes first.",
        ),
        Mistake(
            "softmax-again",
            _brier(see=lambda p, t: (p.softmax(1), _truth(p, t))),
            "You apply a softmax to numbers that are probabilities already.",
        ),
        Mistake(
            "class-one",
            lambda p, t: ((p[:, 1] - (t == 1).to(p.dtype)) ** 2).mean(),
            "You look at class 1 only. All k classes were told a probability.",
        ),
        Mistake(
            "cross-entropy",
            lambda p, t: F.cross_entropy(p, t),
            "That is cross entropy, which takes logits besides. The Brier score prices squares of differences.",
        ),
        Mistake(
            "classes-averaged",
            _brier(join=lambda e: e.sum(0).mean()),
            "You add up over the answers and average over the classes. What happens to your score when every answer comes "
            "twice?",
        ),
        Mistake(
            "what-is-missing",
            lambda p, t: (1 - _true_one(p, t)).mean(),
            "You return what the true class lacks. Each of the k differences is squared, and all are added up.",
        ),
        Mistake(
            "probability-squared",
            lambda p, t: (_true_one(p, t) ** 2).mean(),
            "You square the probability of the true class, so that the best answer costs most.",
        ),
        Mistake(
            "class-one-against-the-index",
            lambda p, t: ((p[:, 1] - t) ** 2).mean(),
            "That would do for two classes and half of the score. Here there are k classes, and `target` is the number of one.",
        ),
        Mistake(
            "fourth-power",
            _brier(price=lambda p, y: (p - y) ** 4),
            "You square twice. The squares are not squared again.",
        ),
    ),
    variants=(
        _brier_in_a_loop,
        _brier_in_numpy,
        _brier_multiplied_out,
        _brier_in_place,
        lambda p, t: brier_score(p.float(), t),
    ),
)
