"""Exercises of notebook 01, in the order of the sheet."""

from lossfns.grading.bank.regression.huber import DELTA, HUBER, HUBER_GRAD
from lossfns.grading.bank.regression.likelihood import GAUSSIAN_NLL, NEWCOMER
from lossfns.grading.bank.regression.lines import FIT_LINE, FLAT_LINE
from lossfns.grading.bank.regression.pinball import COVERAGE, CROSSINGS, PINBALL
from lossfns.grading.bank.regression.squared import MSE, MSE_GRAD

EXERCISES = (
    MSE,
    MSE_GRAD,
    HUBER,
    HUBER_GRAD,
    PINBALL,
    FIT_LINE,
    GAUSSIAN_NLL,
    COVERAGE,
    NEWCOMER,
    FLAT_LINE,
    DELTA,
    CROSSINGS,
)
