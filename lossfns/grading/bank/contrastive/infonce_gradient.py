"""The gradient of InfoNCE. The first function is the solution that a learner may ask for."""

from collections.abc import Iterator

import numpy as np
import torch

from lossfns.grading.bank.contrastive.infonce import losses
from lossfns.grading.exercise import Exercise, Mistake
from lossfns.grading.record import Probe


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
