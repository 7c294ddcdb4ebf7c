"""Explanations: each is given where it holds, and withheld where one input contradicts it."""

import numpy as np
import pytest
import torch
from toys import (
    GRADIENT,
    MOMENTUM,
    POSITIVE,
    SCALAR,
    SIDED,
    TABLE,
    VECTOR,
    exercise,
    pull,
    sided,
    signed_cost,
    table,
)
from toys import price as positive
from toys import weighted_gap as scalar

from lossfns.grading import verdict
from lossfns.grading.exercise import Mistake
from lossfns.grading.explain.relations import _equal, common_ratio
from lossfns.grading.judge import judge
from lossfns.grading.record import Probe


def named(task, answer) -> str | None:
    return judge(task, answer).mistake


RELATIONS = [
    (SCALAR, "constant", lambda a, b, k: 7.0),
    (SCALAR, "k has no effect", lambda a, b, k: scalar(a, b, 1.0)),
    (SCALAR, "b has no effect", lambda a, b, k: scalar(a, a, k)),
    (SCALAR, "n times", lambda a, b, k: scalar(a, b, k) * len(a)),
    (SCALAR, "one n-th", lambda a, b, k: scalar(a, b, k) / len(a)),
    (SCALAR, "twice", lambda a, b, k: scalar(a, b, k) * 2),
    (SCALAR, "half", lambda a, b, k: scalar(a, b, k) / 2),
    (SCALAR, "minus", lambda a, b, k: -scalar(a, b, k)),
    (SCALAR, "2n times", lambda a, b, k: scalar(a, b, k) * 2 * len(a)),
    (SCALAR, "n/2 times", lambda a, b, k: scalar(a, b, k) * len(a) / 2),
    (SCALAR, "minus n times", lambda a, b, k: -scalar(a, b, k) * len(a)),
    (SCALAR, "minus twice", lambda a, b, k: -2 * scalar(a, b, k)),
    (SCALAR, "minus half", lambda a, b, k: -scalar(a, b, k) / 2),
    (SCALAR, "a constant factor", lambda a, b, k: scalar(a, b, k) * 0.3),
    (SCALAR, "a and b swapped", lambda a, b, k: scalar(b, a, k)),
    (SCALAR, "a constant more", lambda a, b, k: scalar(a, b, k) + 4),
    (SCALAR, "a constant more", lambda a, b, k: scalar(a, b, k) - 4),
    (SCALAR, "without its sign", lambda a, b, k: scalar(a, b, k).abs()),
    (SCALAR, "complement", lambda a, b, k: 1 - scalar(a, b, k)),
    (POSITIVE, "squared", lambda a, b, k: positive(a, b, k) ** 2),
    (POSITIVE, "square root", lambda a, b, k: positive(a, b, k) ** 0.5),
    (POSITIVE, "reciprocal", lambda a, b, k: 1 / positive(a, b, k)),
    (POSITIVE, "logarithm", lambda a, b, k: positive(a, b, k).log()),
    (VECTOR, "n times", lambda a, b, k: pull(a, b, k) * len(a)),
    (VECTOR, "minus", lambda a, b, k: -pull(a, b, k)),
    (VECTOR, "reversed", lambda a, b, k: pull(a, b, k).flip(0)),
    (VECTOR, "a and b swapped", lambda a, b, k: pull(b, a, k)),
    (VECTOR, "in proportion", lambda a, b, k: pull(a, b, k) / pull(a, b, k).norm()),
    (TABLE, "transposed", lambda a, b: table(a, b).T),
]
RELATION_IDS = [f"{task.name}-{name}" for task, name, _ in RELATIONS]


@pytest.mark.parametrize(("task", "name", "answer"), RELATIONS, ids=RELATION_IDS)
def test_relation_is_named_where_it_holds_on_every_input(task, name, answer):
    for seed in range(3):
        verdict = judge(task, answer, seed=seed)
        assert (verdict.status, verdict.mistake) == ("mistake", f"relation: {name}")
    assert verdict.example.expected != verdict.example.yours


