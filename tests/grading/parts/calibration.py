"""Bins, errors, scores, temperatures and soft targets, each with parts that are wrong."""

from collections.abc import Callable, Iterator

import torch

from lossfns.grading.bank.calibration.bins import (
    _between,
    _binned,
    _edge_too_few,
    _equal_mass,
    _floor,
    _from_data,
    _mean,
    _members,
    _middles,
    _uppers,
)
from lossfns.grading.bank.calibration.chance import _corrected
from lossfns.grading.bank.calibration.cutting import (
    _centred,
    _corner_swapped,
    _cut,
    _moved_inside,
    _one_less,
    _one_more,
    _sides_swapped,
    _sliced,
    _whole,
)
from lossfns.grading.bank.calibration.errors import (
    _each_class,
    _error,
    _of_the_truth,
    _top,
    _weighted,
)
from lossfns.grading.bank.calibration.mixing import _blend, _inverse, _mixed, _swapped_blend
from lossfns.grading.bank.calibration.scores import _brier, _named_one, _truth
from lossfns.grading.bank.calibration.smoothing import _smoothed
from lossfns.grading.bank.calibration.temperature import _newton, _spread, _true
from lossfns.grading.bank.calibration.unseen import _fitted
from lossfns.grading.bank.calibration.weather import _parts
from parts import all_of

MEMBERS = [
    _members,
    _floor,
    _between(torch.ge, torch.lt),
    _between(torch.gt, torch.le),
    _between(torch.ge, torch.le),
    _between(torch.gt, torch.lt),
    _from_data,
    _equal_mass,
    lambda c, bins: _members(1 - c, bins),
    lambda c, bins: _members(c**2, bins),
    _edge_too_few(),
]


def tables() -> Iterator[Callable]:
    said = [
        _mean,
        _middles,
        _uppers,
        lambda c, m: (m * c).sum(1),
        lambda c, m: _mean(c, m).nan_to_num(),
        lambda c, m: (m * c).max(1).values,
        lambda c, m: c.mean().expand(len(m)),
    ]
    was = [
        _mean,
        lambda r, m: (m * r).sum(1),
        lambda r, m: 1 - _mean(r, m),
        lambda r, m: _mean(r, m).nan_to_num(),
        lambda r, m: (m * r).sum(1) / len(r),
        lambda r, m: _mean(r, m).round(),
    ]
    counts = [lambda m: m.sum(1), lambda m: m.sum(1) / m.shape[1], lambda m: m.any(1)]
    ends = [lambda rows: rows, lambda rows: rows[[0, 2, 1]], lambda rows: rows.flip(1), lambda rows: rows.T]
    return all_of(lambda m, n, s, w, e: _binned(m, n, s, w, e), MEMBERS, counts, said, was, ends)


def errors() -> Iterator[Callable]:
    looks = [
        _top,
        _of_the_truth,
        _each_class,
        lambda p, t: (p.min(1).values, (p.argmin(1) == t).to(p.dtype)),
        lambda p, t: (1 - p.max(1).values, _top(p, t)[1]),
        lambda p, t: (p.max(1).values, 1 - _top(p, t)[1]),
    ]
    said = [_mean, _middles, _uppers, lambda c, m: (m * c).sum(1)]
    joins = [
        _weighted,
        lambda g, n: g.abs().mean(),
        lambda g, n: g.abs().sum(),
        lambda g, n: g.abs().max(),
        lambda g, n: (n * g).sum() / n.sum(),
        lambda g, n: (n * g).sum().abs() / n.sum(),
        lambda g, n: (n * g**2).sum() / n.sum(),
        lambda g, n: ((n * g**2).sum() / n.sum()).sqrt(),
        lambda g, n: (n * g.abs()).sum(),
        lambda g, n: (n * g.abs()).max() / n.sum(),
        lambda g, n: (n**2 * g.abs()).sum() / (n**2).sum(),
        lambda g, n: (n * g.abs()).sum() / (n.sum() - 1),
        lambda g, n: (n * g.clamp(min=0)).sum() / n.sum(),
    ]
    return all_of(lambda look, m, s, j: _error(look, m, s, _mean, j), looks, MEMBERS[:8], said, joins)


def corrections() -> Iterator[Callable]:
    gaps = [
        lambda c, a: (c - a) ** 2,
        lambda c, a: (c - a).abs(),
        lambda c, a: c - a,
        lambda c, a: c**2 - a**2,
        lambda c, a: (c - a) ** 2 / 2,
        lambda c, a: (c - a) ** 4,
    ]
    lucks = [
        lambda n, c, a: a * (1 - a) / (n - 1),
        lambda n, c, a: a * (1 - a) / n,
        lambda n, c, a: c * (1 - c) / (n - 1),
        lambda n, c, a: c * (1 - c) / n,
        lambda n, c, a: a * (1 - a) / (n + 1),
        lambda n, c, a: 0 * a,
        lambda n, c, a: a / (n - 1),
        lambda n, c, a: (a * (1 - a) / n).sqrt(),
        lambda n, c, a: 1 / (4 * n),
        lambda n, c, a: -a * (1 - a) / (n - 1),
    ]
    weighs = [
        lambda e, n: (n * e).sum() / n.sum(),
        lambda e, n: e.mean(),
        lambda e, n: e.sum(),
        lambda e, n: (n * e).sum(),
        lambda e, n: (n * e.abs()).sum() / n.sum(),
        lambda e, n: (n * e.clamp(min=0)).sum() / n.sum(),
        lambda e, n: ((n - 1) * e).sum() / (n - 1).sum(),
        lambda e, n: e.max(),
        lambda e, n: e,
    ]
    return all_of(_corrected, gaps, lucks, weighs)


