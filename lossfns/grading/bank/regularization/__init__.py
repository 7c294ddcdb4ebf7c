"""Exercises of notebook 05, in the order of the sheet."""

from lossfns.grading.bank.regularization.decay import ADAM_DECAY
from lossfns.grading.bank.regularization.dialects import TRANSLATE
from lossfns.grading.bank.regularization.fitting import ISTA_STEP, RIDGE
from lossfns.grading.bank.regularization.payers import EVERYTHING_PAYS, WHICH_PENALTY
from lossfns.grading.bank.regularization.penalties import L1_PULL, L2_COST, L2_PULL
from lossfns.grading.bank.regularization.shrinking import ELASTIC_NET_PROX, SOFT_THRESHOLD, WHO_DIES

EXERCISES = (
    L2_COST,
    L2_PULL,
    L1_PULL,
    SOFT_THRESHOLD,
    ISTA_STEP,
    ELASTIC_NET_PROX,
    RIDGE,
    TRANSLATE,
    WHO_DIES,
    ADAM_DECAY,
    EVERYTHING_PAYS,
    WHICH_PENALTY,
)
