"""The contests, a module per topic, in course order."""

from rows import calibration, classification, contrastive, optimizers, ranking, regression

ROWS = [
    (module.__name__.removeprefix("rows."), row)
    for module in (regression, classification, contrastive, optimizers, calibration, ranking)
    for row in module.ROWS
]

__all__ = ["ROWS"]