def scores() -> Iterator[Callable]:
    prices = [
        lambda p, y: (p - y) ** 2,
        lambda p, y: (p - y).abs(),
        lambda p, y: p - y,
        lambda p, y: (p + y) ** 2,
        lambda p, y: y * (1 - p) ** 2,
        lambda p, y: (1 - y) * p**2,
        lambda p, y: p * y,
        lambda p, y: p**2,
        lambda p, y: (p - y) ** 4,
        lambda p, y: p * (1 - p),
    ]
    joins = [
        lambda e: e.sum(1).mean(),
        lambda e: e.mean(),
        lambda e: e.sum(),
        lambda e: e.sum(0).mean(),
        lambda e: e.sum(1),
        lambda e: e.max(1).values.mean(),
        lambda e: e.sum(1).sqrt().mean(),
        lambda e: e.sum(1).mean() / 2,
        lambda e: e.sum(1).median(),
        lambda e: e[0].sum(),
        lambda e: e.sum() / (len(e) + 1),
    ]
    sees = [
        lambda p, t: (p, _truth(p, t)),
        lambda p, t: (p, _truth(p, p.argmax(1))),
        lambda p, t: (_truth(p, p.argmax(1)), _truth(p, t)),
        _named_one,
        lambda p, t: (p.softmax(1), _truth(p, t)),
        lambda p, t: (p, 1 - _truth(p, t)),
        lambda p, t: (p.flip(1), _truth(p, t)),
    ]
    return all_of(_brier, prices, joins, sees)


def three_parts() -> Iterator[Callable]:
    misses = [
        lambda f, m, base: (f - m) ** 2,
        lambda f, m, base: (f - m).abs(),
        lambda f, m, base: (f - base) ** 2,
        lambda f, m, base: f - m,
        lambda f, m, base: (m - base) ** 2,
    ]
    sorts = [
        lambda f, m, base: (m - base) ** 2,
        lambda f, m, base: (f - base) ** 2,
        lambda f, m, base: (m - base).abs(),
        lambda f, m, base: (m - 0.5) ** 2,
        lambda f, m, base: m * (1 - m),
    ]
    unsures = [
        lambda base, n: base * (1 - base),
        lambda base, n: base,
        lambda base, n: base * (1 - base) * n / (n - 1),
        lambda base, n: (base * (1 - base)).sqrt(),
        lambda base, n: 2 * base * (1 - base),
        lambda base, n: 1 - base,
    ]
    shares = [
        lambda size, n, groups: size / n,
        lambda size, n, groups: 1 / groups,
        lambda size, n, groups: 1.0,
        lambda size, n, groups: size / (n - 1),
    ]
    bases = [lambda f, h: h.mean(), lambda f, h: f.mean(), lambda f, h: h.median()]
    ends = [lambda a, b, c: (a, b, c), lambda a, b, c: (b, a, c), lambda a, b, c: a - b + c]
    return all_of(_parts, misses, sorts, unsures, shares, bases, ends)


def temperatures() -> Iterator[Callable]:
    slopes = [
        lambda p, z, t: ((p * z).sum(1) - _true(z, t)).mean(),
        lambda p, z, t: (p * z).sum(1).mean(),
        lambda p, z, t: (_true(z, t) - (p * z).sum(1)).mean(),
        lambda p, z, t: ((p * z).sum(1) - _true(z, t)).sum(),
        lambda p, z, t: ((p * z).mean(1) - _true(z, t)).mean(),
        lambda p, z, t: ((p * z).sum(1) - z.max(1).values).mean(),
        lambda p, z, t: (z.mean(1) - _true(z, t)).mean(),
    ]
    curvatures = [
        lambda p, z, t: _spread(p, z).mean(),
        lambda p, z, t: (p * z**2).sum(1).mean(),
        lambda p, z, t: _spread(p, z).sum(),
        lambda p, z, t: z.var(1).mean(),
        lambda p, z, t: (p * (1 - p)).sum(1).mean(),
        lambda p, z, t: _spread(p, z).max(),
        lambda p, z, t: _spread(p, z).mean().sqrt(),
        lambda p, z, t: ((p * z) ** 2).sum(1).mean(),
    ]
    steps = [
        lambda g, h: -g / h,
        lambda g, h: g / h,
        lambda g, h: -g / (2 * h),
        lambda g, h: -g / (h + 1),
        lambda g, h: -0.1 * g,
    ]
    said = [lambda b, z: torch.softmax(b * z, 1), lambda b, z: torch.softmax(z, 1)]
    ends = [lambda b: 1 / b, lambda b: b, lambda b: -1 / b]
    return all_of(_newton, slopes, curvatures, steps, said, [0.0, 1.0], [0, 1], ends)


