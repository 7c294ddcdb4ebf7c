"""Exercises of notebook 02, in the order of the sheet."""

from lossfns.grading.bank.classification.binary import BCE, CONFIDENT, MULTILABEL
from lossfns.grading.bank.classification.focal import FOCAL
from lossfns.grading.bank.classification.hinge import HINGE, HINGE_GRAD
from lossfns.grading.bank.classification.imbalance import CLASS_WEIGHTS, FRAUD, THRESHOLD, WEIGHTED
from lossfns.grading.bank.classification.softmax import CROSS_ENTROPY, CROSS_ENTROPY_GRAD, LOG_SOFTMAX
from lossfns.grading.bank.classification.training import SOFTMAX_TWICE

EXERCISES = (
    LOG_SOFTMAX,
    CROSS_ENTROPY,
    CROSS_ENTROPY_GRAD,
    BCE,
    CONFIDENT,
    HINGE,
    HINGE_GRAD,
    FOCAL,
    CLASS_WEIGHTS,
    WEIGHTED,
    MULTILABEL,
    THRESHOLD,
    SOFTMAX_TWICE,
    FRAUD,
)
