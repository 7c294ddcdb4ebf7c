"""The rules that every loss obeys, each checked on every row of the table in cases/."""

import numpy as np
import pytest
import torch
from cases import CASES, Case
from torch import Tensor

HALF = (torch.float16, torch.bfloat16)
REDUCTIONS = ("mean", "sum", "none")


def rows(rule: str):
    """Every case on which `rule` holds; the others say in the table why not."""
    return pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in CASES if rule not in c.off])


def drawn(case: Case, n: int = 7, seed: int = 0) -> tuple[Tensor, ...]:
    return case.draw(torch.Generator().manual_seed(seed), n)


def weights(case: Case, args: tuple[Tensor, ...], seed: int = 1) -> Tensor:
    """One weight for each target, between ½ and 3½."""
    return 0.5 + 3 * torch.rand(
        args[1].shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )


def oracle(case: Case, args: tuple[Tensor, ...]) -> Tensor:
    return torch.as_tensor(case.oracle(*args))


def tensors(lists: tuple) -> tuple[Tensor, ...]:
    """float64 tensors; lists of ints (class indices, signs) stay integers."""
    made = (torch.tensor(values) for values in lists)
    return tuple(
        torch.tensor(values, dtype=torch.float64) if t.is_floating_point() else t
        for t, values in zip(made, lists, strict=True)
    )


def cast(args: tuple[Tensor, ...], dtype: torch.dtype) -> tuple[Tensor, ...]:
    """The floating-point arguments in `dtype`; class indices and signs stay integers."""
    return tuple(a.to(dtype) if a.is_floating_point() else a for a in args)


def fits(x: Tensor, dtype: torch.dtype) -> bool:
    """Whether no finite number in x becomes infinite in `dtype`."""
    return torch.equal(x.double().to(dtype).isinf(), x.isinf())


