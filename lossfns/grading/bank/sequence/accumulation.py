"""One batch in small parts. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.bank.sequence.inputs import holes
from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

MASKED = -100

# seq-07 · gradient accumulation -------------------------------------------------------------------------------------


def accumulated_gradient(mean_grad, w, parts):
    total, count = 0.0, 0
    for part in parts:
        tokens = int((part != -100).sum())
        total, count = total + tokens * mean_grad(w, part), count + tokens
    return total / count


def unigram_mean_grad(w, tokens):
    """The gradient of the mean loss over the tokens that count, when every token is predicted by softmax(w)."""
    w, tokens = torch.as_tensor(w), torch.as_tensor(tokens)
    counted = tokens[tokens != MASKED]
    if not len(counted):
        return torch.zeros_like(w)
    return w.softmax(0) - torch.bincount(counted, minlength=len(w)).to(w) / len(counted)


def split_batches(rng: np.random.Generator) -> Iterator[Probe]:
    """Parts of unequal shape and unequal numbers of tokens that count, one of them empty."""
    for v, shapes in (
        (3, ((1, 4),)),
        (3, ((2, 3), (1, 5))),
        (4, ((1, 2), (3, 4))),
        (5, ((2, 6), (1, 3), (3, 4))),
    ):
        yield Probe(
            (unigram_mean_grad, rng.normal(0, 1, v).round(2), tuple(_part(rng, v, *s) for s in shapes))
        )
    empty = np.full((1, 3), MASKED)
    parts = (_part(rng, 4, 2, 5), empty, _part(rng, 4, 1, 4))
    yield Probe((unigram_mean_grad, rng.normal(0, 1, 4).round(2), parts))
    full = tuple(rng.integers(0, 3, shape) for shape in ((1, 2), (2, 4)))
    yield Probe((unigram_mean_grad, rng.normal(0, 1, 3).round(2), full))


def _part(rng: np.random.Generator, v: int, b: int, t: int) -> np.ndarray:
    tokens = rng.integers(0, v, (b, t))
    mask = holes(rng, b, t)
    tokens[~mask] = MASKED
    first, *others = np.argwhere(mask)
    tokens[tuple(first)] = v - 1  # one that counts is not 0
    for last in others[-1:]:
        tokens[tuple(last)] = 0  # one that counts is 0
    return tokens


def _counted(part) -> int:
    return int((part != MASKED).sum())


def _weighted(weight: Callable, divide: Callable = lambda weights, parts: sum(weights)) -> Callable:
    """Σ weight(part) · gradient(part) / divide(weights, parts)."""

    def gradient(g, w, parts):
        weights = [weight(part) for part in parts]
        return sum(k * g(w, part) for k, part in zip(weights, parts, strict=True)) / divide(weights, parts)

    return gradient


def _flat(g, w, parts):
    return g(w, torch.cat([torch.as_tensor(part).flatten() for part in parts]))


def _running(g, w, parts):
    mean, seen = 0.0, 0
    for part in parts:
        n = _counted(part)
        seen += n
        mean = mean + (n / max(seen, 1)) * (g(w, part) - mean)
    return mean


def _in_numpy(g, w, parts):
    counts = np.array([np.sum(np.asarray(part) != MASKED) for part in parts])
    return np.average([np.asarray(g(w, part)) for part in parts], axis=0, weights=counts)


def _halves(gradients):
    mean = gradients[0]
    for new in gradients[1:]:
        mean = (mean + new) / 2
    return mean


def _descending(g, w, parts):
    start = w.clone()
    for part in parts:
        w = w - g(w, part)
    return start - w


ACCUMULATED = Exercise(
    id="seq-07",
    name="accumulated_gradient",
    title="One batch in small parts",
    points=3,
    minutes=15,
    difficulty=2,
    reference=accumulated_gradient,
    probes=split_batches,
    regimes=(
        Regime(
            "several parts",
            lambda g, w, parts: len(parts) > 1,
            "there are several parts",
            "there is one part",
        ),
        Regime(
            "something masked",
            lambda g, w, parts: any((part == MASKED).any() for part in parts),
            "a part holds masked tokens",
            "nothing is masked",
        ),
        Regime(
            "an empty part",
            lambda g, w, parts: any((part == MASKED).all() for part in parts),
            "a part is masked entirely",
            "every part has tokens that count",
        ),
    ),
    gives="one gradient, shape (v,),",
    hints=(
        "A part's gradient is that of a *mean*. What must it be multiplied by to become that of the part's sum?",
        "Add the sums' gradients up, count the tokens, and divide once, after the loop. Which tokens count?",
        "`(part != -100).sum()` counts a part's tokens: multiply by it inside the loop, divide by their total after it.",
    ),
    mistakes=(
        Mistake(
            "mean-of-means",
            _weighted(lambda part: 1),
            "Right for a single part. Each *part* has one vote in yours, however few tokens it has; each token should have one.",
        ),
        Mistake(
            "mean-of-means-nonempty",
            lambda g, w, parts: (
                sum(g(w, part) for part in parts if _counted(part))
                / sum(1 for part in parts if _counted(part))
            ),
            "Each part that has tokens has one vote in yours, however few they are; each token should have one.",
        ),
        Mistake(
            "sum-of-means",
            _weighted(lambda part: 1, lambda weights, parts: 1),
            "Right for a single part. You add up means, so the step grows with the number of parts.",
        ),
        Mistake(
            "places",
            _weighted(lambda part: part.shape[0] * part.shape[1]),
            "Right where nothing is masked. You weigh the parts by all their places; which of these are in the part's mean?",
        ),
        Mistake(
            "rows",
            _weighted(lambda part: part.shape[0]),
            "You weigh the parts by their number of texts. Each token should have one vote.",
        ),
        Mistake(
            "columns",
            _weighted(lambda part: part.shape[1]),
            "You weigh the parts by the width of their tables. Each token should have one vote.",
        ),
        Mistake(
            "sum",
            _weighted(_counted, lambda weights, parts: 1),
            "That is the gradient of the sum over all tokens. The big batch takes a mean: one division is missing.",
        ),
        Mistake(
            "divided-by-parts",
            _weighted(_counted, lambda weights, parts: len(parts)),
            "The sums are right. You divide by the number of parts; the mean is over tokens.",
        ),
        Mistake(
            "divided-twice",
            _weighted(_counted, lambda weights, parts: sum(weights) * len(parts)),
            "Right for a single part. The weighted mean is right and then divided by the number of parts once more.",
        ),
        Mistake(
            "not-weighed",
            _weighted(lambda part: 1, lambda weights, parts: sum(_counted(part) for part in parts)),
            "You add up gradients of means and divide by the number of tokens. What turns a part's mean into its sum?",
        ),
        Mistake(
            "divided-by-places",
            _weighted(_counted, lambda weights, parts: sum(part.shape[0] * part.shape[1] for part in parts)),
            "Right where nothing is masked. The sums are right; the masked places are no tokens, and you divide by them too.",
        ),
        Mistake(
            "divided-by-rows",
            _weighted(_counted, lambda weights, parts: sum(part.shape[0] for part in parts)),
            "The sums are right. You divide by the number of texts; the mean is over tokens.",
        ),
        Mistake(
            "places-over-tokens",
            _weighted(
                lambda part: part.shape[0] * part.shape[1],
                lambda weights, parts: sum(_counted(part) for part in parts),
            ),
            "Right where nothing is masked. You count all places of a part on top, and only the tokens below.",
        ),
        Mistake(
            "divided-by-last",
            _weighted(_counted, lambda weights, parts: max(weights[-1], 1)),
            "Right for a single part. You divide by the number of tokens of the last part: does the count start anew in each round?",
        ),
        Mistake(
            "last-only",
            lambda g, w, parts: g(w, parts[-1]),
            "Right for a single part. Only the last part counts: does every round overwrite what was there?",
        ),
        Mistake(
            "first-only",
            lambda g, w, parts: g(w, parts[0]),
            "Right for a single part. Only the first part counts: is a `return` inside the loop?",
        ),
        Mistake(
            "largest-only",
            lambda g, w, parts: g(w, max(parts, key=_counted)),
            "Right for a single part. You take the part with the most tokens and leave out the others.",
        ),
        Mistake(
            "squared-weights",
            _weighted(lambda part: _counted(part) ** 2),
            "Right for a single part. Long parts weigh too much: the number of tokens goes in once, not twice.",
        ),
        Mistake(
            "inverse-weights",
            _weighted(lambda part: 1 / _counted(part) if _counted(part) else 0.0),
            "Right for a single part. The weights are upside down: a part with many tokens should weigh more.",
        ),
        Mistake(
            "steps-between",
            _descending,
            "Right for a single part. You take a step after each part, so the next one sees other parameters. All parts see the same `w`.",
        ),
        Mistake(
            "masked-counted",
            _weighted(lambda part: int((part == MASKED).sum()), lambda weights, parts: max(sum(weights), 1)),
            "You weigh the parts by what is masked. −100 marks the places that do *not* count.",
        ),
        Mistake(
            "zero-not-counted",
            _weighted(lambda part: int((part > 0).sum()), lambda weights, parts: max(sum(weights), 1)),
            "Right for a single part. You leave token 0 out of your count. It is a token like any other: which mark does not count?",
        ),
        Mistake(
            "zero-for-the-mark",
            _weighted(lambda part: int((part != 0).sum()), lambda weights, parts: max(sum(weights), 1)),
            "You count all places that do not hold a 0. Token 0 is a token like any other: which mark does not count?",
        ),
        Mistake(
            "shifted-count",
            _weighted(lambda part: _counted(part[:, 1:]), lambda weights, parts: max(sum(weights), 1)),
            "You leave the first token of each row out of your count. The part's mean is over *all* its tokens that count.",
        ),
        Mistake(
            "minus",
            lambda g, w, parts: -accumulated_gradient(g, w, parts),
            "The sign is turned round. The gradient was asked; the descent is the optimizer's business.",
        ),
        Mistake(
            "divided-by-count-each",
            lambda g, w, parts: sum(g(w, part) / max(_counted(part), 1) for part in parts),
            "A part's gradient is that of a mean already, and you divide it by its tokens once more.",
        ),
        Mistake(
            "texts",
            lambda g, w, parts: torch.stack(
                [g(w, row[None]) for part in parts for row in part if _counted(row)]
            ).mean(0),
            "Each *text* has one vote in yours, however short; each token should have one.",
        ),
        Mistake(
            "rolling-average",
            lambda g, w, parts: _halves([g(w, part) for part in parts]),
            "Right for a single part. You average what was there with what is new, so the last part has half of all votes.",
        ),
    ),
    variants=(
        _flat,
        _running,
        _in_numpy,
        lambda g, w, parts: accumulated_gradient(g, w.float(), parts),
        _weighted(_counted),
        lambda g, w, parts: sum(
            g(w, part) * _counted(part) / sum(_counted(other) for other in parts) for part in parts
        ),
    ),
)
