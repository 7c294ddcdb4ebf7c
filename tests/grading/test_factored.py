"""A mistake and a factor on top: both are told, neither by luck, and a factor alone keeps its own name."""

import pytest
import torch
from parts import answers

from lossfns.grading import verdict
from lossfns.grading.bank import exercise
from lossfns.grading.explain import same
from lossfns.grading.explain.factored import ON_TOP
from lossfns.grading.judge import judge, known_recordings, probes
from lossfns.grading.record import record


def early_is_dear(pred, actual, price):
    return torch.where(pred > actual, price, 1.0) * (pred - actual) ** 2


def test_mistake_and_sum_are_both_told():
    found = verdict("ctr-05", lambda pred, actual, price: early_is_dear(pred, actual, price).sum())
    assert found.mistake == "sides-swapped, and n times"
    assert "makes the *early* trains dear" in found.sentence and "total into a mean" in found.sentence


def test_mistake_and_half_are_both_told():
    found = verdict("ctr-05", lambda pred, actual, price: early_is_dear(pred, actual, price).mean() / 2)
    assert found.mistake == "sides-swapped, and half"


def test_a_mistake_alone_and_a_factor_alone_keep_their_names():
    assert verdict("ctr-05", lambda p, a, w: early_is_dear(p, a, w).mean()).mistake == "sides-swapped"
    assert verdict("ctr-05", lambda p, a, w: 2 * early_is_dear(a, p, w).mean()).mistake == "relation: twice"


def test_a_factor_without_a_name_is_not_guessed():
    assert ", and " not in (
        verdict("ctr-05", lambda p, a, w: 3 * early_is_dear(p, a, w).mean()).mistake or ""
    )


FACTORS = {
    "n times": lambda n: n,
    "twice": lambda n: 2,
    "half": lambda n: 0.5,
    "minus": lambda n: -1,
}


@pytest.mark.parametrize("id", ["cls-02", "ctr-05"])
def test_no_second_name_is_given_by_luck(id):
    task, lucky = exercise(id), []
    for i, answer in enumerate(list(answers()[id]())[::17][:40]):
        mistake, _, times = (judge(task, answer).mistake or "").partition(", and ")
        if times in ON_TOP:
            lucky += [
                (i, mistake, seed) for seed in (101, 102) if not _is(task, answer, mistake, times, seed)
            ]
    assert lucky == []


def _is(task, answer, mistake, times, seed) -> bool:
    """Whether the answer is so many times that mistake on inputs that the checker has not seen."""
    known, came = known_recordings(task, seed)[mistake], record(answer, probes(task, seed))
    sizes = [len(next(a for a in probe.args if getattr(a, "ndim", 0))) for probe in probes(task, seed)]
    rows = zip(came.outcomes, known.outcomes, sizes, strict=True)
    return all(same(got.value, FACTORS[times](n) * want.value, task.rtol) for got, want, n in rows)
