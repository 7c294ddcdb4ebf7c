"""Losses, pulls, bands, prices, descents, likelihoods, intervals and counts, each with parts that are wrong."""

from collections.abc import Callable, Iterator
from math import log, pi

import torch

from lossfns.grading.bank.regression.huber import _huber
from lossfns.grading.bank.regression.likelihood import _nll
from lossfns.grading.bank.regression.lines import _descent, _mended
from lossfns.grading.bank.regression.pinball import _two_prices
from parts import all_of

REDUCTIONS = [
    torch.Tensor.mean,
    torch.Tensor.sum,
    lambda e: e.mean() / 2,
    lambda e: e.mean() * 2,
    lambda e: e.sum() / 2,
    lambda e: e.sum() / (len(e) + 1),
    lambda e: e.mean() / len(e),
    lambda e: e.max(),
    lambda e: e.median(),
    lambda e: e,
    lambda e: e.mean() + 1,
    lambda e: e.mean().sqrt(),
    lambda e: -e.mean(),
    lambda e: e[0],
    lambda e: e[-1] / len(e),
]
PRICES = [
    lambda r: r**2,
    abs,
    lambda r: r,
    lambda r: r**4,
    lambda r: abs(r) ** 1.5,
    lambda r: r**3,
    lambda r: r**2 + abs(r),
    lambda r: abs(r) + 1e-3,
]
ERRORS = [
    lambda p, t: p - t,
    lambda p, t: t - p,
    lambda p, t: p + t,
    lambda p, t: p**2 - t**2,
    lambda p, t: (p - t) / t,
    lambda p, t: (p - t) / p,
    lambda p, t: abs(p) - abs(t),
    lambda p, t: p,
    lambda p, t: t,
]


def losses() -> Iterator[Callable]:
    return all_of(lambda e, c, r: lambda p, t: r(c(e(p, t))), ERRORS, PRICES, REDUCTIONS)


SLOPES = [
    lambda r: 2 * r,
    lambda r: r,
    lambda r: r**2,
    lambda r: 2 * abs(r),
    torch.sign,
    lambda r: -2 * r,
    lambda r: r / 2,
    lambda r: 3 * r**2,
    lambda r: 2 * r.mean() * torch.ones_like(r),
]
SPREADS = [
    lambda s: s / len(s),
    lambda s: s,
    lambda s: s / (len(s) - 1),
    lambda s: s.sum() / len(s),
    lambda s: s / len(s) ** 2,
    lambda s: s / 2,
    lambda s: s * len(s),
    lambda s: s.sum(),
    lambda s: s.flip(0) / len(s),
]


def slopes() -> Iterator[Callable]:
    return all_of(lambda e, s, d: lambda p, t: d(s(e(p, t))), ERRORS, SLOPES, SPREADS)


BANDS = [
    lambda r, d: abs(r) <= d,
    lambda r, d: abs(r) > d,
    lambda r, d: r <= d,
    lambda r, d: r >= -d,
    lambda r, d: r**2 <= d,
    lambda r, d: abs(r) <= 2 * d,
    lambda r, d: abs(r) <= d / 2,
    lambda r, d: abs(r) <= 1,
    lambda r, d: r > 0,
]
INSIDES = [
    lambda r, d: r**2 / 2,
    lambda r, d: r**2,
    lambda r, d: r**2 / (2 * d),
    lambda r, d: r**2 / 4,
    lambda r, d: abs(r) / 2,
    lambda r, d: d * r**2 / 2,
    lambda r, d: 0 * r,
]
OUTSIDES = [
    lambda r, d: d * (abs(r) - d / 2),
    lambda r, d: d * abs(r),
    lambda r, d: d * (abs(r) - d),
    lambda r, d: d * abs(r) - d / 2,
    lambda r, d: d * abs(r) - 0.5,
    lambda r, d: abs(r) - d / 2,
    lambda r, d: abs(r) - 0.5,
    lambda r, d: abs(r),
    lambda r, d: d * abs(r) / 2,
    lambda r, d: d**2 / 2 + 0 * r,
    lambda r, d: d * (r - d / 2),
    lambda r, d: 2 * d * abs(r) - d**2,
    lambda r, d: 0 * r,
]


