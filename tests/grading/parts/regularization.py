"""Bills, pulls, thresholds, proximal steps, ridge, prices and decays, each with parts that are wrong."""

from collections.abc import Callable, Iterator

import torch

from lossfns.grading.bank.regularization.decay import _adam, _inside, _plain
from lossfns.grading.bank.regularization.dialects import _dialects
from lossfns.grading.bank.regularization.elastic_net import _prox
from lossfns.grading.bank.regularization.fitting import _eye, _solved
from lossfns.grading.bank.regularization.payers import _everything, _scaled
from lossfns.grading.bank.regularization.penalties import _both
from lossfns.grading.bank.regularization.proximal import _ista
from lossfns.grading.bank.regularization.shrinking import _soft
from parts import all_of


def bills() -> Iterator[Callable]:
    each = [
        lambda w: (w**2).sum(),
        lambda w: (w**2).mean(),
        lambda w: w.abs().sum(),
        lambda w: (w**2).sum().sqrt(),
        lambda w: w.sum() ** 2,
        lambda w: w.sum(),
        lambda w: (w**2).max(),
        lambda w: (w**2).sum() / 2,
        lambda w: 2 * w.abs().sum(),
        lambda w: (w**4).sum(),
        lambda w: (w[0] ** 2).sum(),
        lambda w: (w[:, 0] ** 2).sum(),
        lambda w: (w.clamp(min=0) ** 2).sum(),
        lambda w: (w**2).sum(dim=0).max(),
    ]
    joins = [
        lambda a, b, lam: lam * (a + b),
        lambda a, b, lam: lam * a,
        lambda a, b, lam: lam * b,
        lambda a, b, lam: lam * a + b,
        lambda a, b, lam: a + lam * b,
        lambda a, b, lam: a + b,
        lambda a, b, lam: lam * (a - b),
        lambda a, b, lam: lam * a * b,
        lambda a, b, lam: lam * (a + b) / 2,
        lambda a, b, lam: lam**2 * (a + b),
        lambda a, b, lam: (a + b) / lam,
        lambda a, b, lam: lam * torch.maximum(a, b),
        lambda a, b, lam: lam * (a + b).abs().sqrt(),
        lambda a, b, lam: lam + a + b,
        lambda a, b, lam: 2 * lam * (a + b),
    ]
    return all_of(_both, each, joins)


def pulls() -> Iterator[Callable]:
    shapes = [
        lambda w: 2 * w,
        lambda w: w,
        lambda w: w**2,
        lambda w: 2 * w**2,
        lambda w: w.sign(),
        lambda w: w.abs(),
        lambda w: 2 * w.abs(),
        lambda w: torch.ones_like(w),
        lambda w: (w >= 0) * 2.0 - 1,
        lambda w: w / w.norm(),
        lambda w: w.clamp(-1, 1),
        lambda w: (w > 0) * 1.0,
        lambda w: 3 * w**2,
        lambda w: w.sign() * w**2,
    ]
    priced = [
        lambda s, lam: lam * s,
        lambda s, lam: s,
        lambda s, lam: -lam * s,
        lambda s, lam: lam * s / 2,
        lambda s, lam: lam**2 * s,
        lambda s, lam: lam + s,
        lambda s, lam: s / lam,
        lambda s, lam: 2 * lam * s,
    ]
    ends = [
        lambda p, w: p,
        lambda p, w: p.sum(),
        lambda p, w: p / len(p),
        lambda p, w: w - p,
        lambda p, w: p.flip(0),
        lambda p, w: p.mean() * torch.ones_like(p),
    ]
    return all_of(lambda s, p, e: lambda w, lam: e(p(s(w), lam), w), shapes, priced, ends)


