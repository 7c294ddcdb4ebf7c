"""InfoNCE, its gradient and what it can certify. Each function below a heading is the solution that a learner may ask for."""

from collections.abc import Iterator
from math import log

import numpy as np
import torch

from lossfns.grading.bank.contrastive.inputs import pairs_and_temperatures
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe

# con-04 · InfoNCE --------------------------------------------------------------------------------------------------


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


# con-05 · the gradient of InfoNCE ----------------------------------------------------------------------------------


def info_nce_grad(similarities, temperature):
    n = len(similarities)
    probability = torch.softmax(similarities / temperature, dim=1)
    return (probability - torch.eye(n)) / (n * temperature)


def tables(rng: np.random.Generator) -> Iterator[Probe]:
    """Similarities of several sizes, none symmetric, with own keys that are found and own keys that are not."""
    for n in (1, 2, 3, 5):
        s = rng.uniform(-0.9, 0.9, (n, n)).round(2)
        for temperature in (0.4, 1.7):
            yield Probe((s, temperature))
    s = rng.uniform(-0.6, 0.4, (4, 4)).round(2)
    yield Probe((s + 0.5 * np.eye(4), 0.3))
    yield Probe((s, 0.3))
    yield Probe((s, 0.8))


def _push(scale=lambda s, t: s / t, off=lambda p: p - torch.eye(len(p)), by=lambda n, t: n * t):
    """The gradient with one of its parts replaced."""

    def slope(s, t):
        return off(torch.softmax(scale(s, t), dim=1)) / by(len(s), t)

    return slope


