"""InfoNCE. The first function is the solution that a learner may ask for."""

from math import log

import numpy as np
import torch

from lossfns.grading.bank.contrastive.inputs import pairs_and_temperatures
from lossfns.grading.exercise import Exercise, Mistake


def info_nce_loss(queries, keys, temperature):
    queries = torch.nn.functional.normalize(queries, dim=1)
    keys = torch.nn.functional.normalize(keys, dim=1)
    logits = queries @ keys.T / temperature
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(queries)))


def unit(x):
    return x / x.norm(dim=1, keepdim=True)


def losses(logits):
    """−log of the probability that each row gives to its own column, (n,)."""
    return torch.logsumexp(logits, 1) - torch.diagonal(logits)


def _without_own(logits):
    own = torch.eye(len(logits), dtype=torch.bool)
    return torch.logsumexp(logits.masked_fill(own, -torch.inf), 1) - torch.diagonal(logits)


def _everyone(q, k, t):
    """NT-Xent: both batches stacked, each row against all others."""
    both, n = unit(torch.cat([q, k])), len(q)
    x = (both @ both.T / t).fill_diagonal_(-torch.inf)
    return torch.nn.functional.cross_entropy(x, torch.arange(2 * n).roll(n))


def _nce(
    similarity=lambda q, k: unit(q) @ unit(k).T, scale=lambda s, t: s / t, end=lambda x: losses(x).mean()
):
    """InfoNCE with one of its parts replaced."""
    return lambda q, k, t: end(scale(similarity(q, k), t))


