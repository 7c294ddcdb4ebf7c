"""GRPO's advantages within a group. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# pref-06 · better than your group ----------------------------------------------------------------------------------


def group_advantages(rewards):
    gap = rewards - rewards.mean(dim=1, keepdim=True)
    std = rewards.std(dim=1, keepdim=True)
    return torch.where(std > 0, gap / torch.where(std > 0, std, 1.0), 0.0)


def groups(rng: np.random.Generator) -> Iterator[Probe]:
    """Groups of several sizes, with rewards of 0 and 1 too, with hardly any spread, and with none."""
    for shape in ((1, 2), (1, 4), (2, 3), (3, 2), (3, 3), (4, 6)):
        yield Probe(((rng.normal(0, 2, shape) + rng.uniform(-3, 3, (shape[0], 1))).round(1) + _steps(shape),))
    yield Probe((np.array([[1.0, 0, 0, 0, 0], [1, 1, 1, 0, 0]])[:, rng.permutation(5)],))
    for unit in (2.0**-10, 2.0**-20):  # a thousandth and a millionth that float32 holds exactly
        yield Probe((0.5 + unit * np.array([[1.0, 3, 2, 6], [0, 5, 1, 1]])[:, rng.permutation(4)],))
    yield Probe((1e-6 * np.array([[1.0, 0, 0, 0], [2, 1, 2, 2], [0.0, 1, 1, 0]])[:, rng.permutation(4)],))
    yield Probe((np.array([[2.0, 2.0, 2.0], [1.0, 0.0, 0.5], [0.0, 0.0, 0.0]]),))


def _steps(shape: tuple[int, int]) -> np.ndarray:
    """A slope along the group, so that no group is without spread by chance."""
    return np.linspace(0, 0.37, shape[1])


NO_SPREAD = Regime(
    "no spread",
    lambda rewards: bool((np.ptp(rewards, axis=1) == 0).any()),
    "some group has no spread",
    "every group has some spread",
)
HARDLY = Regime(
    "hardly any spread",
    lambda rewards: bool(((np.ptp(rewards, axis=1) > 0) & (np.ptp(rewards, axis=1) < 0.01)).any()),
    "the rewards of some group differ by less than a hundredth",
    "the rewards of each group are equal or far apart",
)


def _advantages(
    centre: Callable = lambda r: r.mean(1, keepdim=True),
    scale: Callable = lambda r: r.std(1, keepdim=True),
    gap: Callable = lambda r, c: r - c,
) -> Callable:
    """Advantages with one of their parts replaced; 0 where the scale is 0."""

    def advantages(rewards):
        width = scale(rewards)
        return torch.where(width > 0, gap(rewards, centre(rewards)) / torch.where(width > 0, width, 1.0), 0.0)

    return advantages


def _above_the_others(rewards):
    n = rewards.shape[1]
    return rewards - (rewards.sum(1, keepdim=True) - rewards) / (n - 1)


def group_advantages_by_rows(rewards):
    rows = []
    for row in rewards:
        gap = row - row.mean()
        std = row.std()
        rows.append(gap / std if std > 0 else torch.zeros_like(row))
    return torch.stack(rows)


def group_advantages_by_squares(rewards):
    n = rewards.shape[1]
    gap = rewards - rewards.sum(1, keepdim=True) / n
    std = torch.sqrt((gap**2).sum(1, keepdim=True) / (n - 1))
    return torch.nan_to_num(gap / std, nan=0.0)


def group_advantages_in_place(rewards):
    gaps = rewards - rewards.mean(dim=1, keepdim=True)
    spread = rewards.std(dim=1)
    some = spread > 0
    gaps[some] /= spread[some][:, None]
    return gaps


GROUPS = Exercise(
    id="pref-06",
    name="group_advantages",
    title="Better than your group",
    points=2,
    minutes=8,
    difficulty=2,
    reference=group_advantages,
    probes=groups,
    regimes=(NO_SPREAD, HARDLY),
    gives="one advantage for each answer, shape (groups, size),",
    hints=(
        "Each row is a group. Which two numbers of a row does its standardisation need?",
        "`rewards.mean(dim=1, keepdim=True)` keeps the column shape that the subtraction needs; `std` takes the same "
        "arguments. What does your division do where a group has no spread?",
        "Divide by the std where it is positive and return 0 elsewhere: `torch.where`, with something harmless in place "
        "of a zero denominator.",
    ),
    mistakes=(
        Mistake(
            "divides-by-zero",
            lambda r: (r - r.mean(1, keepdim=True)) / r.std(1, keepdim=True),
            "Right for every group with some spread. Where all rewards of a group are equal yours is 0/0. What has such a "
            "group to teach?",
        ),
        Mistake(
            "population-std",
            _advantages(scale=lambda r: r.std(1, keepdim=True, unbiased=False)),
            "The mean is right. Your standard deviation divides by n; the specification says what it should divide by.",
        ),
        Mistake(
            "population-std-divides-by-zero",
            lambda r: (r - r.mean(1, keepdim=True)) / r.std(1, keepdim=True, unbiased=False),
            "Your standard deviation divides by n; the specification says what it should divide by. And a group without "
            "spread gives 0/0.",
        ),
        *(
            Mistake(
                name,
                lambda r, small=small: (
                    (r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True, unbiased=False) + small)
                ),
                f"Your standard deviation divides by n; the specification says what it should divide by. And you add {printed} "
                "to it, where some groups differ by little more than that.",
            )
            for name, small, printed in (
                ("population-std-epsilon", 1e-4, "10⁻⁴"),
                ("population-std-epsilon-6", 1e-6, "10⁻⁶"),
                ("population-std-epsilon-8", 1e-8, "10⁻⁸"),
            )
        ),
        Mistake(
            "layer-norm",
            lambda r: torch.nn.functional.layer_norm(r, (r.shape[1],)),
            "`layer_norm` is another standardisation: it divides by n under the root, and adds 10⁻⁵ there.",
        ),
        *(
            Mistake(
                name,
                lambda r, small=small: (r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True) + small),
                f"Nearly. You add {printed} to the std, which makes every advantage too small, the most where rewards differ by "
                "millionths. What else can be done about a std of 0?",
            )
            for name, small, printed in (
                ("epsilon", 1e-4, "10⁻⁴"),
                ("large-epsilon", 1e-3, "10⁻³"),
                ("epsilon-6", 1e-6, "10⁻⁶"),
                ("epsilon-8", 1e-8, "10⁻⁸"),
            )
        ),
        Mistake(
            "variance",
            _advantages(scale=lambda r: r.var(1, keepdim=True)),
            "You divide by the variance. Double all rewards: an advantage in standard deviations should not change.",
        ),
        Mistake(
            "no-scale",
            lambda r: r - r.mean(1, keepdim=True),
            "The mean of the group is taken off. How large is a gap, in this group's own units?",
        ),
        Mistake(
            "no-centre",
            _advantages(centre=lambda r: 0.0 * r),
            "You divide by the spread without taking the mean off, so an answer worse than its group can come out positive.",
        ),
        Mistake(
            "whole-batch",
            _advantages(centre=torch.mean, scale=torch.std),
            "Right for a single group. You standardise over all groups at once, so an easy question makes all its answers "
            "look good.",
        ),
        Mistake(
            "batch-scale",
            _advantages(scale=torch.std),
            "The means are the groups' own. The spread is that of all groups together.",
        ),
        Mistake(
            "batch-centre",
            _advantages(centre=torch.mean),
            "The spreads are the groups' own. The mean is that of all groups together.",
        ),
        Mistake(
            "columns",
            _advantages(lambda r: r.mean(0, keepdim=True), lambda r: r.std(0, keepdim=True)),
            "You standardise down the columns. A group is a row.",
        ),
        Mistake(
            "sign",
            _advantages(gap=lambda r, c: c - r),
            "The sign is turned round: an answer better than its group should have a positive advantage.",
        ),
        Mistake(
            "median",
            _advantages(centre=lambda r: torch.quantile(r, 0.5, dim=1, keepdim=True)),
            "You measure from the middle answer of the group; its mean was asked.",
        ),
        Mistake(
            "lower-median",
            _advantages(centre=lambda r: r.median(1, keepdim=True).values),
            "You measure from the middle answer of the group; its mean was asked.",
        ),
        Mistake(
            "range",
            _advantages(scale=lambda r: r.amax(1, keepdim=True) - r.amin(1, keepdim=True)),
            "You divide by the range, from worst to best. The standard deviation was asked.",
        ),
        Mistake(
            "zero-to-one",
            _advantages(
                lambda r: r.amin(1, keepdim=True), lambda r: r.amax(1, keepdim=True) - r.amin(1, keepdim=True)
            ),
            "You stretch each group from 0 to 1, so no answer has a negative advantage. Measure from the mean.",
        ),
        Mistake(
            "mean-distance",
            _advantages(scale=lambda r: (r - r.mean(1, keepdim=True)).abs().mean(1, keepdim=True)),
            "You divide by the mean distance from the mean. A standard deviation squares the distances first.",
        ),
        Mistake(
            "length",
            _advantages(scale=lambda r: (r - r.mean(1, keepdim=True)).norm(dim=1, keepdim=True)),
            "You make each group a vector of length 1. A standard deviation divides the sum of squares by n − 1 before "
            "the root.",
        ),
        Mistake(
            "above-the-others",
            _above_the_others,
            "You measure from the mean of the *other* answers, and divide by nothing: another method, with its own name "
            "(leave one out). Here the group includes the answer itself.",
        ),
        Mistake(
            "above-the-others-in-stds",
            _advantages(centre=lambda r: (r.sum(1, keepdim=True) - r) / (r.shape[1] - 1)),
            "You measure from the mean of the *other* answers (leave one out). Here the group includes the answer itself.",
        ),
        Mistake(
            "softmax",
            lambda r: r.softmax(1),
            "You turned the rewards of a group into probabilities. Distances from their mean were asked.",
        ),
        Mistake(
            "best-only",
            lambda r: (r == r.amax(1, keepdim=True)).double(),
            "You mark the best answer of each group. Every answer should hear how far above or below the mean it was.",
        ),
    ),
    variants=(
        group_advantages_by_rows,
        group_advantages_by_squares,
        group_advantages_in_place,
        lambda r: _advantages()(r.float()),
        lambda r: ((r - r.mean(1, keepdim=True)) / r.std(1, keepdim=True)).nan_to_num(0.0),
        lambda r: (r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True) + 1e-12),
        lambda r: (r.T - r.mean(1)).T / r.std(1).clamp(min=1e-9)[:, None],
        lambda r: np.nan_to_num(
            (np.asarray(r) - np.asarray(r).mean(1, keepdims=True))
            / np.where(
                np.ptp(np.asarray(r), axis=1, keepdims=True) > 0,
                np.asarray(r).std(1, ddof=1, keepdims=True),
                1,
            )
        ),
        lambda r: (
            torch.nn.functional.normalize(r - r.mean(1, keepdim=True), dim=1, eps=1e-10)
            * (r.shape[1] - 1) ** 0.5
        ),
    ),
)
