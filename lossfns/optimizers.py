"""Optimizers: six ways down the hill, each a `torch.optim.Optimizer` whose update reads like its paper's box.

In an update p is the parameter, g its gradient, m the average of gradients, v that of their squares, t the number of
this step. What the six share, from parameter groups to errors, is written out once, under `SGD`.
"""

import math
from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.optimizer import Optimizer, ParamsT

from lossfns._numerics import check_floating, check_positive, check_range, check_same_shape, widen


class _Optimizer(Optimizer):
    """Groups, gradients and state. A subclass brings `_check(**options)` and `_update(p, g, state, **options)`."""

    def __init__(self, params: ParamsT, **defaults: object) -> None:
        self._check(**defaults)
        super().__init__(params, defaults)

    def add_param_group(self, param_group: dict) -> None:
        """Add parameters with options of their own, e.g. `{"params": biases, "weight_decay": 0.0}`."""
        if isinstance(param_group, dict):
            self._check(**self._options(self.defaults | param_group))
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """One update of every parameter that has a gradient. Returns what `closure`, which may recompute it, returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for p in self._parameters():  # all before the first update, so that an error leaves nothing half done
            self._refuse_sparse_and_complex(p)
        for group in self.param_groups:
            options = self._options(group)
            for p in group["params"]:
                if p.grad is not None:
                    self._update_one(p, p.grad, options)
        return loss

    def _update_one(self, p: Tensor, g: Tensor, options: dict) -> None:
        """`_update` in working precision; a half-precision parameter is rounded once, at the end."""
        wide = p.float() if p.dtype.itemsize < 4 else p  # `widen` would cost 2 µs a parameter
        self._update(wide, g.to(wide.dtype), self.state[p], **options)
        if wide is not p:
            p.copy_(wide)

    def load_state_dict(self, state_dict: dict) -> None:
        """Continue from a saved state, to the bit. The tensors are copied."""
        super().load_state_dict(state_dict)
        # torch rounds all state to the parameter's dtype; the averages of a half-precision parameter are float32.
        saved = [i for group in state_dict["param_groups"] for i in group["params"]]
        for i, p in zip(saved, self._parameters(), strict=True):
            for name, value in state_dict["state"].get(i, {}).items():
                if isinstance(value, Tensor):
                    dtype = torch.promote_types(p.dtype, torch.float32)
                    self.state[p][name] = value.to(p.device, dtype, copy=True)

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def _options(self, group: dict) -> dict:
        """Our hyper-parameters, without what schedulers keep in a group and what torch adds to a loaded optimizer."""
        return {name: group[name] for name in self.defaults if name != "differentiable"}

    def _refuse_sparse_and_complex(self, p: Tensor) -> None:
        if p.grad is None:
            return
        name = type(self).__name__
        if p.grad.layout != torch.strided:
            raise RuntimeError(
                f"{name} does not support sparse gradients, got one of shape {tuple(p.shape)}: "
                "build the embedding with sparse=False, or use torch.optim.SparseAdam"
            )
        if p.is_complex():
            raise RuntimeError(f"{name} does not support complex parameters, got {p.dtype}")


class SGD(_Optimizer):
    """Stochastic gradient descent: downhill, if you like with momentum.

    g ← g + λ p, v ← μ v + g, p ← p − lr · v; with Nesterov's look ahead, p ← p − lr · (g + μ v).

    Args:
        params: an iterable of tensors, or of dicts, the parameter groups, each with "params" and options of its own.
        lr: learning rate, not negative. Change it in `param_groups`, or leave that to torch's schedulers.
        momentum: μ, not negative, 0.9 is typical. The learning rate stays outside v, as in torch.
        nesterov: look ahead along the momentum, which must then be positive.
        weight_decay: λ of ½ λ Σ p², not negative; it is added to the gradient.

    Every optimizer here: parameters without a gradient are skipped; `state_dict` continues the same trajectory to the
    bit; half-precision parameters are updated in float32, with a float32 state, and rounded once.

    Raises:
        ValueError: a hyper-parameter is out of its range, in the constructor or in a group; the text names it.
        TypeError: a hyper-parameter is not a number.
        RuntimeError: in `step`, a gradient is sparse or a parameter complex; nothing has been changed then.

    Example:
        >>> w = torch.tensor([2.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([1.6000], requires_grad=True)

    Differs from:
        Sutskever et al. and keras, who put lr inside the velocity: the same until lr changes.
        `torch.optim.SGD` updates half precision in half precision, and knows `dampening`.

    Source:
        Robbins and Monro, 1951; Polyak, 1964; Nesterov, 1983; Sutskever et al., ICML 2013.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, momentum, nesterov, weight_decay):
        check_range(0, math.inf, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and momentum == 0:
            raise ValueError(f"nesterov needs a momentum above 0, got momentum {momentum}")

    @staticmethod
    def _update(p, g, state, *, lr, momentum, nesterov, weight_decay):
        if weight_decay:
            g = g.add(p, alpha=weight_decay)
        if momentum:
            v = _average(state, "momentum_buffer", p).mul_(momentum).add_(g)
            g = g.add(v, alpha=momentum) if nesterov else v
        p.add_(g, alpha=-lr)


class Adam(_Optimizer):
    """Adam: momentum, with each coordinate's step measured in units of its own typical gradient.

    g ← g + λ p, m ← β₁ m + (1−β₁) g, v ← β₂ v + (1−β₂) g²; m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ) undo the start from
    zero; p ← p − lr · m̂ / (√v̂ + ε), with ε outside the root.

    Args:
        params: as in `SGD`, and so are the errors.
        lr: learning rate, not negative: about the length of a step in each coordinate.
        betas: (β₁, β₂), each from 0 up to, but not including, 1.
        eps: ε, not negative.
        weight_decay: λ, not negative. It enters g, so v divides it away again where gradients are large: see `AdamW`.

    Example:
        >>> w = torch.tensor([2.0, 200.0], requires_grad=True)
        >>> optimizer = Adam([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([  1.9000, 199.9000], requires_grad=True)

    Differs from:
        `torch.optim.Adam`, which updates half precision in half precision (where ε = 1e-8 is 0 in float16) and knows
        `amsgrad`.

    Source:
        Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, Algorithm 1.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, betas, eps, weight_decay):
        check_range(0, math.inf, lr=lr, eps=eps, weight_decay=weight_decay)
        _check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, eps, weight_decay):
        if weight_decay:
            g = g.add(p, alpha=weight_decay)
        _adam_step(p, g, state, lr, betas, eps)


class AdamW(Adam):
    """Adam with decoupled weight decay: the shrinking does not pass through the averages.

    p ← p − lr · λ · p, then Adam's step with the plain gradient. A parameter whose gradient is zero still shrinks.

    Args:
        weight_decay: λ, not negative; a step shrinks by the factor 1 − lr·λ.
        (params, lr, betas, eps and the errors as in `Adam`)

    Example:
        >>> w = torch.tensor([2.0], requires_grad=True)
        >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (0 * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([1.9000], requires_grad=True)

    Differs from:
        the paper's Algorithm 2, whose decay is scaled by the schedule's factor and not by lr (torch scales by lr, as
        here); optax, whose default decay is 1e-4; `torch.optim.AdamW` as in `Adam`.

    Source:
        Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def _update(p, g, state, *, lr, betas, eps, weight_decay):
        _decay(p, lr * weight_decay)
        _adam_step(p, g, state, lr, betas, eps)


class Adafactor(_Optimizer):
    """Adafactor: Adam's second moment of an n × m matrix from n row means and m column means, and no first moment.

    With 1 − β̂ₜ = t^τ: R ← β̂ R + (1−β̂) · row means of g², C the same over columns, V̂ = R C / max(mean(R), ε₁),
    which is exact when g² has rank one. U = g / max(√V̂, ε₁), Û = U / max(1, RMS(U) / d), and the step is relative to the weights:
    p ← p − lr · λ · p, p ← p − max(ε₂, RMS(p)) · min(lr, 1/√t) · Û.

    Vectors and scalars keep a full V̂; a tensor of more than two dimensions is factored over its last two.

    Args:
        params: as in `SGD`, and so are the errors.
        lr: the largest relative step, not negative.
        beta2_decay: τ ≤ 0.
        eps: (ε₁, ε₂), not negative. ε₁ None: the machine epsilon of the precision worked in.
        d: where the update's RMS is clipped, at least 1.
        weight_decay: λ, not negative, decoupled and scaled by lr.

    Example:
        >>> w = torch.ones(300, 200, requires_grad=True)
        >>> optimizer = Adafactor([w])
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> state_bytes(optimizer)  # four bytes for each of 300 rows and 200 columns; Adam has 480000
        2000

    Differs from:
        the paper, which adds ε₁ to g²; optax, which factors only from 128 on and takes no relative step;
        `torch.optim.Adafactor` takes ε₁ of a half-precision parameter from its own dtype, and works in it.

    Source:
        Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost, ICML 2018, Algorithms 4 and 5.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-2,
        *,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, beta2_decay, eps, d, weight_decay):
        check_range(0, math.inf, lr=lr, weight_decay=weight_decay)
        check_range(-math.inf, 0, beta2_decay=beta2_decay)
        check_range(1, math.inf, d=d)
        eps1, eps2 = _pair(eps=eps)
        check_range(0, math.inf, **{"eps[0]": 0.0 if eps1 is None else eps1, "eps[1]": eps2})

    @staticmethod
    def _update(p, g, state, *, lr, beta2_decay, eps, d, weight_decay):
        t = _count(state)
        eps1 = torch.finfo(p.dtype).eps if eps[0] is None else eps[0]
        step = _rms(p).clamp_(min=eps[1]).mul_(min(lr, t**-0.5))
        _decay(p, lr * weight_decay)
        new = t**beta2_decay
        root = (
            _factored_root(g.square(), state, new, eps1) if g.ndim > 1 else _full_root(g.square(), state, new)
        )
        u = torch.div(g, root.clamp_(min=eps1), out=root)
        p.addcmul_(u, step / _rms(u).div_(d).clamp_(min=1), value=-1)


class Lion(_Optimizer):
    """Lion: only the sign of the momentum counts, so every coordinate moves by lr.

    p ← p − lr · λ · p, p ← p − lr · sign(β₁ m + (1−β₁) g), then m ← β₂ m + (1−β₂) g.

    Args:
        params: as in `SGD`, and so are the errors.
        lr: the size of every step, not negative: three to ten times smaller than for AdamW.
        betas: (β₁, β₂), each from 0 up to, but not including, 1.
        weight_decay: λ, not negative, decoupled and scaled by lr: three to ten times larger than for AdamW.

    Example:
        >>> w = torch.tensor([2.0, 200.0, 0.0], requires_grad=True)
        >>> optimizer = Lion([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([  1.9000, 199.9000,   0.0000], requires_grad=True)

    Differs from:
        optax, whose default weight decay is 1e-3. In all of them the sign of NaN is 0: a NaN in g stops its weight and
        shows in m only.

    Source:
        Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023, Program 1.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-4,
        *,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay)

    @staticmethod
    def _check(*, lr, betas, weight_decay):
        check_range(0, math.inf, lr=lr, weight_decay=weight_decay)
        _check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, weight_decay):
        m = _average(state, "exp_avg", p)
        _decay(p, lr * weight_decay)
        p.add_(torch.lerp(m, g, 1 - betas[0]).sign_(), alpha=-lr)
        m.lerp_(g, 1 - betas[1])


class Sophia(_Optimizer):
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
        _check_betas(betas)

    @staticmethod
    def _update(p, g, state, *, lr, betas, rho, eps, weight_decay):
        m = _average(state, "exp_avg", p).lerp_(g, 1 - betas[0])
        h = _average(state, "hessian", p)
        _decay(p, lr * weight_decay)
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
                h = _average(self.state[p], "hessian", *widen(p))
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

    Example:
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> hutchinson((w[0] * 3).sum(), [w])  # a line has no curvature
        [tensor([0., 0.])]

    Source:
        Hutchinson, 1989; Liu et al., 2024, Algorithm 1.
    """
    params = list(params)
    trained = [p for p in params if p.requires_grad]
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
        ValueError: `logits` has no class axis or no row.
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
    params = list(params)
    rows = widen(logits.reshape(-1, logits.shape[-1]))[0]
    labels = torch.multinomial(rows.detach().softmax(-1), 1, generator=generator).squeeze(-1)
    trained = [p for p in params if p.requires_grad]
    slopes = torch.autograd.grad(
        F.cross_entropy(rows, labels), trained, retain_graph=True, materialize_grads=True
    )
    return _spread(params, [len(rows) * g.square() for g in slopes])


def state_bytes(optimizer: Optimizer) -> int:
    """Bytes of the tensors that an optimizer, ours or torch's, remembers. Its step counters are not counted.

    0 before the first step: state is made when it is needed. In float32 Adam keeps 8 bytes per weight, SGD with momentum
    and Lion 4, Adafactor 4 for each row and column of a matrix.

    Example:
        >>> w = torch.ones(10, requires_grad=True)
        >>> optimizer = Adam([w])
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> state_bytes(optimizer)
        80
    """
    return sum(
        value.nbytes
        for state in optimizer.state.values()
        for name, value in state.items()
        if isinstance(value, Tensor) and name != "step"
    )


def _adam_step(p: Tensor, g: Tensor, state: dict, lr: float, betas: tuple[float, float], eps: float) -> None:
    """m and v take in g; p ← p − lr · m̂ / (√v̂ + ε)."""
    t, (beta1, beta2) = _count(state), betas
    m, v = _average(state, "exp_avg", p), _average(state, "exp_avg_sq", p)
    m.lerp_(g, 1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    root = v.sqrt().div_(math.sqrt(1 - beta2**t)).add_(eps)
    p.addcdiv_(m, root, value=-lr / (1 - beta1**t))


def _factored_root(squares: Tensor, state: dict, new: float, eps1: float) -> Tensor:
    """√V̂ from row and column means (…, n, 1) and (…, 1, m), of which the new ones count with the share `new`."""
    rows, columns = squares.mean(-1, keepdim=True), squares.mean(-2, keepdim=True)
    r = _average(state, "row_var", rows).lerp_(rows, new)
    c = _average(state, "col_var", columns).lerp_(columns, new)
    # √(R C / mean R) by roots of the factors, which are short
    return (r / r.mean(-2, keepdim=True).clamp_(min=eps1)).sqrt_() * c.sqrt()


def _full_root(squares: Tensor, state: dict, new: float) -> Tensor:
    return _average(state, "variance", squares).lerp_(squares, new).sqrt()


def _average(state: dict, name: str, like: Tensor) -> Tensor:
    """The running average of that name, which starts from zeros."""
    if name not in state:
        state[name] = torch.zeros_like(like)
    return state[name]


def _count(state: dict) -> int:
    """t, the number of this step: 1, 2, …"""
    state["step"] = state.get("step", 0) + 1
    return state["step"]


def _decay(p: Tensor, share: float) -> None:
    """p ← (1 − lr·λ) p, without a pass over memory where there is nothing to do."""
    if share:
        p.mul_(1 - share)


def _rms(x: Tensor) -> Tensor:
    return torch.linalg.vector_norm(x) / math.sqrt(x.numel())


def _spread(params: list[Tensor], values: list[Tensor]) -> list[Tensor | None]:
    """The values in the places of the parameters that are trained, None in those of the frozen ones."""
    rest = iter(values)
    return [next(rest) if p.requires_grad else None for p in params]


def _check_betas(betas: tuple[float, float]) -> None:
    for i, beta in enumerate(_pair(betas=betas)):
        check_range(0, 1, **{f"betas[{i}]": beta})
        if beta == 1:
            raise ValueError(f"betas[{i}] must be below 1, got {beta}: the average would never move")


def _pair(**pair: tuple) -> tuple:
    """The two entries of the one argument given."""
    ((name, value),) = pair.items()
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ValueError(f"{name} must be a pair of numbers, got {value!r}")
    return tuple(value)