INFO_NCE = Exercise(
    id="con-04",
    name="info_nce_loss",
    title="Which key is mine?",
    points=3,
    minutes=12,
    difficulty=2,
    reference=info_nce_loss,
    probes=pairs_and_temperatures,
    gives="one number, the mean over the queries,",
    hints=(
        "It is a classification. What are the logits, what are the classes, and which class is the right one in row i?",
        "The logits are all cosines of the queries with the keys, (n, n), divided by the temperature. Row i should choose column i.",
        "Cross entropy of these logits with the classes 0, 1, …, n − 1: `torch.arange(n)`. "
        "Normalise the rows before the matrix product.",
    ),
    mistakes=(
        Mistake(
            "not-normalised",
            _nce(lambda q, k: q @ k.T),
            "You compare plain dot products, so long embeddings win. The similarity asked is the cosine.",
        ),
        Mistake(
            "queries-only",
            _nce(lambda q, k: unit(q) @ k.T),
            "The queries have length one in yours, the keys do not: long keys attract everybody.",
        ),
        Mistake(
            "keys-only",
            _nce(lambda q, k: q @ unit(k).T),
            "The keys have length one in yours, the queries do not: each long query has a small temperature of its own.",
        ),
        Mistake(
            "columns-normalised",
            _nce(lambda q, k: (q / q.norm(dim=0)) @ (k / k.norm(dim=0)).T),
            "You normalise each coordinate over the batch. It is each row, each embedding, that should get length one.",
        ),
        Mistake(
            "whole-normalised",
            _nce(lambda q, k: (q / q.norm()) @ (k / k.norm()).T),
            "You divide by one length for the whole batch. Each row has a length of its own.",
        ),
        Mistake(
            "multiplied",
            _nce(scale=lambda s, t: s * t),
            "You multiply by the temperature. Which way should a small one make the softmax: sharper or flatter?",
        ),
        Mistake(
            "no-temperature",
            _nce(scale=lambda s, t: s),
            "`temperature` leaves no trace in yours: the cosines go into the softmax as they are.",
        ),
        Mistake(
            "temperature-twice",
            _nce(scale=lambda s, t: s / t**2),
            "The similarities are divided by the temperature twice. Are both queries and keys divided by it?",
        ),
        Mistake(
            "temperature-outside",
            lambda q, k, t: losses(unit(q) @ unit(k).T).mean() / t,
            "You divide the loss by the temperature and not the similarities. That changes the unit, not the softmax.",
        ),
        Mistake(
            "negatives-only",
            _nce(end=lambda x: _without_own(x).mean() if len(x) > 1 else x.sum() * 0),
            "Your denominator has the negatives only. The sum runs over all keys, the query's own among them.",
        ),
        Mistake(
            "other-direction",
            _nce(end=lambda x: losses(x.T).mean()),
            "Yours lets every key look for its query. Which axis of the table does the softmax run along?",
        ),
        Mistake(
            "both-directions",
            _nce(end=lambda x: (losses(x) + losses(x.T)).mean() / 2),
            "You average both directions, as CLIP does. Here only the queries choose.",
        ),
        Mistake(
            "sign",
            _nce(end=lambda x: -losses(x).mean()),
            "The sign is turned round: a probability near 1 should cost little, and no loss here is negative.",
        ),
        Mistake(
            "probability",
            _nce(end=lambda x: torch.exp(-losses(x)).mean()),
            "That is the mean probability of the right key. Which function turns a probability into a surprise?",
        ),
        Mistake(
            "one-minus-probability",
            _nce(end=lambda x: 1 - torch.exp(-losses(x)).mean()),
            "That is 1 minus the probability of the right key. The loss is a logarithm.",
        ),
        Mistake(
            "log-of-the-mean",
            _nce(end=lambda x: -torch.exp(-losses(x)).mean().log()),
            "You average the probabilities and then take the logarithm. Each query has a loss of its own; their mean was asked.",
        ),
        Mistake(
            "sum",
            _nce(end=lambda x: losses(x).sum()),
            "Each query's loss is right. Twice as many would double yours: what turns a total into a mean?",
        ),
        Mistake(
            "not-reduced",
            _nce(end=losses),
            "The loss of each query is right. One number was asked: their mean.",
        ),
        Mistake(
            "bits",
            _nce(end=lambda x: losses(x).mean() / log(2)),
            "Yours is in bits. The natural logarithm was asked.",
        ),
        Mistake(
            "mean-in-the-denominator",
            _nce(end=lambda x: losses(x).mean() - log(len(x))),
            "Under the fraction stands a sum over the keys; you took a mean, and the loss lost its log n.",
        ),
        Mistake(
            "no-exponential",
            _nce(end=lambda x: -torch.diagonal(x).mean()),
            "You pull each query to its key and push nothing away: where are the negatives?",
        ),
        Mistake(
            "among-queries",
            _nce(lambda q, k: unit(q) @ unit(q).T),
            "The queries are compared with themselves. Where do the keys come in?",
        ),
        Mistake(
            "first-key",
            _nce(end=lambda x: (torch.logsumexp(x, 1) - x[:, 0]).mean()),
            "Every query looks for the first key in yours. Whose key is in column i?",
        ),
        Mistake(
            "distance-for-similarity",
            _nce(lambda q, k: 1 - unit(q) @ unit(k).T),
            "In your softmax the *least* similar key gets the most: distances, or a minus sign? What should be large?",
        ),
        Mistake(
            "minus-distance",
            _nce(lambda q, k: -torch.cdist(unit(q), unit(k))),
            "You use minus the Euclidean distance. The similarity asked is the cosine.",
        ),
        Mistake(
            "whole-table",
            _nce(end=lambda x: (torch.logsumexp(x.flatten(), 0) - torch.diagonal(x)).mean()),
            "One softmax over the whole table. Each query has a choice of its own: one softmax for each row.",
        ),
        Mistake(
            "floor",
            _nce(end=lambda x: -(torch.exp(-losses(x)) + 1e-8).log().mean()),
            "Right unless a query is very wrong. Something small is added to the probability, so a disaster costs "
            "less than it should, and teaches nothing.",
        ),
        Mistake(
            "sum-without-normalising",
            _nce(lambda q, k: q @ k.T, end=lambda x: losses(x).sum()),
            "You compare plain dot products, where cosines were asked; and you add the losses up where a mean was.",
        ),
        Mistake(
            "softmax-twice",
            _nce(end=lambda x: losses(torch.softmax(x, 1)).mean()),
            "You take a softmax of a softmax. Cross entropy does that step itself: what does it want to be given?",
        ),
        Mistake(
            "squared-distance",
            _nce(lambda q, k: -(torch.cdist(unit(q), unit(k)) ** 2)),
            "You use minus the squared distance of unit rows. That is 2·cosine − 2: the temperature is half of what was asked.",
        ),
        Mistake(
            "everybody",
            _nce(end=lambda x: -torch.log_softmax(x, 1).mean()),
            "You average the logarithms of all keys. Only one of them is the query's own.",
        ),
        Mistake(
            "root-of-the-temperature",
            _nce(scale=lambda s, t: s / t**0.5),
            "You divide by the root of the temperature.",
        ),
        Mistake(
            "coarse-floor",
            _nce(end=lambda x: -(torch.exp(-losses(x)) + 1e-6).log().mean()),
            "Right unless a query is very wrong. Something small is added to the probability, so a disaster costs "
            "less than it should, and teaches nothing.",
        ),
        Mistake(
            "fine-floor",
            _nce(end=lambda x: -(torch.exp(-losses(x)) + 1e-12).log().mean()),
            "Right unless a query is very wrong. Something small is added to the probability, so a disaster costs "
            "less than it should, and teaches nothing.",
        ),
        Mistake(
            "negatives-only-bare",
            _nce(end=lambda x: _without_own(x).mean()),
            "Your denominator has the negatives only, and with a single key nothing is left in it. The sum runs over all keys, the query's own among them.",
        ),
        Mistake(
            "nt-xent",
            lambda q, k, t: _everyone(q, k, t),
            "That is NT-Xent: queries and keys are all thrown together, and all of them ask. Here only the queries choose, among the keys.",
        ),
        Mistake(
            "best-key",
            _nce(end=lambda x: (torch.logsumexp(x, 1) - x.amax(1)).mean()),
            "Right where the own key is the most similar. You reward the best key of each row; which key is the query's own?",
        ),
        Mistake(
            "temperature-below",
            lambda q, k, t: (torch.logsumexp(unit(q) @ unit(k).T / t, 1) - (unit(q) * unit(k)).sum(1)).mean(),
            "Under the fraction the temperature is there. Above it, it is missing.",
        ),
        Mistake(
            "binary",
            _nce(
                end=lambda x: torch.nn.functional.binary_cross_entropy_with_logits(
                    x, torch.eye(len(x), dtype=x.dtype)
                )
            ),
            "You ask of each pair by itself, yes or no. InfoNCE asks each query *which*: one softmax over its row.",
        ),
    ),
    variants=(
        lambda q, k, t: (lambda x: (torch.logsumexp(x, 1) - x.diagonal()).mean())(unit(q) @ unit(k).T / t),
        lambda q, k, t: -torch.log_softmax(unit(q) @ unit(k).T / t, dim=1).diagonal().mean(),
        lambda q, k, t: (
            sum(
                -torch.log_softmax(torch.stack([torch.cosine_similarity(x, y, dim=0) for y in k]) / t, 0)[i]
                for i, x in enumerate(q)
            )
            / len(q)
        ),
        lambda q, k, t: info_nce_loss(q.float(), k.float(), t),
        lambda q, k, t: -torch.log(torch.softmax(unit(q) @ unit(k).T / t, 1).diagonal()).mean(),
        lambda q, k, t: info_nce_in_numpy(np.asarray(q), np.asarray(k), t),
    ),
)


def info_nce_in_numpy(q, k, t):
    s = (q / np.linalg.norm(q, axis=1)[:, None]) @ (k / np.linalg.norm(k, axis=1)[:, None]).T / t
    top = s.max(axis=1)
    return np.mean(np.log(np.exp(s - top[:, None]).sum(axis=1)) + top - np.diag(s))