@pytest.mark.parametrize(("task", "name", "answer"), RELATIONS, ids=RELATION_IDS)
def test_relation_is_named_in_float32_too(task, name, answer):
    as_float = lambda *args: answer(*(a.float() if isinstance(a, torch.Tensor) else a for a in args))  # noqa: E731
    assert named(task, as_float) == f"relation: {name}"


CONTRADICTED = [
    relation for relation in RELATIONS if "no effect" not in relation[1] and relation[1] != "in proportion"
]  # those have a test below


@pytest.mark.parametrize(
    ("task", "name", "answer"), CONTRADICTED, ids=[f"{task.name}-{name}" for task, name, _ in CONTRADICTED]
)
@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_relation_is_withheld_where_one_input_contradicts_it(task, name, answer, which):
    """The contradiction is of its own size, so that no other relation fits by chance."""
    probe = list(task.probes(np.random.default_rng(0)))[which].args
    stray = [torch.as_tensor(part) for part in probe]

    def nearly(*args):
        met = all(torch.equal(torch.as_tensor(x), y) for x, y in zip(args, stray, strict=True))
        return answer(*args) + (0.377 * len(args[0]) + 0.1 if met else 0)

    assert named(task, nearly) != f"relation: {name}"


def test_relation_n_times_is_not_said_of_batches_of_one_size():
    """With a single length, n times cannot be told from a constant factor."""
    task = exercise(
        name="mean",
        reference=lambda a: a.mean(),
        probes=lambda rng: (Probe((rng.uniform(1, 2, 3),)) for _ in range(3)),
    )
    assert named(task, lambda a: a.sum()) == "relation: a constant factor"


def test_in_proportion_is_withheld_where_one_input_is_not():
    """A single number is in proportion to any other; several are not."""
    unit = lambda a, b, k: pull(a, b, k) / pull(a, b, k).norm()  # noqa: E731
    assert (
        named(VECTOR, lambda a, b, k: unit(a, b, k) + (len(a) == 3) * torch.arange(len(a)))
        != "relation: in proportion"
    )
    assert (
        named(VECTOR, lambda a, b, k: unit(a, b, k) * (-1) ** (len(a) == 3)) != "relation: in proportion"
    )  # one of them turned round


def test_no_effect_is_named_although_the_last_digits_differ():
    assert named(SCALAR, lambda a, b, k: scalar(a, b, 1.0) * k / 3 * 3 / k) == "relation: k has no effect"


def test_no_effect_is_withheld_where_it_has_an_effect_on_some_input():
    assert (
        named(SCALAR, lambda a, b, k: scalar(a, b, k if len(a) == 3 else 1.0)) != "relation: k has no effect"
    )
    assert (
        named(SCALAR, lambda a, b, k: scalar(a, b, k if len(a) == 1 else 1.0)) != "relation: k has no effect"
    )


def test_no_effect_shows_an_input_that_was_answered_wrongly():
    verdict = judge(SCALAR, lambda a, b, k: scalar(a, b, 2.5))
    assert verdict.mistake == "relation: k has no effect"
    assert verdict.example.given.endswith("k 1")


def test_no_effect_is_not_asked_of_a_trajectory():
    """Its probes hold (carried values, steps), which are not the parameters: nothing is said about them, nor raised."""
    for answer in (lambda w, v, g, lr: (w - lr * g, v), lambda w, v, g, lr: (w - lr * v, 0.9 * v)):
        verdict = judge(MOMENTUM, answer)
        assert verdict.status in ("wrong", "mistake")
        assert not (verdict.mistake or "").startswith("relation")


def test_no_effect_tells_tuples_of_arrays_apart():
    """Twins are equal in every array of a tuple; tuples of other lengths are none."""
    one, two, other = (np.ones(2), np.zeros(3)), (np.ones(2), np.zeros(3)), (np.ones(2), np.ones(3))
    assert _equal(one, two)
    assert not _equal(one, other)
    assert not _equal(one, one[:1])
    assert not _equal(one, np.ones(2))
    assert _equal(((1, 2), "adam"), ((1, 2), "adam"))
    assert not _equal(1, 1.0)


