"""Exercises of notebook 07, in the order of the sheet."""

from lossfns.grading.bank.calibration.bins import BINS
from lossfns.grading.bank.calibration.boxes import CUTMIX
from lossfns.grading.bank.calibration.chance import DEBIASED
from lossfns.grading.bank.calibration.errors import ECE
from lossfns.grading.bank.calibration.mixing import MIXUP
from lossfns.grading.bank.calibration.questions import CHOOSE, PERFECT, RANKING
from lossfns.grading.bank.calibration.scores import BRIER
from lossfns.grading.bank.calibration.smoothing import SMOOTH
from lossfns.grading.bank.calibration.temperature import NEWTON
from lossfns.grading.bank.calibration.unseen import HELD_OUT
from lossfns.grading.bank.calibration.weather import BRIER_PARTS

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
