"""Exercises of notebook 00: small enough that all attention can go to the checker."""

import numpy as np
import torch

from lossfns.grading.bank.regression.inputs import pairs
from lossfns.grading.exercise import Exercise, Mistake, Question

# start-01 · mean absolute error ------------------------------------------------------------------------------------


def mae_loss(pred, target):
    return (pred - target).abs().mean()


MAE = Exercise(
    id="start-01",
    name="mae_loss",
    title="Mean absolute error",
    points=1,
    minutes=3,
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
        Mistake(
            "last-left-out",
            lambda p, t: (p - t).abs()[:-1].sum() / len(p),
            "The last pair never counts in yours. Where does your loop end?",
        ),
        Mistake(
            "first-left-out",
            lambda p, t: (p - t).abs()[1:].sum() / len(p),
            "The first pair never counts in yours. Where does your loop begin?",
        ),
        Mistake(
            "all-pairs",
            lambda p, t: (p[:, None] - t).abs().mean(),
            "Yours compares every prediction with every target. A column against a row makes a table of all "
            "pairs: look at the shapes.",
        ),
        Mistake(
            "size-of-the-target",
            lambda p, t: (p - t.abs()).mean(),
            "You take the size of the target alone and subtract then. Of what should the size be taken?",
        ),
        Mistake(
            "median-lower",
            lambda p, t: (p - t).abs().median(),
            "You take the middle one of the misses; their mean was asked.",
        ),
        Mistake(
            "too-low-only",
            lambda p, t: (t - p).clamp(min=0).mean(),
            "Too high costs nothing in yours. A miss is a miss on either side.",
        ),
        Mistake(
            "too-high-only",
            lambda p, t: (p - t).clamp(min=0).mean(),
            "Too low costs nothing in yours. A miss is a miss on either side.",
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


LARGEST_MISS = Question(
    id="start-02",
    name="largest_miss",
    title="Only the largest miss is paid",
    kind="predict",
    points=1,
    minutes=2,
    difficulty=1,
    options={
        "A": "4, the mean",
        "B": "2, the one in the middle",
        "C": "5, half-way between the smallest and the largest",
        "D": "9, the largest, so that the far one is hit",
    },
    answer="C",
    because="From 5, the two ends are both 4 away, and a step to either side brings one of them further off. What lies "
    "between the ends has no say.",
    misconceptions={
        "A": "The mean balances the misses, and here only one of them is paid: from 4, which of 1, 2 and 9 is "
        "furthest, and how far?",
        "B": "That is the answer when all misses are added up. Here only one of them is paid: from 2, which is the "
        "largest?",
        "D": "Then the far one is hit. Which one is furthest from 9, and how far?",
    },
    hints=(
        "Write down the largest of the three misses at 4, and at 5.",
        "Only two of the three values can ever be the furthest one. Which?",
        "The furthest is always 1 or 9. Where are they equally far away?",
    ),
)


EXERCISES = (MAE, LARGEST_MISS)
