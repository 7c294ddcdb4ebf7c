"""Call an answer on its probes and keep what came back, as plain numbers.

Nothing here knows the right answer. An answer gets fresh tensors at every call, so it may work in place; what it
prints is kept, what it raises is kept with the learner's own line, and random states are put back.
"""

import contextlib
import io
import linecache
import random
import sysconfig
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from numbers import Number

import numpy as np
import torch

from lossfns.grading.deadline import DeadlineExceeded, deadline

DEADLINE = 5.0  # seconds for all probes of one check
PRINT_LIMIT = 2000  # characters kept of what an answer prints
INSTALLED = ("site-packages", "dist-packages", sysconfig.get_path("stdlib"))


@dataclass(frozen=True)
class Probe:
    """One input: `args` as NumPy arrays, numbers or functions, and the way in which the answer is called on them."""

    args: tuple
    via: Callable[[Callable, tuple], object] = field(default=lambda answer, args: answer(*args))


@dataclass(frozen=True)
class Outcome:
    """What one call gave: numbers, or the reason why there are none."""

    value: np.ndarray | None = None
    junk: str | None = None  # the type of a result that is no number: "NoneType", "str"
    error: str | None = None  # "ZeroDivisionError: division by zero (your line 3: `return 1 / 0`)"
    unwritten: bool = False  # it raised NotImplementedError


@dataclass(frozen=True)
class Recording:
    """All outcomes of one answer, in the order of the probes; fewer if the deadline passed."""

    outcomes: tuple[Outcome, ...]
    printed: str = ""  # by the first call that printed anything
    timed_out: bool = False


def gradient(answer: Callable, args: tuple) -> torch.Tensor:
    """The gradient of the answer's summed result with respect to its first argument."""
    first = args[0].requires_grad_()
    result = answer(first, *args[1:])
    (slope,) = torch.autograd.grad(result.sum(), first)
    return slope


def trajectory(answer: Callable, args: tuple) -> torch.Tensor:
    """The first carried value after each step: args are (carried values, one tuple of further arguments a step)."""
    carried, steps = args
    path = []
    for more in steps:
        result = answer(*carried, *more)
        carried = result if isinstance(result, tuple) else (result,)
        path.append(torch.as_tensor(carried[0]).detach().clone())
    return torch.stack(path)


def record(answer: Callable, probes: Sequence[Probe], *, seconds: float = DEADLINE) -> Recording:
    """Call `answer` on every probe, within `seconds` for all of them together."""
    outcomes, printed = [], ""
    end = time.monotonic() + seconds
    with _same_random_states(), warnings.catch_warnings(action="ignore"):
        for probe in probes:
            try:
                with _captured_prints() as prints, deadline(max(end - time.monotonic(), 0.001)):
                    outcomes.append(_outcome(answer, probe))
            except DeadlineExceeded:
                return Recording(tuple(outcomes), printed or prints.getvalue(), timed_out=True)
            printed = printed or prints.getvalue()
    return Recording(tuple(outcomes), printed)


def _captured_prints() -> contextlib.redirect_stdout:
    return contextlib.redirect_stdout(_Capped())


def _outcome(answer: Callable, probe: Probe) -> Outcome:
    """One call with tensors; an answer written in NumPy that cannot take them is called with arrays."""
    try:
        return as_outcome(probe.via(answer, fresh(probe.args)))
    except NotImplementedError:
        return Outcome(unwritten=True)
    except (Exception, SystemExit) as error:
        first = Outcome(error=_said_by_learner(error))
    try:
        with _captured_prints():
            return as_outcome(probe.via(answer, fresh(probe.args, tensors=False)))
    except (Exception, SystemExit):
        return first


def fresh(value: object, *, tensors: bool = True) -> object:
    """A copy for the answer to keep or spoil: arrays become tensors, unless it asked for arrays."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy()) if tensors else value.copy()
    if isinstance(value, (tuple, list)):
        return type(value)(fresh(item, tensors=tensors) for item in value)
    return value


def as_outcome(result: object) -> Outcome:
    """Numbers, NumPy values, tensors, and tuples or lists of them all count as answers."""
    try:
        value = _as_array(result)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return Outcome(junk=type(result).__name__)
    return Outcome(value=value)


def _as_array(result: object) -> np.ndarray:
    if isinstance(result, torch.Tensor):
        result = result.detach().cpu().resolve_conj().double().numpy() if not result.is_complex() else None
    if isinstance(result, (tuple, list)):
        parts = [_as_array(part) for part in result]
        # (w, b) with w of shape (1,) and b a number is a pair of numbers all the same
        return np.stack([part.reshape(()) if part.size == 1 else part for part in parts])
    if not isinstance(result, (Number, np.ndarray, np.generic)) or np.asarray(result).dtype.kind not in "biuf":
        raise TypeError
    return np.array(result, dtype=np.float64)


def _said_by_learner(error: BaseException) -> str:
    """The error with the last line of the learner's own code that led to it; none of our frames."""
    said = f"{type(error).__name__}: {error}".strip().removesuffix(":")
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not _is_ours_or_installed(f.filename)]
    if not own:
        return said
    line = own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return f"{said}\nyour line {own[-1].lineno}: {line}" if line else said


def _is_ours_or_installed(filename: str) -> bool:
    return filename == __file__ or any(place in filename for place in INSTALLED)


@contextlib.contextmanager
def _same_random_states() -> Iterator[None]:
    numpy_state, python_state = np.random.get_state(), random.getstate()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)


class _Capped(io.StringIO):
    """A text buffer that stops growing, so that a print in an endless loop fills no memory."""

    def write(self, text: str) -> int:
        if self.tell() < PRINT_LIMIT:
            super().write(text[: PRINT_LIMIT - self.tell()])
        return len(text)
