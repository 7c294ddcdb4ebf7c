"""Contrastive losses: what the table of cases cannot say."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck

import lossfns

IN_BATCH = (lossfns.info_nce_loss, lossfns.clip_loss, lossfns.nt_xent_loss)


@pytest.fixture
def pair():
    generator = torch.Generator().manual_seed(0)
    first, noise = torch.randn(2, 9, 5, generator=generator, dtype=torch.float64)
    return first, first + noise


@pytest.fixture
def triplet(pair):
    return *pair, pair[0].flip(0)


def gradients(loss, *args, **options):
    args = tuple(a.detach().clone().requires_grad_() for a in args)
    return torch.autograd.grad(loss(*args, **options), args)


def test_gradients_equal_central_differences(pair, triplet):
    leaves = tuple(x.clone().requires_grad_() for x in triplet)
    assert gradcheck(lossfns.triplet_margin_loss, leaves)
    for loss in IN_BATCH:
        assert gradcheck(lambda a, b, loss=loss: loss(a, b, temperature=0.2), leaves[:2])
    signs = torch.tensor([1, -1, 1, 1, -1, -1, -1, 1, -1])
    assert gradcheck(lambda a, b: lossfns.cosine_embedding_loss(a, b, signs, margin=0.1), leaves[:2])


def test_triplet_margin_loss_equals_torchs_up_to_its_epsilon(triplet):
    def distance(x, y):
        return (x - y).square().sum(-1).sqrt()

    for margin in (0.3, 1.0, 2.5):
        ours = lossfns.triplet_margin_loss(*triplet, margin=margin)
        exact = F.triplet_margin_with_distance_loss(*triplet, distance_function=distance, margin=margin)
        torch.testing.assert_close(ours, exact, rtol=1e-14, atol=0)
        torch.testing.assert_close(ours, F.triplet_margin_loss(*triplet, margin=margin), rtol=1e-5, atol=0)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, torch.bfloat16, torch.float16))
def test_triplet_margin_loss_of_identical_points_is_the_margin_without_gradient(dtype):
    point = torch.tensor([[1.0, -2.0]], dtype=dtype)
    assert lossfns.triplet_margin_loss(point, point, point, margin=0.5).item() == 0.5
    for grad in gradients(lossfns.triplet_margin_loss, point, point, point):
        assert grad.dtype == dtype and not grad.any()


def test_triplet_margin_loss_on_the_margin_has_no_gradient():
    on_the_margin = torch.tensor([[0.0]]), torch.tensor([[2.0]]), torch.tensor([[3.0]])
    assert lossfns.triplet_margin_loss(*on_the_margin).item() == 0
    assert not any(grad.any() for grad in gradients(lossfns.triplet_margin_loss, *on_the_margin))


@pytest.mark.parametrize("scale", (1e-200, 1e-30, 1e30, 1e200))
def test_triplet_margin_loss_measures_any_distance(scale):
    a, p, n = scale * torch.tensor([[[3.0, 4.0]], [[0.0, 0.0]], [[3.0, 4.0]]], dtype=torch.float64)
    loss = lossfns.triplet_margin_loss(a, p, n, margin=scale)
    assert loss.item() == pytest.approx(6 * scale, rel=1e-15)
    toward = gradients(lossfns.triplet_margin_loss, a, p, n, margin=scale)[1]
    torch.testing.assert_close(toward, torch.tensor([[-0.6, -0.8]], dtype=torch.float64))


def test_triplet_margin_loss_takes_one_triplet_and_refuses_scalars():
    assert lossfns.triplet_margin_loss(torch.zeros(2), torch.ones(2), torch.zeros(2)) == 1 + 2**0.5
    for bad in (torch.tensor(0.0), torch.zeros(2, 0)):
        with pytest.raises(ValueError, match="anchor must have a last axis"):
            lossfns.triplet_margin_loss(bad, bad, bad)
    with pytest.raises(ValueError, match=r"negative \(2, 4\)"):
        lossfns.triplet_margin_loss(torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2, 4))


def test_infinite_embeddings_are_not_hidden():
    far, here = torch.tensor([[math.inf, 0.0]]), torch.zeros(1, 2)
    assert lossfns.triplet_margin_loss(here, far, here).item() == math.inf
    assert lossfns.triplet_margin_loss(here, here, far).item() == 0


def test_info_nce_loss_is_cross_entropy_over_similarities(pair):
    similarities = F.normalize(pair[0]) @ F.normalize(pair[1]).T
    rows = torch.arange(9)
    for reduction in ("mean", "sum", "none"):
        torch.testing.assert_close(
            lossfns.info_nce_loss(*pair, temperature=0.1, reduction=reduction),
            F.cross_entropy(similarities / 0.1, rows, reduction=reduction),
        )


def test_info_nce_loss_with_normalize_false_takes_the_dot_product(pair):
    expected = F.cross_entropy(pair[0] @ pair[1].T / 2.0, torch.arange(9))
    torch.testing.assert_close(lossfns.info_nce_loss(*pair, temperature=2.0, normalize=False), expected)
    longer = lossfns.info_nce_loss(3 * pair[0], pair[1], temperature=2.0)
    torch.testing.assert_close(longer, lossfns.info_nce_loss(*pair, temperature=2.0))


def test_info_nce_loss_of_keys_that_look_alike_is_log_n():
    queries, keys = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)), torch.ones(50, 3)
    assert lossfns.info_nce_loss(queries, keys).item() == pytest.approx(math.log(50), rel=1e-6)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, torch.bfloat16, torch.float16))
def test_info_nce_loss_of_opposite_positives_costs_two_over_temperature(dtype):
    queries = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], dtype=dtype)
    assert lossfns.info_nce_loss(queries, -queries, temperature=0.01).item() == pytest.approx(200)
    assert lossfns.info_nce_loss(queries, -queries, temperature=0.005).item() == pytest.approx(400)
    wrong = torch.tensor([[-1.0, 1.0], [1.0, -1.0]], dtype=dtype)
    slopes = lossfns.info_nce_grad(wrong, temperature=0.01)
    torch.testing.assert_close(slopes, torch.tensor([[-50.0, 50.0], [50.0, -50.0]], dtype=dtype))


def test_info_nce_loss_pulls_opposite_positives_that_are_not_quite_opposite():
    queries = torch.tensor([[1.0, 0.0], [-1.0, 0.001]], dtype=torch.float64)
    keys = torch.tensor([[-1.0, 0.001], [1.0, 0.0]], dtype=torch.float64)
    grad = gradients(lossfns.info_nce_loss, queries, keys, temperature=0.01)[0]
    assert grad[0, 1].item() == pytest.approx(-0.05, rel=1e-3)  # (0 − 0.001) / (n·τ)


@pytest.mark.parametrize("dtype", (torch.float64, torch.float32, torch.bfloat16, torch.float16))
def test_zero_vectors_have_similarity_and_gradient_zero(dtype):
    a = torch.tensor([[0.0, 0.0], [1.0, 2.0], [-1.0, 1.0]], dtype=dtype)
    b = torch.tensor([[1.0, 0.0], [0.0, 0.0], [3.0, 1.0]], dtype=dtype)
    assert lossfns.info_nce_loss(a, b, reduction="none")[0].item() == pytest.approx(math.log(3))
    for loss in IN_BATCH:
        of_a, of_b = gradients(loss, a, b)
        assert of_a.isfinite().all() and of_b.isfinite().all()
        assert not of_a[0].any() and not of_b[1].any()
        assert of_a[2].any() and of_b[0].any()
    signs = torch.tensor([1, -1, 1])
    assert lossfns.cosine_embedding_loss(a, b, signs, reduction="none")[:2].tolist() == [1, 0]
    of_a, of_b = gradients(lossfns.cosine_embedding_loss, a, b, target=signs)
    assert not of_a[0].any() and not of_b[1].any() and not of_b[0].any()
    assert of_a[2].any()


@pytest.mark.parametrize("loss", IN_BATCH)
def test_a_batch_of_one_costs_nothing(loss):
    one = torch.tensor([[3.0, 4.0]])
    assert loss(one, -one).item() == 0
    assert not any(grad.any() for grad in gradients(loss, one, -one))


@pytest.mark.parametrize("loss", IN_BATCH)
def test_order_and_layout_of_the_batch_do_not_matter(loss, pair):
    order = torch.randperm(9, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(loss(pair[0][order], pair[1][order]), loss(*pair), rtol=1e-13, atol=0)
    columns = [x.T.contiguous().T for x in pair]
    torch.testing.assert_close(loss(*columns), loss(*pair), rtol=1e-13, atol=0)


@pytest.mark.parametrize("loss", IN_BATCH)
def test_batches_must_be_matrices(loss, pair):
    for bad in (pair[0][0], pair[0][None], torch.tensor(1.0)):
        with pytest.raises(ValueError, match=r"must be \(n, d\)|last axis"):
            loss(bad, bad)


@pytest.mark.parametrize("loss", IN_BATCH)
def test_memory_is_the_similarity_matrix(loss):
    """Whatever autograd keeps is no larger than n², or (2n)² for the two views of NT-Xent."""
    kept = []
    a, b = torch.randn(2, 64, 128, requires_grad=True)

    def note(x):
        kept.append(x.numel())
        return x

    with torch.autograd.graph.saved_tensors_hooks(note, lambda x: x):
        loss(a, b)
    views = 2 if loss is lossfns.nt_xent_loss else 1
    assert max(kept) <= max((views * 64) ** 2, views * 64 * 128)


@pytest.mark.parametrize("loss", IN_BATCH)
def test_the_temperature_can_be_learned(loss, pair):
    temperature = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert loss(*pair, temperature=temperature) == loss(*pair, temperature=0.3)
    assert gradcheck(lambda t: loss(*pair, temperature=t), temperature)


@pytest.mark.parametrize("reduction", ("mean", "sum", "none"))
@pytest.mark.parametrize("temperature", (0.005, 0.07, 1.0))
def test_info_nce_grad_equals_autograd_of_the_loss(reduction, temperature):
    generator = torch.Generator().manual_seed(0)
    s = (2 * torch.rand(8, 8, generator=generator, dtype=torch.float64) - 1).requires_grad_()
    eye = torch.eye(8, dtype=torch.float64)  # with the identity for keys, the queries are the similarities
    loss = lossfns.info_nce_loss(s, eye, temperature=temperature, normalize=False, reduction=reduction)
    (slopes,) = torch.autograd.grad(loss.sum(), s)
    written = lossfns.info_nce_grad(s.detach(), temperature=temperature, reduction=reduction)
    torch.testing.assert_close(written, slopes, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(written.sum(-1), torch.zeros(8, dtype=torch.float64), rtol=0, atol=1e-12)


def test_info_nce_grad_equals_central_differences():
    generator, step = torch.Generator().manual_seed(0), 1e-6
    s = torch.randn(4, 4, generator=generator, dtype=torch.float64)
    slopes = torch.zeros_like(s)
    for i in range(4):
        for j in range(4):
            up, down = s.clone(), s.clone()
            up[i, j] += step
            down[i, j] -= step
            costs = [F.cross_entropy(x / 0.2, torch.arange(4)) for x in (up, down)]
            slopes[i, j] = (costs[0] - costs[1]) / (2 * step)
    torch.testing.assert_close(lossfns.info_nce_grad(s, temperature=0.2), slopes, rtol=1e-6, atol=1e-8)


def test_info_nce_grad_refuses_what_is_not_a_similarity_matrix():
    for bad in (torch.zeros(3), torch.zeros(2, 3), torch.zeros(1, 2, 2)):
        with pytest.raises(ValueError, match=r"similarities must be \(n, n\), got \("):
            lossfns.info_nce_grad(bad)
    with pytest.raises(TypeError, match="similarities must be floating point"):
        lossfns.info_nce_grad(torch.eye(2).long())
    with pytest.raises(ValueError, match="temperature"):
        lossfns.info_nce_grad(torch.eye(2), temperature=0.0)
    assert lossfns.info_nce_grad(torch.eye(2).half()).dtype == torch.float16
    assert lossfns.info_nce_grad(torch.zeros(0, 0)).shape == (0, 0)
    assert not lossfns.info_nce_grad(torch.ones(1, 1)).any()


def test_clip_loss_is_the_mean_of_both_directions(pair):
    there = lossfns.info_nce_loss(*pair, temperature=0.1, reduction="none")
    back = lossfns.info_nce_loss(*reversed(pair), temperature=0.1, reduction="none")
    torch.testing.assert_close(
        lossfns.clip_loss(*pair, temperature=0.1, reduction="none"), (there + back) / 2
    )
    torch.testing.assert_close(lossfns.clip_loss(*pair), lossfns.clip_loss(*reversed(pair)))


def test_nt_xent_loss_is_cross_entropy_over_two_n_views_without_the_diagonal(pair):
    z = F.normalize(torch.cat(pair))
    logits = (z @ z.T / 0.3).masked_fill(torch.eye(18, dtype=torch.bool), -1e9)
    partner = torch.cat([torch.arange(9, 18), torch.arange(9)])
    torch.testing.assert_close(lossfns.nt_xent_loss(*pair, temperature=0.3), F.cross_entropy(logits, partner))
    assert lossfns.nt_xent_loss(*pair, reduction="none").shape == (18,)


def test_cosine_embedding_loss_equals_torchs(pair):
    signs = torch.tensor([1, -1, 1, 1, -1, -1, -1, 1, -1])
    for margin in (-0.5, 0.0, 0.7):
        for target in (signs, signs.double(), signs.to(torch.int8)):
            ours = lossfns.cosine_embedding_loss(*pair, target, margin=margin)
            torch.testing.assert_close(
                ours, F.cosine_embedding_loss(*pair, signs, margin=margin), rtol=1e-11, atol=0
            )


def test_cosine_embedding_loss_of_parallel_vectors_is_never_negative():
    x = torch.randn(1000, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    losses = lossfns.cosine_embedding_loss(x, 3 * x, torch.ones(1000), reduction="none")
    assert losses.min() >= 0 and losses.max() < 1e-15


@pytest.mark.parametrize("dtype", (torch.float16, torch.bfloat16))
def test_cosine_embedding_loss_of_half_precision_is_computed_in_float32(dtype, pair):
    half, signs = [(400 * x).to(dtype) for x in pair], torch.ones(9)
    loss = lossfns.cosine_embedding_loss(*half, signs)
    assert loss.dtype == torch.float32
    assert loss == lossfns.cosine_embedding_loss(*(x.float() for x in half), signs)
    assert gradients(lossfns.cosine_embedding_loss, *half, target=signs)[0].dtype == dtype


def test_cosine_embedding_loss_refuses_other_targets(pair):
    for bad in (torch.zeros(9), torch.full((9,), 0.5), torch.full((9,), math.nan)):
        with pytest.raises(ValueError, match="target must be -1 or \\+1"):
            lossfns.cosine_embedding_loss(*pair, bad)
    for bad in (torch.ones(8), torch.ones(9, 1), torch.tensor(1.0)):
        with pytest.raises(ValueError, match=r"target .*\(9, 5\)"):
            lossfns.cosine_embedding_loss(*pair, bad)
    with pytest.raises(TypeError, match="target must be a torch.Tensor, got list"):
        lossfns.cosine_embedding_loss(*pair, [1] * 9)
    assert lossfns.cosine_embedding_loss(pair[0][0], pair[1][0], torch.tensor(1)).ndim == 0


def test_info_nce_trains_an_encoder_to_find_its_pairs():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(64, 16, generator=generator, dtype=torch.float64)
    mixed = x @ torch.linalg.qr(torch.randn(16, 16, generator=generator, dtype=torch.float64)).Q
    w = torch.eye(16, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        lossfns.clip_loss(x, mixed @ w).backward()
        optimizer.step()
    nearest = (F.normalize(x) @ F.normalize(mixed @ w).T).argmax(-1)
    assert (nearest == torch.arange(64)).double().mean() > 0.95
