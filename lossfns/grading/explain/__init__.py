"""Explanations: one idea that accounts for everything a wrong answer returned.

Each finder takes a `Case` (the exercise, the probes, what was expected, what came) and returns a Finding, or None.
`judge` asks them from the particular to the general, a module each: a mistake by name, alone or with an edge case
(`twofold`) or a factor (`factored`) beside it; the kind and shape of the result; a relation to the right values; a
regime in which all failures lie; one slip in the solution.
"""

from lossfns.grading.explain.case import Case, Finding, close, fit, same, same_outcome, same_recording
from lossfns.grading.explain.factored import factored
from lossfns.grading.explain.kinds import not_finite, wrong_kind, wrong_shape
from lossfns.grading.explain.mistakes import named_mistake
from lossfns.grading.explain.regimes import regime, touched
from lossfns.grading.explain.relations import in_proportion, nearly, relation, sized
from lossfns.grading.explain.slips import Slip, slip, slips
from lossfns.grading.explain.twofold import twofold

__all__ = [
    "Case",
    "Finding",
    "Slip",
    "close",
    "factored",
    "fit",
    "in_proportion",
    "named_mistake",
    "nearly",
    "not_finite",
    "regime",
    "relation",
    "same",
    "same_outcome",
    "same_recording",
    "sized",
    "slip",
    "slips",
    "touched",
    "twofold",
    "wrong_kind",
    "wrong_shape",
]
