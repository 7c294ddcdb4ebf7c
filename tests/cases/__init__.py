"""The table of losses: one row each, and every rule in test_rules.py is checked on every row.

A row names an oracle that is *not* our code: scikit-learn, torch, or the formula in plain NumPy. A rule that cannot
hold for a loss is switched off in its row, with the reason. Rows stand in a module per topic.
"""

from cases import classification, contrastive, preferences, ranking, regression, sequence
from cases.case import Case

CASES: tuple[Case, ...] = (
    regression.CASES
    + classification.CASES
    + contrastive.CASES
    + sequence.CASES
    + ranking.CASES
    + preferences.CASES
)

__all__ = ["CASES", "Case"]
