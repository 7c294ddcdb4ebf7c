"""Descents, velocities, averages, signs, margins, schedules and bills, each with parts that are wrong."""

from collections.abc import Callable, Iterator
from math import cos, pi, prod

import torch

from lossfns.grading.bank.optimizers.adam import _adam
from lossfns.grading.bank.optimizers.adamw import _adamw
from lossfns.grading.bank.optimizers.descent import _descent
from lossfns.grading.bank.optimizers.factored import _factored
from lossfns.grading.bank.optimizers.lion import _lion
from lossfns.grading.bank.optimizers.memory import _bill, _per
from lossfns.grading.bank.optimizers.momentum import _momentum
from lossfns.grading.bank.optimizers.repairs import _minimise
from lossfns.grading.bank.optimizers.schedule import _schedule
from lossfns.grading.bank.optimizers.sophia import _sophia
from lossfns.grading.bank.optimizers.zeroing import _train
from parts import all_of


def descents() -> Iterator[Callable]:
    steps = [
        lambda w, g, lr: w - lr * g,
        lambda w, g, lr: w + lr * g,
        lambda w, g, lr: w - g,
        lambda w, g, lr: w - lr * g.sign(),
        lambda w, g, lr: w - 2 * lr * g,
        lambda w, g, lr: w - lr * g / 2,
        lambda w, g, lr: w - lr * g.abs(),
        lambda w, g, lr: (1 - lr) * w - lr * g,
        lambda w, g, lr: -lr * g,
        lambda w, g, lr: w * (1 - lr * g),
        lambda w, g, lr: w - lr * g.mean(),
    ]
    ends = [
        torch.stack,
        lambda p: torch.stack(p[1:]),
        lambda p: torch.stack(p[:-1]),
        lambda p: p[-1],
        lambda p: torch.stack(p).T,
    ]
    at = [lambda w, start, k: w, lambda w, start, k: start, lambda w, start, k: -w]
    rates = [lambda lr, k: lr, lambda lr, k: lr / (k + 1), lambda lr, k: lr * (k + 1)]
    return all_of(_descent, steps, ends, at, [0, 1, -1], rates)


VELOCITIES = [
    lambda v, g, lr, b: b * v + g,
    lambda v, g, lr, b: b * v + (1 - b) * g,
    lambda v, g, lr, b: b * v + lr * g,
    lambda v, g, lr, b: b * v - g,
    lambda v, g, lr, b: b * v - lr * g,
    lambda v, g, lr, b: v + g,
    lambda v, g, lr, b: v + b * g,
    lambda v, g, lr, b: (1 - b) * v + b * g,
    lambda v, g, lr, b: (1 - b) * v + g,
    lambda v, g, lr, b: g,
    lambda v, g, lr, b: b * g,
    lambda v, g, lr, b: b * (v + g),
    lambda v, g, lr, b: b * v + g.sign(),
    lambda v, g, lr, b: b**2 * v + g,
]
STEPS = [
    lambda v, g, lr, b, old: lr * v,
    lambda v, g, lr, b, old: v,
    lambda v, g, lr, b, old: -v,
    lambda v, g, lr, b, old: -lr * v,
    lambda v, g, lr, b, old: lr * old,
    lambda v, g, lr, b, old: lr * (g + b * v),
    lambda v, g, lr, b, old: lr * (g + v),
    lambda v, g, lr, b, old: lr * (v + b * g),
    lambda v, g, lr, b, old: lr * (v + b * v),
    lambda v, g, lr, b, old: lr * b * v,
    lambda v, g, lr, b, old: lr * g,
    lambda v, g, lr, b, old: g + lr * b * v,
    lambda v, g, lr, b, old: lr * (1 - b) * v,
]
ENDS = [
    lambda w, v, old_w, old_v: (w, v),
    lambda w, v, old_w, old_v: (w, old_v),
    lambda w, v, old_w, old_v: (old_w, v),
    lambda w, v, old_w, old_v: (v, w),
    lambda w, v, old_w, old_v: (w, -v),
    lambda w, v, old_w, old_v: w,
]


def momenta() -> Iterator[Callable]:
    return all_of(_momentum, VELOCITIES, STEPS, ENDS)


