"""GRPO's clipped loss. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

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
            yield _batch(
                rng, 2, 3, 0.2, sign * (rng.uniform(0.5, 1.2, 2) + rng.permutation([0.0, 0.8])), (low, high)
            )
    yield _batch(rng, 2, 2, 0.2, np.array([-0.8, -1.7]), (3.5, 12))  # bad answers that became far likelier
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
    old = rng.uniform(-5, -2.6, (b, t)).round(2)
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


def clipped_loss_by_loop(logp, old_logp, advantages, mask, clip):
    total, count = 0.0, 0
    for i in range(len(logp)):
        for j in range(logp.shape[1]):
            if mask[i, j]:
                ratio = torch.exp(logp[i, j] - old_logp[i, j])
                clipped = ratio.clamp(1 - clip, 1 + clip)
                gain = min(ratio * advantages[i], clipped * advantages[i])
                total += -gain
                count += 1
    return total / count


def clipped_loss_by_losses(logp, old_logp, advantages, mask, clip):
    ratio = torch.exp(logp - old_logp)
    advantage = advantages.unsqueeze(1)
    plain = -advantage * ratio
    clipped = -advantage * torch.clamp(ratio, 1 - clip, 1 + clip)
    return (torch.max(plain, clipped) * mask).sum() / mask.sum()


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
            "You clip the logarithm of the ratio to ±`clip`. The ratio itself was to stay between 1 − `clip` and 1 + `clip`; e^0.2 is 1.22.",
        ),
        Mistake(
            "clip-around-zero",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(-e, e) * a)),
            "You clip the ratio to ±`clip`. A ratio that has not moved is 1.",
        ),
        Mistake(
            "fixed-clip",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(0.8, 1.2) * a)),
            "Right for a clip of 0.2. Changing `clip` does not change your loss.",
        ),
        Mistake(
            "upper-only",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(max=1 + e) * a)),
            "Right for good answers. A token of a bad answer that has become unlikely enough is still pushed on in yours: what "
            "should stop it?",
        ),
        Mistake(
            "lower-only",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, p.clamp(min=1 - e) * a)),
            "Right for bad answers. A token of a good answer that has become likely enough is still pushed on in yours: what "
            "should stop it?",
        ),
        Mistake(
            "minimum-of-ratios",
            _clipped(loss=lambda p, a, e: -torch.minimum(p, p.clamp(1 - e, 1 + e)) * a),
            "You take the smaller ratio, then multiply. With a negative advantage the smaller *gain* comes from the larger "
            "ratio.",
        ),
        Mistake(
            "dual-clip",
            _clipped(
                loss=lambda p, a, e: torch.minimum(
                    -torch.minimum(p * a, p.clamp(1 - e, 1 + e) * a), torch.where(a < 0, -3 * a, torch.inf)
                )
            ),
            "Right until a token of a bad answer has become three times as likely. From there on you charge no more: a second "
            "clip, which some code bases add. Here a mistake is charged in full.",
        ),
        Mistake(
            "gain-clipped",
            _clipped(loss=lambda p, a, e: -torch.minimum(p * a, (p * a).clamp(1 - e, 1 + e))),
            "You clip the gain. It is the ratio that was to stay between 1 − `clip` and 1 + `clip`.",
        ),
        Mistake(
            "padding-counts",
            _clipped(mean=lambda x, m: x.mean()),
            "Right while no token is padding. The mask has no say in yours.",
        ),
        Mistake(
            "padding-in-the-denominator",
            _clipped(mean=lambda x, m: (x * m).mean()),
            "Right while no token is padding. You set the padding to 0, and it still counts in the mean.",
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
        Mistake(
            "one-loss-for-each-answer",
            lambda n, o, a, m, e: _clipped(gain=lambda a: a)(
                ((n - o) * m).sum(1), 0 * a, a, torch.ones_like(a, dtype=torch.bool), e
            ),
            "Right for answers of one token. You take one ratio and one loss for the whole answer; here each token has its own.",
        ),
        Mistake(
            "one-mean-ratio-for-each-answer",
            lambda n, o, a, m, e: _clipped(gain=lambda a: a)(
                ((n - o) * m).sum(1) / m.sum(1), 0 * a, a, torch.ones_like(a, dtype=torch.bool), e
            ),
            "Right for answers of one token. You average an answer's log-ratios and clip once for the whole answer, as GSPO does; "
            "here each token has a ratio of its own.",
        ),
        Mistake(
            "one-mean-ratio-for-each-answer-over-tokens",
            lambda n, o, a, m, e: _clipped()(
                ((n - o) * m).sum(1, keepdim=True) / m.sum(1, keepdim=True) + 0 * n, 0 * o, a, m, e
            ),
            "Right for answers of one token. You average an answer's log-ratios and clip once for the whole answer, as GSPO does; "
            "here each token has a ratio of its own.",
        ),
        Mistake(
            "policy-gradient",
            lambda n, o, a, m, e: -(n * a[:, None])[m].mean(),
            "That is the plain policy gradient, −A · log π. The policy that wrote the tokens has no say in it, and nothing is "
            "clipped.",
        ),
        Mistake(
            "advantages-standardised",
            _clipped(gain=lambda a: ((a - a.mean()) / a.std())[:, None]),
            "You standardise the advantages once more. They come standardised, within their own groups; and a single answer has "
            "no spread.",
        ),
        *(
            Mistake(
                f"advantages-standardised-{name}",
                _clipped(gain=lambda a, scale=scale: scale(a)[:, None]),
                "You standardise the advantages once more. They come standardised, within their own groups; over this batch a good "
                "answer can turn into a bad one.",
            )
            for name, scale in (
                ("but-for-one", lambda a: (a - a.mean()) / a.std() if len(a) > 1 else a),
                ("or-nothing", lambda a: (a - a.mean()) / a.std() if len(a) > 1 else 0 * a),
                ("by-n", lambda a: (a - a.mean()) / (a.std(unbiased=False) + 1e-8)),
            )
        ),
    ),
    variants=(
        clipped_loss_by_loop,
        clipped_loss_by_losses,
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