def pulls_of_huber() -> Iterator[Callable]:
    inside = [
        lambda r, d: r,
        lambda r, d: 2 * r,
        lambda r, d: r / 2,
        lambda r, d: abs(r),
        lambda r, d: r**2 / 2,
        lambda r, d: -r,
        lambda r, d: r / d,
    ]
    outside = [
        lambda r, d: d * r.sign(),
        lambda r, d: r.sign(),
        lambda r, d: r,
        lambda r, d: 0 * r,
        lambda r, d: d + 0 * r,
        lambda r, d: -d * r.sign(),
        lambda r, d: d * (abs(r) - d / 2),
    ]

    def build(i, o, b, spread):
        return lambda p, t, d: spread(torch.where(b(p - t, d), i(p - t, d), o(p - t, d)))

    return all_of(build, inside, outside, BANDS[:6], SPREADS[:2])


ONE_SIDE = [
    lambda u, q: q * u,
    lambda u, q: (1 - q) * u,
    lambda u, q: -q * u,
    lambda u, q: (q - 1) * u,
    lambda u, q: 0 * u,
    lambda u, q: u,
    lambda u, q: -u,
    lambda u, q: q * u**2,
    lambda u, q: (1 - q) * u**2,
    lambda u, q: q * abs(u) / 2,
    lambda u, q: 2 * q * abs(u),
    lambda u, q: q + 0 * u,
    lambda u, q: u / q,
]


def descents() -> Iterator[Callable]:
    steps = [
        lambda pull, x, lr: (lr * (pull * x).sum(), lr * pull.sum()),
        lambda pull, x, lr: (-lr * (pull * x).sum(), -lr * pull.sum()),
        lambda pull, x, lr: (lr * (pull * x).mean(), lr * pull.mean()),
        lambda pull, x, lr: (lr * (pull * x).sum(), lr * pull.mean()),
        lambda pull, x, lr: (lr * pull.sum(), lr * pull.sum()),
        lambda pull, x, lr: (lr * (pull * x).sum(), 0.0),
        lambda pull, x, lr: (0.0, lr * pull.sum()),
        lambda pull, x, lr: (lr * (pull * abs(x)).sum(), lr * pull.sum()),
        lambda pull, x, lr: ((pull * x).sum(), lr * pull.sum()),
        lambda pull, x, lr: (lr * (pull * x).sum(), lr * (pull * x).sum()),
    ]
    asked = [
        lambda g, w, b, x, y: g(w * x + b, y),
        lambda g, w, b, x, y: g(y, w * x + b),
        lambda g, w, b, x, y: g(w * x, y),
        lambda g, w, b, x, y: g(0 * x + b, y),
        lambda g, w, b, x, y: g(b * x + w, y),
        lambda g, w, b, x, y: w * x + b - y,
        lambda g, w, b, x, y: (w * x + b - y).sign() / len(x),
    ]
    ends = [lambda w, b: (w, b), lambda w, b: (b, w), lambda w, b: (-w, b)]
    return all_of(_descent, steps, asked, [(0.0, 0.0), (0.0, 1.0)], [0, 1], ends)


def likelihoods() -> Iterator[Callable]:
    squares = [
        lambda r, s: (r / s) ** 2 / 2,
        lambda r, s: (r / s) ** 2,
        lambda r, s: r**2 / s / 2,
        lambda r, s: r**2 / 2,
        lambda r, s: abs(r) / s,
        lambda r, s: (r * s) ** 2 / 2,
        lambda r, s: -((r / s) ** 2) / 2,
        lambda r, s: 0 * r,
        lambda r, s: r**2 / s**4 / 2,
    ]
    widths = [
        log,
        lambda s: 0,
        lambda s: log(s) / 2,
        lambda s: 2 * log(s),
        lambda s: -log(s),
        lambda s: s,
        lambda s: log(1 + s),
    ]
    rests = [log(2 * pi) / 2, 0, log(pi) / 2, log(2 * pi), -log(2 * pi) / 2, pi / 2, 0.5]
    return all_of(_nll, squares, widths, rests)


