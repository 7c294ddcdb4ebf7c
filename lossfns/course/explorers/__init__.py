"""Widgets that answer at once: one idea each, shown after a static figure has made the point."""

from lossfns.course.explorers.calibration import temperature
from lossfns.course.explorers.choosing import choose
from lossfns.course.explorers.classification import focal
from lossfns.course.explorers.contract import two_prices
from lossfns.course.explorers.contrastive import negatives
from lossfns.course.explorers.optimizers import valley
from lossfns.course.explorers.preferences import leash
from lossfns.course.explorers.regression import outlier
from lossfns.course.explorers.regularization import ball
from lossfns.course.explorers.sequence import token_losses

__all__ = [
    "ball",
    "choose",
    "focal",
    "leash",
    "negatives",
    "outlier",
    "temperature",
    "token_losses",
    "two_prices",
    "valley",
]
