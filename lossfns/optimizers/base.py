"""What the six optimizers share: groups, gradients, state, and the checks of their options."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer, ParamsT

from lossfns._numerics import check_range


class Base(Optimizer):
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
        updates = [
            (p, p.grad, options)
            for group, options in zip(self.param_groups, map(self._options, self.param_groups), strict=True)
            for p in group["params"]
            if p.grad is not None
        ]
        for p, g, _ in updates:  # all before the first update, so that an error leaves nothing half done
            self._refuse_sparse_and_complex(p, g)
        for p, g, options in updates:
            if p.dtype.itemsize >= 4:
                self._update(p, g, self.state[p], **options)
            else:  # in working precision, rounded once
                wide = p.float()
                self._update(wide, g.float(), self.state[p], **options)
                p.copy_(wide)
        return loss

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

    def _refuse_sparse_and_complex(self, p: Tensor, g: Tensor) -> None:
        name = type(self).__name__
        if g.layout != torch.strided:
            raise RuntimeError(
                f"{name} does not support sparse gradients, got one of shape {tuple(p.shape)}: "
                "build the embedding with sparse=False, or use torch.optim.SparseAdam"
            )
        if p.is_complex():
            raise RuntimeError(f"{name} does not support complex parameters, got {p.dtype}")


def state_bytes(optimizer: Optimizer) -> int:
    """Bytes of the tensors that an optimizer, ours or torch's, remembers. Its step counters are not counted.

    0 before the first step: state is made when it is needed. In float32 Adam keeps 8 bytes per weight, SGD with momentum
    and Lion 4, Adafactor 4 for each row and column of a matrix.

    Args:
        optimizer: any `torch.optim.Optimizer`.

    Returns:
        The number of bytes, an int.

    Example:
        >>> from lossfns import Adam
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


def average(state: dict, name: str, like: Tensor) -> Tensor:
    """The running average of that name, which starts from zeros."""
    if name not in state:
        state[name] = torch.zeros_like(like)
    return state[name]


def count(state: dict) -> int:
    """t, the number of this step: 1, 2, …"""
    state["step"] = state.get("step", 0) + 1
    return state["step"]


def decay(p: Tensor, share: float) -> None:
    """p ← (1 − lr·λ) p, without a pass over memory where there is nothing to do."""
    if share:
        p.mul_(1 - share)


def check_betas(betas: tuple[float, float]) -> None:
    """Raise unless both are numbers from 0 up to, but not including, 1."""
    for i, beta in enumerate(check_pair(betas=betas)):
        check_range(0, 1, **{f"betas[{i}]": beta})
        if beta == 1:
            raise ValueError(f"betas[{i}] must be below 1, got {beta}: the average would never move")


def check_pair(**pair: tuple) -> tuple:
    """The two entries of the one argument given; ValueError if they are not two."""
    ((name, value),) = pair.items()
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ValueError(f"{name} must be a pair of numbers, got {value!r}")
    return tuple(value)
