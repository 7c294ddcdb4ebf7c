"""Regimes: a kind of input in which all failures lie."""

from collections.abc import Sequence

import numpy as np

from lossfns.grading.exercise import Regime
from lossfns.grading.explain.case import Case, Finding, close
from lossfns.grading.record import Probe


def regime(case: Case) -> Finding | None:
    """The smallest regime that holds every failure, while everything outside it is right."""
    fitting = []
    for candidate in case.exercise.regimes:
        inside_wrong, inside, outside_wrong, outside = 0, 0, 0, 0
        for probe, want, got in case.rows:
            good = close(got, want, case.exercise.rtol)
            mask = _spread(candidate.mask(*probe.args), good)
            if mask is None:
                continue
            inside, inside_wrong = inside + mask.sum(), inside_wrong + (mask & ~good).sum()
            outside, outside_wrong = outside + (~mask).sum(), outside_wrong + (~mask & ~good).sum()
        if inside_wrong and outside and not outside_wrong:
            fitting.append((inside, inside_wrong, candidate))
    if not fitting:
        return None
    inside, inside_wrong, found = min(fitting, key=lambda fit: fit[0])
    wrong = "wrong where" if inside_wrong == inside else "what is wrong lies where"
    return Finding(
        f"regime: {found.name}", f"Right on every input where {found.outside}; {wrong} {found.inside}."
    )


def _spread(mask: np.ndarray | bool, good: np.ndarray) -> np.ndarray | None:
    """The mask over the result's elements: as it is, or all-or-none for a scalar result. None: a mixed input."""
    mask = np.asarray(mask)
    if mask.shape == good.shape:
        return mask
    if mask.all() or not mask.any():
        return np.full(good.shape, bool(mask.all()))
    return None


def touched(probes: Sequence[Probe], regime: Regime) -> frozenset[int]:
    """The inputs that belong to the regime, if only in part."""
    return frozenset(i for i, probe in enumerate(probes) if np.any(regime.mask(*probe.args)))
