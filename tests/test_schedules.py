"""Schedules: their boundaries, closed forms, and torch's schedulers as oracles."""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

from lossfns import constant, linear_warmup, step_decay, warmup_cosine

COSINE = partial(warmup_cosine, peak=3e-4, warmup_steps=10, total_steps=110, floor=1e-5)


def test_warmup_cosine_at_its_boundaries():
    assert COSINE(0) == 0
    assert COSINE(5) == pytest.approx(1.5e-4, rel=1e-15)
    assert COSINE(10) == 3e-4
    assert COSINE(60) == pytest.approx((3e-4 + 1e-5) / 2, rel=1e-15)
    assert COSINE(110) == 1e-5
    assert COSINE(111) == COSINE(10**9) == 1e-5


def test_warmup_cosine_rises_then_falls():
    rates = [COSINE(t) for t in range(111)]
    assert all(a < b for a, b in pairwise(rates[:11]))
    assert all(a > b for a, b in pairwise(rates[10:]))
    assert max(rates) == rates[10]


def test_without_warmup_the_cosine_starts_at_the_peak():
    assert warmup_cosine(0, peak=0.7, warmup_steps=0, total_steps=4) == 0.7
    assert warmup_cosine(1, peak=0.7, warmup_steps=0, total_steps=4) == pytest.approx(
        0.7 * (2 + math.sqrt(2)) / 4
    )
    assert warmup_cosine(4, peak=0.7, warmup_steps=0, total_steps=4) == 0


def test_warmup_cosine_equals_torchs_cosine_after_the_warmup():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50, eta_min=0.01)
    for t in range(51):
        ours = warmup_cosine(7 + t, peak=0.1, warmup_steps=7, total_steps=57, floor=0.01)
        assert ours == pytest.approx(scheduler.get_last_lr()[0], rel=1e-12)
        optimizer.step()
        scheduler.step()


def test_linear_warmup_reaches_the_peak_and_stays():
    assert [linear_warmup(t, peak=2.0, warmup_steps=4) for t in range(6)] == [0, 0.5, 1, 1.5, 2, 2]
    assert linear_warmup(0, peak=2.0, warmup_steps=0) == 2


def test_step_decay_equals_torchs():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.3)
    scheduler = StepLR(optimizer, step_size=4, gamma=0.5)
    for t in range(20):
        ours = step_decay(t, peak=0.3, step_size=4, gamma=0.5)
        assert ours == pytest.approx(scheduler.get_last_lr()[0], rel=1e-14)
        optimizer.step()
        scheduler.step()


def test_constant_is_constant():
    assert {constant(t, peak=0.2) for t in (0, 1, 10**6)} == {0.2}


@pytest.mark.parametrize(
    "schedule",
    (
        partial(constant),
        partial(linear_warmup, warmup_steps=3),
        partial(warmup_cosine, warmup_steps=3, total_steps=9),
        partial(step_decay, step_size=3),
    ),
)
def test_every_schedule_runs_through_lambda_lr(schedule):
    p, q = torch.zeros(1), torch.zeros(1)
    groups = [{"params": [p], "lr": 0.4}, {"params": [q], "lr": 0.02}]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    scheduler = LambdaLR(optimizer, partial(schedule, peak=1.0))
    for t in range(12):
        rates = [group["lr"] for group in optimizer.param_groups]
        assert rates == pytest.approx([schedule(t, peak=0.4), schedule(t, peak=0.02)], rel=1e-14)
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("name", "call"),
    (
        ("step", lambda: constant(-1, peak=0.1)),
        ("step", lambda: COSINE(-1)),
        ("step", lambda: COSINE(float("nan"))),
        ("peak", lambda: constant(0, peak=0.0)),
        ("peak", lambda: linear_warmup(0, peak=-1.0, warmup_steps=2)),
        ("warmup_steps", lambda: linear_warmup(0, peak=0.1, warmup_steps=-1)),
        ("total_steps", lambda: warmup_cosine(0, peak=0.1, warmup_steps=5, total_steps=5)),
        ("total_steps", lambda: warmup_cosine(0, peak=0.1, warmup_steps=0, total_steps=0)),
        ("floor", lambda: warmup_cosine(0, peak=0.1, warmup_steps=1, total_steps=5, floor=0.2)),
        ("floor", lambda: warmup_cosine(0, peak=0.1, warmup_steps=1, total_steps=5, floor=-0.1)),
        ("step_size", lambda: step_decay(0, peak=0.1, step_size=0)),
        ("gamma", lambda: step_decay(0, peak=0.1, step_size=1, gamma=1.5)),
    ),
)
def test_bad_arguments_raise_and_are_named(name, call):
    with pytest.raises(ValueError, match=name):
        call()


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError, match="step must be a number, got str"):
        constant("1", peak=0.1)
