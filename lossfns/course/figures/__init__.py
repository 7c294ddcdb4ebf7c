"""The course's figures, one call each: data in, a picture and its description out.

Every figure shows three things: the picture; its text alternative (what a screen reader or a plain-text
notebook gets in its place); and the same sentence below it as `Figure: …`. The sentence is computed from what
is drawn, so it changes when the picture does. Colours belong to losses, see `colours.FAMILIES`; lines are
labelled where they end.

Titles say the claim, axis labels carry symbol and unit; both come from the notebook. At most four lines.
Labels may have a second line ("q = 0.9\\nnine in ten spend less"). All functions return None.
"""

from lossfns.course.figures.balls import balls
from lossfns.course.figures.coefficients import coefficient_paths
from lossfns.course.figures.embedding import embedding, similarities
from lossfns.course.figures.kinds import curves, histogram, loss_and_gradient, points_and_lines
from lossfns.course.figures.paths import descent
from lossfns.course.figures.poster import poster
from lossfns.course.figures.reliability import reliability
from lossfns.course.figures.spread import spread
from lossfns.course.figures.tokens import token_bars

__all__ = [
    "balls",
    "coefficient_paths",
    "curves",
    "descent",
    "embedding",
    "histogram",
    "loss_and_gradient",
    "points_and_lines",
    "poster",
    "reliability",
    "similarities",
    "spread",
    "token_bars",
]