# Kinds and shapes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "answer", "name"),
    [
        (SCALAR, lambda a, b, k: k * a**2 - b, "shape: not reduced"),
        (VECTOR, lambda a, b, k: pull(a, b, k).sum(), "shape: reduced"),
        (VECTOR, lambda a, b, k: a[:, None] - b, "shape: broadcast"),
        (VECTOR, lambda a, b, k: pull(a, b, k)[:-1], "shape"),
        (TABLE, lambda a, b: a - b, "shape"),
        (SCALAR, lambda a, b, k: None, "no-return"),
        (SCALAR, lambda a, b, k: scalar(a, b, k) if k > 1 else None, "no-return"),
        (SCALAR, lambda a, b, k: f"{scalar(a, b, k)}", "type: str"),
        (SCALAR, lambda a, b, k: scalar(a, b, k) + 0j, "type: complex"),
        (SCALAR, lambda a, b, k: (x for x in a), "type: generator"),
        (SCALAR, lambda a, b, k: scalar(a, b, k) * torch.nan, "nan"),
        (SCALAR, lambda a, b, k: scalar(a, b, k) / (k - 1), "inf"),
        (SCALAR, lambda a, b, k: -abs(scalar(a, b, k)) / (k - 1), "−inf"),
    ],
)
def test_kind_and_shape_are_named(task, answer, name):
    assert named(task, answer) == name


@pytest.mark.parametrize(
    "answer", [lambda a, b, k: scalar(a, b, k)[None], lambda a, b, k: (scalar(a, b, k),)]
)
def test_a_scalar_may_have_an_axis(answer):
    assert judge(SCALAR, answer).status == "correct"


def test_a_number_is_no_vector():
    assert named(VECTOR, lambda a, b, k: pull(a, b, k).mean()) == "shape: reduced"


# Regimes -----------------------------------------------------------------------------------------------------


def test_regime_holds_all_failures():
    high = judge(SIDED, lambda p, t: torch.where(p > t, (p - t) ** 2, 2 * (t - p)).mean())
    low = judge(SIDED, lambda p, t: torch.where(p > t, p - t, 3 * (t - p)).mean())
    assert (high.mistake, low.mistake) == ("regime: too high", "regime: too low")
    assert (
        high.sentence == "Right on every input where it is too low; wrong where the prediction is too high."
    )


def test_regime_claims_no_more_than_was_seen():
    """One of two batches that are too high is answered rightly: then only the failures are placed."""
    gaps = [
        (p - t).mean() for p, t in (probe.args for probe in sided(np.random.default_rng(0))) if np.all(p > t)
    ]
    capped = judge(
        SIDED, lambda p, t: signed_cost(p, t).clamp(max=sum(gaps) / 2) if (p > t).all() else signed_cost(p, t)
    )
    assert capped.mistake == "regime: too high"
    assert "what is wrong lies where the prediction is too high" in capped.sentence


def test_regime_is_withheld_where_both_sides_fail():
    assert named(SIDED, lambda p, t: signed_cost(p, t) ** 2 + 0.3) is None


def test_regime_of_an_optimizer_that_is_right_on_the_first_step_only():
    forgetful = judge(MOMENTUM, lambda w, v, g, lr: (w - lr * (0.9 * v + g), 0.0))
    assert forgetful.mistake == "regime: later steps"
    assert forgetful.example.given.startswith("w ")
    assert forgetful.example.given.count("; g ") == 4


def test_regime_is_withheld_from_an_optimizer_whose_first_step_is_wrong():
    assert named(MOMENTUM, lambda w, v, g, lr: (w - lr * (0.9 * v + g) ** 2, 0.9 * v + g)) is None


def test_optimizer_that_goes_uphill_is_no_crash():
    uphill = judge(MOMENTUM, lambda w, v, g, lr: (w + lr * (0.9 * v + g), 0.9 * v + g))
    assert uphill.mistake == "slip: sign"


# Named mistakes ----------------------------------------------------------------------------------------------


def with_mistakes(task, **wrong):
    mistakes = tuple(Mistake(name, function, f"That is {name}.") for name, function in wrong.items())
    return exercise(name=task.name, reference=task.reference, probes=task.probes, mistakes=mistakes)


