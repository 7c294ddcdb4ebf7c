"""Two things wrong at once: a mistake by name everywhere but in one regime, and in that regime something else.

Who forgets the empty list, or the scores of a thousand, has often made another mistake as well. Outside the regime the
answer then returns what that mistake does.
"""

import re
from collections.abc import Mapping

import numpy as np

from lossfns.grading.exercise import Mistake, Regime
from lossfns.grading.explain.case import Case, Finding, same_outcome
from lossfns.grading.explain.regimes import touched
from lossfns.grading.record import Outcome, Recording

PRAISE = re.compile(r"^Right (where|while|for) [^.]*\. (?!Otherwise|Elsewhere|Beyond|Then|Far|In )")
ENOUGH = 4  # inputs outside the regime on which the mistake has to show, so that no name is given by luck


def twofold(case: Case, known: Mapping[str, Recording]) -> Finding | None:
    """The one mistake that explains all that lies outside the smallest regime for which there is one."""
    edges = [(inside, regime) for regime in case.exercise.regimes if (inside := touched(case.probes, regime))]
    telling = {i for i, came in enumerate(case.came.outcomes) if not case.right[i] and _tells(came)}
    for inside, regime in sorted(edges, key=lambda edge: len(edge[0])):
        if 3 * len(inside) > len(case.probes) or len(telling - inside) < ENOUGH:
            continue  # no edge case, but a part of the task; or too little to be sure of a name
        fitting = [m for m in case.exercise.mistakes if _explains(case, known[m.name], inside)]
        if len({mistake.sentence for mistake in fitting}) == 1:
            return _finding(case, fitting[0], regime, inside)
    return None


def _explains(case: Case, mistake: Recording, inside: frozenset[int]) -> bool:
    outside = (i for i in range(len(case.probes)) if i not in inside)
    return all(same_outcome(case.came.outcomes[i], mistake.outcomes[i], case.exercise.rtol) for i in outside)


def _tells(came: Outcome) -> bool:
    """Whether it can hardly be equal by luck, as whole numbers often are."""
    return came.value is not None and bool(np.any(came.value != np.round(came.value)))


def _finding(case: Case, mistake: Mistake, regime: Regime, inside: frozenset[int]) -> Finding:
    first = min(i for i in range(len(case.probes)) if i not in inside and not case.right[i])
    if all(case.right[i] for i in inside):
        return Finding(f"{mistake.name}, but for {regime.name}", mistake.sentence, first)
    said = PRAISE.sub(
        "", mistake.sentence
    )  # "Right where k takes in the whole list." holds for the mistake alone
    return Finding(
        f"{mistake.name}, and {regime.name}",
        f"First, where {regime.outside}: {said} Then, where {regime.inside}: yours is {_what(case, inside)}.",
        first,
    )


def _what(case: Case, inside: frozenset[int]) -> str:
    values = [case.came.outcomes[i].value for i in sorted(inside)]
    wrong = next((v for v in values if v is not None and not np.isfinite(v).all()), None)
    if wrong is None:
        return "wrong in another way"
    return "no number" if np.isnan(wrong).any() else "infinite"
