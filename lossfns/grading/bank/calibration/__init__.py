"""Exercises of notebook 07, in the order of the sheet."""

from lossfns.grading.bank.calibration.bins import BINS
from lossfns.grading.bank.calibration.boxes import CUTMIX
from lossfns.grading.bank.calibration.errors import DEBIASED, ECE
from lossfns.grading.bank.calibration.questions import CHOOSE, PERFECT, RANKING
from lossfns.grading.bank.calibration.scores import BRIER, BRIER_PARTS
from lossfns.grading.bank.calibration.targets import MIXUP, SMOOTH
from lossfns.grading.bank.calibration.temperature import HELD_OUT, NEWTON

EXERCISES = (
    BINS,
    ECE,
    PERFECT,
    DEBIASED,
    BRIER,
    BRIER_PARTS,
    RANKING,
    NEWTON,
    HELD_OUT,
    SMOOTH,
    MIXUP,
    CUTMIX,
    CHOOSE,
)