FIRSTS = [
    lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
    lambda m, g, b1, b2: b2 * m + (1 - b2) * g,
    lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
    lambda m, g, b1, b2: b1 * m + g,
    lambda m, g, b1, b2: g,
]
SECONDS = [
    lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g**2,
    lambda v, g, b1, b2, m, old: b1 * v + (1 - b1) * g**2,
    lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * g.abs(),
    lambda v, g, b1, b2, m, old: b2 * v + (1 - b2) * m**2,
    lambda v, g, b1, b2, m, old: b2 * v + g**2,
    lambda v, g, b1, b2, m, old: torch.maximum(b2 * v, g**2),
    lambda v, g, b1, b2, m, old: (1 - b2) * v + b2 * g**2,
]
CORRECTIONS = [
    lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t)),
    lambda m, v, b1, b2, t: (m, v),
    lambda m, v, b1, b2, t: (m / (1 - b1**t), v),
    lambda m, v, b1, b2, t: (m, v / (1 - b2**t)),
    lambda m, v, b1, b2, t: (m / (1 - b1), v / (1 - b2)),
    lambda m, v, b1, b2, t: (m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 1))),
    lambda m, v, b1, b2, t: (m / (1 - b2**t), v / (1 - b1**t)),
    lambda m, v, b1, b2, t: (m * (1 - b1**t), v * (1 - b2**t)),
]
ADAM_STEPS = [
    lambda m, v, lr, eps, g: lr * m / (v.sqrt() + eps),
    lambda m, v, lr, eps, g: lr * m / (v + eps).sqrt(),
    lambda m, v, lr, eps, g: lr * m / (v + eps),
    lambda m, v, lr, eps, g: lr * m / v.sqrt(),
    lambda m, v, lr, eps, g: lr * m / (v.sqrt() + eps**2),
    lambda m, v, lr, eps, g: lr * g / (v.sqrt() + eps),
    lambda m, v, lr, eps, g: lr * m,
    lambda m, v, lr, eps, g: m / (v.sqrt() + eps),
    lambda m, v, lr, eps, g: -lr * m / (v.sqrt() + eps),
]
ADAM_ENDS = [
    lambda w, m, v, m_hat, v_hat, old: (w, m, v),
    lambda w, m, v, m_hat, v_hat, old: (w, m_hat, v_hat),
    lambda w, m, v, m_hat, v_hat, old: (w, v, m),
    lambda w, m, v, m_hat, v_hat, old: (w, old[1], old[2]),
]
GRADIENTS = [
    lambda g, w, lr, d: g,
    lambda g, w, lr, d: g + d * w,
    lambda g, w, lr, d: g - d * w,
    lambda g, w, lr, d: g + 2 * d * w,
]
DECAYS = [
    lambda w, lr, d, step: lr * d * w,
    lambda w, lr, d, step: 0,
    lambda w, lr, d, step: d * w,
    lambda w, lr, d, step: -lr * d * w,
    lambda w, lr, d, step: lr * d * (w - step),
    lambda w, lr, d, step: d * (w - step),
    lambda w, lr, d, step: lr**2 * d * w,
    lambda w, lr, d, step: lr * d * w.sign(),
    lambda w, lr, d, step: 2 * lr * d * w,
]


def adams() -> Iterator[Callable]:
    return all_of(_adam, FIRSTS, SECONDS, CORRECTIONS, ADAM_STEPS, ADAM_ENDS)


def adamws() -> Iterator[Callable]:
    def build(gradient, decay, correct, step, end):
        return _adamw(gradient, decay, correct=correct, step=step, end=end)

    return all_of(build, GRADIENTS, DECAYS, CORRECTIONS[:5], ADAM_STEPS[:6], ADAM_ENDS)


def lions() -> Iterator[Callable]:
    mixes = [
        lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
        lambda m, g, b1, b2: b2 * m + (1 - b2) * g,
        lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
        lambda m, g, b1, b2: b1 * m + g,
        lambda m, g, b1, b2: m,
        lambda m, g, b1, b2: g,
        lambda m, g, b1, b2: m + g,
    ]
    directions = [
        torch.sign,
        lambda c: c,
        lambda c: -c.sign(),
        torch.tanh,
        lambda c: c.sign().abs(),
        lambda c: c / (c.norm() + 1e-9),
    ]
    memories = [
        lambda m, g, b1, b2, mix: b2 * m + (1 - b2) * g,
        lambda m, g, b1, b2, mix: b1 * m + (1 - b1) * g,
        lambda m, g, b1, b2, mix: mix,
        lambda m, g, b1, b2, mix: mix.sign(),
        lambda m, g, b1, b2, mix: b2 * m + g,
        lambda m, g, b1, b2, mix: m,
        lambda m, g, b1, b2, mix: g,
    ]
    gradients = [lambda g, w, d: g, lambda g, w, d: g + d * w]
    return all_of(_lion, mixes, directions, memories, DECAYS, gradients)


