"""Exercises of notebook 10, in the order of the sheet."""

from lossfns.grading.bank.preferences.clips import CLIPPED
from lossfns.grading.bank.preferences.comparisons import BRADLEY_TERRY, BRADLEY_TERRY_GRAD
from lossfns.grading.bank.preferences.dpo import AT_THE_REFERENCE, DPO
from lossfns.grading.bank.preferences.groups import GROUPS
from lossfns.grading.bank.preferences.stuck import STUCK
from lossfns.grading.bank.preferences.tilts import BEST_POLICY, LEASH

EXERCISES = (
    BRADLEY_TERRY,
    BRADLEY_TERRY_GRAD,
    DPO,
    AT_THE_REFERENCE,
    BEST_POLICY,
    GROUPS,
    CLIPPED,
    STUCK,
    LEASH,
)
