"""A perplexity that depends on the size of the batches. The function below the heading is the solution that a learner may ask for."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.exercise import Exercise, Mistake, Regime
from lossfns.grading.record import Probe

# seq-08 · fix: mean of means ----------------------------------------------------------------------------------------


def evaluate(losses, mask, batch_size):
    total, count = 0.0, 0
    for start in range(0, len(losses), batch_size):
        part, counts = losses[start : start + batch_size], mask[start : start + batch_size]
        total, count = total + part[counts].sum(), count + counts.sum()
    return (total / count).exp()


def shipped_evaluate(losses, mask, batch_size):
    means = []
    for start in range(0, len(losses), batch_size):
        part, counts = losses[start : start + batch_size], mask[start : start + batch_size]
        means.append(part[counts].mean())
    return torch.stack(means).mean().exp()


def evaluations(rng: np.random.Generator) -> Iterator[Probe]:
    """Unequal rows, and batches that do not fill up: the last one is smaller."""
    for rows, columns, size in ((3, 4, 2), (5, 6, 2), (5, 6, 3), (7, 5, 3), (7, 5, 4), (4, 5, 1), (3, 6, 8)):
        mask = np.arange(columns) < rng.permutation(np.arange(rows) % columns + 1)[:, None]
        yield Probe(
            (rng.uniform(0.2, 3, (rows, columns)).round(2) + 2.0 / mask.sum(1, keepdims=True), mask, size)
        )


def _batches(x, m, size):
    return [(x[i : i + size], m[i : i + size]) for i in range(0, len(x), size)]


def _over_batches(
    weight: Callable, one: Callable = lambda x, m: x[m].mean(), end: Callable = torch.exp
) -> Callable:
    """A weighted mean over the batches, and what is made of it."""

    def evaluated(x, m, size):
        parts = [(one(*part), weight(*part)) for part in _batches(x, m, size)]
        return end(sum(value * k for value, k in parts) / sum(k for _, k in parts))

    return evaluated


def _row_means(x, m):
    return torch.stack([row[marks].mean() for row, marks in zip(x, m, strict=True)])


def _without_the_last(x, m, size):
    full = len(x) - len(x) % size
    return x[m].mean().exp() if not full else x[:full][m[:full]].mean().exp()


def _tokens(x, m):
    return m.sum()


EVALUATION = Exercise(
    id="seq-08",
    name="evaluate",
    title="Another batch size, another perplexity",
    points=2,
    minutes=10,
    difficulty=1,
    reference=evaluate,
    shipped=shipped_evaluate,
    symptom="Not mended yet: the perplexity of one text still depends on the size of the batches. hint('seq-08') gives a first idea.",
    probes=evaluations,
    regimes=(
        Regime(
            "several batches",
            lambda x, m, size: len(x) > size,
            "there are several batches",
            "all fits into one batch",
        ),
        Regime(
            "an unfilled batch",
            lambda x, m, size: len(x) % size != 0,
            "the last batch is not full",
            "all batches are full",
        ),
    ),
    gives="one number, the perplexity,",
    hints=(
        "Which batch size gives the right number for certain? What is different about it?",
        "A batch with few tokens weighs as much as one with many. Which two numbers should be carried from batch to batch?",
        "Carry the sum of the losses and the number of tokens; divide once, after the loop, and exponentiate then.",
    ),
    mistakes=(
        Mistake(
            "weighed-by-rows",
            _over_batches(lambda x, m: len(x)),
            "Better: the last batch weighs less now. But texts differ in length too, and masked places are no tokens: what has one vote each?",
        ),
        Mistake(
            "weighed-by-batch-size",
            lambda x, m, size: (sum(a[b].mean() * size for a, b in _batches(x, m, size)) / len(x)).exp(),
            "You weigh every batch by `batch_size`. The last one may hold fewer texts, and texts differ in length: what has one vote each?",
        ),
        Mistake(
            "texts-perplexities",
            lambda x, m, size: _row_means(x, m).exp().mean(),
            "The batch size has no effect any more. But you average the texts' perplexities: each *token* has one vote, and the exponential comes last.",
        ),
        Mistake(
            "row-means",
            lambda x, m, size: _row_means(x, m).mean().exp(),
            "The batch size has no effect any more. But each *text* has one vote now, however short; each token should have one.",
        ),
        Mistake(
            "mean-of-perplexities",
            _over_batches(lambda x, m: 1, lambda x, m: x[m].mean().exp(), lambda mean: mean),
            "You average the batches' perplexities. That is one mean of means more: carry totals, exponentiate once.",
        ),
        Mistake(
            "weighed-perplexities",
            _over_batches(_tokens, lambda x, m: x[m].mean().exp(), lambda mean: mean),
            "The weights are right. You average perplexities with them; the exponential comes once, at the end.",
        ),
        Mistake(
            "last-dropped",
            _without_the_last,
            "You leave out the batch that is not full. Its tokens are part of the text.",
        ),
        Mistake(
            "mask-ignored",
            lambda x, m, size: x.mean().exp(),
            "The batch size has no effect any more. But the masked places count as well now.",
        ),
        Mistake(
            "mask-ignored-in-batches",
            lambda x, m, size: torch.stack([a.mean() for a, _ in _batches(x, m, size)]).mean().exp(),
            "The masked places count as well now, and each batch still has one vote.",
        ),
        Mistake(
            "masked-in-the-sum",
            lambda x, m, size: (x.sum() / m.sum()).exp(),
            "You count the tokens right. The sum of the losses runs over the masked places too.",
        ),
        Mistake(
            "exp-before-division",
            lambda x, m, size: x[m].sum().exp() / m.sum(),
            "Sum and count are right. Divide first: the exponential comes last.",
        ),
        Mistake(
            "mask-inverted",
            lambda x, m, size: x[~m].mean().exp(),
            "You average what is masked. True marks a token that counts.",
        ),
        Mistake(
            "all-places",
            lambda x, m, size: (x[m].sum() / m.numel()).exp(),
            "The total is right. You divide by all places, the masked ones among them.",
        ),
        Mistake(
            "by-rows",
            lambda x, m, size: (x[m].sum() / len(x)).exp(),
            "The total is right. You divide by the number of texts; how many tokens are there?",
        ),
        Mistake(
            "by-batches",
            lambda x, m, size: (x[m].sum() / len(_batches(x, m, size))).exp(),
            "The total is right. You divide by the number of batches; how many tokens are there?",
        ),
        Mistake(
            "no-exp",
            lambda x, m, size: x[m].mean(),
            "The mean is right now. The function promises a perplexity.",
        ),
        Mistake(
            "sum",
            lambda x, m, size: x[m].sum().exp(),
            "You exponentiate the total. It has to be divided by the number of tokens first.",
        ),
        Mistake(
            "minus",
            lambda x, m, size: (-x[m].mean()).exp(),
            "The mean is right now. The sign is turned round: a perplexity is at least 1.",
        ),
        Mistake(
            "token-perplexities",
            lambda x, m, size: x[m].exp().mean(),
            "You average the tokens' own perplexities. Average the losses, and exponentiate once.",
        ),
        Mistake(
            "last-count",
            lambda x, m, size: (x[m].sum() / _batches(x, m, size)[-1][1].sum()).exp(),
            "The total is right. You divide by the tokens of the last batch: does the count start anew in each round?",
        ),
        Mistake(
            "last-batch",
            lambda x, m, size: (lambda part: part[0][part[1]].mean().exp())(_batches(x, m, size)[-1]),
            "Only the last batch counts: does each round overwrite the one before?",
        ),
        Mistake(
            "median-of-means",
            lambda x, m, size: torch.stack([a[b].mean() for a, b in _batches(x, m, size)]).median().exp(),
            "You take the median of the batches' means. It is still the batch that has a vote.",
        ),
        Mistake(
            "bits",
            lambda x, m, size: 2 ** x[m].mean(),
            "The mean is right now. The losses are in nats: which base undoes the natural logarithm?",
        ),
        Mistake(
            "sum-of-means",
            lambda x, m, size: sum(a[b].mean() for a, b in _batches(x, m, size)).exp(),
            "You add up the batches' means. Carry the sum of the losses and the number of tokens, and divide once.",
        ),
        Mistake(
            "first-batch",
            lambda x, m, size: x[:size][m[:size]].mean().exp(),
            "Only the first batch counts: is a `return` inside the loop?",
        ),
        Mistake(
            "median",
            lambda x, m, size: x[m].median().exp(),
            "You take the median of all losses. The mean was asked.",
        ),
        Mistake(
            "means-over-rows",
            lambda x, m, size: (sum(a[b].mean() for a, b in _batches(x, m, size)) / len(x)).exp(),
            "You add up the batches' means and divide by the number of texts. What has one vote each?",
        ),
        Mistake(
            "masked-in-the-mean",
            _over_batches(_tokens, lambda x, m: x.mean()),
            "The weights are right. The mean within a batch runs over its masked places too.",
        ),
        Mistake(
            "by-batch-size",
            lambda x, m, size: (
                sum(a[b].sum() / size for a, b in _batches(x, m, size)) / len(_batches(x, m, size))
            ).exp(),
            "The totals are right. You divide them by the number of texts in a batch; how many tokens are there?",
        ),
    ),
    variants=(
        lambda x, m, size: x[m].mean().exp(),
        _over_batches(_tokens),
        lambda x, m, size: np.exp(np.average(np.asarray(x), weights=np.asarray(m))),
        lambda x, m, size: evaluate(x.float(), m, size),
        lambda x, m, size: torch.exp((x * m).sum() / m.sum()),
    ),
)
