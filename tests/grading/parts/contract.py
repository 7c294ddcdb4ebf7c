"""Functionals, decisions, priors, orders and prices, each with parts that are wrong."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from lossfns.grading.bank.contract.decisions import _deciding
from lossfns.grading.bank.contract.functionals import _by
from lossfns.grading.bank.contract.lateness import _late
from lossfns.grading.bank.contract.orders import _level
from lossfns.grading.bank.contract.totals import _by_group, _geometric
from lossfns.grading.bank.contract.worlds import _moved
from parts import all_of


def askings() -> Iterator[Callable]:
    scores = [
        lambda loss, g, t: loss(g, t).mean(),
        lambda loss, g, t: loss(t, g).mean(),
        lambda loss, g, t: loss(g, t).max(),
        lambda loss, g, t: loss(g, t).min(),
        lambda loss, g, t: loss(g, t)[0],
        lambda loss, g, t: loss(g, t)[-1],
        lambda loss, g, t: loss(g, t).std(),
        lambda loss, g, t: loss(g, t[1:]).mean(),
        lambda loss, g, t: loss(g, t.unique()).mean(),
        lambda loss, g, t: loss(g, t.unique()).max(),
        lambda loss, g, t: loss(g, t.mean()[None]).mean(),
        lambda loss, g, t: (g - t.mean()).abs(),
        lambda loss, g, t: (g - t.median()).abs(),
        lambda loss, g, t: (g - torch.quantile(t, 0.5)).abs(),
        lambda loss, g, t: (g - t).abs().mean(),
        lambda loss, g, t: (g - t).square().mean(),
        lambda loss, g, t: loss(2 * g, t).mean(),
        lambda loss, g, t: g,
        lambda loss, g, t: torch.quantile(loss(g, t), 0.5),
    ]
    picks = [
        lambda c, g: g[c.argmin()],
        lambda c, g: g[c.argmax()],
        lambda c, g: c.argmin(),
        lambda c, g: c.min(),
        lambda c, g: c,
        lambda c, g: g[c.argsort()[1]],
        lambda c, g: g[0],
        lambda c, g: g[c.argmin() - 1],
        lambda c, g: g.sort().values[c.argmin()],
        lambda c, g: g[:-1][c[:-1].argmin()],
        lambda c, g: g[1:][c[1:].argmin()],
    ]
    return all_of(_by, scores, picks)


def decisions() -> Iterator[Callable]:
    scores = [
        lambda p, c: p @ c,
        lambda p, c: p.round() @ c,
        lambda p, c: p**2 @ c,
        lambda p, c: p.log() @ c,
        lambda p, c: p @ c**2,
        lambda p, c: (p[:, :, None] * c).amax(1),
        lambda p, c: (p[:, :, None] * c).amin(1),
        lambda p, c: c[p.argmax(1)],
        lambda p, c: c.mean(0).expand(len(p), -1),
        lambda p, c: c.amax(0).expand(len(p), -1),
        lambda p, c: (1 - p) @ c,
        lambda p, c: p.softmax(1) @ c,
        lambda p, c: p @ (c - c.mean()),
        lambda p, c: p @ (c - c.amin(1, keepdim=True)),
        lambda p, c: p @ (c / c.sum(1, keepdim=True)),
        lambda p, c: p @ (c / c.sum(0)),
        lambda p, c: p * c.sum(1),
        lambda p, c: p.flip(1) @ c,
    ]
    picks = [
        lambda s: s.argmin(1),
        lambda s: s.argmax(1),
        lambda s: s.argmin(0),
        lambda s: s.argmin(),
        lambda s: s.amin(1),
        lambda s: s,
        lambda s: s.argmin(1) + 1,
        lambda s: s.argsort(1)[:, 1],
        lambda s: s.argmin(1).flip(0),
    ]
    return all_of(_deciding, scores, picks)


def worlds() -> Iterator[Callable]:
    weights = [
        lambda p, old, new: p * new / old,
        lambda p, old, new: p * old / new,
        lambda p, old, new: p * new,
        lambda p, old, new: p / old,
        lambda p, old, new: p * new * old,
        lambda p, old, new: p + new - old,
        lambda p, old, new: p,
        lambda p, old, new: p * (new / old) ** 2,
        lambda p, old, new: p * (new / old).sqrt(),
        lambda p, old, new: p.log() + new.log() - old.log(),
        lambda p, old, new: p + new.log() - old.log(),
        lambda p, old, new: p / (1 - p) * new / old,
        lambda p, old, new: p / (1 - p) * new / (1 - new),
        lambda p, old, new: (p + new - old).clamp(min=0),
        lambda p, old, new: p * new / p.mean(0),
        lambda p, old, new: p * new / (p * new).sum(1, keepdim=True) / old,
        lambda p, old, new: (new / old).expand_as(p),
        lambda p, old, new: p**2 * new / old,
        lambda p, old, new: p * new.flip(0) / old,
        lambda p, old, new: new + 0 * p,
    ]
    ends = [
        lambda w: w / w.sum(1, keepdim=True),
        lambda w: w,
        lambda w: torch.softmax(w, 1),
        lambda w: w / w.sum(0, keepdim=True),
        lambda w: w / w.sum(),
        lambda w: w.argmax(1),
        lambda w: w / w.amax(1, keepdim=True),
        lambda w: w / (1 + w),
        lambda w: w.log(),
    ]
    return all_of(_moved, weights, ends)


def orders() -> Iterator[Callable]:
    shares = [
        lambda s, o: s / (s + o),
        lambda s, o: o / (s + o),
        lambda s, o: min(s / o, 1.0),
        lambda s, o: min(o / s, 1.0),
        lambda s, o: 0.5,
        lambda s, o: s**2 / (s**2 + o**2),
        lambda s, o: s / (s + 2 * o),
        lambda s, o: 1.0,
        lambda s, o: 0.0,
        lambda s, o: (s - o) / (s + o),
    ]
    places = [
        lambda q, n: int(np.ceil(q * n - 1e-9)) - 1,
        lambda q, n: int(np.floor(q * n + 1e-9)),
        lambda q, n: int(np.ceil(q * n - 1e-9)),
        lambda q, n: int(np.floor(q * n + 1e-9)) - 1,
        lambda q, n: round(q * n),
        lambda q, n: round(q * n) - 1,
        lambda q, n: round(q * (n - 1)),
        lambda q, n: int(q * (n - 1)),
        lambda q, n: n - 1 - int(q * n),
        lambda q, n: int(q * (n + 1)) - 1,
        lambda q, n: int(np.ceil(q * n - 1e-9)) - 2,
    ]
    return all_of(_level, shares, places)


def lateness() -> Iterator[Callable]:
    one_side = [
        lambda d, w: w * d**2,
        lambda d, w: d**2,
        lambda d, w: (w * d) ** 2,
        lambda d, w: w * d.abs(),
        lambda d, w: d.abs(),
        lambda d, w: 0 * d,
        lambda d, w: d**2 / w,
        lambda d, w: d**2 + w,
        lambda d, w: w**0.5 * d**2,
        lambda d, w: w * d,
        lambda d, w: (1 - w) * d**2,
        lambda d, w: max(w, 1.0) * d**2,
    ]
    reductions = [
        torch.mean,
        torch.sum,
        lambda x: x,
        lambda x: x.mean() / 2,
        torch.max,
        lambda x: x.mean().sqrt(),
    ]
    misses = [lambda p, a: a - p, lambda p, a: p - a, lambda p, a: a, lambda p, a: (a - p) / p]
    return all_of(_late, one_side, one_side, reductions, misses)


def bills() -> Iterator[Callable]:
    statistics = [
        torch.mean,
        _geometric,
        lambda b: torch.quantile(b, 0.5),
        torch.median,
        torch.sum,
        torch.max,
        torch.min,
        lambda b: b.log().mean(),
        lambda b: b.mean().log(),
        lambda b: (b**2).mean().sqrt(),
        lambda b: 1 / (1 / b).mean(),
        lambda b: b.sum() / (len(b) + 1),
        lambda b: b.sqrt().mean() ** 2,
        lambda b: b[0],
        lambda b: (b.log().mean() + b.log().var(unbiased=False) / 2).exp(),
    ]
    afters = [
        lambda pred, b: pred,
        lambda pred, b: pred * b.sum() / pred.sum(),
        lambda pred, b: pred + (b - pred).mean(),
        lambda pred, b: pred.mean() + 0 * b,
        lambda pred, b: pred.sum(),
        lambda pred, b: (pred + b) / 2,
        lambda pred, b: pred * (b / pred).mean(),
        lambda pred, b: 2 * pred,
        lambda pred, b: pred.flip(0),
        lambda pred, b: pred * ((b / pred).log().var() / 2).exp(),
        lambda pred, b: pred * ((b / pred).log().var(unbiased=False) / 2).exp(),
    ]
    return all_of(_by_group, statistics, afters)


ANSWERS = {
    "ctr-01": askings,
    "ctr-02": decisions,
    "ctr-03": worlds,
    "ctr-04": orders,
    "ctr-05": lateness,
    "ctr-09": bills,
}
