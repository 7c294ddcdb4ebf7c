"""Comparisons, tilted policies, groups, clips and stuck trainings, each with parts that are wrong."""

from collections.abc import Callable, Iterator

import torch
from torch.nn.functional import logsigmoid, softplus

from lossfns.grading.bank.preferences.clips import _clipped, _mean_of_means
from lossfns.grading.bank.preferences.dpo import _dpo
from lossfns.grading.bank.preferences.groups import _advantages
from lossfns.grading.bank.preferences.stuck import _trained
from parts import all_of

PRICES = [
    lambda d: softplus(-d),
    softplus,
    logsigmoid,
    torch.sigmoid,
    lambda d: torch.log(1 + torch.exp(-d)),
    lambda d: torch.relu(1 - d),
    lambda d: torch.relu(-d),
    lambda d: (d - 1) ** 2,
    lambda d: -d,
    lambda d: torch.exp(-d),
    lambda d: 1 - torch.sigmoid(d),
    lambda d: softplus(-2 * d),
    lambda d: softplus(-d) + softplus(d),
]
REDUCTIONS = [
    torch.mean,
    torch.sum,
    lambda x: x,
    lambda x: x.mean() / 2,
    lambda x: x.max(),
    lambda x: x.sum() / (len(x) + 1),
    lambda x: x[0],
    lambda x: -x.mean(),
]


def comparisons() -> Iterator[Callable]:
    differences = [
        lambda c, r: c - r,
        lambda c, r: r - c,
        lambda c, r: c,
        lambda c, r: -r,
        lambda c, r: c + r,
        lambda c, r: c / r,
        lambda c, r: c.mean() - r,
    ]
    return all_of(lambda d, p, m: lambda c, r: m(p(d(c, r))), differences, PRICES, REDUCTIONS)


def pulls() -> Iterator[Callable]:
    slopes = [
        lambda d: -torch.sigmoid(-d),
        lambda d: torch.sigmoid(-d),
        lambda d: -torch.sigmoid(d),
        lambda d: torch.sigmoid(d),
        lambda d: torch.sigmoid(d) * torch.sigmoid(-d),
        lambda d: -torch.exp(-d),
        lambda d: softplus(-d),
        lambda d: -torch.ones_like(d),
        lambda d: -(d < 1).double(),
        lambda d: -d,
    ]
    spreads = [
        lambda s: s / len(s),
        lambda s: s,
        lambda s: s.sum(),
        lambda s: 2 * s / len(s),
        lambda s: s / len(s) ** 2,
    ]
    differences = [lambda c, r: c - r, lambda c, r: c, lambda c, r: c + r, lambda c, r: 2 * (c - r)]
    return all_of(lambda f, s, d: lambda c, r: s(f(d(c, r))), slopes, spreads, differences)


def preferences() -> Iterator[Callable]:
    margins = [
        lambda pc, pr, rc, rr: (pc - rc) - (pr - rr),
        lambda pc, pr, rc, rr: pc - pr,
        lambda pc, pr, rc, rr: (pc + rc) - (pr + rr),
        lambda pc, pr, rc, rr: (pc - rc) + (pr - rr),
        lambda pc, pr, rc, rr: pc - rc,
        lambda pc, pr, rc, rr: rr - pr,
        lambda pc, pr, rc, rr: pc / rc - pr / rr,
        lambda pc, pr, rc, rr: (pc - rc) - pr,
    ]
    scales = [lambda b: b, lambda b: 1.0, lambda b: 1 / b, lambda b: 2 * b, lambda b: b**2]
    return all_of(_dpo, margins, PRICES, REDUCTIONS, scales)


def policies() -> Iterator[Callable]:
    references = [
        lambda ref, b: ref.log(),
        lambda ref, b: 0 * ref,
        lambda ref, b: ref,
        lambda ref, b: b * ref.log(),
        lambda ref, b: ref.log() / b,
        lambda ref, b: -ref.log(),
    ]
    tilts = [
        lambda r, b: r / b,
        lambda r, b: r * b,
        lambda r, b: r,
        lambda r, b: -r / b,
        lambda r, b: r - r.mean(),
        lambda r, b: r / b**2,
    ]
    ends = [
        lambda z: torch.softmax(z, 0),
        torch.exp,
        lambda z: torch.log_softmax(z, 0),
        lambda z: z.exp() / z.exp().sum(),
        lambda z: (z == z.max()).double(),
        lambda z: z,
        lambda z: z / z.sum(),
        lambda z: torch.softmax(z, 0).flip(0),
    ]
    return all_of(lambda f, t, e: lambda ref, r, b: e(f(ref, b) + t(r, b)), references, tilts, ends)


