"""Exercises of notebook 00: small enough that all attention can go to the checker."""

import numpy as np
import torch

from lossfns.grading.bank.regression import pairs
from lossfns.grading.exercise import Exercise, Mistake, Question

# start-01 · mean absolute error ------------------------------------------------------------------------------------


def mae_loss(pred, target):
    return (pred - target).abs().mean()


MAE = Exercise(
    id="start-01",
    name="mae_loss",
    title="Mean absolute error",
    points=1,
    minutes=2,
    difficulty=1,
    reference=mae_loss,
    probes=pairs,
    gives="one number, the mean over the pairs,",
    hints=(
        "How far off is each prediction? How far off are they on average?",
        "`(pred - target).abs()` is how far off each one is.",
        "Ask that tensor for its `.mean()`, and return it.",
    ),
    mistakes=(
        Mistake(
            "sum",
            lambda p, t: (p - t).abs().sum(),
            "Each miss is right. Yours is n times the expected value: what turns a total into a mean?",
        ),
        Mistake(
            "signed",
            lambda p, t: (p - t).mean(),
            "Too high and too low cancel in yours. A miss is a distance.",
        ),
        Mistake(
            "signed-turned",
            lambda p, t: (t - p).mean(),
            "Too high and too low cancel in yours. A miss is a distance.",
        ),
        Mistake(
            "mean-first",
            lambda p, t: (p - t).mean().abs(),
            "Too high and too low cancel in yours before you drop the sign. In which order do the two belong?",
        ),
        Mistake(
            "squared",
            lambda p, t: ((p - t) ** 2).mean(),
            "You square the misses. Here a miss of 2 costs 2.",
        ),
        Mistake(
            "root",
            lambda p, t: ((p - t) ** 2).mean().sqrt(),
            "That is the root of the mean square: in the right units, but large misses weigh more than small ones.",
        ),
        Mistake(
            "not-reduced",
            lambda p, t: (p - t).abs(),
            "You returned how far off each one is. One number was asked: their mean.",
        ),
        Mistake(
            "half",
            lambda p, t: (p - t).abs().mean() / 2,
            "On every input yours is half the expected value.",
        ),
        Mistake(
            "largest",
            lambda p, t: (p - t).abs().max(),
            "Yours looks at the worst miss alone. Every one should count.",
        ),
        Mistake(
            "median",
            lambda p, t: torch.quantile((p - t).abs(), 0.5),
            "You take the middle one of the misses; their mean was asked.",
        ),
        Mistake(
            "sizes-apart",
            lambda p, t: (p.abs() - t.abs()).abs().mean(),
            "You drop the signs before you subtract. −1 and 1 are two apart.",
        ),
        Mistake(
            "relative",
            lambda p, t: ((p - t) / t).abs().mean(),
            "You divide each miss by its target. Here a miss of 2 costs 2, whatever the target is.",
        ),
    ),
    variants=(
        lambda p, t: sum(abs(a - b) for a, b in zip(p, t, strict=True)) / len(p),
        lambda p, t: torch.nn.functional.l1_loss(p.float(), t.float()),
        lambda p, t: torch.maximum(p - t, t - p).sum() / len(t),
        lambda p, t: np.mean(np.abs(np.asarray(t) - np.asarray(p))),
        lambda p, t: ((p - t) ** 2).sqrt().mean(),
    ),
)


# start-02 · predict ------------------------------------------------------------------------------------------------


ONE_NUMBER = Question(
    id="start-02",
    name="one_number",
    title="One number for three",
    kind="predict",
    points=1,
    minutes=1,
    difficulty=1,
    options={
        "A": "4, the mean",
        "B": "2, the one in the middle",
        "C": "5, half-way between the smallest and the largest",
        "D": "any number from 1 to 9: a step towards one is a step away from another",
    },
    answer="B",
    because="From 2, a step to the right brings you nearer to one value and further from two. A step to the left does "
    "the same. At 2 you pay 1 + 0 + 7 = 8; at the mean, 4, it is 3 + 2 + 5 = 10.",
    misconceptions={
        "A": "The mean balances distances, which is what squared error pays for. Add up |1 − 4|, |2 − 4|, |9 − 4|, "
        "and the same from 2.",
        "C": "Half-way makes the worst miss as small as can be. Here all three misses are paid: add them up at 5 and "
        "at 2.",
        "D": "That would be true for two values. There are three: stand on 4 and step left. How many come nearer?",
    },
    hints=(
        "Write down what you pay at 2, and what you pay at 4.",
        "Stand anywhere and take a small step to the left: how many of the three come nearer?",
        "When as many stand to your left as to your right, no step helps.",
    ),
)


EXERCISES = (MAE, ONE_NUMBER)