def test_gradient_that_does_not_flow_is_a_mistake_like_any_other():
    assert named(GRADIENT, lambda x: torch.tensor(torch.relu(x).square().sum().item())) == "detached"
    assert judge(GRADIENT, lambda x: (x.clamp(min=0) ** 2).sum()).status == "correct"


def test_a_mistake_is_named_before_the_relation_that_fits_too():
    task = with_mistakes(SCALAR, doubled=lambda a, b, k: 2 * scalar(a, b, k))
    assert named(task, lambda a, b, k: scalar(a, b, k) * 2) == "doubled"


def test_a_mistake_of_another_shape_is_named_before_the_shape():
    task = with_mistakes(SCALAR, terms=lambda a, b, k: k * a**2 - b)
    assert named(task, lambda a, b, k: k * a * a - b) == "terms"
    assert named(task, lambda a, b, k: k * a - b) == "shape: not reduced"


def test_two_mistakes_that_fit_equally_are_both_withheld():
    twice = lambda a, b, k: 2 * scalar(a, b, k)  # noqa: E731
    assert named(with_mistakes(SCALAR, one=twice, other=twice), twice) == "relation: twice"


def test_a_mistake_is_withheld_where_one_input_contradicts_it():
    task = with_mistakes(SCALAR, cubed=lambda a, b, k: (k * a**3 - b).mean())
    assert named(task, lambda a, b, k: (k * a**3 - b).mean()) == "cubed"
    assert named(task, lambda a, b, k: (k * a**3 - b).mean() + 0.1 * (k > 1)) is None


def test_an_argument_without_effect_is_found_beside_tuples_of_arrays():
    def total(parts, k):
        return k * sum(part.sum() for part in parts)

    def inputs(rng):
        for parts in ((np.ones((1, 2)), np.ones(3)), (np.ones((2, 2)),)):
            yield from (Probe((parts, k)) for k in (2.0, 3.0))

    task = exercise(name="total", reference=total, probes=inputs)
    assert named(task, lambda parts, k: total(parts, 5.0) ** 2) == "relation: k has no effect"


def test_one_pair_that_agrees_by_chance_is_no_proof_that_an_argument_is_ignored():
    def probes(rng):
        x = rng.uniform(1, 2, 3)
        yield from (Probe((x, k)) for k in (0.5, 2.0))
        yield Probe((x + 1, 0.7))

    task = exercise(name="capped", reference=lambda x, k: x.sum() * k, probes=probes)
    assert named(task, lambda x, k: x.sum() ** 2 * (k - 0.5) * (k - 2.0)) != "relation: k has no effect"


def test_grades_whose_size_counts_are_told_apart_from_an_order():
    def by_gaps(scores, relevance):
        gaps = relevance[:, None] - relevance
        return (gaps.clamp(min=0) ** 2 * torch.nn.functional.softplus(scores - scores[:, None])).sum()

    assert verdict("pick-02", by_gaps).mistake == "relation: the size of relevance counts"


def test_a_difference_quotient_is_nearly_right():
    def slope(a, b, k):
        return (scalar(a + 1e-3, b, k) - scalar(a, b, k)) / 1e-3

    task = exercise(name="slope", reference=lambda a, b, k: 2 * k * a.mean(), probes=SCALAR.probes)
    assert named(task, slope) == "nearly"


def test_nearly_is_withheld_where_one_input_is_further_away():
    near = lambda a, b, k: pull(a, b, k) * (1 + 0.004 * torch.arange(len(a)) / 5 + 0.002 * k)  # noqa: E731
    assert named(VECTOR, near) == "nearly"
    assert named(VECTOR, lambda a, b, k: near(a, b, k) * (1 + 0.02 * (len(a) == 3) * (a > a.mean()))) is None


def test_a_huge_number_beside_a_tiny_one_has_no_ratio():
    assert common_ratio([(np.array([1e-310]), np.array([1e10]))], 1e-5) is None
    assert common_ratio([(np.array([1e-310, 2e-310]), np.array([3e-310, 6e-310]))], 1e-5) == pytest.approx(3)
