"""Log softmaxes, surprises, pulls, hinges, discounts, weights, labels, thresholds and trainings with parts that are wrong."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F

from lossfns.grading.bank.classification.focal import _focal
from lossfns.grading.bank.classification.hinge import _hinge
from lossfns.grading.bank.classification.hinge import _pull as _hinge_pull
from lossfns.grading.bank.classification.surprise import _one_hot
from lossfns.grading.bank.classification.surprise import _pull as _softmax_pull
from lossfns.grading.bank.classification.thresholds import _cheapest
from lossfns.grading.bank.classification.training import _trained
from lossfns.grading.bank.classification.weights import _weights
from parts import all_of

TOTALS = [
    torch.Tensor.mean,
    torch.Tensor.sum,
    lambda e: e,
    lambda e: -e.mean(),
    lambda e: e.mean() / 2,
    lambda e: 2 * e.mean(),
    lambda e: e.mean() / len(e),
    lambda e: e.mean() / 0.6931471805599453,
    lambda e: e.mean().exp(),
    torch.Tensor.max,
    torch.Tensor.median,
    lambda e: e.sum() / (len(e) + 1),
    lambda e: e[0],
    lambda e: e[-1],
    lambda e: (-e).exp().mean(),
    lambda e: -(-e).exp().mean().log(),
]


def log_softmaxes() -> Iterator[Callable]:
    shifts = [
        lambda z: z.max(1, keepdim=True).values,
        lambda z: z.min(1, keepdim=True).values,
        lambda z: z.mean(1, keepdim=True),
        lambda z: z.max(),
        lambda z: z.max(0, keepdim=True).values,
        lambda z: 0 * z[:, :1],
        lambda z: z[:, :1],
    ]
    outside = [
        lambda z, m: z - m,
        lambda z, m: z,
        lambda z, m: z + m,
        lambda z, m: z - 2 * m,
        lambda z, m: -z + m,
    ]
    sums = [
        lambda e: e.sum(1, keepdim=True).log(),
        lambda e: e.sum(0, keepdim=True).log(),
        lambda e: e.sum().log(),
        lambda e: e.mean(1, keepdim=True).log(),
        lambda e: e.sum(1, keepdim=True),
        lambda e: e.log().sum(1, keepdim=True),
        lambda e: torch.log1p(e.sum(1, keepdim=True)),
        lambda e: (e.sum(1, keepdim=True) + 1e-8).log(),
        lambda e: e.sum(1, keepdim=True).log2(),
        lambda e: 0,
    ]
    return all_of(lambda s, o, t: lambda z: o(z, s(z)) - t((z - s(z)).exp()), shifts, outside, sums)


LOGS = [
    lambda z: z.log_softmax(1),
    lambda z: z.softmax(1).log(),
    lambda z: (z.softmax(1) + 1e-8).log(),
    lambda z: (z.softmax(1) + 1e-3).log(),
    lambda z: z.log_softmax(0),
    lambda z: z.softmax(1),
    lambda z: z.softmax(1).log_softmax(1),
    lambda z: z.log_softmax(1).exp() - 1,
    lambda z: z,
    F.logsigmoid,
    lambda z: z - z.exp().sum(1, keepdim=True).log(),
    lambda z: z.clamp(-30, 30).log_softmax(1),
    lambda z: (-z).log_softmax(1),
    lambda z: (2 * z).log_softmax(1),
]
PICKS = [
    lambda p, t: -p.gather(1, t[:, None])[:, 0],
    lambda p, t: p.gather(1, t[:, None])[:, 0],
    lambda p, t: -p[:, t].mean(1),
    lambda p, t: -p.mean(1),
    lambda p, t: -p.sum(1),
    lambda p, t: -p.max(1).values,
    lambda p, t: -p[:, 0],
    lambda p, t: -p[:, -1],
    lambda p, t: -p.gather(1, (t[:, None] - 1) % p.shape[1])[:, 0],
    lambda p, t: -p.gather(1, (t[:, None] + 1) % p.shape[1])[:, 0],
    lambda p, t: p.sum(1) - p.gather(1, t[:, None])[:, 0],
    lambda p, t: 1 - p.gather(1, t[:, None])[:, 0],
]


def cross_entropies() -> Iterator[Callable]:
    return all_of(lambda p, pick, total: lambda z, t: total(pick(p(z), t)), LOGS, PICKS, TOTALS)


def pulls_of_softmax() -> Iterator[Callable]:
    probabilities = [
        lambda z: z.softmax(1),
        lambda z: z.softmax(0),
        torch.sigmoid,
        lambda z: z,
        lambda z: z.log_softmax(1),
        lambda z: z.softmax(1).softmax(1),
        lambda z: z.exp() / z.exp().sum(1, keepdim=True),
        lambda z: z.exp(),
        lambda z: 0 * z,
        lambda z: z.softmax(1) ** 2,
        lambda z: z.clamp(-30, 30).softmax(1),
        lambda z: (2 * z).softmax(1),
    ]
    targets = [
        _one_hot,
        lambda z, t: 0,
        lambda z, t: 1,
        lambda z, t: -_one_hot(z, t),
        lambda z, t: 2 * _one_hot(z, t),
        lambda z, t: _one_hot(z, z.argmax(1)),
        lambda z, t: _one_hot(z, (t - 1) % z.shape[1]),
        lambda z, t: 1 / z.shape[1],
        lambda z, t: t[:, None],
    ]
    spreads = [
        lambda s: s / len(s),
        lambda s: s,
        lambda s: -s / len(s),
        lambda s: s / s.numel(),
        lambda s: s / s.shape[1],
        lambda s: 2 * s / len(s),
        lambda s: s.abs() / len(s),
        lambda s: s.sum(0),
        lambda s: s**2 / len(s),
        lambda s: s.clamp(max=0) / len(s),
    ]
    return all_of(_softmax_pull, probabilities, targets, spreads)


SIDES = [
    lambda z: F.softplus(-z),
    F.softplus,
    lambda z: -z.sigmoid().log(),
    lambda z: -(1 - z.sigmoid()).log(),
    lambda z: -(z.sigmoid() + 1e-8).log(),
    lambda z: z.sigmoid(),
    lambda z: 1 - z.sigmoid(),
    lambda z: (1 + (-z).exp()).log(),
    lambda z: 0 * z,
    lambda z: F.relu(1 - z),
    lambda z: F.softplus(-z).clamp(max=100),
    lambda z: F.softplus(-z.sigmoid()),
    lambda z: z,
    lambda z: (1 - z.sigmoid()) ** 2,
]


def binaries() -> Iterator[Callable]:
    mixes = [
        lambda t, y, n: t * y + (1 - t) * n,
        lambda t, y, n: torch.where(t > 0.5, y, n),
        lambda t, y, n: t * n + (1 - t) * y,
        lambda t, y, n: t * y - (1 - t) * n,
        lambda t, y, n: y + n,
        lambda t, y, n: t * y + n,
    ]
    return all_of(
        lambda y, n, mix, total: lambda z, t: total(mix(t, y(z), n(z))), SIDES, SIDES[:9], mixes, TOTALS[:6]
    )


MISSING = [
    lambda s, t, m: m - t * s,
    lambda s, t, m: m + t * s,
    lambda s, t, m: 1 - t * s,
    lambda s, t, m: -t * s,
    lambda s, t, m: m - s,
    lambda s, t, m: m - s.abs(),
    lambda s, t, m: m * (1 - t * s),
    lambda s, t, m: 1 - m * t * s,
    lambda s, t, m: t - s,
    lambda s, t, m: m - t * s / 2,
    lambda s, t, m: 2 * m - t * s,
    lambda s, t, m: m - (2 * t - 1) * s,
    lambda s, t, m: m * t - s,
]


def hinges() -> Iterator[Callable]:
    keeps = [
        F.relu,
        lambda e: e,
        torch.abs,
        lambda e: e.clamp(max=0),
        lambda e: F.relu(e) ** 2,
        F.softplus,
        lambda e: (e > 0).double(),
        lambda e: F.relu(e) + 1e-3,
    ]
    return all_of(_hinge, MISSING, keeps, TOTALS)


def pulls_of_hinge() -> Iterator[Callable]:
    short = [
        lambda s, t, m: t * s < m,
        lambda s, t, m: t * s <= m,
        lambda s, t, m: t * s > m,
        lambda s, t, m: t * s < 1,
        lambda s, t, m: t * s < 0,
        lambda s, t, m: s < m,
        lambda s, t, m: s.abs() < m,
        lambda s, t, m: t * s < 2 * m,
        lambda s, t, m: torch.ones_like(s, dtype=torch.bool),
    ]
    slopes = [
        lambda s, t, m: -t,
        lambda s, t, m: t,
        lambda s, t, m: -s,
        lambda s, t, m: -t * s,
        lambda s, t, m: -m * t,
        lambda s, t, m: torch.ones_like(s),
        lambda s, t, m: -torch.ones_like(s),
        lambda s, t, m: m - t * s,
        lambda s, t, m: -2 * t * (m - t * s),
    ]
    spreads = [
        lambda g, w: g / len(g),
        lambda g, w: g,
        lambda g, w: g / w.sum().clamp(min=1),
        lambda g, w: g.mean(),
        lambda g, w: g / (2 * len(g)),
    ]
    return all_of(_hinge_pull, short, slopes, spreads)


def focals() -> Iterator[Callable]:
    discounts = [
        lambda p, q, g: q**g,
        lambda p, q, g: p**g,
        lambda p, q, g: 1,
        lambda p, q, g: q**2,
        lambda p, q, g: g * q,
        lambda p, q, g: 1 - p**g,
        lambda p, q, g: (1 + q) ** g,
        lambda p, q, g: q ** (g + 1),
        lambda p, q, g: q ** (1 / (g + 1)),
    ]
    counts = [
        lambda y, a: torch.where(y == 1, a, 1 - a),
        lambda y, a: 1,
        lambda y, a: a,
        lambda y, a: torch.where(y == 1, a, 1.0),
        lambda y, a: torch.where(y == 1, 1 - a, a),
        lambda y, a: torch.where(y == 1, 0.25, 0.75),
        lambda y, a: torch.where(y == 1, a / (1 - a), 1.0),
    ]
    surprises = [
        lambda s: F.softplus(-s),
        lambda s: -s.sigmoid().log(),
        lambda s: -(s.sigmoid() + 1e-6).log(),
        lambda s: 1,
        lambda s: 1 - s.sigmoid(),
        lambda s: F.softplus(s),
        lambda s: F.softplus(-s).clamp(max=100),
    ]
    totals = [
        lambda e, y, c: e.mean(),
        lambda e, y, c: e.sum(),
        lambda e, y, c: e,
        lambda e, y, c: e.sum() / y.sum().clamp(min=1),
        lambda e, y, c: -e.mean(),
    ]
    return all_of(_focal, discounts, counts, surprises, totals)


def balances() -> Iterator[Callable]:
    formulas = [
        lambda c, n, k: n / (k * c),
        lambda c, n, k: n / c,
        lambda c, n, k: 1 / c,
        lambda c, n, k: c / n,
        lambda c, n, k: 1 - c / n,
        lambda c, n, k: c.max() / c,
        lambda c, n, k: (n / (k * c)) ** 0.5,
        lambda c, n, k: (n - c) / c,
        lambda c, n, k: n / (2 * c),
        lambda c, n, k: k / c,
        lambda c, n, k: n / (k * c + 1),
        lambda c, n, k: n / (k * c.clamp(min=1)),
        lambda c, n, k: 1 / c**2,
    ]
    afters = [
        lambda w, c: torch.where(c > 0, w, 0.0),
        lambda w, c: w,
        lambda w, c: torch.where(c > 0, w, 1.0),
        lambda w, c: w[c > 0],
        lambda w, c: torch.where(c > 0, w, 0.0) / torch.where(c > 0, w, 0.0).sum(),
        lambda w, c: torch.where(c > 0, w, 0.0).flip(0),
        lambda w, c: w.nan_to_num(posinf=0.0),
    ]
    counts = [
        lambda t, k: torch.bincount(t, minlength=k).double(),
        lambda t, k: torch.bincount(t).double(),
        lambda t, k: t.unique(return_counts=True)[1].double(),
    ]
    return all_of(_weights, formulas, afters, counts)


def weighted_means() -> Iterator[Callable]:
    losses = [
        lambda z, t, w: F.cross_entropy(z, t, reduction="none"),
        lambda z, t, w: F.cross_entropy(w * z, t, reduction="none"),
        lambda z, t, w: F.cross_entropy(z + w.log(), t, reduction="none"),
        lambda z, t, w: F.cross_entropy(z.softmax(1), t, reduction="none"),
        lambda z, t, w: 1 - z.softmax(1).gather(1, t[:, None])[:, 0],
    ]
    weights = [
        lambda z, t, w: w[t],
        lambda z, t, w: 1 / w[t],
        lambda z, t, w: w[z.argmax(1)],
        lambda z, t, w: torch.ones_like(w[t]),
        lambda z, t, w: w[t] ** 2,
        lambda z, t, w: w.flip(0)[t],
    ]
    means = [
        lambda e, v, w: (v * e).sum() / v.sum(),
        lambda e, v, w: (v * e).mean(),
        lambda e, v, w: (v * e).sum(),
        lambda e, v, w: (v * e).sum() / w.sum(),
        lambda e, v, w: (v * e).sum() / len(w),
        lambda e, v, w: v.mean() * e.mean(),
        lambda e, v, w: v * e,
        lambda e, v, w: (v * e).mean() / w.mean(),
        lambda e, v, w: -(v * e).sum() / v.sum(),
    ]

    def build(loss, weight, mean):
        return lambda z, t, w: mean(loss(z, t, w), weight(z, t, w), w)

    return all_of(build, losses, weights, means)


def many_labels() -> Iterator[Callable]:
    costs = [
        lambda c, t, y, n: c * t * y + (1 - t) * n,
        lambda c, t, y, n: t * y + (1 - t) * n,
        lambda c, t, y, n: t * y + c * (1 - t) * n,
        lambda c, t, y, n: c * (t * y + (1 - t) * n),
        lambda c, t, y, n: t * y / c + (1 - t) * n,
        lambda c, t, y, n: c * t * y,
        lambda c, t, y, n: c * t * y - (1 - t) * n,
        lambda c, t, y, n: c.mean() * t * y + (1 - t) * n,
        lambda c, t, y, n: c * t * n + (1 - t) * y,
    ]
    totals = [
        lambda e, t, c: e.mean(),
        lambda e, t, c: e.sum(),
        lambda e, t, c: e.sum(1).mean(),
        lambda e, t, c: e.mean(1).sum(),
        lambda e, t, c: e.mean(0),
        lambda e, t, c: e.mean(1),
        lambda e, t, c: e,
        lambda e, t, c: e.sum() / (c * t + 1 - t).sum(),
        lambda e, t, c: e.max(1).values.mean(),
        lambda e, t, c: e.mean() / 0.6931471805599453,
    ]
    prices = [
        (lambda z: F.softplus(-z), F.softplus),
        (lambda z: -z.sigmoid().log(), lambda z: -(1 - z.sigmoid()).log()),
        (lambda z: -z.log_softmax(1), lambda z: 0 * z),
        (lambda z: -z.log_softmax(1), lambda z: -(1 - z.softmax(1)).log()),
        (lambda z: -(z.sigmoid() + 1e-7).log(), lambda z: -(1 - z.sigmoid() + 1e-7).log()),
        (lambda z: F.softplus(-z.sigmoid()), lambda z: F.softplus(z.sigmoid())),
        (lambda z: (-z).sigmoid(), torch.sigmoid),
    ]

    def build(cost, total, price):
        return lambda z, t, c: total(cost(c, t, price[0](z), price[1](z)), t, c)

    return all_of(build, costs, totals, prices)


def thresholds() -> Iterator[Callable]:
    says = [torch.ge, torch.gt, torch.lt, lambda p, t: p >= t + 0.01]
    misses, alarms = lambda yes, y: (~yes & (y == 1)).sum(), lambda yes, y: (yes & (y == 0)).sum()
    costs = [
        lambda yes, y, m, a: m * misses(yes, y) + a * alarms(yes, y),
        lambda yes, y, m, a: a * misses(yes, y) + m * alarms(yes, y),
        lambda yes, y, m, a: misses(yes, y) + alarms(yes, y),
        lambda yes, y, m, a: m * misses(yes, y),
        lambda yes, y, m, a: m * misses(yes, y) + a * yes.sum(),
        lambda yes, y, m, a: m * (~yes).sum() + a * alarms(yes, y),
        lambda yes, y, m, a: m**2 * misses(yes, y) + a * alarms(yes, y),
        lambda yes, y, m, a: max(m * misses(yes, y), a * alarms(yes, y)),
    ]
    candidates = [
        lambda p: sorted(p.tolist()),
        lambda p: sorted(p.tolist(), reverse=True),
        lambda p: p.tolist(),
        lambda p: p.tolist()[::-1],
        lambda p: torch.linspace(0, 1, 101, dtype=torch.float64).tolist(),
        lambda p: [0.0, *sorted(p.tolist())],
    ]
    results = [lambda t, c, p: t, lambda t, c, p: c, lambda t, c, p: float((p < t).sum())]
    return all_of(_cheapest, says, costs, candidates, [min, max], results)


def trainings() -> Iterator[Callable]:
    losses = [
        F.cross_entropy,
        lambda z, t: F.cross_entropy(z.softmax(1), t),
        lambda z, t: F.cross_entropy(z.softmax(0), t),
        lambda z, t: F.cross_entropy(z.sigmoid(), t),
        lambda z, t: F.nll_loss(z, t),
        lambda z, t: F.nll_loss(z.softmax(1), t),
        lambda z, t: F.cross_entropy(z, t, reduction="sum"),
        lambda z, t: F.cross_entropy(-z, t),
        lambda z, t: F.cross_entropy(2 * z, t),
        lambda z, t: 2 * F.cross_entropy(z, t),
        lambda z, t: F.cross_entropy(z, (t + 1) % 3),
        lambda z, t: F.cross_entropy(z, t, label_smoothing=0.1),
        lambda z, t: F.binary_cross_entropy_with_logits(z, _one_hot(z, t)),
        lambda z, t: F.multi_margin_loss(z, t),
        lambda z, t: ((z.softmax(1) - _one_hot(z, t)) ** 2).mean(),
    ]
    steps = [
        lambda w, lr, g: w - lr * g,
        lambda w, lr, g: w + lr * g,
        lambda w, lr, g: w - 2 * lr * g,
        lambda w, lr, g: w - lr * g.sign(),
        lambda w, lr, g: w - lr * (g + 0.01 * w),
    ]
    return all_of(_trained, losses, steps, [0.0, 1.0], [0, 1], [lambda w: w, lambda w: w.T])


ANSWERS = {
    "cls-01": log_softmaxes,
    "cls-02": cross_entropies,
    "cls-03": pulls_of_softmax,
    "cls-04": binaries,
    "cls-06": hinges,
    "cls-07": pulls_of_hinge,
    "cls-08": focals,
    "cls-09": balances,
    "cls-10": weighted_means,
    "cls-11": many_labels,
    "cls-12": thresholds,
    "cls-13": trainings,
}
