"""Ranking losses: what the table of cases cannot say."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import ndcg_score
from torch.autograd import gradcheck

import lossfns

LISTWISE = (lossfns.listnet_loss, lossfns.listmle_loss)
OF_LISTS = (lossfns.ranknet_loss, *LISTWISE)
HALF = (torch.float16, torch.bfloat16)


@pytest.fixture
def lists():
    """Twenty lists of six items; grades 0 to 3, with ties."""
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(20, 6, generator=generator, dtype=torch.float64)
    return scores, torch.randint(4, (20, 6), generator=generator)


@pytest.fixture
def mask():
    """Between none and all of the items of a list, the first list empty, the second full."""
    kept = torch.rand(20, 6, generator=torch.Generator().manual_seed(1)) < 0.6
    kept[0], kept[1] = False, True
    return kept


def gradient(loss, scores, *args, **options):
    scores = scores.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad(loss(scores, *args, **options), scores)
    return grad


def test_gradients_equal_central_differences(lists, mask):
    scores, relevance = lists[0][:4].clone().requires_grad_(), lists[1][:4]
    for loss in OF_LISTS:
        assert gradcheck(lambda s, loss=loss: loss(s, relevance), scores)
        assert gradcheck(lambda s, loss=loss: loss(s, relevance, mask=mask[:4]), scores)
    assert gradcheck(lossfns.bpr_loss, (scores, scores.detach().flip(0).requires_grad_()))


def test_bpr_loss_is_binary_cross_entropy_of_a_difference(lists):
    positive, negative = lists[0], lists[0].flip(0)
    yes = torch.ones_like(positive)
    for logistic in (F.binary_cross_entropy_with_logits, lossfns.binary_cross_entropy_with_logits):
        expected = logistic(positive - negative, yes)
        torch.testing.assert_close(lossfns.bpr_loss(positive, negative), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, *HALF))
def test_bpr_loss_of_the_worst_pairs_still_pulls(dtype):
    negative = torch.tensor([30.0, 200.0, 1e4], dtype=dtype)
    losses = lossfns.bpr_loss(torch.zeros(3, dtype=dtype), negative, reduction="none")
    assert losses.tolist() == pytest.approx(negative.tolist(), rel=1e-12)
    slopes = gradient(lossfns.bpr_loss, torch.zeros(3, dtype=dtype), negative, reduction="sum")
    assert slopes.tolist() == pytest.approx([-1, -1, -1], rel=1e-12)
    # far on the right side the loss is e^−x, not 0
    easy = lossfns.bpr_loss(torch.tensor([30.0], dtype=dtype), torch.zeros(1, dtype=dtype))
    assert easy.item() == pytest.approx(math.exp(-30), rel=1e-6)


def test_ranknet_loss_is_the_mean_over_pairs_with_a_winner(lists, mask):
    scores, relevance = lists
    costs = [
        math.log1p(math.exp(s[j] - s[i]))
        for s, r, kept in zip(scores.tolist(), relevance.tolist(), mask.tolist(), strict=True)
        for i in range(6)
        for j in range(6)
        if kept[i] and kept[j] and r[i] > r[j]
    ]
    assert lossfns.ranknet_loss(*lists, mask=mask).item() == pytest.approx(np.mean(costs), rel=1e-13)
    total = lossfns.ranknet_loss(*lists, mask=mask, reduction="sum")
    assert total.item() == pytest.approx(np.sum(costs), rel=1e-13)


def test_ranknet_loss_of_two_items_is_bpr(lists):
    positive, negative = lists[0][:, 0], lists[0][:, 1]
    order = torch.tensor([[1, 0]]).expand(20, 2)
    torch.testing.assert_close(
        lossfns.ranknet_loss(torch.stack([positive, negative], 1), order),
        lossfns.bpr_loss(positive, negative),
    )


@pytest.mark.parametrize("m", (0, 1, 5))
def test_ranknet_loss_without_a_pair_is_zero_with_zero_gradient(m):
    scores, ties = torch.randn(3, m, generator=torch.Generator().manual_seed(0)), torch.ones(3, m)
    assert lossfns.ranknet_loss(scores, ties).item() == 0
    assert not gradient(lossfns.ranknet_loss, scores, ties).any()


def test_listnet_loss_is_least_where_scores_are_the_relevance_up_to_a_shift(lists):
    relevance = lists[1].double()
    chances = relevance.softmax(-1)
    entropy = -(chances * chances.log()).sum(-1)
    best = lossfns.listnet_loss(relevance + 7, relevance, reduction="none")
    torch.testing.assert_close(best, entropy)
    assert (lossfns.listnet_loss(*lists, reduction="none") > entropy).all()


def test_listnet_loss_pulls_by_the_difference_of_two_softmaxes(lists):
    expected = lists[0].softmax(-1) - lists[1].double().softmax(-1)
    torch.testing.assert_close(gradient(lossfns.listnet_loss, *lists, reduction="sum"), expected)


def test_listmle_loss_is_minus_the_log_of_a_probability_over_all_orders():
    """Plackett–Luce by brute force: each order's probability, and all 24 sum to 1."""
    weights = [0.5, 1.0, 2.0, 4.0]
    scores, total = torch.tensor(weights, dtype=torch.float64).log(), 0.0
    for order in permutations(range(4)):
        probability = math.prod(weights[i] / sum(weights[j] for j in order[p:]) for p, i in enumerate(order))
        relevance = torch.zeros(4)
        relevance[list(order)] = torch.tensor([4.0, 3.0, 2.0, 1.0])
        loss = lossfns.listmle_loss(scores, relevance).item()
        assert loss == pytest.approx(-math.log(probability), rel=1e-13)
        total += math.exp(-loss)
    assert total == pytest.approx(1)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, *HALF))
