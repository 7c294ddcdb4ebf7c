"""Two things wrong at once: a mistake by name, and a factor on top, such as a sum where a mean was asked.

Who swaps two sides has often left out the mean as well. Then every number is n times what that mistake gives.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lossfns.grading.explain.case import Case, Finding
from lossfns.grading.explain.relations import common_ratio, factor
from lossfns.grading.record import Recording

# a factor -> what it says beside a mistake
ON_TOP = {
    "n times": "everything is n times as large, whatever n is: what turns a total into a mean?",
    "twice": "everything is twice as large.",
    "half": "everything is half as large.",
    "minus": "the sign of everything is turned round.",
}


def factored(case: Case, known: Mapping[str, Recording]) -> Finding | None:
    """The one mistake of which the answer is n times, twice, half or minus, on every input."""
    if not any(isinstance(argument, np.ndarray) for argument in case.probes[0].args):
        return None  # numbers alone: too many ways to put a factor together
    found = {}
    for mistake in case.exercise.mistakes:
        times = _times(replace(case, expected=known[mistake.name]))
        alone = times and _times(replace(case, came=known[mistake.name]))
        if times and not alone:
            found.setdefault((mistake.sentence, times), mistake)
    if len(found) != 1:
        return None
    ((sentence, times), mistake) = next(iter(found.items()))
    return Finding(
        f"{mistake.name}, and {times}",
        f"Two things. But for a factor: {sentence} And then {ON_TOP[times]}",
    )


def _times(case: Case) -> str | None:
    """The factor that leads from what is expected to what came, if both are numbers of one shape and it has a name."""
    pairs = list(zip(case.expected.outcomes, case.came.outcomes, strict=True))
    if any(outcome.value is None for pair in pairs for outcome in pair):
        return None
    for _, want, got in case.rows:  # one row that is not in proportion settles it
        if want.shape != got.shape or not np.isfinite([want, got]).all():
            return None
        if common_ratio([(want, got)], case.exercise.rtol) is None and np.any(want):
            return None
    finding = factor(case)
    name = finding.name.removeprefix("relation: ") if finding else ""
    return name if name in ON_TOP else None