def coverages() -> Iterator[Callable]:
    ends = [
        torch.le,
        torch.lt,
        torch.ge,
        torch.gt,
        lambda x, y: torch.ones_like(x, dtype=torch.bool),
    ]
    joins = [torch.logical_and, torch.logical_or, torch.logical_xor]
    shares = [
        lambda c: c.double().mean(),
        torch.Tensor.sum,
        lambda c: 100 * c.double().mean(),
        lambda c: 1 - c.double().mean(),
        torch.Tensor.all,
        torch.Tensor.any,
        torch.Tensor.double,
        lambda c: c.sum() / (len(c) - 1),
        lambda c: c[0],
        lambda c: c.double().mean().round(),
    ]

    def build(left, right, join, share):
        return lambda low, high, t: share(join(left(low, t), right(t, high)))

    return all_of(build, ends, ends, joins, shares)


def trainings() -> Iterator[Callable]:
    errors = [
        lambda pred, y: pred - y[:, None],
        lambda pred, y: y[:, None] - pred,
        lambda pred, y: pred - y,
        lambda pred, y: y - pred,
        lambda pred, y: pred - y[0],
        lambda pred, y: pred - y.mean(),
        lambda pred, y: pred - y[:, None] * 2,
        lambda pred, y: (pred - y[:, None]) * len(y),
        lambda pred, y: (pred - y[:, None]).sign(),
        lambda pred, y: pred - y.flip(0)[:, None],
        lambda pred, y: pred.T - y[:, None],
        lambda pred, y: abs(pred - y[:, None]),
    ]
    return all_of(_mended, errors, [2.0, 1.0, 4.0, 0.5, -2.0])


def counts() -> Iterator[Callable]:
    comparisons = [torch.lt, torch.le, torch.gt, torch.ge, torch.ne, torch.eq]
    columns = [
        lambda q: (q[:, 1:], q[:, :-1]),
        lambda q: (q[:, :-1], q[:, 1:]),
        lambda q: (q[1:], q[:-1]),
        lambda q: (q[:, 1:2], q[:, :1]),
        lambda q: (q[:, -1:], q[:, -2:-1]),
        lambda q: (q[:, -1:], q[:, :1]),
        lambda q: (q[:, 1:], q[:, :1].expand(-1, q.shape[1] - 1)),
        lambda q: (q, q.roll(1, 1)),
        lambda q: (q, q.sort(dim=1).values),
    ]
    results = [
        lambda c: c.any(dim=1).sum(),
        lambda c: c.sum(),
        lambda c: c.all(dim=1).sum(),
        lambda c: c.any(dim=1).double().mean(),
        lambda c: c.any(),
        lambda c: c.any(dim=1),
        lambda c: c.any(dim=0).sum(),
        lambda c: (~c).any(dim=1).sum(),
        lambda c: c.double().mean(),
        lambda c: c.sum() / len(c),
        lambda c: c.sum(dim=1).max(),
    ]
    return all_of(lambda c, two, r: lambda q: r(c(*two(q))), comparisons, columns, results)


ANSWERS = {
    "reg-01": losses,
    "reg-02": slopes,
    "reg-03": lambda: all_of(_huber, INSIDES, OUTSIDES, BANDS),
    "reg-04": pulls_of_huber,
    "reg-05": lambda: all_of(_two_prices, ONE_SIDE, ONE_SIDE),
    "reg-06": descents,
    "reg-07": likelihoods,
    "reg-08": coverages,
    "reg-10": trainings,
    "reg-12": counts,
}