THRESHOLDS = [
    lambda t: t,
    lambda t: t / 2,
    lambda t: 2 * t,
    lambda t: t**2,
    lambda t: t**0.5,
    lambda t: 0 * t,
    lambda t: t + 0.1,
]
CUTS = [
    _soft,
    lambda w, t: w - t * w.sign(),
    lambda w, t: torch.where(w.abs() > t, w, 0.0),
    lambda w, t: torch.where(w.abs() > t, w - t, 0.0),
    lambda w, t: (w - t).clamp(min=0),
    lambda w, t: (w.abs() - t).clamp(min=0),
    lambda w, t: w.clamp(-t, t),
    lambda w, t: w - t,
    lambda w, t: w * (1 - t),
    lambda w, t: w / (1 + 2 * t),
    lambda w, t: w.sign() * (w.abs() + t),
    lambda w, t: w.sign() * (w.abs() - t).abs(),
    lambda w, t: torch.where(w.abs() < t, w, 0.0),
    lambda w, t: torch.where(w > t, w - t, w),
    lambda w, t: torch.where(w < -t, w + t, 0.0),
    lambda w, t: w.sign() * (w**2 - t**2).clamp(min=0).sqrt(),
]


def thresholds() -> Iterator[Callable]:
    ends = [
        lambda v: v,
        lambda v: -v,
        lambda v: v.abs(),
        lambda v: v.sum(),
        lambda v: v / 2,
        lambda v: v.round(),
    ]
    return all_of(lambda t, c, e: lambda w, threshold: e(c(w, t(threshold))), THRESHOLDS, CUTS, ends)


def steps() -> Iterator[Callable]:
    slopes = [
        lambda w, X, y: 2 * X.T @ (X @ w - y) / len(y),
        lambda w, X, y: X.T @ (X @ w - y) / len(y),
        lambda w, X, y: 2 * X.T @ (X @ w - y),
        lambda w, X, y: X.T @ (X @ w - y),
        lambda w, X, y: -2 * X.T @ (X @ w - y) / len(y),
        lambda w, X, y: 2 * X.T @ (X @ w) / len(y),
        lambda w, X, y: 2 * X.T @ (X @ w - y).sign() / len(y),
        lambda w, X, y: 2 * X.T @ (X @ w - y) / len(w),
        lambda w, X, y: -2 * X.T @ y / len(y),
    ]
    moves = [
        lambda w, g, lr: w - lr * g,
        lambda w, g, lr: w + lr * g,
        lambda w, g, lr: w - g,
        lambda w, g, lr: -lr * g,
        lambda w, g, lr: w,
    ]
    fees = [
        lambda lr, lam: lr * lam,
        lambda lr, lam: lam,
        lambda lr, lam: lr * lam / 2,
        lambda lr, lam: 2 * lr * lam,
        lambda lr, lam: lr,
        lambda lr, lam: lr**2 * lam,
        lambda lr, lam: 0.0,
    ]
    return all_of(_ista, slopes, moves, fees, CUTS[:8])


def proxes() -> Iterator[Callable]:
    fees = [
        lambda s, l1, l2: s * l1,
        lambda s, l1, l2: l1,
        lambda s, l1, l2: s * l1 / 2,
        lambda s, l1, l2: 2 * s * l1,
        lambda s, l1, l2: s * l2,
        lambda s, l1, l2: s * (l1 + l2),
        lambda s, l1, l2: 0.0,
    ]
    shrinks = [
        lambda s, l1, l2: 1 + 2 * s * l2,
        lambda s, l1, l2: 1 + s * l2,
        lambda s, l1, l2: 1 + 2 * l2,
        lambda s, l1, l2: 1 + 2 * s * l1,
        lambda s, l1, l2: 1.0,
        lambda s, l1, l2: 1 / (1 - 2 * s * l2 + 1e-9),
        lambda s, l1, l2: 1 + s**2 * l2,
        lambda s, l1, l2: 1 + l2,
    ]
    return all_of(_prox, fees, shrinks, CUTS[:7])