def margins() -> Iterator[Callable]:
    rows = [
        lambda v: v.mean(1, keepdim=True),
        lambda v: v.sum(1, keepdim=True),
        lambda v: v.amax(1, keepdim=True),
        lambda v: v.sqrt().mean(1, keepdim=True),
        lambda v: v.mean(1, keepdim=True).sqrt(),
        lambda v: v[:, :1],
    ]
    columns = [
        lambda v: v.mean(0, keepdim=True),
        lambda v: v.sum(0, keepdim=True),
        lambda v: v.amax(0, keepdim=True),
        lambda v: v.sqrt().mean(0, keepdim=True),
        lambda v: v[:1],
    ]
    wholes = [
        lambda v, r, c: v.mean(),
        lambda v, r, c: v.sum(),
        lambda v, r, c: v.max(),
        lambda v, r, c: r.mean(),
        lambda v, r, c: c.sum(),
        lambda v, r, c: 1.0,
        lambda v, r, c: v.mean().sqrt(),
    ]
    joins = [
        lambda r, c, w: r * c / w,
        lambda r, c, w: r + c - w,
        lambda r, c, w: (r + c) / 2,
        lambda r, c, w: (r * c).sqrt(),
        lambda r, c, w: r * c,
        lambda r, c, w: r + 0 * c,
        lambda r, c, w: torch.minimum(r + 0 * c, c + 0 * r),
    ]
    return all_of(_factored, rows, columns, wholes, joins)


def leashes() -> Iterator[Callable]:
    firsts = [
        lambda m, g, b: b * m + (1 - b) * g,
        lambda m, g, b: (1 - b) * m + b * g,
        lambda m, g, b: b * m + g,
        lambda m, g, b: g,
    ]
    belows = [
        lambda h, gamma, eps, m: (gamma * h).clamp(min=eps),
        lambda h, gamma, eps, m: (gamma * h.abs()).clamp(min=eps),
        lambda h, gamma, eps, m: gamma * h + eps,
        lambda h, gamma, eps, m: gamma * h.clamp(min=eps),
        lambda h, gamma, eps, m: h.clamp(min=eps),
        lambda h, gamma, eps, m: (h / gamma).clamp(min=eps),
        lambda h, gamma, eps, m: (gamma * h).clamp(min=0) + eps,
        lambda h, gamma, eps, m: (gamma * h).clamp(min=eps).sqrt(),
        lambda h, gamma, eps, m: torch.ones_like(h),
    ]
    clips = [
        lambda s: s.clamp(-1, 1),
        lambda s: s,
        torch.sign,
        torch.tanh,
        lambda s: s.clamp(max=1),
        lambda s: s.clamp(-2, 2),
        lambda s: s / s.norm().clamp(min=1),
    ]
    moves = [lambda w, lr, s: w - lr * s, lambda w, lr, s: w + lr * s, lambda w, lr, s: w - s]
    ends = [lambda w, m, old: (w, m), lambda w, m, old: (w, old), lambda w, m, old: (m, w)]
    return all_of(_sophia, firsts, belows, clips, moves, ends)


def schedules() -> Iterator[Callable]:
    rises = [
        lambda step, peak, warm, total, floor: peak * step / warm,
        lambda step, peak, warm, total, floor: peak * (step + 1) / warm,
        lambda step, peak, warm, total, floor: peak * (step + 1) / (warm + 1),
        lambda step, peak, warm, total, floor: floor + (peak - floor) * step / warm,
        lambda step, peak, warm, total, floor: peak,
        lambda step, peak, warm, total, floor: peak * step / total,
        lambda step, peak, warm, total, floor: step / warm,
    ]
    dones = [
        lambda step, warm, total: (step - warm) / (total - warm),
        lambda step, warm, total: (step - warm) / total,
        lambda step, warm, total: step / total,
        lambda step, warm, total: (step - warm - 1) / (total - warm),
        lambda step, warm, total: (step - warm) / (total - warm - 1),
    ]
    falls = [
        lambda s, peak, floor: floor + (peak - floor) * (1 + cos(pi * s)) / 2,
        lambda s, peak, floor: peak * (1 + cos(pi * s)) / 2,
        lambda s, peak, floor: floor + peak * (1 + cos(pi * s)) / 2,
        lambda s, peak, floor: max(floor, peak * (1 + cos(pi * s)) / 2),
        lambda s, peak, floor: floor + (peak - floor) * cos(pi * s),
        lambda s, peak, floor: floor + (peak - floor) * cos(pi * s / 2),
        lambda s, peak, floor: floor + (peak - floor) * (1 + cos(2 * pi * s)) / 2,
        lambda s, peak, floor: floor + (peak - floor) * (1 - s),
        lambda s, peak, floor: floor + (peak - floor) * (1 - cos(pi * s)) / 2,
    ]
    clamps = [lambda s: min(1, s), lambda s: s, lambda s: max(0, min(1, s)), lambda s: s % 1]
    switches = [lambda step, warm: step < warm, lambda step, warm: step <= warm and warm > 0]
    return all_of(_schedule, rises, dones, falls, clamps, switches)