def test_listmle_loss_of_widely_spread_scores(dtype):
    scores = torch.tensor([[0.0, 200.0, -200.0, 50.0]], dtype=dtype)
    order = torch.tensor([[4, 3, 2, 1]])
    assert lossfns.listmle_loss(scores, order).item() == 450  # 200 for the first place, 250 for the third
    slopes = gradient(lossfns.listmle_loss, scores, order)
    torch.testing.assert_close(slopes, torch.tensor([[-1.0, 1.0, -1.0, 1.0]], dtype=dtype))


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32))
def test_listmle_loss_gradient_keeps_its_digits_at_large_scores(dtype):
    scores = torch.tensor([[1e4, -1e4, 0.0, 5.0]], dtype=dtype)  # the best score is the last to be drawn
    slopes = gradient(lossfns.listmle_loss, scores, torch.tensor([[0, 3, 1, 2]]))
    torch.testing.assert_close(
        slopes, torch.tensor([[3.0, -1.0, -1.0, -1.0]], dtype=dtype), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("masked", (False, True))
def test_listmle_loss_of_a_list_does_not_depend_on_the_spread_of_its_neighbour(lists, mask, masked):
    found = []
    for spread in (1.0, 200.0):  # beyond 30 the sums are done on logarithms
        neighbour = torch.linspace(0, spread, 6, dtype=torch.float64)
        scores = torch.cat([lists[0], neighbour[None]]).requires_grad_()
        relevance, kept = torch.cat([lists[1], lists[1][:1]]), torch.cat([mask, mask[1:2]])
        losses = lossfns.listmle_loss(scores, relevance, mask=kept if masked else None, reduction="none")
        (slopes,) = torch.autograd.grad(losses.sum(), scores)
        found.append((losses[:-1].detach(), slopes[:-1]))
    for sums, logarithms in zip(*found, strict=True):
        torch.testing.assert_close(sums, logarithms, rtol=1e-13, atol=1e-14)


def test_listmle_loss_keeps_tied_items_in_the_order_they_came(lists):
    ties = torch.ones(20, 6)
    as_listed = torch.arange(6, 0, -1).expand(20, 6)
    loss = lossfns.listmle_loss(lists[0], ties)
    assert loss == lossfns.listmle_loss(lists[0], as_listed)
    assert all(lossfns.listmle_loss(lists[0], ties) == loss for _ in range(5))
    long = torch.randn(500, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    counted_down = torch.arange(500, 0, -1)
    assert lossfns.listmle_loss(long, torch.zeros(500)) == lossfns.listmle_loss(long, counted_down)


@pytest.mark.parametrize("loss", OF_LISTS)
@pytest.mark.parametrize("garbage", (1e4, -1e4, math.nan, math.inf, -math.inf))
def test_what_is_masked_is_as_if_it_were_not_there(loss, garbage, lists, mask):
    relevance = lists[1].double()
    short = [
        loss(s[kept], r[kept], reduction="sum") for s, r, kept in zip(lists[0], relevance, mask, strict=True)
    ]
    spoiled = lists[0].masked_fill(~mask, garbage), relevance.masked_fill(~mask, garbage)
    torch.testing.assert_close(loss(*spoiled, mask=mask, reduction="sum"), sum(short))
    clean = gradient(loss, *lists, mask=mask)
    torch.testing.assert_close(gradient(loss, *spoiled, mask=mask), clean)
    assert not clean[~mask].any() and clean[1].any()


@pytest.mark.parametrize("loss", LISTWISE)
def test_a_list_that_is_masked_entirely_does_not_count(loss, lists, mask):
    some = mask.any(-1)
    assert not some.all()
    torch.testing.assert_close(loss(*lists, mask=mask), loss(lists[0][some], lists[1][some], mask=mask[some]))
    assert loss(*lists, mask=mask, reduction="none")[0] == 0


@pytest.mark.parametrize("loss", OF_LISTS)
def test_where_all_is_masked_the_loss_is_zero_with_zero_gradient(loss, lists):
    nothing = torch.zeros(20, 6, dtype=torch.bool)
    for reduction in ("mean", "sum"):
        assert loss(*lists, mask=nothing, reduction=reduction).item() == 0
        assert not gradient(loss, *lists, mask=nothing, reduction=reduction).any()


@pytest.mark.parametrize("loss", OF_LISTS)
def test_lists_of_any_leading_shape_and_any_real_relevance(loss, lists):
    scores, relevance = lists
    flat = loss(*lists)
    torch.testing.assert_close(loss(scores.reshape(4, 5, 6), relevance.reshape(4, 5, 6)), flat)
    for dtype in (torch.float32, torch.float64, torch.int32, torch.uint8):
        torch.testing.assert_close(loss(scores, relevance.to(dtype)), flat)
    clicks = relevance > 1
    torch.testing.assert_close(loss(scores, clicks), loss(scores, clicks.long()))
    one = loss(scores[1], relevance[1])
    torch.testing.assert_close(one, loss(scores[1:2], relevance[1:2]))


@pytest.mark.parametrize("call", (*OF_LISTS, lossfns.ndcg))
def test_bad_lists_are_refused_by_name(call, lists):
    with pytest.raises(ValueError, match=r"scores and relevance .*\(20, 6\).*\(6,\)"):
        call(lists[0], lists[1][0])
    with pytest.raises(ValueError, match=r"mask \(6,\)"):
        call(*lists, mask=torch.ones(6, dtype=torch.bool))
    with pytest.raises(TypeError, match="mask must be a bool tensor.* got torch.int64"):
        call(*lists, mask=torch.ones(20, 6, dtype=torch.long))
    with pytest.raises(TypeError, match="scores must be floating point, got torch.int64"):
        call(lists[1], lists[0])  # swapped
    with pytest.raises(ValueError, match="scores must be lists"):
        call(torch.tensor(1.0), torch.tensor(1))


@pytest.mark.parametrize("k", (None, 1, 3, 6, 100))
def test_ndcg_equals_scikit_learns_with_exponential_gains(k, lists):
    scores, relevance = lists
    gains = 2 ** relevance.numpy() - 1
    expected = [ndcg_score(g[None], s[None].numpy(), k=k) for g, s in zip(gains, scores, strict=True)]
    ours = lossfns.ndcg(scores, relevance, k=k)
    assert ours.shape == (20,)
    np.testing.assert_allclose(ours, expected, rtol=1e-14)


def test_ndcg_worked_by_hand():
    # ranked: grade 0, 2, 1 -> 0/1 + 3/log₂3 + 1/2; best: 3 + 1/log₂3
    value = lossfns.ndcg(torch.tensor([9.0, 5.0, 7.0]).double(), torch.tensor([0, 1, 2]))
    assert value.item() == pytest.approx((3 / math.log2(3) + 1 / 2) / (3 + 1 / math.log2(3)), rel=1e-14)


def test_ndcg_of_a_perfect_ranking_is_one_and_of_nothing_relevant_zero(lists):
    relevance = lists[1].double()
    torch.testing.assert_close(lossfns.ndcg(relevance, relevance), torch.ones(20, dtype=torch.float64))
    assert not lossfns.ndcg(lists[0], torch.zeros(20, 6)).any()
    assert lossfns.ndcg(torch.zeros(2, 0), torch.zeros(2, 0)).tolist() == [0, 0]


@pytest.mark.parametrize("dtype", (torch.float32, torch.float64))
@pytest.mark.parametrize("grade", (127.0, 128.0, 1023.0, 1e4))
def test_ndcg_of_grades_whose_gains_overflow(grade, dtype):
    relevance = torch.tensor([0.0, grade, grade - 1], dtype=dtype)
    value = lossfns.ndcg(torch.tensor([2.0, 1.0, 3.0], dtype=dtype), relevance)
    # gains in units of 2^grade: ½, 0, 1 as ranked, and 1, ½ at best
    assert value.item() == pytest.approx((1 / 2 + 1 / 2) / (1 + 1 / 2 / math.log2(3)), rel=1e-6)


def test_ndcg_keeps_tied_scores_in_the_order_they_came():
    assert lossfns.ndcg(torch.zeros(3), torch.tensor([1, 0, 0])) == 1
    assert lossfns.ndcg(torch.zeros(3), torch.tensor([0, 0, 1])) == 0.5  # third place: 1 / log₂ 4


@pytest.mark.parametrize("garbage", (1e4, -1e4, math.nan, math.inf))
def test_ndcg_ignores_what_is_masked(garbage, lists, mask):
    spoiled = lists[0].masked_fill(~mask, garbage), lists[1].double().masked_fill(~mask, garbage)
    rows = zip(*lists, mask, strict=True)
    short = torch.stack([lossfns.ndcg(s[kept], r[kept], k=3) for s, r, kept in rows])
    torch.testing.assert_close(lossfns.ndcg(*spoiled, k=3, mask=mask), short)
    assert short[0] == 0


def test_ndcg_puts_what_counts_above_what_does_not_whatever_the_score():
    scores, relevance = torch.tensor([0.0, -math.inf]), torch.tensor([3, 1])
    assert lossfns.ndcg(scores, relevance, k=1, mask=torch.tensor([False, True])) == 1


def test_ndcg_does_not_hide_nan():
    scores, relevance = torch.tensor([[1.0, math.nan], [1.0, 2.0]]), torch.tensor([[0.0, 1.0], [0.0, 1.0]])
    assert lossfns.ndcg(scores, relevance).isnan().tolist() == [True, False]
    assert lossfns.ndcg(relevance, scores, k=1).isnan().tolist() == [True, False]


def test_ndcg_types_and_bad_arguments(lists):
    scores, relevance = lists
    assert lossfns.ndcg(scores.half(), relevance).dtype == torch.float32
    assert not lossfns.ndcg(scores.clone().requires_grad_(), relevance).requires_grad
    with pytest.raises(ValueError, match="relevance must not be negative, got -1"):
        lossfns.ndcg(scores, relevance - 1)
    with pytest.raises(TypeError, match="scores must be a torch.Tensor, got list"):
        lossfns.ndcg(scores.tolist(), relevance)
    for k, error in (
        (0, ValueError),
        (-1, ValueError),
        (1.5, TypeError),
        ("1", TypeError),
        (True, TypeError),
    ):
        with pytest.raises(error, match="k must be"):
            lossfns.ndcg(*lists, k=k)


@pytest.mark.parametrize("loss", OF_LISTS)
def test_training_on_the_loss_raises_ndcg(loss):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, 8, 4, generator=generator, dtype=torch.float64)
    truth = torch.tensor([1.0, -2.0, 0.5, 0.0], dtype=torch.float64)
    relevance = (x @ truth).argsort(-1).argsort(-1) // 2
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        loss(x @ w, relevance).backward()
        optimizer.step()
    before, after = lossfns.ndcg(torch.zeros(50, 8), relevance), lossfns.ndcg(x @ w, relevance)
    assert before.mean() < 0.8 and after.mean() > 0.97
