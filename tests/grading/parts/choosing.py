"""Prices of pairs, draws from lists, worths of orders and rankers, each with parts that are wrong."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F

from lossfns.grading.bank.choosing.bpr import _bpr
from lossfns.grading.bank.choosing.listmle import _by_grade, _from_the_end, _listmle
from lossfns.grading.bank.choosing.listnet import _listnet
from lossfns.grading.bank.choosing.measure import _high_first, _ndcg
from lossfns.grading.bank.choosing.ranknet import _pairs_of
from lossfns.grading.bank.choosing.training import _gaps, _pairwise, _ranker
from parts import all_of

PRICES = [
    lambda d: F.softplus(-d),
    F.softplus,
    F.logsigmoid,
    torch.sigmoid,
    lambda d: 1 - torch.sigmoid(d),
    lambda d: -torch.sigmoid(d),
    lambda d: torch.relu(1 - d),
    lambda d: torch.relu(-d),
    lambda d: (1 - d) ** 2,
    lambda d: -d,
    lambda d: torch.exp(-d),
    lambda d: torch.log(1 + torch.exp(-d)),
    lambda d: -torch.log(torch.sigmoid(d) + 1e-10),
    lambda d: -torch.tanh(d),
    lambda d: (d < 0).double(),
    lambda d: F.softplus(-2 * d) / 2,
]
ENDS = [
    torch.Tensor.mean,
    torch.Tensor.sum,
    torch.Tensor.max,
    torch.Tensor.median,
    lambda e: e,
    lambda e: e.mean() / 2,
    lambda e: e.sum() / (len(e) + 1),
    lambda e: e[0],
    lambda e: -e.mean(),
]
GAPS = [
    lambda p, n: p - n,
    lambda p, n: n - p,
    lambda p, n: p + n,
    lambda p, n: abs(p - n),
    lambda p, n: p,
    lambda p, n: -n,
    lambda p, n: (p - n).mean()[None],
    lambda p, n: (p[:, None] - n).reshape(-1),
    lambda p, n: torch.sigmoid(p) - torch.sigmoid(n),
    lambda p, n: p / n,
    lambda p, n: p - n.mean(),
    lambda p, n: p - n.flip(0),
]


def pairs() -> Iterator[Callable]:
    return all_of(_bpr, PRICES, GAPS, ENDS)


def ranknets() -> Iterator[Callable]:
    valid = [
        lambda s, r: r[:, None] > r,
        lambda s, r: r[:, None] >= r,
        lambda s, r: r[:, None] < r,
        lambda s, r: r[:, None] != r,
        lambda s, r: s[:, None] > s,
        lambda s, r: torch.ones(len(r), len(r)).triu(1) > 0,
        lambda s, r: torch.ones(len(r), len(r)) > 0,
        lambda s, r: (r[:, None] > r) & (r[:, None] == r.max()),
        lambda s, r: (r[:, None] > 0) & (r == 0),
        lambda s, r: (r[:, None] > r) & (s[:, None] < s),
        lambda s, r: r[:, None] - r == 1,
    ]
    costs = [
        lambda gap, s, r: F.softplus(-gap),
        lambda gap, s, r: F.softplus(gap),
        lambda gap, s, r: torch.relu(1 - gap),
        lambda gap, s, r: torch.sigmoid(-gap),
        lambda gap, s, r: F.logsigmoid(gap),
        lambda gap, s, r: (r[:, None] - r) * F.softplus(-gap),
        lambda gap, s, r: (gap - (r[:, None] - r)) ** 2,
        lambda gap, s, r: (gap < 0).double(),
        lambda gap, s, r: F.softplus(-s)[:, None] + F.softplus(s),
    ]
    zero = torch.tensor(0.0)
    ends = [
        lambda c, v: c[v].mean() if v.any() else zero,
        lambda c, v: c[v].mean(),
        lambda c, v: c[v].sum(),
        lambda c, v: (c * v).mean(),
        lambda c, v: c[v].sum() / len(c),
        lambda c, v: c[v].median() if v.any() else zero,
        lambda c, v: c * v,
    ]
    return all_of(_pairs_of, valid, costs, ends)


SHARES = [
    lambda r: r.softmax(0),
    lambda r: r,
    lambda r: r / r.sum(),
    lambda r: (2**r - 1) / (2**r - 1).sum(),
    lambda r: 2**r / (2**r).sum(),
    lambda r: F.one_hot(r.argmax(), len(r)).double(),
    lambda r: torch.ones_like(r) / len(r),
    lambda r: r.softmax(0).softmax(0),
    lambda r: torch.sigmoid(r),
    lambda r: (-r).softmax(0),
    lambda r: r.log_softmax(0),
    lambda r: r.softmax(0).flip(0),
]


def listnets() -> Iterator[Callable]:
    logs = [
        lambda s: s.log_softmax(0),
        lambda s: s,
        lambda s: s.softmax(0),
        F.logsigmoid,
        lambda s: torch.log(s.softmax(0)),
        lambda s: torch.log(s.softmax(0) + 1e-10),
        lambda s: torch.log(s.exp() / s.exp().sum()),
        lambda s: s.softmax(0).log_softmax(0),
        lambda s: s - s.max(),
        lambda s: s - s.mean(),
    ]
    ends = [
        lambda t, g: -(t * g).sum(),
        lambda t, g: (t * g).sum(),
        lambda t, g: -(t * g).mean(),
        lambda t, g: -(t * g),
        lambda t, g: ((t - g) ** 2).sum(),
        lambda t, g: -(t * g).max(),
        lambda t, g: (t * (torch.log(t) - g)).sum(),
    ]
    return all_of(_listnet, SHARES, logs, ends)


def listmles() -> Iterator[Callable]:
    orders = [
        lambda s, r: _by_grade(r),
        lambda s, r: r.argsort(stable=True),
        lambda s, r: torch.arange(len(s)),
        lambda s, r: s.argsort(descending=True),
        lambda s, r: _by_grade(r).argsort(),
        lambda s, r: r.argsort(stable=True).flip(0),
    ]
    remaining = [
        _from_the_end,
        lambda s: s.logsumexp(0).expand(len(s)),
        lambda s: s.logcumsumexp(0),
        lambda s: s.flip(0).cumsum(0).flip(0),
        lambda s: s.exp().flip(0).cumsum(0).flip(0).log(),
        lambda s: (s.exp().flip(0).cumsum(0).flip(0) + 1e-10).log(),
        lambda s: (s - s.max()).exp().flip(0).cumsum(0).flip(0).log() + s.max(),
        lambda s: s.flip(0).cummax(0).values.flip(0),
        lambda s: 0 * s,
    ]
    ends = [
        lambda left, s: (left - s).sum(),
        lambda left, s: (left - s).mean(),
        lambda left, s: left - s,
        lambda left, s: left[0] - s[0],
        lambda left, s: (left - s)[1:].sum(),
        lambda left, s: (s - left).sum(),
        lambda left, s: (s - left).sum().exp(),
        lambda left, s: left.sum(),
        lambda left, s: (left - s).max(),
    ]
    return all_of(_listmle, orders, remaining, ends)


def worths() -> Iterator[Callable]:
    gains = [lambda r: 2.0**r - 1, lambda r: r, lambda r: 2.0**r, lambda r: (r > 0).double()]
    discounts = [
        lambda places: torch.log2(places + 1),
        lambda places: places,
        lambda places: torch.ones_like(places),
        lambda places: torch.log2(places + 2),
        lambda places: torch.log(places + 1),
    ]
    orders = [
        lambda s, r: _high_first(s),
        lambda s, r: s.argsort(stable=True),
        lambda s, r: torch.arange(len(s)),
        lambda s, r: _high_first(s).argsort(),
        lambda s, r: _high_first(r),
    ]
    bests = [
        lambda s, r: _high_first(r),
        lambda s, r: torch.arange(len(s)),
        lambda s, r: r.argsort(stable=True),
    ]
    cuts = [lambda order, k: order[:k], lambda order, k: order, lambda order, k: order[: k + 1]]
    ends = [
        lambda own, best: own / best if best > 0 else torch.zeros(()),
        lambda own, best: own / best,
        lambda own, best: own,
        lambda own, best: own / best if best > 0 else torch.ones(()),
    ]
    return all_of(_ndcg, gains, discounts, orders, bests, cuts, cuts, ends)


def rankers() -> Iterator[Callable]:
    valid = [
        lambda s, g: _gaps(g) > 0,
        lambda s, g: _gaps(g) >= 0,
        lambda s, g: _gaps(g) < 0,
        lambda s, g: _gaps(g) != 0,
        lambda s, g: _gaps(s) > 0,
        lambda s, g: (g == g.max(1, keepdim=True).values)[:, :, None] & (_gaps(g) > 0),
    ]
    costs = [
        lambda gap, g: F.softplus(-gap),
        lambda gap, g: torch.relu(1 - gap),
        lambda gap, g: torch.sigmoid(-gap),
        lambda gap, g: _gaps(g) * F.softplus(-gap),
        lambda gap, g: (gap - _gaps(g)) ** 2,
        lambda gap, g: (gap - 1) ** 2,
    ]
    ends = [
        lambda c, v: (c * v).sum() / v.sum().clamp(min=1),
        lambda c, v: (c * v).sum(),
        lambda c, v: (c * v).mean(),
        lambda c, v: (c * v).sum((1, 2)).mean(),
        lambda c, v: (c * v)[0].sum(),
    ]
    losses = list(all_of(_pairwise, valid, costs, ends))
    return all_of(_ranker, losses, [0.0, 0.5], [0], [1, -1])


ANSWERS = {
    "pick-01": pairs,
    "pick-02": ranknets,
    "pick-03": listnets,
    "pick-04": listmles,
    "pick-05": worths,
    "pick-06": rankers,
}
