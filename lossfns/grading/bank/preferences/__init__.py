"""Exercises of notebook 10, in the order of the sheet."""

from lossfns.grading.bank.preferences.comparisons import BRADLEY_TERRY, BRADLEY_TERRY_GRAD
from lossfns.grading.bank.preferences.dpo import AT_THE_REFERENCE, BEST_POLICY, DPO, LEASH, STUCK
from lossfns.grading.bank.preferences.groups import CLIPPED, GROUPS

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
