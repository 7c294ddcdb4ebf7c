"""Similarities, triplets, minings, softmaxes over batches and prices of pairs, each with parts that are wrong."""

from collections.abc import Callable, Iterator
from math import log

import torch

from lossfns.grading.bank.contrastive.certified import _certified
from lossfns.grading.bank.contrastive.clip import _clip
from lossfns.grading.bank.contrastive.cosine_embedding import _pairwise
from lossfns.grading.bank.contrastive.cosines import _table
from lossfns.grading.bank.contrastive.infonce import _nce, losses, unit
from lossfns.grading.bank.contrastive.infonce_gradient import _push
from lossfns.grading.bank.contrastive.mining import _mine
from lossfns.grading.bank.contrastive.ntxent import _others, _stack
from lossfns.grading.bank.contrastive.training import _both_directions, _training
from lossfns.grading.bank.contrastive.triplet import _length, _triplet
from parts import all_of

DIVISORS = [
    lambda x: x.norm(dim=1, keepdim=True),
    lambda x: 1.0,
    lambda x: (x**2).sum(1, keepdim=True),
    lambda x: x.norm(dim=0, keepdim=True),
    lambda x: x.norm(),
    lambda x: x.abs().sum(1, keepdim=True),
    lambda x: x.norm(dim=1, keepdim=True) + 1e-3,
]
ENDS = [
    torch.mean,
    torch.sum,
    lambda x: x,
    torch.max,
    torch.median,
    lambda x: -x.mean(),
    lambda x: x.sum() / (len(x) + 1),
    lambda x: x.mean() / 2,
    lambda x: x.mean() + 1,
    lambda x: x[0],
]
SCALES = [
    lambda s, t: s / t,
    lambda s, t: s * t,
    lambda s, t: s,
    lambda s, t: s / t**2,
    lambda s, t: s / t**0.5,
    lambda s, t: -s / t,
    lambda s, t: s.abs() / t,
    lambda s, t: (s - 1) / t,
]
SIMILARITIES = [
    lambda a, b: unit(a) @ unit(b).T,
    lambda a, b: a @ b.T,
    lambda a, b: unit(a) @ b.T,
    lambda a, b: a @ unit(b).T,
    lambda a, b: unit(a) @ unit(a).T,
    lambda a, b: -torch.cdist(a, b),
    lambda a, b: unit(b) @ unit(a).T,
    lambda a, b: (a / a.norm(dim=0)) @ (b / b.norm(dim=0)).T,
]


def cosines() -> Iterator[Callable]:
    then = [
        lambda s: s,
        lambda s: s.T,
        lambda s: 1 - s,
        lambda s: s.abs(),
        torch.relu,
        lambda s: s**2,
        lambda s: s.clamp(max=0.9),
        lambda s: s.mean(),
    ]
    return all_of(lambda a, b, e: _table(a, b, e), DIVISORS, DIVISORS, then)


def triplets() -> Iterator[Callable]:
    lengths = [
        _length,
        lambda x: (x**2).sum(1),
        lambda x: x.abs().sum(1),
        lambda x: (x**2).mean(1),
        lambda x: x.abs().amax(1),
        lambda x: x.sum(1),
    ]
    excesses = [
        lambda near, far, m: near - far + m,
        lambda near, far, m: near - far - m,
        lambda near, far, m: far - near + m,
        lambda near, far, m: near - far,
        lambda near, far, m: near - m * far,
        lambda near, far, m: near / far + m,
        lambda near, far, m: near + m - 2 * far,
    ]
    prices = [
        torch.relu,
        lambda x: x,
        lambda x: x.abs(),
        lambda x: x.relu() ** 2,
        torch.nn.functional.softplus,
    ]
    return all_of(lambda le, e, p, end: _triplet(le, e, p, end), lengths, excesses, prices, ENDS)


def minings() -> Iterator[Callable]:
    pools = [
        lambda p, n: n > p[:, None],
        lambda p, n: n < p[:, None],
        lambda p, n: n > p.mean(),
        lambda p, n: n > 0,
        lambda p, n: n > p[:, None] + 0.5,
        lambda p, n: n > 0.9 * p[:, None],
        lambda p, n: (n - p[:, None]).abs() < 1,
    ]
    picks = [
        lambda pool, p, n: torch.where(pool, n, torch.inf).argmin(1),
        lambda pool, p, n: torch.where(pool, n, -torch.inf).argmax(1),
        lambda pool, p, n: pool.double().argmax(1),
        lambda pool, p, n: (n - p[:, None]).abs().argmin(1),
        lambda pool, p, n: pool.sum(1),
        lambda pool, p, n: n.argmin(1),
    ]
    ways_out = [
        lambda p, n: n.argmax(1),
        lambda p, n: n.argmin(1),
        lambda p, n: 0 * n.argmin(1),
        lambda p, n: 0 * n.argmin(1) - 1,
        lambda p, n: (n - p[:, None]).abs().argmin(1),
    ]
    ends = [
        lambda k, n: k,
        lambda k, n: k + 1,
        lambda k, n: n.gather(1, k.clamp(0, n.shape[1] - 1)[:, None])[:, 0],
    ]
    return all_of(_mine, pools, picks, ways_out, ends)


def softmaxes(build: Callable) -> Callable[[], Iterator[Callable]]:
    tables = [
        losses,
        lambda x: losses(x.T),
        lambda x: (losses(x) + losses(x.T)) / 2,
        lambda x: losses(x) + losses(x.T),
        lambda x: torch.exp(-losses(x)),
        lambda x: -torch.diagonal(x),
        lambda x: losses((x + x.T) / 2),
        lambda x: torch.logsumexp(x, 1),
        lambda x: losses(x) - log(len(x)),
        lambda x: losses(x) / log(2),
        lambda x: 1 - torch.exp(-losses(x)),
    ]

    def put(similarity, scale, table, end):
        return build(similarity, scale, lambda x: end(table(x)))

    return lambda: all_of(put, SIMILARITIES, SCALES, tables, ENDS)


