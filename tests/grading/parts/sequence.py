"""Shifts, masks, targets, averages, units, chains and counts, each with parts that are wrong."""

from collections.abc import Callable, Iterator
from math import log

import torch

from lossfns.grading.bank.sequence.accumulation import MASKED, _weighted
from lossfns.grading.bank.sequence.chain import _weighted as _chain
from lossfns.grading.bank.sequence.evaluation import _over_batches
from lossfns.grading.bank.sequence.measures import _bits, _nll, _p
from lossfns.grading.bank.sequence.shift import _at, _table_training
from lossfns.grading.bank.sequence.targets import _kept, _rows, _smooth
from parts import all_of

PAIRS = [
    lambda p, x: (p[:, :-1], x[:, 1:]),
    lambda p, x: (p, x),
    lambda p, x: (p[:, 1:], x[:, :-1]),
    lambda p, x: (p[:, 1:], x[:, 1:]),
    lambda p, x: (p[:, :-1], x[:, :-1]),
    lambda p, x: (p[:, :-2], x[:, 2:]),
    lambda p, x: (p, x.roll(-1, 1)),
    lambda p, x: (p, x.roll(1, 1)),
    lambda p, x: (p, x.roll(-1)),
    lambda p, x: (p[:-1], x[1:]),
    lambda p, x: (p[:, :-1], x[:, 1:].flip(1)),
    lambda p, x: (p.flip(1)[:, :-1], x[:, 1:]),
]
TURNS = [
    lambda x: -x,
    lambda x: x,
    torch.exp,
    lambda x: torch.exp(-x),
    lambda x: -x / log(2),
    lambda x: 1 - torch.exp(x),
    lambda x: -torch.log1p(-torch.exp(x)),
    lambda x: x**2,
    lambda x: -x * torch.exp(x),
]
ENDS = [
    lambda x: x,
    torch.Tensor.mean,
    torch.Tensor.sum,
    lambda x: x.mean(1),
    lambda x: x.sum(0),
    torch.Tensor.flatten,
    lambda x: x.T,
    lambda x: x / x.shape[1],
    lambda x: x.cumsum(1),
    lambda x: x[:, :1],
    lambda x: torch.nn.functional.pad(x, (0, 1)),
]


def shifts() -> Iterator[Callable]:
    return all_of(lambda pair, turn, end: lambda p, x: end(turn(_at(*pair(p, x)))), PAIRS, TURNS, ENDS)


def masked_means() -> Iterator[Callable]:
    totals = [
        lambda x, m: x[m].sum(),
        lambda x, m: (x * m).sum(),
        lambda x, m: x.sum(),
        lambda x, m: x[~m].sum(),
        lambda x, m: _kept(x, m),
        lambda x, m: x[m].max() if m.any() else 0.0,
        lambda x, m: _rows(x, m).sum(),
        lambda x, m: _kept(x, m).nansum(),
        lambda x, m: x.nansum(),
    ]
    counts = [
        lambda x, m: m.sum().clamp(min=1),
        lambda x, m: m.sum(),
        lambda x, m: m.numel(),
        lambda x, m: len(x),
        lambda x, m: x.shape[1],
        lambda x, m: m.any(1).sum().clamp(min=1),
        lambda x, m: 1,
        lambda x, m: m.sum() + 1,
        lambda x, m: (~m).sum().clamp(min=1),
        lambda x, m: m.sum(1).max().clamp(min=1),
    ]
    ends = [lambda y: y, lambda y: -y, lambda y: y / 2]
    return all_of(lambda total, count, end: lambda x, m: end(total(x, m) / count(x, m)), totals, counts, ends)


def smoothed() -> Iterator[Callable]:
    came = [
        lambda e, v: 1 - e + e / v,
        lambda e, v: 1 - e,
        lambda e, v: 1.0,
        lambda e, v: 1 + e / v,
        lambda e, v: e,
        lambda e, v: 1 - e / v,
        lambda e, v: 1 - e + e / (v - 1),
    ]
    others = [
        lambda e, v: e / v,
        lambda e, v: e / (v - 1),
        lambda e, v: 0.0,
        lambda e, v: e,
        lambda e, v: (1 - e) / v,
        lambda e, v: e / (v + 1),
    ]
    weights = [(on, off) for on in came for off in others]
    ends = [torch.Tensor.mean, torch.Tensor.sum, lambda losses: losses]
    return all_of(_smooth, weights, weights, ends)


