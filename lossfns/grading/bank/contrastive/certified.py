"""What a batch can certify. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import _without_own, losses
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe


def certified_nats(logits):
    n = len(logits)
    loss = torch.nn.functional.cross_entropy(logits, torch.arange(n))
    return log(n) - loss


def score_tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Scores of several sizes: sure, unsure, and worse than guessing, none a tie with guessing."""
    yield Probe((np.array([[0.7]]),))
    for n in (2, 3, 6, 9):
        for own in (0.0, 2.0, 6.0, -3.0 if n == 3 else 3.5):
            table = rng.normal(0, 1, (n, n)) + own * np.eye(n)
            while abs(float(certified_nats(torch.from_numpy(table.round(2))))) < 0.05:
                table = rng.normal(0, 1, (n, n)) + own * np.eye(n)
            yield Probe((table.round(2),))


def _certified(end=lambda x, n: log(n) - x.mean(), table=lambda s: s):
    return lambda s: end(losses(table(s)), len(s))


CERTIFIED = Exercise(
    id="con-10",
    name="certified_nats",
    title="What a batch can know",
    points=2,
    minutes=8,
    difficulty=2,
    reference=certified_nats,
    probes=score_tables,
    gives="one number, in nats,",
    hints=(
        "Somebody who guesses pays a certain loss. How much less does this batch pay?",
        "Guessing among n keys costs log n. The loss is the cross entropy of row i with class i.",
        "`log(n)` minus `torch.nn.functional.cross_entropy(logits, torch.arange(n))`.",
    ),
    mistakes=(
        Mistake(
            "the-loss",
            _certified(lambda x, n: x.mean()),
            "That is the loss. How much is left of log n once it has been paid?",
        ),
        Mistake(
            "turned-round",
            _certified(lambda x, n: x.mean() - log(n)),
            "The sign is turned round: a batch that pays less than guessing knows something.",
        ),
        Mistake(
            "minus-the-loss",
            _certified(lambda x, n: -x.mean()),
            "That is minus the loss, and never positive. What does guessing among n keys cost?",
        ),
        Mistake(
            "added",
            _certified(lambda x, n: log(n) + x.mean()),
            "You add the loss to log n. A perfect batch should certify the most.",
        ),
        Mistake(
            "bits",
            _certified(lambda x, n: (log(n) - x.mean()) / log(2)),
            "Yours is in bits. Nats were asked.",
        ),
        Mistake(
            "negatives-counted",
            _certified(lambda x, n: log(max(n - 1, 1)) - x.mean()),
            "You count the negatives, n − 1. Somebody who guesses chooses among all n keys.",
        ),
        Mistake(
            "all-entries",
            _certified(lambda x, n: log(n * n) - x.mean()),
            "You take the logarithm of the number of entries, n². A query chooses among n keys.",
        ),
        Mistake(
            "mixed-units",
            _certified(lambda x, n: log(n) / log(2) - x.mean()),
            "Your log n is in bits and your loss in nats.",
        ),
        Mistake(
            "plain-n",
            _certified(lambda x, n: n - x.mean()),
            "You subtract the loss from n itself. What does guessing among n keys cost, in nats?",
        ),
        Mistake(
            "columns",
            _certified(table=lambda s: s.T),
            "Your keys choose among the queries. It is the rows that choose.",
        ),
        Mistake(
            "both-directions",
            lambda s: log(len(s)) - (losses(s) + losses(s.T)).mean() / 2,
            "You average both directions. Here only the queries, the rows, choose.",
        ),
        Mistake(
            "not-reduced",
            _certified(lambda x, n: log(n) - x),
            "What each query certifies is right. One number was asked: the mean.",
        ),
        Mistake(
            "sum",
            _certified(lambda x, n: log(n) - x.sum()),
            "Your losses are added up over the queries. The mean loss is compared with log n.",
        ),
        Mistake(
            "both-summed",
            _certified(lambda x, n: (log(n) - x).sum()),
            "You add up what each query certifies. The mean was asked.",
        ),
        Mistake(
            "clipped",
            _certified(lambda x, n: (log(n) - x.mean()).clamp(min=0)),
            "Right unless the batch does worse than guessing. Then the number is negative; the text says to leave it so.",
        ),
        Mistake(
            "share",
            _certified(lambda x, n: 1 - x.mean() / log(n) if n > 1 else x.mean()),
            "That is the share of log n. The difference was asked, in nats.",
        ),
        Mistake(
            "exponential",
            _certified(lambda x, n: torch.exp(log(n) - x.mean())),
            "You took the exponential at the end. In nats, the difference itself was asked.",
        ),
        Mistake(
            "log-of-the-mean",
            _certified(lambda x, n: log(n) + torch.exp(-x).mean().log()),
            "You average the probabilities before the logarithm. The loss is the mean of the logarithms.",
        ),
        Mistake(
            "accuracy",
            lambda s: (s.argmax(1) == torch.arange(len(s))).double().mean(),
            "That is how often the own key comes first. How *sure* the batch is does not enter.",
        ),
        Mistake(
            "bound-only",
            lambda s: log(len(s)) + 0 * s.sum(),
            "log n is the most that a batch can certify. What does this one?",
        ),
        Mistake(
            "without-own",
            lambda s: log(len(s)) - _without_own(s).mean() if len(s) > 1 else s.sum() * 0,
            "Your loss leaves the own key out of the sum. Then it can fall below zero, and the number rise above log n.",
        ),
        Mistake(
            "decimal-log",
            _certified(lambda x, n: (log(n) / log(10)) - x.mean()),
            "Your log n is to base 10 and your loss in nats.",
        ),
        Mistake(
            "probability",
            _certified(lambda x, n: log(n) - torch.exp(-x).mean()),
            "You subtract the mean probability of the own key. The loss is minus its logarithm.",
        ),
        Mistake(
            "softmax-twice",
            _certified(table=lambda s: torch.softmax(s, 1)),
            "You take a softmax of a softmax. Cross entropy wants the logits.",
        ),
        Mistake(
            "ratio",
            _certified(lambda x, n: x.mean() / log(n) if n > 1 else x.mean()),
            "You divide the loss by log n. A difference was asked.",
        ),
        Mistake(
            "without-own-bare",
            lambda s: log(len(s)) - _without_own(s).mean(),
            "Your loss leaves the own key out of the sum, and with a single key nothing is left in it. The sum runs over all keys.",
        ),
        Mistake(
            "best-key",
            lambda s: log(len(s)) - (torch.logsumexp(s, 1) - s.amax(1)).mean(),
            "Right where the own key has the highest score. Elsewhere you reward the best key; query i should choose column i.",
        ),
        Mistake(
            "clipped-each",
            _certified(lambda x, n: (log(n) - x).clamp(min=0).mean()),
            "You clip each query at 0, so the lucky ones count and the unlucky do not. The text says to leave negative numbers so.",
        ),
        Mistake(
            "everybody",
            lambda s: log(len(s)) + torch.log_softmax(s, 1).mean(),
            "You average the logarithms of all keys. Which entry of row i is the query's own?",
        ),
        Mistake(
            "whole-table",
            lambda s: log(len(s)) - (torch.logsumexp(s.flatten(), 0) - torch.diagonal(s)).mean(),
            "One softmax over the whole table. Each query has a choice of its own: one softmax for each row.",
        ),
    ),
    variants=(
        lambda s: (torch.log_softmax(s, 1).diagonal() + log(len(s))).mean(),
        lambda s: torch.log(len(s) * torch.softmax(s, 1).diagonal()).mean(),
        lambda s: certified_nats(s.float()),
        lambda s: (
            sum(float(s[i, i] - torch.logsumexp(s[i], 0)) for i in range(len(s))) / len(s) + np.log(len(s))
        ),
        lambda s: np.mean(np.diag(s) - np.log(np.mean(np.exp(s), axis=1))),
    ),
)
