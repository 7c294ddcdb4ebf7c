"""One answer to one exercise, with all that is known about it, and what counts as equal."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lossfns.grading.exercise import Exercise
from lossfns.grading.record import Outcome, Probe, Recording


@dataclass(frozen=True)
class Finding:
    """The name of an explanation and its sentence, and the probe that shows it best (None: the first failing)."""

    name: str
    sentence: str
    probe: int | None = None


@dataclass(frozen=True)
class Case:
    """One answer to one exercise, with all that is known about it."""

    exercise: Exercise
    probes: tuple[Probe, ...]
    expected: Recording
    came: Recording

    @cached_property
    def rows(self) -> list[tuple[Probe, np.ndarray, np.ndarray]]:
        """(probe, expected, came) for finders that run after every result is known to be numbers of right shape."""
        pairs = zip(self.probes, self.expected.outcomes, self.came.outcomes, strict=True)
        return [(probe, want.value, fit(got.value, want.value)) for probe, want, got in pairs]

    @cached_property
    def right(self) -> list[bool]:
        """Whether each probe was answered rightly."""
        pairs = zip(self.expected.outcomes, self.came.outcomes, strict=True)
        return [same_outcome(got, want, self.exercise.rtol) for want, got in pairs]

    @cached_property
    def smallest_wrong(self) -> int:
        """The smallest probe that was answered wrongly, and plainly so if there is one: −1e-8 for 0 shows little."""
        wrong = [i for i, good in enumerate(self.right) if not good]
        return min(wrong, key=lambda i: (not self._plain(i), size(self.probes[i].args)))

    def _plain(self, i: int) -> bool:
        """Whether what came differs from what was expected by more than a thousandth, or in kind or shape."""
        want, got = self.expected.outcomes[i].value, self.came.outcomes[i].value
        if want is None or got is None or (got := fit(got, want)).shape != want.shape:
            return True
        return not np.isclose(got, want, rtol=1e-3, atol=1e-6, equal_nan=True).all()


def size(value: object) -> int:
    """How many numbers there are in an input, however nested."""
    return sum(map(size, value)) if isinstance(value, (tuple, list)) else np.size(value)


def fit(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """A single number counts as a scalar, whatever its axes: (1,) where () was asked."""
    return got.reshape(()) if want.shape == () and got.size == 1 else got


def close(got: np.ndarray, want: np.ndarray, rtol: float) -> np.ndarray:
    """Elementwise equality up to rounding; NaN equals NaN, inf equals inf."""
    finite = np.abs(want[np.isfinite(want)])
    scale = finite.max() if finite.size else 0.0
    return np.isclose(got, want, rtol=rtol, atol=rtol * 0.1 * scale + 1e-12, equal_nan=True)


def same(got: np.ndarray, want: np.ndarray, rtol: float) -> bool:
    got = fit(got, want)
    return got.shape == want.shape and bool(close(got, want, rtol).all())


def same_outcome(got: Outcome, want: Outcome, rtol: float) -> bool:
    if got.value is None or want.value is None:
        return got.value is want.value and (got.junk, got.error) == (want.junk, want.error)
    return same(got.value, want.value, rtol)


def same_recording(came: Recording, other: Recording, rtol: float) -> bool:
    if len(came.outcomes) != len(other.outcomes):
        return False
    pairs = zip(came.outcomes, other.outcomes, strict=True)
    return all(same_outcome(got, want, rtol) for got, want in pairs)
