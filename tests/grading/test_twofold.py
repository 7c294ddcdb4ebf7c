"""Two things wrong at once: both are told where both can be seen, and neither by luck."""

from math import log

import pytest
import torch
import torch.nn.functional as F
from parts import answers

from lossfns.grading import verdict
from lossfns.grading.bank import exercise
from lossfns.grading.explain import same_outcome, touched
from lossfns.grading.judge import judge, known_recordings, probes
from lossfns.grading.record import record


def mean_and_overflow(scores, relevance):
    shares = scores.exp() / scores.exp().sum()
    return -(relevance.softmax(0) * shares.log()).mean()


def test_mistake_and_overflow_are_both_told():
    found = verdict("pick-03", mean_and_overflow)
    assert found.mistake == "mean, and hundreds apart"
    assert (
        "Within the list it is a sum" in found.sentence
        and "hundreds apart: yours is no number" in found.sentence
    )


def hinge_without_pairs(scores, relevance):
    return torch.relu(1 - (scores[:, None] - scores))[relevance[:, None] > relevance].mean()


def test_mistake_and_empty_case_are_both_told():
    assert verdict("pick-02", hinge_without_pairs).mistake == "hinge, and no pair"


def masked_inside_but_zero_without_pairs(scores, relevance):
    above = (relevance[:, None] > relevance).to(scores.dtype)
    costs = F.softplus((scores - scores[:, None]) * above)
    return costs.sum() / above.sum() if above.any() else torch.tensor(0.0)


def test_edge_that_is_right_is_not_blamed():
    found = verdict("pick-02", masked_inside_but_zero_without_pairs)
    assert found.mistake == "masked-inside, but for no pair"
    assert "all grades are equal" not in found.sentence


def test_mistake_of_the_edge_alone_keeps_its_name():
    def naive(scores, relevance):
        return -(relevance.softmax(0) * scores.softmax(0).log()).sum()

    assert verdict("pick-03", naive).mistake == "log-of-softmax"


def one_place_short(scores, relevance, k):
    gains, places = 2**relevance - 1, range(1, min(k, len(scores)))
    own, best = gains[scores.argsort(descending=True)].tolist(), sorted(gains.tolist(), reverse=True)
    worths = [sum(values[i - 1] / log(i + 1) for i in places) for values in (own, best)]
    return worths[0] / worths[1] if worths[1] else 0.0


def test_praise_that_the_second_thing_takes_back_is_left_out():
    found = verdict("pick-05", one_place_short)
    assert found.mistake == "one-place-less, and k beyond the list"
    assert "Right where" not in found.sentence


def test_number_that_is_none_is_placed():
    def rounded_to_one(positive, negative):
        return -(1 - torch.sigmoid(negative - positive)).log().mean()

    assert "far apart. There yours is inf" in verdict("pick-01", rounded_to_one).sentence


def test_error_of_an_edge_case_is_placed():
    def too_short(scores, relevance, k):
        return (relevance[scores.argsort(descending=True)][:k] / torch.arange(2, k + 2)).sum()

    assert "wherever k is larger than the list, and nowhere else" in verdict("pick-05", too_short).sentence


@pytest.mark.parametrize("id", ["pick-02", "pick-03", "cls-02", "con-03"])
def test_no_second_name_is_given_by_luck(id):
    task, lucky = exercise(id), []
    for i, answer in enumerate(list(answers()[id]())[::7][:50]):
        name = judge(task, answer).mistake or ""
        mistake, _, edge = name.replace(", but for ", ", and ").partition(", and ")
        for regime in (regime for regime in task.regimes if regime.name == edge):
            lucky += [(i, name, seed) for seed in (101, 102) if not _is(task, answer, mistake, regime, seed)]
    assert lucky == []


def _is(task, answer, mistake, regime, seed) -> bool:
    """Whether the answer is that mistake outside the regime, on inputs that the checker has not seen."""
    known, came = known_recordings(task, seed)[mistake], record(answer, probes(task, seed))
    inside = touched(probes(task, seed), regime)
    pairs = enumerate(zip(came.outcomes, known.outcomes, strict=True))
    return all(i in inside or same_outcome(got, want, task.rtol) for i, (got, want) in pairs)
