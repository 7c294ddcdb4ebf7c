"""Call an answer on its probes and keep what came back, as plain numbers.

Nothing here knows the right answer. An answer gets fresh tensors at every call, so it may work in place; what it
prints is kept, what it raises is kept with the learner's own line, and random states are put back.
"""

import contextlib
import dis
import io
import linecache
import random
import sysconfig
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from numbers import Number, Real
from pathlib import Path
from types import CodeType

import numpy as np
import torch

from lossfns.grading.deadline import DeadlineExceeded, deadline

DEADLINE = 5.0  # seconds for all probes of one check
IMPORT_DEADLINE = 60.0  # and for each import in an answer's body, before its clock starts
PRINT_LIMIT = 2000  # characters kept of what an answer prints
ERROR_LIMIT = 500  # and of what an error says
PACKAGE = str(Path(__file__).parents[1])
STOPS = (DeadlineExceeded, KeyboardInterrupt)
NOT_THE_LEARNERS = ("site-packages", "dist-packages", sysconfig.get_path("stdlib"), PACKAGE)


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
    unwritten: bool = False  # it raised a bare NotImplementedError
    on_tensors: str | None = None  # the error on tensors of an answer that works on NumPy arrays


@dataclass(frozen=True)
class Recording:
    """All outcomes of one answer, in the order of the probes; fewer if the deadline passed."""

    outcomes: tuple[Outcome, ...]
    printed: str = ""  # by the first call that printed anything
    timed_out: bool = False


def gradient(answer: Callable, args: tuple) -> torch.Tensor | None:
    """The gradient of the answer's summed result with respect to its first argument; 0 where none flows."""
    first = args[0].requires_grad_()
    with torch.enable_grad():
        result = answer(first.clone(), *args[1:])  # a copy may be changed in place, a leaf may not
        if result is None:
            return None
        if not isinstance(result, torch.Tensor) or not result.requires_grad:
            return torch.zeros_like(first)
        (slope,) = torch.autograd.grad(result.sum(), first, allow_unused=True, materialize_grads=True)
    return slope


def trajectory(answer: Callable, args: tuple) -> torch.Tensor | None:
    """The first carried value after each step: args are (carried values, one tuple of further arguments a step).

    An answer that returns another number of values than are carried is given back as it is: its shape tells.
    """
    carried, steps = args
    alike = _as_tensors if isinstance(carried[0], torch.Tensor) else _as_arrays
    path = []
    for more in steps:
        result = answer(*carried, *more)
        if result is None:
            return None
        several = isinstance(result, (tuple, list)) and (isinstance(result, tuple) or len(carried) > 1)
        stacked = len(carried) > 1 and getattr(result, "shape", ()) == (len(carried), *np.shape(carried[0]))
        again = tuple(result) if several or stacked else (result,)
        if len(again) != len(carried):
            return result
        try:
            carried = alike(again)
            path.append(torch.as_tensor(carried[0]).detach().clone())
        except (TypeError, ValueError, RuntimeError):
            return result  # parts that are no numbers
    return torch.stack(path)


def _as_tensors(carried: tuple) -> tuple:
    """What an answer returned and is handed again: tensors if it was handed tensors, though it works in NumPy."""
    return tuple(torch.as_tensor(part) for part in carried)


def _as_arrays(carried: tuple) -> tuple:
    return tuple(part.detach().numpy() if isinstance(part, torch.Tensor) else part for part in carried)


def record(answer: Callable, probes: Sequence[Probe], *, seconds: float = DEADLINE) -> Recording:
    """Call `answer` on every probe, within `seconds` for all of them together."""
    outcomes, printed = [], ""
    _import_what_is_slow(answer)
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


def _import_what_is_slow(answer: Callable) -> None:
    """Imports take seconds that are not the answer's; one that never ends is stopped, too."""
    for module in _imports(getattr(answer, "__code__", None)):
        # what an import raises, the call will tell
        with contextlib.suppress(Exception, SystemExit, DeadlineExceeded), deadline(IMPORT_DEADLINE):
            import_module(module)


