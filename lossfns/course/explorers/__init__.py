"""Widgets that answer at once: one idea each, shown after a static figure has made the point."""

from lossfns.course.explorers.calibration import temperature
from lossfns.course.explorers.regression import outlier

__all__ = ["outlier", "temperature"]
