"""`agrees`: the learner's few lines of NumPy and the library's function give the same number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def agrees(value: Any, fn: Callable, *args: Any, **kwargs: Any) -> None:
    """Check that `value` is what `fn(*args, **kwargs)` returns, and say so in one line.

    value: a number, an array or a tensor, computed by hand.
    fn: a function on tensors, such as lossfns.pinball_loss.
    args: the first is the prediction; a number there is expanded to the shape of the second, the target.
        Arrays and lists of numbers become tensors, floats as float64. Integers become float64 too where they
        are quantities (the prediction, and whatever has its shape); they stay integers where they are labels
        or tokens, whose shape differs from the prediction's.
    kwargs: arrays become tensors in the same way (weights and prices, so float64; masks stay boolean).

    Raises AssertionError with both values when shapes differ or a number differs by more than 1 part in 10⁹.

    >>> agrees(2.5, torch.nn.functional.mse_loss, np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    agrees with torch.nn.functional.mse_loss
    """
    result = fn(*_tensors(args), **{name: _tensor(arg, real=True) for name, arg in kwargs.items()})
    mine, theirs = _array(value), _array(result)
    if mine.shape != theirs.shape:
        raise AssertionError(
            f"yours has shape {mine.shape}, {_name(fn)} gives {theirs.shape}:\n{mine}\n{theirs}"
        )
    if not np.allclose(mine, theirs, rtol=1e-9, atol=1e-12):
        raise AssertionError(f"yours is {mine}, {_name(fn)} gives {theirs}")
    print(f"agrees with {_name(fn)}")


def _tensors(args: tuple) -> list:
    if not args:
        return []
    first = _tensor(args[0], real=True)
    if isinstance(args[0], int | float | np.number):
        target = np.shape(args[1]) if len(args) > 1 and not isinstance(args[1], int | float) else ()
        first = torch.full(target, float(args[0]), dtype=torch.float64)
    shape = getattr(first, "shape", None)
    rest = (np.asarray(arg) if shape == () and np.isscalar(arg) else arg for arg in args[1:])
    return [first, *(_tensor(arg, real=np.shape(arg) == shape) for arg in rest)]


def _tensor(arg: Any, *, real: bool) -> Any:
    """An array or list of numbers as a tensor, integers as float64 if they are `real`; the rest as it is."""
    if isinstance(arg, list | tuple) and any(isinstance(part, np.ndarray | torch.Tensor) for part in arg):
        return [_tensor(part, real=real) for part in arg]
    if not isinstance(arg, np.ndarray | torch.Tensor | list | tuple):
        return arg
    tensor = torch.as_tensor(arg)
    return tensor.double() if tensor.is_floating_point() or (real and tensor.dtype != torch.bool) else tensor


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.detach() if isinstance(value, torch.Tensor) else value, dtype=np.float64)


def _name(fn: Callable) -> str:
    """The name a reader imports it by: lossfns.mse_loss, though it is written in lossfns.regression."""
    module = fn.__module__.split(".")[0] if fn.__module__.startswith("lossfns.") else fn.__module__
    return f"{module}.{fn.__name__}"