@lru_cache(maxsize=4096)
def _imports(function: CodeType | None) -> tuple[str, ...]:
    """What a function imports in its body, and torch's compiler if it uses what imports that on first use."""
    names, imported = set(), set()
    for code in _codes(function):
        names |= set(code.co_names)
        imported |= {step.argval for step in dis.get_instructions(code) if step.opname == "IMPORT_NAME"}
    if names & {"optim", "func", "vmap", "jacrev", "jacfwd", "vjp", "SGD", "Adam", "AdamW"}:
        imported.add("torch._dynamo")
    return tuple(sorted(imported))


def _codes(code: CodeType | None) -> Iterator[CodeType]:
    """A function's code, and that of the functions inside it."""
    if code is not None:
        yield code
        for const in code.co_consts:
            if isinstance(const, CodeType):
                yield from _codes(const)


def _captured_prints() -> contextlib.redirect_stdout:
    return contextlib.redirect_stdout(_Capped())


def _outcome(answer: Callable, probe: Probe) -> Outcome:
    """One call with tensors; an answer written in NumPy that cannot take them is called with arrays."""
    try:
        return as_outcome(probe.via(answer, fresh(probe.args)))
    except STOPS:
        raise
    except BaseException as error:
        first = _outcome_of_error(error)
    if first.unwritten:
        return first
    try:
        with _captured_prints():
            outcome = as_outcome(probe.via(answer, fresh(probe.args, tensors=False)))
            return replace(outcome, on_tensors=first.error)
    except STOPS:
        raise
    except BaseException:
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
    except (TypeError, ValueError, RuntimeError):
        return Outcome(junk=_type_in_words(result))
    return Outcome(value=value)


def _type_in_words(result: object) -> str:
    """The type's name, and "complex" for complex numbers of whatever type."""
    if isinstance(result, torch.Tensor):
        return "complex" if result.is_complex() else "Tensor"
    plain = isinstance(result, (complex, np.ndarray, np.generic))
    return "complex" if plain and np.iscomplexobj(result) else type(result).__name__


def _as_array(result: object) -> np.ndarray:
    if isinstance(result, torch.Tensor):
        result = result.detach().cpu().double().numpy() if not result.is_complex() else None
    if isinstance(result, Real) and not isinstance(result, np.generic):
        result = _as_float(result)  # whole numbers and fractions of any size
    if isinstance(result, (tuple, list)):
        parts = [(_as_array(part), isinstance(part, list)) for part in result]
        # (w, b) with w of shape (1,) and b a number is a pair of numbers all the same; [[1], [2]] is a table
        return np.stack([part.reshape(()) if part.size == 1 and not row else part for part, row in parts])
    if (
        not isinstance(result, (Number, np.ndarray, np.generic))
        or np.asarray(result).dtype.kind not in "biuf"
    ):
        raise TypeError
    return np.array(result, dtype=np.float64)


def _as_float(number: Real) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else -float("inf")


def _outcome_of_error(error: BaseException) -> Outcome:
    """What it says and the last line of the learner's own code that led to it; none of our frames."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_the_learners(frame.filename)]
    if isinstance(error, NotImplementedError) and not error.args:  # torch raises it too, with words
        return Outcome(unwritten=True)
    said = _said(error)
    if not own:
        return Outcome(error=said)
    line = own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return Outcome(error=f"{said}\nyour line {own[-1].lineno}: {line}" if line else said)


def _said(error: BaseException) -> str:
    try:
        words = str(error)[:ERROR_LIMIT]
    except Exception:  # a class of the learner's own may fail at this too
        words = ""
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _is_the_learners(filename: str) -> bool:
    return not any(place in filename for place in NOT_THE_LEARNERS)


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