def advantages() -> Iterator[Callable]:
    centres = [
        lambda r: r.mean(1, keepdim=True),
        torch.mean,
        lambda r: r.mean(0, keepdim=True),
        lambda r: r.amin(1, keepdim=True),
        lambda r: r.amax(1, keepdim=True),
        lambda r: 0 * r,
        lambda r: r[:, :1],
        lambda r: r.median(1, keepdim=True).values,
    ]
    scales = [
        lambda r: r.std(1, keepdim=True),
        lambda r: r.std(1, keepdim=True, unbiased=False),
        torch.std,
        lambda r: r.std(0, keepdim=True),
        lambda r: r.var(1, keepdim=True),
        lambda r: r.amax(1, keepdim=True) - r.amin(1, keepdim=True),
        lambda r: r.abs().amax(1, keepdim=True),
        lambda r: 0 * r + 1,
        lambda r: r.std(1, keepdim=True) + 1,
    ]
    gaps = [lambda r, c: r - c, lambda r, c: c - r, lambda r, c: (r - c).abs(), lambda r, c: (r - c) ** 2]
    return all_of(_advantages, centres, scales, gaps)


def clips() -> Iterator[Callable]:
    ratios = [
        lambda n, o: (n - o).exp(),
        lambda n, o: n - o,
        lambda n, o: (o - n).exp(),
        lambda n, o: n.exp(),
        lambda n, o: n / o,
    ]
    losses = [
        lambda p, a, e: -torch.minimum(p * a, p.clamp(1 - e, 1 + e) * a),
        lambda p, a, e: -torch.maximum(p * a, p.clamp(1 - e, 1 + e) * a),
        lambda p, a, e: -p * a,
        lambda p, a, e: -p.clamp(1 - e, 1 + e) * a,
        lambda p, a, e: -torch.minimum(p, p.clamp(1 - e, 1 + e)) * a,
        lambda p, a, e: -torch.minimum(p * a, p.clamp(-e, e) * a),
        lambda p, a, e: -torch.minimum(p * a, p.clamp(max=1 + e) * a),
        lambda p, a, e: -torch.minimum(p * a, p.clamp(min=1 - e) * a),
        lambda p, a, e: torch.minimum(p * a, p.clamp(1 - e, 1 + e) * a),
        lambda p, a, e: -torch.minimum(p * a, p.clamp(1 - 2 * e, 1 + 2 * e) * a),
    ]
    means = [
        lambda x, m: x[m].mean(),
        lambda x, m: x.mean(),
        lambda x, m: (x * m).mean(),
        _mean_of_means,
        lambda x, m: x[m].sum(),
        lambda x, m: (x * m).sum() / len(x),
        lambda x, m: (x * m).sum(1).max(),
    ]
    gains = [
        lambda a: a[:, None],
        lambda a: a.abs()[:, None],
        lambda a: -a[:, None],
        lambda a: a.sign()[:, None],
        lambda a: a.mean(),
    ]
    return all_of(_clipped, ratios, losses, means, gains)


def trainings() -> Iterator[Callable]:
    references = [
        lambda logits, policy: logits,
        lambda logits, policy: policy.detach(),
        lambda logits, policy: torch.zeros_like(logits),
        lambda logits, policy: logits.flip(0),
        lambda logits, policy: 2 * logits,
    ]
    margins = [
        lambda p, r, c, j: (p - r)[c] - (p - r)[j],
        lambda p, r, c, j: p[c] - p[j],
        lambda p, r, c, j: (p - r)[j] - (p - r)[c],
        lambda p, r, c, j: (p + r)[c] - (p + r)[j],
        lambda p, r, c, j: (p - r)[c],
    ]
    prices = [
        lambda h: -logsigmoid(h).mean(),
        lambda h: -logsigmoid(h).sum(),
        lambda h: -h.mean(),
        lambda h: torch.relu(1 - h).mean(),
        lambda h: logsigmoid(h).mean(),
    ]
    steps = [
        lambda p, lr, s: p - lr * s,
        lambda p, lr, s: p + lr * s,
        lambda p, lr, s: p - lr * s.sign(),
        lambda p, lr, s: p - s,
    ]
    return all_of(_trained, references, margins, prices, steps)


ANSWERS = {
    "pref-01": comparisons,
    "pref-02": pulls,
    "pref-03": preferences,
    "pref-05": policies,
    "pref-06": advantages,
    "pref-07": clips,
    "pref-08": trainings,
}