def with_grad(args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return args[0].detach().clone().requires_grad_(), *args[1:]


def autograd(case: Case, args: tuple[Tensor, ...], **more: object) -> Tensor:
    args = with_grad(args)
    (grad,) = torch.autograd.grad(case.call(*args, **more).sum(), args[0])
    return grad


def spread(weight: Tensor, losses: Tensor) -> Tensor:
    """Weights (n,) repeated over the trailing axes of the losses."""
    return weight.reshape(weight.shape + (1,) * (losses.ndim - weight.ndim)).expand_as(losses)


@rows("by hand")
def test_value_worked_by_hand(case):
    args, expected = case.by_hand
    assert case.call(*tensors(args)).item() == pytest.approx(expected, rel=1e-14)


@rows("oracle")
@pytest.mark.parametrize("n", (1, 7, 1000))
def test_value_equals_independent_oracle(case, n):
    args = drawn(case, n)
    losses = oracle(case, args)
    torch.testing.assert_close(
        case.call(*args, reduction="none"), losses, rtol=case.tolerance, atol=case.tolerance / 4
    )
    torch.testing.assert_close(case.call(*args, reduction="sum"), losses.sum(), rtol=1e-13, atol=0)
    torch.testing.assert_close(case.call(*args), losses.mean(), rtol=1e-13, atol=0)


@rows("weight")
def test_weighted_mean_divides_by_the_sum_of_weights(case):
    args = drawn(case)
    weight, losses = weights(case, args), oracle(case, args)
    w = spread(weight, losses)
    torch.testing.assert_close(case.call(*args, weight=weight), (w * losses).sum() / w.sum())
    torch.testing.assert_close(case.call(*args, weight=weight, reduction="sum"), (w * losses).sum())
    torch.testing.assert_close(case.call(*args, weight=weight, reduction="none"), w * losses)


@rows("weight")
def test_weight_two_equals_a_row_given_twice(case):
    args = drawn(case, 3)
    doubled = tuple(torch.cat([a, a[:1]]) for a in args)
    torch.testing.assert_close(
        case.call(*args, weight=torch.tensor([2.0, 1.0, 1.0], dtype=torch.float64)), case.call(*doubled)
    )


@rows("grad")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", (False, True))
def test_written_gradient_equals_autograd(case, reduction, weighted):
    if weighted and "weight" in case.off:
        pytest.skip(case.off["weight"])
    args = drawn(case)
    more = {"reduction": reduction} | ({"weight": weights(case, args)} if weighted else {})
    torch.testing.assert_close(
        case.call_grad(*args, **more), autograd(case, args, **more), rtol=1e-13, atol=1e-16
    )


@rows("grad")
def test_written_gradient_equals_central_differences(case):
    args, step = drawn(case), 1e-6
    slopes = torch.zeros_like(args[0])
    for i in np.ndindex(*args[0].shape):
        up, down = args[0].clone(), args[0].clone()
        up[i] += step
        down[i] -= step
        slopes[i] = (case.call(up, *args[1:]) - case.call(down, *args[1:])) / (2 * step)
    torch.testing.assert_close(case.call_grad(*args), slopes, rtol=1e-6, atol=1e-8)


@rows("grad")
def test_written_gradient_equals_autograd_where_naive_code_breaks(case):
    for lists in case.singular:
        args = tensors(lists)
        torch.testing.assert_close(case.call_grad(*args), autograd(case, args), rtol=1e-15, atol=0)


@rows("finite")
@pytest.mark.parametrize("dtype", (torch.float64, torch.float32))
def test_value_and_gradient_are_finite_where_the_true_ones_are(case, dtype):
    for lists in case.singular:
        args = tensors(lists)
        true = oracle(case, args)
        if true.isfinite().all() and all(fits(x, dtype) for x in (*args, true)):
            args = cast(args, dtype)
            assert case.call(*args).isfinite(), lists
            assert autograd(case, args).isfinite().all(), lists


@rows("shape")
def test_shape_mismatch_raises_with_both_shapes(case):
    args = drawn(case, 5)
    for bad in (args[1][:, None], args[1][:4], args[1].reshape(1, -1), args[1].sum()):
        with pytest.raises(ValueError, match=r"\(5,.*\(") as error:
            case.call(args[0], bad, *args[2:])
        assert str(tuple(bad.shape)) in str(error.value)
        if case.grad:
            with pytest.raises(ValueError):
                case.call_grad(args[0], bad)


@rows("weight")
def test_weight_of_another_shape_raises(case):
    args = drawn(case, 5)
    for bad in (torch.ones(4), torch.ones(5, 1, 1), torch.tensor(1.0)):
        with pytest.raises(ValueError, match="weight"):
            case.call(*args, weight=bad)


@rows("weight")
def test_negative_weight_raises(case):
    args = drawn(case, 5)
    bad = weights(case, args)
    bad[2] = -0.5
    with pytest.raises(ValueError, match=r"weight must not be negative, got -0\.5"):
        case.call(*args, weight=bad)


@rows("dtype")
def test_wrong_types_raise_and_name_the_argument(case):
    args = drawn(case)
    with pytest.raises(TypeError, match=f"{case.names[0]} must be floating point, got torch.int64"):
        case.call(args[0].long(), *args[1:])
    with pytest.raises(TypeError, match=f"{case.names[1]} must be a torch.Tensor, got list"):
        case.call(args[0], args[1].tolist(), *args[2:])
    with pytest.raises(TypeError, match=f"{case.names[0]} must be a torch.Tensor, got ndarray"):
        case.call(args[0].numpy(), *args[1:])


@rows("dtype")
def test_labels_before_scores_are_recognised_as_swapped(case):
    if case.names[1] not in ("target", "relevance", "tokens"):
        pytest.skip("two arguments of one kind: no order of types to tell them apart")
    scores, labels, *others = drawn(case)
    with pytest.raises(TypeError, match=f"{case.names[0]} must be .*are the two swapped"):
        case.call(labels.long(), scores, *others)


def test_bad_options_raise_and_name_the_argument():
    for case in CASES:
        for name, value, error in case.bad_options:
            with pytest.raises(error, match=name):
                case.loss(*drawn(case), **(case.options | {name: value}))


@rows("reduction")
def test_unknown_reduction_raises(case):
    with pytest.raises(ValueError, match="reduction must be .* got 'average"):
        case.call(*drawn(case), reduction="average")


@rows("half")
@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_half_precision_is_computed_in_float32(case, dtype, reduction):
    pred, *others = drawn(case)
    args = cast((400 * pred, *others), dtype)  # the squares overflow float16
    loss = case.call(*args, reduction=reduction)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(
        loss, case.call(*cast(args, torch.float32), reduction=reduction), rtol=0, atol=0
    )
    grad = autograd(case, args, reduction=reduction)
    assert grad.dtype == dtype
    if case.grad:
        torch.testing.assert_close(case.call_grad(*args, reduction=reduction), grad)


@rows("dtype")
def test_result_has_the_wider_dtype(case):
    args = drawn(case)
    wider = torch.float64 if any(a.is_floating_point() for a in args[1:]) else torch.float32
    assert case.call(args[0].float(), *args[1:]).dtype == wider
    assert case.call(*cast(args, torch.float32)).dtype == torch.float32


@rows("empty")
def test_mean_of_nothing_is_zero_with_zero_gradient(case):
    args = drawn(case, 0)
    assert case.call(*args).item() == 0
    assert autograd(case, args).shape == args[0].shape
    full = drawn(case)
    if "weight" not in case.off:
        nothing = torch.zeros_like(weights(case, full))
        assert case.call(*full, weight=nothing).item() == 0
        assert not autograd(case, full, weight=nothing).any()
        assert not case.call_grad(*full, weight=nothing).any()


@rows("nan")
def test_nan_that_came_in_is_not_hidden(case):
    args = drawn(case)
    for position in (i for i in range(2) if args[i].is_floating_point()):
        spoiled = [a.clone() for a in args]
        spoiled[position].view(-1)[2] = torch.nan
        assert case.call(*spoiled).isnan()
        if "weight" not in case.off:
            assert case.call(*spoiled, weight=torch.zeros_like(weights(case, args))).isnan()


@rows("pure")
def test_inputs_are_not_modified(case):
    args = drawn(case)
    before = [a.clone() for a in args]
    case.call(*with_grad(args)).backward()
    if case.grad:
        case.call_grad(*args)
    assert all(torch.equal(a, b) for a, b in zip(args, before, strict=True))


@rows("split")
def test_splitting_and_permuting_a_batch_changes_nothing(case):
    args = drawn(case, 12)
    parts = [tuple(a[i] for a in args) for i in (slice(0, 5), slice(5, 6), slice(6, 12))]
    total = sum(case.call(*part, reduction="sum") for part in parts)
    torch.testing.assert_close(total, case.call(*args, reduction="sum"), rtol=1e-14, atol=0)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(case.call(*(a[order] for a in args)), case.call(*args), rtol=1e-14, atol=0)


@rows("layout")
def test_any_shape_and_memory_layout(case):
    args = drawn(case, 12)
    folded = tuple(a.reshape(3, 4, *a.shape[1:]).transpose(0, 1) for a in args)
    assert not folded[0].is_contiguous()
    torch.testing.assert_close(case.call(*folded), case.call(*args), rtol=1e-14, atol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_gpu_gives_the_same_value(case):
    args = drawn(case)
    torch.testing.assert_close(case.call(*(a.cuda() for a in args)).cpu(), case.call(*args))
