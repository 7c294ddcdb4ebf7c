"""Exercises of notebook 02, in the order of the sheet."""

from lossfns.grading.bank.classification.binary import BCE, CONFIDENT
from lossfns.grading.bank.classification.focal import FOCAL
from lossfns.grading.bank.classification.hinge import HINGE, HINGE_GRAD
from lossfns.grading.bank.classification.multilabel import MULTILABEL
from lossfns.grading.bank.classification.softmax import LOG_SOFTMAX
from lossfns.grading.bank.classification.surprise import CROSS_ENTROPY, CROSS_ENTROPY_GRAD
from lossfns.grading.bank.classification.thresholds import FRAUD, THRESHOLD
from lossfns.grading.bank.classification.training import SOFTMAX_TWICE
from lossfns.grading.bank.classification.weighted import WEIGHTED
from lossfns.grading.bank.classification.weights import CLASS_WEIGHTS

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
