"""GRPO: advantages within a group, and the clipped loss. Each function below a heading is the solution to ask for."""

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
    for unit in (1e-3, 1e-6):
        yield Probe((0.5 + unit * np.array([[1.0, 3, 2, 6], [0, 5, 1, 1]])[:, rng.permutation(4)],))
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


GROUPS = Exercise(
    id="pref-06",
    name="group_advantages",
    title="Better than your group",
    points=2,
    minutes=8,
    difficulty=2,
    reference=group_advantages,
    probes=groups,
    regimes=(NO_SPREAD,),
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
                lambda r, small=small: (r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True) + small),
                f"Nearly. You add {printed} to the std, and some groups differ by little more than that. What else can be done "
                "about a std of 0?",
            )
            for name, small, printed in (
                ("epsilon", 1e-4, "10⁻⁴"),
                ("large-epsilon", 1e-3, "10⁻³"),
                ("epsilon-6", 1e-6, "10⁻⁶"),
                ("epsilon-8", 1e-8, "10⁻⁸"),
            )
        ),
        Mistake(
            "float32",
            lambda r: _advantages()(r.float()),
            "Right up to rounding. float32 keeps seven digits, too few for rewards that differ by millionths. Stay in float64.",
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
        lambda r: ((r - r.mean(1, keepdim=True)) / r.std(1, keepdim=True)).nan_to_num(0.0),
        lambda r: (r - r.mean(1, keepdim=True)) / (r.std(1, keepdim=True) + 1e-12),
        lambda r: (r.T - r.mean(1)).T / r.std(1).clamp(min=1e-9)[:, None],
        lambda r: [
            ((row - row.mean()) / row.std() if row.std() > 0 else torch.zeros_like(row)).tolist() for row in r
        ],
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


# pref-07 · the clipped loss ----------------------------------------------------------------------------------------


def clipped_loss(logp, old_logp, advantages, mask, clip):
    ratio = (logp - old_logp).exp()
    gain = advantages[:, None]
    losses = -torch.minimum(ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain)
    return losses[mask].mean()


def tokens(rng: np.random.Generator) -> Iterator[Probe]:
    """Ratios inside the clip, above and below it, for good and bad answers; masks of every kind; b = t among them."""
    for sign in (1.0, -1.0):
        for low, high in ((0.85, 1.15), (1.4, 2.5), (0.3, 0.65)):
            yield _batch(rng, 2, 3, 0.2, sign * rng.uniform(0.5, 2, 2), (low, high))
    yield _batch(rng, 1, 1, 0.3, np.array([1.5]), (0.5, 1.8))
    for b, t, clip in ((2, 4, 0.2), (3, 3, 0.1), (4, 5, 0.3)):
        yield _batch(
            rng,
            b,
            t,
            clip,
            rng.uniform(0.4, 2, b) * np.where(np.arange(b) % 2, -1, 1),
            (0.4, 2.2),
            holes=True,
        )


def _batch(
    rng: np.random.Generator, b: int, t: int, clip: float, advantages: np.ndarray, ratios, holes=False
) -> Probe:
    """Answers of different lengths: what stands behind the end of one is padding, and nonsense."""
    old = rng.uniform(-3, -0.2, (b, t)).round(2)
    logp = old + np.log(rng.uniform(*ratios, (b, t)))
    mask = np.arange(t) < (rng.permutation(np.arange(b) % t + 1) if holes else np.full(b, t))[:, None]
    logp = np.where(mask, logp, old + 1.7)
    return Probe((logp, old, advantages.round(2), mask, clip))


CLIPS = (
    Regime("inside the clip", lambda n, o, a, m, e: _all(abs(np.exp(n - o) - 1) <= e, m), "all ratios lie inside the clip", "some ratio lies outside the clip"),
    Regime("outside the clip", lambda n, o, a, m, e: not _all(abs(np.exp(n - o) - 1) <= e, m), "some ratio lies outside the clip", "all ratios lie inside the clip"),
    Regime("padding", lambda n, o, a, m, e: not m.all(), "some tokens are padding", "no token is padding"),
    Regime("bad answers", lambda n, o, a, m, e: bool((a < 0).any()), "some answer is worse than its group", "every answer is better than its group"),
    Regime("good answers", lambda n, o, a, m, e: bool((a > 0).any()), "some answer is better than its group", "every answer is worse than its group"),
)  # fmt: skip


def _all(inside: np.ndarray, mask: np.ndarray) -> bool:
    return bool(inside[mask].all())


def _clipped(
    ratio: Callable = lambda n, o: (n - o).exp(),
    loss: Callable = lambda p, a, e: -torch.minimum(p * a, p.clamp(1 - e, 1 + e) * a),
    mean: Callable = lambda x, m: x[m].mean(),
    gain: Callable = lambda a: a[:, None],
) -> Callable:
    """The clipped loss with one of its parts replaced."""
    return lambda n, o, a, m, e: mean(loss(ratio(n, o), gain(a), e), m)


def _mean_of_means(x, m):
    return ((x * m).sum(1) / m.sum(1)).mean()


CLIPPED = Exercise(
    id="pref-07",
    name="clipped_loss",
    title="Far enough",
    points=3,
    minutes=15,
    difficulty=3,
    reference=clipped_loss,
    probes=tokens,
    regimes=CLIPS,
    gives="one number, the mean over the tokens that count,",
    hints=(
        "Three tables of shape (b, t): the ratios, the plain gains, the clipped gains. Then a choice for each token, and "
        "one mean.",
        "The ratio of two probabilities is `exp` of the difference of their logarithms; the advantage of an answer "
        "belongs to each of its tokens: `advantages[:, None]`.",
        "`torch.minimum(ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain)`, with a minus; then the mean over the "
        "tokens whose mask is True.",
    ),
    mistakes=(
        Mistake(
            "no-clip",
            _clipped(loss=lambda p, a, e: -p * a),
            "Right while all ratios lie inside the clip. You never clip: a token that has moved far keeps pulling.",
        ),
        Mistake(
            "clip-only",
            _clipped(loss=lambda p, a, e: -p.clamp(1 - e, 1 + e) * a),
            "Right while all ratios lie inside the clip. You clip on both sides, so a token that went the *wrong* way is "
            "let off too. What is the minimum for?",
        ),
        Mistake(
            "maximum",
            _clipped(loss=lambda p, a, e: -torch.maximum(p * a, p.clamp(1 - e, 1 + e) * a)),
            "Right while all ratios lie inside the clip. You take the better of the two gains; the cautious one was asked. (Is the "
            "minus inside your minimum? The smaller *loss* is the larger gain.)",
        ),
        Mistake(
            "sign",
            _clipped(loss=lambda p, a, e: torch.minimum(p * a, p.clamp(1 - e, 1 + e) * a)),
            "That is the gain, to be made large. A loss is to be made small.",
        ),
        Mistake(
            "log-ratio",
            _clipped(ratio=lambda n, o: n - o),
            "Your ratio is the difference of the logarithms. What turns it into a ratio of probabilities?",
        ),
        Mistake(
            "ratio-of-logs",
            _clipped(ratio=lambda n, o: n / o),
            "You divide the logarithms. A ratio of probabilities is `exp` of their difference.",
        ),
        Mistake(
            "upside-down",
            _clipped(ratio=lambda n, o: (o - n).exp()),
            "Your ratio is old over new. Which one should go up when a token becomes likelier?",
        ),
        Mistake(
            "no-ratio",
            _clipped(ratio=lambda n, o: n.exp()),
            "The probability under the policy that wrote the tokens has no say in yours.",
        ),
        Mistake(
            "clip-the-logarithm",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.log().clamp(-e, e).exp() * a)),
            "You clip the logarithm of the ratio to ±ε. The ratio itself should stay between 1 − ε and 1 + ε; e^0.2 is 1.22.",
        ),
        Mistake(
            "clip-around-zero",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(-e, e) * a)),
            "You clip the ratio to ±ε. A ratio that has not moved is 1.",
        ),
        Mistake(
            "fixed-clip",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(0.8, 1.2) * a)),
            "Right for a clip of 0.2. Changing `clip` does not change your loss.",
        ),
        Mistake(
            "upper-only",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(max=1 + e) * a)),
            "Right for good answers. The lower end of the clip is missing: a bad answer that has become unlikely enough is "
            "pushed on.",
        ),
        Mistake(
            "lower-only",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(min=1 - e) * a)),
            "Right for bad answers. The upper end of the clip is missing: a good answer that has become likely enough is "
            "pushed on.",
        ),
        Mistake(
            "minimum-of-ratios",
            _clipped(loss=lambda p, a, e: -torch.minimum(p, p.clamp(1 - e, 1 + e)) * a),
            "You take the smaller ratio, then multiply. With a negative advantage the smaller *gain* comes from the larger "
            "ratio.",
        ),
        Mistake(
            "gain-clipped",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, (p * a).clamp(1 - e, 1 + e))),
            "You clip the gain. It is the ratio that should stay between 1 − ε and 1 + ε.",
        ),
        Mistake(
            "padding-counts",
            _clipped(mean=lambda x, m: x.mean()),
            "Right while no token is padding. The mask has no say in yours.",
        ),
        Mistake(
            "padding-in-the-denominator",
            _clipped(mean=lambda x, m: (x * m).mean()),
            "Right while no token is padding. You set padding to 0 and still divide by it: divide by the number of tokens "
            "that count.",
        ),
        Mistake(
            "mean-of-means",
            _clipped(mean=_mean_of_means),
            "Right while all answers have the same length. You average within each answer first, so tokens of long answers "
            "count less. That is the paper's mean; the specification asks for one mean over all tokens.",
        ),
        Mistake(
            "sum",
            _clipped(mean=lambda x, m: x[m].sum()),
            "Each token is right. What turns a total into a mean?",
        ),
        Mistake(
            "sums-averaged",
            _clipped(mean=lambda x, m: (x * m).sum() / len(x)),
            "You divide by the number of answers. The mean is over tokens.",
        ),
        Mistake(
            "not-reduced",
            _clipped(mean=lambda x, m: x * m),
            "The loss of each token is right. One number was asked: the mean over the tokens that count.",
        ),
        Mistake(
            "masked-turned",
            _clipped(mean=lambda x, m: x[~m].mean()),
            "You average the padding and leave the answer out.",
        ),
        Mistake(
            "no-sign-of-advantage",
            _clipped(gain=lambda a: a.abs()[:, None]),
            "Right for good answers. A bad answer has a negative advantage, and should become less likely.",
        ),
        Mistake(
            "ratio-of-answers",
            lambda n, o, a, m, e: _clipped()(((n - o) * m).sum(1, keepdim=True) + 0 * n, 0 * o, a, m, e),
            "Right for answers of one token. You take one ratio for the whole answer; here each token has its own.",
        ),
    ),
    variants=(
        _clipped(mean=lambda x, m: (x * m).sum() / m.sum()),
        lambda n, o, a, m, e: (
            (
                torch.maximum(-a[:, None] * (n - o).exp(), -a[:, None] * (n - o).exp().clip(1 - e, 1 + e)) * m
            ).sum()
            / m.count_nonzero()
        ),
        lambda n, o, a, m, e: (
            -np.mean(
                [
                    min(
                        np.exp(n[i, j] - o[i, j]) * a[i],
                        np.clip(np.exp(n[i, j] - o[i, j]), 1 - e, 1 + e) * a[i],
                    )
                    for i in range(len(n))
                    for j in range(n.shape[1])
                    if m[i, j]
                ]
            )
        ),
        _clipped(
            loss=lambda p, a, e: -torch.where(a > 0, p.clamp(max=1 + e), p.clamp(min=1 - e)) * a,
            mean=lambda x, m: torch.masked_select(x, m).mean(),
        ),
        lambda n, o, a, m, e: _clipped()(n.float(), o.float(), a.float(), m, e),
    ),
)
