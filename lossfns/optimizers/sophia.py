"""Sophia, and the two estimates of curvature that feed it."""

import math
from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.optimizer import ParamsT

from lossfns._numerics import check_floating, check_positive, check_range, check_same_shape, widen
from lossfns.optimizers.base import Base, average, check_betas, decay


class Sophia(Base):
    """Sophia: Newton's step in each coordinate, on averages, and never longer than lr.

    m ← β₁ m + (1−β₁) g; every k steps h ← β₂ h + (1−β₂) ĥ, with ĥ an estimate of the Hessian's diagonal;
    p ← p − lr · λ · p, p ← p − lr · clip(m / max(γ h, ε), 1). Where h is negative or still 0 that is a sign step.

    The estimate comes from you, every k = 10 steps or so, between the forward pass and the update:

        loss = F.cross_entropy(model(x), y)
        if t % 10 == 0:
            optimizer.update_curvature(hutchinson(loss, model.parameters()))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    Args:
        params: as in `SGD`, and so are the errors.
        lr: the longest step in a coordinate, not negative.
        betas: (β₁, β₂), each from 0 up to, but not including, 1.
        rho: the paper's γ, positive. Larger: smaller Newton steps, fewer of them clipped.
        eps: ε, positive.
        weight_decay: λ, not negative, decoupled and scaled by lr.

    Example:
        >>> w = torch.tensor([2.0, 2.0], requires_grad=True)
        >>> optimizer = Sophia([w], lr=1.0, betas=(0.0, 0.0), rho=1.0, weight_decay=0.0)
        >>> loss = (torch.tensor([0.5, 0.0]) * w**2).sum() + 3 * w[1]
        >>> optimizer.update_curvature([torch.tensor([4.0, 0.0])])
        >>> loss.backward()
        >>> optimizer.step()  # 2 / 4 by curvature in the first, clipped to 1 in the second
        >>> w
        tensor([1.5000, 1.0000], requires_grad=True)

    Differs from:
        the authors' code, `SophiaG`, which divides |m| by rho · bs · h + 1e-15, bs being the tokens in a batch
        (`gauss_newton_bartlett` has that factor already); optax, which corrects m for its start from zero.

    Source:
        Liu et al., Sophia: a scalable stochastic second-order optimizer for language model pre-training, ICLR 2024,
        Algorithm 3, with the defaults of the authors' code.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float,
        *,
        betas: tuple[float, float] = (0.965, 0.99),
        rho: float = 0.04,
        eps: float = 1e-15,
        weight_decay: float = 0.1,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, rho=rho, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, betas, rho, eps, weight_decay):
        check_range(0, math.inf, lr=lr, weight_decay=weight_decay)
        check_positive(rho=rho, eps=eps)
        check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, rho, eps, weight_decay):
        m = average(state, "exp_avg", p).lerp_(g, 1 - betas[0])
        h = average(state, "hessian", p)
        decay(p, lr * weight_decay)
        p.add_(torch.div(m, (rho * h).clamp_(min=eps)).clamp_(-1, 1), alpha=-lr)

    @torch.no_grad()
    def update_curvature(self, estimates: Iterable[Tensor | None]) -> None:
        """h ← β₂ h + (1−β₂) ĥ: take in one estimate ĥ of the Hessian's diagonal.

        Args:
            estimates: a tensor of the parameter's shape for each parameter, in the order in which the optimizer got
                them; None leaves a parameter's h as it is. `hutchinson` and `gauss_newton_bartlett` make such lists.

        Raises:
            ValueError: the number of estimates or the shape of one does not fit; nothing has been changed then.
            TypeError: an estimate is not a floating-point tensor.
        """
        estimates, params = list(estimates), self._parameters()
        if len(estimates) != len(params):
            raise ValueError(
                f"estimates must have one entry for each of {len(params)} parameters, got {len(estimates)}"
            )
        for p, estimate in zip(params, estimates, strict=True):
            check_floating(estimate=estimate)
            if estimate is not None:
                check_same_shape(estimate=estimate, parameter=p)
        betas = [group["betas"] for group in self.param_groups for _ in group["params"]]
        for p, estimate, (_, beta2) in zip(params, estimates, betas, strict=True):
            if estimate is not None:
                h = average(self.state[p], "hessian", *widen(p))
                h.lerp_(estimate.to(h), 1 - beta2)


def hutchinson(
    loss: Tensor, params: Iterable[Tensor], generator: torch.Generator | None = None
) -> list[Tensor | None]:
    """Hutchinson's estimate of the Hessian's diagonal: u ⊙ (∇²L u), with u standard normal. Unbiased.

    Call it before `loss.backward()`, which still works afterwards. It costs about two backward passes.

    Args:
        loss: a scalar, twice differentiable.
        params: tensors, as given to `Sophia`.
        generator: where u is drawn, on the device of the parameters. None: torch's own.

    Returns:
        A tensor like each parameter; zeros where the loss has no curvature, None for a frozen parameter.

    Raises:
        ValueError: `loss` is not a scalar, or no parameter is trained.
        TypeError: `loss` is not a floating-point tensor.

    Example:
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> hutchinson((w[0] * 3).sum(), [w])  # a line has no curvature
        [tensor([0., 0.])]

    Source:
        Hutchinson, 1989; Liu et al., 2024, Algorithm 1.
    """
    check_floating(loss=loss)
    if loss.ndim:
        raise ValueError(f"loss must be a scalar, got shape {tuple(loss.shape)}")
    params, trained = _trained(params)
    slopes = torch.autograd.grad(loss, trained, create_graph=True, materialize_grads=True)
    u = [torch.randn(p.shape, generator=generator, dtype=p.dtype, device=p.device) for p in trained]
    along = sum((g * v).sum() for g, v in zip(slopes, u, strict=True) if g.requires_grad)
    if not torch.is_tensor(along):  # every slope is a constant
        return _spread(params, [torch.zeros_like(p) for p in trained])
    products = torch.autograd.grad(along, trained, retain_graph=True, materialize_grads=True)
    return _spread(params, [v * hv for v, hv in zip(u, products, strict=True)])


def gauss_newton_bartlett(
    logits: Tensor, params: Iterable[Tensor], generator: torch.Generator | None = None
) -> list[Tensor | None]:
    """Gauss–Newton–Bartlett estimate of the curvature of cross entropy: B · ĝ ⊙ ĝ, never negative.

    ĝ is the gradient of the mean cross entropy of B rows whose labels are *drawn from the model's own softmax*: the true
    labels play no part. Unbiased for the diagonal of the Gauss–Newton matrix. Costs about one backward pass, before
    `loss.backward()`, which still works afterwards.

    Args:
        logits: (…, k), of B ≥ 1 rows. Leave padding out: `logits[mask]`.
        params: tensors, as given to `Sophia`.
        generator: where the labels are drawn, on the device of the logits. None: torch's own.

    Returns:
        A tensor like each parameter; zeros for one that the logits do not depend on, None for a frozen one.

    Raises:
        ValueError: `logits` has no class axis or no row, or no parameter is trained.
        TypeError: `logits` is not a floating-point tensor.

    Example:
        >>> w = torch.zeros(1, 2, requires_grad=True)
        >>> gauss_newton_bartlett(w, [w])  # p (1 − p) = ¼ each, whichever label is drawn
        [tensor([[0.2500, 0.2500]])]

    Source:
        Wei, Kakade and Ma, 2020; Liu et al., 2024, Algorithm 2.
    """
    check_floating(logits=logits)
    if logits.ndim == 0 or logits.numel() == 0:
        raise ValueError(f"logits must be (…, k) with at least one row, got shape {tuple(logits.shape)}")
    params, trained = _trained(params)
    rows = widen(logits.reshape(-1, logits.shape[-1]))[0]
    labels = torch.multinomial(rows.detach().softmax(-1), 1, generator=generator).squeeze(-1)
    slopes = torch.autograd.grad(
        F.cross_entropy(rows, labels), trained, retain_graph=True, materialize_grads=True
    )
    return _spread(params, [len(rows) * g.square() for g in slopes])


def _trained(params: Iterable[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """All parameters, and those of them that need a gradient."""
    params = list(params)
    trained = [p for p in params if p.requires_grad]
    if not trained:
        raise ValueError("params must hold a tensor that requires a gradient, got none")
    return params, trained


def _spread(params: list[Tensor], values: list[Tensor]) -> list[Tensor | None]:
    """The values in the places of the parameters that are trained, None in those of the frozen ones."""
    rest = iter(values)
    return [next(rest) if p.requires_grad else None for p in params]