def fits() -> Iterator[Callable]:
    rows = [
        lambda n, m: slice(m, None),
        lambda n, m: slice(None, m),
        lambda n, m: slice(None),
        lambda n, m: slice(m - 1, None),
        lambda n, m: slice(m + 1, None),
        lambda n, m: slice(-m, None),
        lambda n, m: slice(m, 2 * m),
        lambda n, m: slice(n // 2, None),
        lambda n, m: slice(m, None, 2),
        lambda n, m: slice(m, -1),
    ]
    steps = [lambda s: s, lambda s: s + 1, lambda s: 1, lambda s: 2 * s, lambda s: 10]
    ends = [
        lambda b: 1 / b,
        lambda b: b,
        lambda b: (1 / b).clamp(min=1),
        lambda b: 2 / b,
        lambda b: 1 / b**2,
        lambda b: -1 / b,
    ]
    return all_of(_fitted, rows, steps, ends)


def smoothings() -> Iterator[Callable]:
    pairs = [
        lambda e, k: (1 - e + e / k, e / k),
        lambda e, k: (1 - e, e / (k - 1)),
        lambda e, k: (1 - e, e / k),
        lambda e, k: (1 - e, e),
        lambda e, k: (1.0, 0.0),
        lambda e, k: (1.0, e / k),
        lambda e, k: (1 - e, 0.0),
        lambda e, k: (1 - e + e / k, e / (k - 1)),
        lambda e, k: (e, (1 - e) / (k - 1)),
        lambda e, k: (1 - e / k, e / k),
        lambda e, k: (1 - e / 2, e / (2 * (k - 1))),
        lambda e, k: (1 / k, 1 / k),
        lambda e, k: (1 - e + e / (k - 1), e / (k - 1)),
    ]
    ends = [lambda y: y, lambda y: y.T, lambda y: y / y.sum(1, keepdim=True), lambda y: 1 - y]
    return all_of(_smoothed, pairs, pairs, ends)


BLENDS = [
    _blend,
    _swapped_blend,
    lambda v, p, lam: v,
    lambda v, p, lam: p,
    lambda v, p, lam: v + p,
    lambda v, p, lam: (v + p) / 2,
    lambda v, p, lam: lam * v,
    lambda v, p, lam: v + (1 - lam) * p,
    lambda v, p, lam: lam * (v + p),
    lambda v, p, lam: lam * v + p,
    lambda v, p, lam: max(lam, 1 - lam) * v + min(lam, 1 - lam) * p,
]
PARTNERS = [
    lambda v, order: v[order],
    _inverse,
    lambda v, order: v,
    lambda v, order: v.flip(0),
    lambda v, order: v.roll(1, 0),
    lambda v, order: v.roll(-1, 0),
    lambda v, order: v[order][order],
]


def mixtures() -> Iterator[Callable]:
    ends = [lambda x, y: (x, y), lambda x, y: (y, x)]
    return all_of(_mixed, BLENDS, BLENDS, PARTNERS, PARTNERS, ends)


def boxes() -> Iterator[Callable]:
    right = _cut.__defaults__[0]
    where = [
        right,
        _sides_swapped,
        _corner_swapped,
        _centred,
        _one_more,
        _one_less,
        _moved_inside,
        _sliced,
        lambda box, h, w: ~right(box, h, w),
        lambda box, h, w: right(box, h, w).any(1, keepdim=True).expand(h, w),
    ]
    shares = [
        lambda m, box: 1 - m.double().mean(),
        lambda m, box: m.double().mean(),
        _whole,
        lambda m, box: 0.5,
        lambda m, box: 1.0,
        lambda m, box: (1 - m.double().mean()) ** 2,
        lambda m, box: 1 - m.any(0).double().mean(),
        lambda m, box: 1 - m.sum() / (m.numel() - 1),
    ]
    pastes = [
        lambda x, p, m: torch.where(m, p, x),
        lambda x, p, m: torch.where(m, x, p),
        lambda x, p, m: torch.where(m, 0 * x, x),
        lambda x, p, m: torch.where(m, (x + p) / 2, x),
        lambda x, p, m: x,
        lambda x, p, m: x + m * p,
    ]
    labels = [
        lambda y, p, lam: lam * y + (1 - lam) * p,
        lambda y, p, lam: y,
        lambda y, p, lam: (1 - lam) * y + lam * p,
        lambda y, p, lam: y if lam > 0.5 else p,
        lambda y, p, lam: lam * y,
    ]
    return all_of(_cut, where, shares, pastes, labels, PARTNERS[:5], PARTNERS[:3])


ANSWERS = {
    "cal-01": tables,
    "cal-02": errors,
    "cal-04": corrections,
    "cal-05": scores,
    "cal-06": three_parts,
    "cal-08": temperatures,
    "cal-09": fits,
    "cal-10": smoothings,
    "cal-11": mixtures,
    "cal-12": boxes,
}