def perplexities() -> Iterator[Callable]:
    losses = [
        _nll,
        lambda z, t: -torch.log(_p(z, t)),
        lambda z, t: _p(z, t),
        lambda z, t: -z.gather(1, t[:, None])[:, 0],
        lambda z, t: -z.log_softmax(0).gather(1, t[:, None])[:, 0],
        lambda z, t: -z.log_softmax(1).max(1).values,
        lambda z, t: -z.log_softmax(1).mean(1),
        lambda z, t: -torch.log(_p(z, t) + 1e-6),
        lambda z, t: 1 - _p(z, t),
    ]
    means = [
        torch.Tensor.mean,
        torch.Tensor.sum,
        torch.Tensor.median,
        lambda x: x.sum() / max(len(x) - 1, 1),
        lambda x: x,
        lambda x: x[0],
        lambda x: x[-1],
        lambda x: x.mean() / log(2),
        torch.Tensor.max,
    ]
    ends = [torch.exp, lambda x: x, lambda x: 2**x, lambda x: 1 / x, lambda x: torch.exp(-x), lambda x: 10**x]
    return all_of(lambda loss, mean, end: lambda z, t: end(mean(loss(z, t))), losses, means, ends)


def bits() -> Iterator[Callable]:
    lengths = [
        lambda x, text: len(text.encode("utf-8")),
        lambda x, text: len(text),
        lambda x, text: len(x),
        lambda x, text: len(text.split()),
        lambda x, text: len(text.strip().encode()),
        lambda x, text: 1,
        lambda x, text: 8 * len(text.encode()),
        lambda x, text: len(text.encode()) - 1 or 1,
        lambda x, text: len(text.encode("utf-16")),
        lambda x, text: len(set(text)),
        lambda x, text: len(x) * len(text.encode()),
        lambda x, text: len(text.encode("utf-32")),
    ]
    units = [log(2), 1.0, 1 / log(2), log(10), -log(2), 2.0, log(2) ** 2, 8 * log(2)]
    totals = [
        torch.Tensor.sum,
        torch.Tensor.mean,
        torch.Tensor.max,
        lambda x: x,
        lambda x: x[0],
        lambda x: x.exp().sum(),
    ]
    return all_of(_bits, lengths, units, totals)


def chains() -> Iterator[Callable]:
    shares = [
        lambda p: torch.linalg.matrix_power(p, 1000)[0],
        lambda p: torch.full((len(p),), 1 / len(p), dtype=p.dtype),
        lambda p: p[0],
        lambda p: p.mean(0),
        lambda p: (p @ p).mean(0),
        lambda p: torch.linalg.matrix_power(p, 3)[0],
        lambda p: p.sum(0),
        lambda p: torch.linalg.matrix_power(p, 1000)[:, 0],
        lambda p: torch.ones_like(p[0]),
        lambda p: torch.linalg.matrix_power(p.T / p.T.sum(1, keepdim=True), 1000)[0],
    ]
    rows = [
        lambda p: -torch.xlogy(p, p).sum(1),
        lambda p: -torch.xlogy(p, p).sum(0),
        lambda p: -(p * p.log()).sum(1),
        lambda p: -torch.xlogy(p, p).sum(1) / log(2),
        lambda p: torch.xlogy(p, p).sum(1),
        lambda p: -torch.log((p * p).sum(1)),
        lambda p: -torch.log(p.max(1).values),
        lambda p: 1 - (p * p).sum(1),
        lambda p: -torch.xlogy(p, p).mean(1),
        lambda p: -torch.xlogy(p, p).sum(1).exp(),
        lambda p: torch.full_like(p[0], log(len(p))),
    ]
    ends = [lambda h: h, lambda h: h.exp(), lambda h: h / 2]
    return all_of(lambda s, r, end: lambda p: end(_chain(s, r)(p)), shares, rows, ends)