INFO_NCE_GRAD = Exercise(
    id="con-05",
    name="info_nce_grad",
    title="Who is pushed, and how hard",
    points=2,
    minutes=10,
    difficulty=2,
    reference=info_nce_grad,
    probes=tables,
    gives="a slope for each similarity, shape (n, n),",
    hints=(
        "InfoNCE is cross entropy of the logits s / τ. What is the slope of cross entropy for its logits?",
        "Probability minus one-hot, divided by n for the mean. A similarity is not yet a logit: how far does the logit move "
        "when s rises by a little?",
        "`torch.softmax(similarities / temperature, dim=1)` minus the identity, divided by n and once more by τ.",
    ),
    mistakes=(
        Mistake(
            "no-chain",
            _push(by=lambda n, t: n),
            "That is the slope for the logits s / τ. The similarities themselves were asked: what does the chain rule add?",
        ),
        Mistake(
            "no-mean",
            _push(by=lambda n, t: t),
            "That is the slope of the sum over the queries. The loss is their mean.",
        ),
        Mistake(
            "neither",
            _push(by=lambda n, t: 1),
            "Probability minus one-hot is the heart of it. Two factors are missing: the mean over the queries, and "
            "the step from logits to similarities.",
        ),
        Mistake(
            "chain-turned-round",
            _push(by=lambda n, t: n / t),
            "You multiply by the temperature where the chain rule divides: a logit is s / τ.",
        ),
        Mistake(
            "sign",
            _push(off=lambda p: torch.eye(len(p)) - p),
            "The sign is turned round: raising the similarity of a query and its own key must lower the loss.",
        ),
        Mistake(
            "no-own",
            _push(off=lambda p: p),
            "Right off the diagonal. On it nothing is pulled: where does the own key come in?",
        ),
        Mistake(
            "one-off-everywhere",
            _push(off=lambda p: p - 1),
            "Right on the diagonal. Off it you subtract 1 as well: the one-hot row is 0 there.",
        ),
        Mistake(
            "diagonal-only",
            _push(off=lambda p: (p - 1) * torch.eye(len(p))),
            "Right on the diagonal. The negatives are not pushed at all.",
        ),
        Mistake(
            "negatives-only",
            _push(off=lambda p: p * (1 - torch.eye(len(p)))),
            "Right off the diagonal. On it the slope is 0 in yours: is the own key not pulled?",
        ),
        Mistake(
            "columns",
            lambda s, t: (torch.softmax(s / t, dim=0) - torch.eye(len(s))) / (len(s) * t),
            "Your probabilities add up to 1 along the columns. It is the queries, the rows, that choose.",
        ),
        Mistake(
            "whole-table",
            lambda s, t: (
                (torch.softmax((s / t).flatten(), 0).reshape(s.shape) - torch.eye(len(s))) / (len(s) * t)
            ),
            "One softmax over the whole table. Each query has its own.",
        ),
        Mistake(
            "both-directions",
            lambda s, t: (
                (torch.softmax(s / t, 1) + torch.softmax(s / t, 0) - 2 * torch.eye(len(s))) / (2 * len(s) * t)
            ),
            "That is the slope of CLIP's loss, with both directions. Here only the queries choose.",
        ),
        Mistake(
            "transposed",
            lambda s, t: ((torch.softmax(s / t, 1) - torch.eye(len(s))) / (len(s) * t)).T,
            "All slopes are there, and the table lies on its side: row i is query i.",
        ),
        Mistake(
            "multiplied",
            _push(scale=lambda s, t: s * t),
            "The factors outside are right. Inside the softmax you multiply by the temperature.",
        ),
        Mistake(
            "multiplied-throughout",
            _push(scale=lambda s, t: s * t, by=lambda n, t: n / t),
            "You multiply by the temperature, inside the softmax and outside it. That is the slope of another loss: a "
            "logit is s / τ.",
        ),
        Mistake(
            "no-temperature-inside",
            _push(scale=lambda s, t: s),
            "The factors outside are right. Inside the softmax the temperature is missing.",
        ),
        Mistake(
            "no-temperature",
            _push(scale=lambda s, t: s, by=lambda n, t: n),
            "`temperature` is never used.",
        ),
        Mistake(
            "all-entries",
            _push(by=lambda n, t: n * n * t),
            "You divide by the number of entries, n². The mean is over the n queries.",
        ),
        Mistake(
            "temperature-squared",
            _push(by=lambda n, t: n * t * t),
            "You divide by the temperature twice. The chain rule asks for it once; the other one stands inside the softmax.",
        ),
        Mistake(
            "softmax-derivative",
            _push(off=lambda p: p * (1 - p)),
            "That is how a probability moves with its own logit. The loss is its logarithm, and the p in front cancels.",
        ),
        Mistake(
            "value",
            lambda s, t: losses(s / t).mean(),
            "That is the loss itself. Its slope for each similarity was asked.",
        ),
        Mistake(
            "logarithms",
            _push(off=lambda p: p.log() - torch.eye(len(p))),
            "You took the logarithm of the probabilities. The slope has the probabilities themselves.",
        ),
        Mistake(
            "own-added",
            _push(off=lambda p: p + torch.eye(len(p))),
            "Right off the diagonal. On it you add 1 where one-hot is subtracted: raising the similarity of a query "
            "and its own key must lower the loss.",
        ),
        Mistake(
            "negatives-only-inside",
            lambda s, t: (
                (torch.softmax((s / t).fill_diagonal_(-torch.inf), 1) - torch.eye(len(s))) / (len(s) * t)
            ),
            "Your softmax leaves the own key out. The sum in the loss runs over all keys, the query's own among them.",
        ),
        Mistake(
            "own-only",
            _push(off=lambda p: -torch.eye(len(p))),
            "You pull at the own key with full force and push nobody. How much each is pulled or pushed depends on its probability.",
        ),
        Mistake(
            "best-key",
            lambda s, t: (torch.softmax(s / t, 1) - torch.eye(len(s))[s.argmax(1)]) / (len(s) * t),
            "Right where the own key is the most similar. You pull at the best key of each row; which key is the query's own?",
        ),
    ),
    variants=(
        lambda s, t: _by_autograd(s, t),
        lambda s, t: torch.softmax(s / t, 1).sub(torch.eye(len(s))).div(len(s)).div(t),
        lambda s, t: _by_loop(s, t),
        lambda s, t: info_nce_grad(s.float(), t),
        lambda s, t: _grad_in_numpy(np.asarray(s), t),
    ),
)


def _by_autograd(s, t):
    s = s.clone().requires_grad_()
    return torch.autograd.grad(torch.nn.functional.cross_entropy(s / t, torch.arange(len(s))), s)[0]


def _by_loop(s, t):
    slope = torch.zeros_like(s)
    for i in range(len(s)):
        total = sum(torch.exp(x / t) for x in s[i])
        for j in range(len(s)):
            slope[i, j] = (torch.exp(s[i, j] / t) / total - float(i == j)) / len(s) / t
    return slope


def _grad_in_numpy(s, t):
    e = np.exp(s / t)
    return (e / e.sum(axis=1, keepdims=True) - np.eye(len(s))) / len(s) / t


# con-10 · what a batch can certify ---------------------------------------------------------------------------------


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