def bills() -> Iterator[Callable]:
    numbers = [
        _per(),
        _per(sgd=1),
        _per(momentum=0),
        _per(momentum=2),
        _per(lion=2),
        _per(adam=1),
        _per(adam=3),
        _per(sophia=1),
        _per(adam=1, sophia=1),
        _per(lion=0, momentum=0),
    ]
    matrices = [
        lambda n, m: n + m,
        lambda n, m: n * m,
        lambda n, m: 2 * n * m,
        lambda n, m: n,
        lambda n, m: 2 * (n + m),
    ]
    vectors = [lambda n: n, lambda n: 1, lambda n: 2 * n, lambda n: 0, lambda n: n + 1]
    ends = [
        lambda total, weights: total,
        lambda total, weights: total + 4 * weights,
        lambda total, weights: total / 1024,
    ]
    return all_of(_bill, numbers, matrices, vectors, [prod, sum], [4, 1, 8], ends)


def adam_loops() -> Iterator[Callable]:
    counts = [
        lambda k, t: k + 1,
        lambda k, t: 1,
        lambda k, t: k + 2,
        lambda k, t: 2 * k + 1,
        lambda k, t: max(1, k),
        lambda k, t: 10,
    ]
    corrections = [
        lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.999**t)),
        lambda m, v, t: (m, v),
        lambda m, v, t: (m / (1 - 0.9**t), v),
        lambda m, v, t: (m / (1 - 0.9**t), v / (1 - 0.999)),
        lambda m, v, t: (m / (1 - 0.9), v / (1 - 0.999**t)),
        lambda m, v, t: (m / (1 - 0.999**t), v / (1 - 0.9**t)),
    ]
    seconds = [
        lambda v, g, m: 0.999 * v + 0.001 * g**2,
        lambda v, g, m: 0.999 * v + 0.001 * g.abs(),
        lambda v, g, m: 0.99 * v + 0.01 * g**2,
    ]
    firsts = [lambda m, g: 0.9 * m + 0.1 * g, lambda m, g: g]
    moves = [
        lambda w, lr, m, v, g: w - lr * m / (v.sqrt() + 1e-8),
        lambda w, lr, m, v, g: w + lr * m / (v.sqrt() + 1e-8),
        lambda w, lr, m, v, g: w - lr * g,
        lambda w, lr, m, v, g: w - lr * m,
    ]
    return all_of(_minimise, counts, corrections, seconds, firsts, moves, [0, 1, -1])


def line_loops() -> Iterator[Callable]:
    slopes = [
        lambda x, e: 2 * torch.stack([(e * x).mean(), e.mean()]),
        lambda x, e: torch.stack([(e * x).mean(), e.mean()]),
        lambda x, e: 2 * torch.stack([(e * x).sum(), e.sum()]),
        lambda x, e: 2 * torch.stack([e.mean(), (e * x).mean()]),
        lambda x, e: -2 * torch.stack([(e * x).mean(), e.mean()]),
    ]
    memories = [
        lambda kept, g, k: g,
        lambda kept, g, k: kept + g,
        lambda kept, g, k: kept / 2 + g,
        lambda kept, g, k: 0.9 * kept + g,
        lambda kept, g, k: kept if k else g,
        lambda kept, g, k: g.sign(),
    ]
    losses = [
        lambda e: (e**2).mean(),
        lambda e: (e**2).sum(),
        lambda e: e.abs().mean(),
        lambda e: (e**2).mean() / 2,
    ]
    ends = [
        lambda losses: losses,
        lambda losses: losses[-1],
        lambda losses: sum(losses) / len(losses),
        lambda losses: losses[::-1],
    ]
    return all_of(_train, slopes, memories, losses, ends, [False, True], [0, 1])


ANSWERS = {
    "opt-01": descents,
    "opt-02": momenta,
    "opt-03": momenta,
    "opt-04": adams,
    "opt-05": adamws,
    "opt-06": lions,
    "opt-07": margins,
    "opt-08": leashes,
    "opt-09": schedules,
    "opt-10": bills,
    "opt-11": adam_loops,
    "opt-12": line_loops,
}
