"""Exercises of notebook 08, in the order of the sheet."""

from lossfns.grading.bank.contract.decisions import DECIDE, NEW_WORLD
from lossfns.grading.bank.contract.functionals import CHEAPEST, CLICKS, TWO_TOWNS, UMBRELLAS
from lossfns.grading.bank.contract.prices import LATENESS, ORDER
from lossfns.grading.bank.contract.totals import TOTALS

EXERCISES = (
    CHEAPEST,
    DECIDE,
    NEW_WORLD,
    ORDER,
    LATENESS,
    UMBRELLAS,
    TWO_TOWNS,
    CLICKS,
    TOTALS,
)