def pushes() -> Iterator[Callable]:
    offs = [
        lambda p: p - torch.eye(len(p)),
        lambda p: torch.eye(len(p)) - p,
        lambda p: p,
        lambda p: p - 1,
        lambda p: p * (1 - p),
        lambda p: p.T - torch.eye(len(p)),
        lambda p: p * (1 - torch.eye(len(p))),
        lambda p: p.log(),
        lambda p: (p - torch.eye(len(p))).sum(),
        lambda p: p - p.diagonal()[:, None],
    ]
    bys = [
        lambda n, t: n * t,
        lambda n, t: n,
        lambda n, t: t,
        lambda n, t: 1,
        lambda n, t: n / t,
        lambda n, t: n * n * t,
        lambda n, t: n * t * t,
        lambda n, t: (n + 1) * t,
        lambda n, t: 2 * n * t,
    ]
    return all_of(_push, SCALES, offs, bys)


def stacks() -> Iterator[Callable]:
    stacked = [
        lambda a, b: unit(torch.cat([a, b])),
        lambda a, b: torch.cat([a, b]),
        lambda a, b: unit(torch.stack([a, b], 1).flatten(0, 1)),
        lambda a, b: torch.cat([a, b]) / torch.cat([a, b]).norm(dim=0),
    ]
    owns = [
        lambda x: x.fill_diagonal_(-torch.inf),
        lambda x: x,
        lambda x: x.fill_diagonal_(0),
        lambda x: x.fill_diagonal_(-1),
        lambda x: x - torch.eye(len(x)),
    ]
    others = [
        _others,
        lambda n: torch.arange(2 * n) ^ 1,
        lambda n: torch.arange(2 * n).roll(-1),
        lambda n: torch.arange(2 * n).flip(0),
        lambda n: (torch.arange(2 * n) + 1) % n,
    ]
    return all_of(_stack, stacked, SCALES[:5], owns, others, ENDS)


def pairs() -> Iterator[Callable]:
    cosine = [
        lambda a, b: torch.cosine_similarity(a, b),
        lambda a, b: (a * b).sum(1),
        lambda a, b: torch.cosine_similarity(a, b).abs(),
        lambda a, b: (unit(a) * b).sum(1),
        lambda a, b: (unit(a) - unit(b)).norm(dim=1),
    ]
    alike = [
        lambda c, m: 1 - c,
        lambda c, m: c,
        lambda c, m: -c,
        lambda c, m: (1 - c - m).relu(),
        lambda c, m: (1 - c) ** 2,
        lambda c, m: (1 - c) / 2,
        lambda c, m: 0 * c,
    ]
    unlike = [
        lambda c, m: (c - m).relu(),
        lambda c, m: c - m,
        lambda c, m: c.relu(),
        lambda c, m: (m - c).relu(),
        lambda c, m: (c + m).relu(),
        lambda c, m: (c - m).abs(),
        lambda c, m: (c - m).relu() ** 2,
        lambda c, m: 0 * c,
        lambda c, m: c.clamp(min=m),
    ]
    which = [lambda t: t > 0, lambda t: t < 0, lambda t: t > -2]
    return all_of(_pairwise, cosine, alike, unlike, which, ENDS)


def trainings() -> Iterator[Callable]:
    units = [
        lambda z: z / z.norm(dim=1, keepdim=True),
        lambda z: z / z.norm(),
        lambda z: z,
        lambda z: z / z.norm(dim=0),
        lambda z: z / z.norm(dim=1, keepdim=True).detach(),
        lambda z: z / (z**2).sum(1, keepdim=True),
        lambda z: z / z.norm(dim=1).mean(),
        lambda z: z / (1 + z.norm(dim=1, keepdim=True)),
    ]
    logits = [
        lambda a, b, t: a @ b.T / t,
        lambda a, b, t: a @ b.T * t,
        lambda a, b, t: a @ b.T,
        lambda a, b, t: b @ a.T / t,
    ]
    costs = [
        lambda s, own: torch.nn.functional.cross_entropy(s, own),
        lambda s, own: torch.nn.functional.cross_entropy(s, own, reduction="sum"),
        _both_directions,
        lambda s, own: -torch.diagonal(s).mean(),
    ]
    steps = [lambda w, lr, slope: w - lr * slope, lambda w, lr, slope: w + lr * slope]
    return all_of(
        lambda u, second, f, c, step: _training(u, second, f, c, step),
        units,
        [None, *units[:4]],
        logits,
        costs,
        steps,
    )


def certificates() -> Iterator[Callable]:
    tables = [lambda s: s, lambda s: s.T, lambda s: s / 2, lambda s: -s, torch.relu, lambda s: s - s.mean()]
    starts = [
        lambda n: log(n),
        lambda n: log(n * n),
        lambda n: log(n + 1),
        lambda n: log(n) / log(2),
        lambda n: n,
        lambda n: 0.0,
        lambda n: 1.0,
    ]
    signs = [-1, 1, -0.5, -2]

    def put(table, start, sign, end):
        return _certified(lambda x, n: start(n) + sign * end(x), table)

    return all_of(put, tables, starts, signs, ENDS)


ANSWERS = {
    "con-01": cosines,
    "con-02": triplets,
    "con-03": minings,
    "con-04": softmaxes(_nce),
    "con-05": pushes,
    "con-06": softmaxes(_clip),
    "con-07": stacks,
    "con-08": pairs,
    "con-09": trainings,
    "con-10": certificates,
}
