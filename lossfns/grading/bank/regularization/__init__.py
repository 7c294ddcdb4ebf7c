"""Exercises of notebook 05, in the order of the sheet."""

from lossfns.grading.bank.regularization.decay import ADAM_DECAY
from lossfns.grading.bank.regularization.dialects import TRANSLATE
from lossfns.grading.bank.regularization.elastic_net import ELASTIC_NET_PROX
from lossfns.grading.bank.regularization.fitting import RIDGE
from lossfns.grading.bank.regularization.flat_fee import L1_PULL
from lossfns.grading.bank.regularization.payers import EVERYTHING_PAYS, WHICH_PENALTY
from lossfns.grading.bank.regularization.penalties import L2_COST, L2_PULL
from lossfns.grading.bank.regularization.proximal import ISTA_STEP
from lossfns.grading.bank.regularization.shrinking import SOFT_THRESHOLD, WHO_DIES

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