def accumulations() -> Iterator[Callable]:
    weights = [
        lambda part: int((part != MASKED).sum()),
        lambda part: 1,
        lambda part: part.numel(),
        lambda part: len(part),
        lambda part: part.shape[1],
        lambda part: int((part != MASKED).any()),
        lambda part: int((part != MASKED).sum()) ** 0.5,
        lambda part: int((part != MASKED).sum()) + 1,
        lambda part: int((part > 0).sum()),
        lambda part: int((part != MASKED).any(1).sum()),
    ]
    divisions = [
        lambda weights, parts: max(sum(weights), 1),
        lambda weights, parts: len(parts),
        lambda weights, parts: 1,
        lambda weights, parts: sum(part.numel() for part in parts),
        lambda weights, parts: sum(len(part) for part in parts),
        lambda weights, parts: sum(int((part != MASKED).sum()) for part in parts),
        lambda weights, parts: max(weights[-1], 1),
        lambda weights, parts: max(weights),
        lambda weights, parts: sum(weights) * len(parts),
        lambda weights, parts: -max(sum(weights), 1),
    ]
    picked = [
        lambda parts: parts,
        lambda parts: parts[:1],
        lambda parts: parts[-1:],
        lambda parts: parts[:-1] or parts,
    ]

    def build(weight, divide, pick):
        return lambda g, w, parts: _weighted(weight, divide)(g, w, pick(parts))

    return all_of(build, weights, divisions, picked)


def evaluations() -> Iterator[Callable]:
    weights = [
        lambda x, m: m.sum(),
        lambda x, m: 1,
        lambda x, m: len(x),
        lambda x, m: m.shape[1],
        lambda x, m: m.any(0).sum(),
        lambda x, m: m.sum() ** 2,
        lambda x, m: m.sum() + 1,
    ]
    ones = [
        lambda x, m: x[m].mean(),
        lambda x, m: x[m].sum(),
        lambda x, m: x.mean(),
        lambda x, m: x[m].mean().exp(),
        lambda x, m: x[m].exp().mean(),
        lambda x, m: x[m].median(),
        lambda x, m: _rows(x, m).mean(),
        lambda x, m: _kept(x, m).mean(),
        lambda x, m: x[m].max(),
    ]
    ends = [
        torch.exp,
        lambda mean: mean,
        lambda mean: 2**mean,
        lambda mean: (-mean).exp(),
        lambda mean: mean / log(2),
    ]
    return all_of(_over_batches, weights, ones, ends)


def tables() -> Iterator[Callable]:
    pairs = [
        lambda x: (x[:, :-1], x[:, 1:]),
        lambda x: (x, x),
        lambda x: (x[:, 1:], x[:, :-1]),
        lambda x: (x[:, :-1], x[:, :-1]),
        lambda x: (x, x.roll(-1, 1)),
        lambda x: (x, x.roll(-1)),
        lambda x: (x[:, :-2], x[:, 2:]),
        lambda x: (x[:-1], x[1:]) if len(x) > 1 else (x, x),
        lambda x: (x.flatten()[:-1], x.flatten()[1:]),
        lambda x: (x[:, :-1], x[:, 1:].flip(1)),
        lambda x: (x[:, 1:-1], x[:, 2:]),
    ]
    counts = [
        lambda read, x: read.numel(),
        lambda read, x: x.numel(),
        lambda read, x: len(x),
        lambda read, x: x.shape[1],
        lambda read, x: 1,
        lambda read, x: x.shape[1] - 1,
    ]
    ends = [lambda table: table, lambda table: table.T, lambda table: table.softmax(-1)]
    return all_of(_table_training, pairs, [1.0, -1.0], counts, ends)


ANSWERS = {
    "seq-01": shifts,
    "seq-02": masked_means,
    "seq-03": smoothed,
    "seq-04": perplexities,
    "seq-05": bits,
    "seq-06": chains,
    "seq-07": accumulations,
    "seq-08": evaluations,
    "seq-09": tables,
}