def ridges() -> Iterator[Callable]:
    moments = [lambda X: X.T @ X / len(X), lambda X: X.T @ X, lambda X: X.T @ X / X.shape[1], _eye]
    fees = [
        lambda X, lam: lam * _eye(X),
        lambda X, lam: 2 * lam * _eye(X),
        lambda X, lam: lam / 2 * _eye(X),
        lambda X, lam: len(X) * lam * _eye(X),
        lambda X, lam: lam / len(X) * _eye(X),
        lambda X, lam: lam**2 * _eye(X),
        lambda X, lam: lam**0.5 * _eye(X),
        lambda X, lam: _eye(X),
        lambda X, lam: lam + 1e-9 * _eye(X),
        lambda X, lam: 1e-6 * _eye(X),
    ]
    rights = [
        lambda X, y: X.T @ y / len(y),
        lambda X, y: X.T @ y,
        lambda X, y: -X.T @ y / len(y),
        lambda X, y: X.T @ (y - y.mean()) / len(y),
        lambda X, y: X.T @ y / len(y) ** 2,
    ]
    return all_of(lambda m, f, r: _solved(lambda X, lam: m(X) + f(X, lam), r), moments, fees, rights)


def translations() -> Iterator[Callable]:
    factors = [0.25, 0.5, 1.0, 2.0, 4.0]
    with_n = [
        lambda n: n,
        lambda n: 1,
        lambda n: 2,
        lambda n: 1 / n,
        lambda n: 2 * n,
        lambda n: n / 2,
        lambda n: n + 1,
        lambda n: n**2,
        lambda n: n**0.5,
    ]
    return all_of(_dialects, factors, factors, with_n)


def adams() -> Iterator[Callable]:
    ends = [
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - lr * step,
        _plain,
        lambda w, step, lr, decay, g, w0, t: (1 - decay) * w - lr * step,
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * (w - lr * step),
        lambda w, step, lr, decay, g, w0, t: (1 + lr * decay) * w - lr * step,
        lambda w, step, lr, decay, g, w0, t: (1 - 2 * lr * decay) * w - lr * step,
        lambda w, step, lr, decay, g, w0, t: w - lr * step - lr * decay * w0,
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - lr * g,
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w - step,
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay) * w + lr * step,
        lambda w, step, lr, decay, g, w0, t: w - lr * decay * w.sign() - lr * step,
        lambda w, step, lr, decay, g, w0, t: (1 - lr * decay / t) * w - lr * step,
        lambda w, step, lr, decay, g, w0, t: w - lr * (step + decay * w**2),
    ]
    fed = [lambda g, w, decay: g, _inside, lambda g, w, decay: g - decay * w, lambda g, w, decay: decay * g]
    return all_of(_adam, ends, fed, fed, [True, False])


def payers() -> Iterator[Callable]:
    shrunk = [
        lambda g, w, b: (0, 2 * w, 0),
        _everything,
        lambda g, w, b: (0, 0, 0),
        lambda g, w, b: (2 * g, 2 * w, 0),
        lambda g, w, b: (0, 2 * w, 2 * b),
        lambda g, w, b: (2 * g, 0, 2 * b),
        lambda g, w, b: (0, w, 0),
        lambda g, w, b: (0, 4 * w, 0),
        lambda g, w, b: (0, w.sign(), 0),
        lambda g, w, b: (2 * (g - 1), 2 * w, 0),
        lambda g, w, b: (0, 2 * w.sum(), 0),
    ]
    slopes = [
        lambda s: s,
        lambda s: (s[0], s[1], 0 * s[2]),
        lambda s: (0 * s[0], s[1], s[2]),
        lambda s: (s[1], s[0], s[2]),
        lambda s: (-s[0], s[1], s[2]),
        lambda s: tuple(part / 2 for part in s),
    ]
    starts = [lambda y: 0 * y.sum(), lambda y: y.mean(), lambda y: 0 * y.sum() + 1]
    moves = [
        lambda p, s, k, lr, lam: p - lr * (s + lam * k),
        lambda p, s, k, lr, lam: p - lr * s - lam * k,
        lambda p, s, k, lr, lam: p - lr * (s + lam**2 * k),
        lambda p, s, k, lr, lam: p - lr * s * (1 + lam),
    ]
    return all_of(_scaled, shrunk, slopes, starts, moves)


ANSWERS = {
    "pen-01": bills,
    "pen-02": pulls,
    "pen-03": pulls,
    "pen-04": thresholds,
    "pen-05": steps,
    "pen-06": proxes,
    "pen-07": ridges,
    "pen-08": translations,
    "pen-10": adams,
    "pen-11": payers,
}
