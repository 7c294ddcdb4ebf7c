"""Tables of people: budgets, visits to the doctor, diabetes. Read straight from the installed packages' files.

That takes milliseconds, where importing the packages' own loaders takes half a second.
"""

from typing import NamedTuple

import numpy as np

from lossfns.data.installed import Source, table

Array = np.ndarray

RANDHIE_FEATURES = (
    "log coinsurance",
    "deductible plan",
    "log participation incentive",
    "log deductible cap",
    "physical limitation",
    "chronic diseases",
    "health good",
    "health fair",
    "health poor",
)
DIABETES_FEATURES = ("age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu")


class Engel(NamedTuple):
    """Household income and food expenditure, each (235,), in Belgian francs a year."""

    income: Array
    food: Array


class RandHealth(NamedTuple):
    """Person-years of the RAND health insurance experiment: features (20190, 9) and visits to a doctor (20190,)."""

    features: Array
    visits: Array


class Diabetes(NamedTuple):
    """Patients: features (442, 10), each column with mean 0 and variance 1, and progression (442,)."""

    features: Array
    progression: Array


def engel() -> Engel:
    """What 235 Belgian working-class households earned and spent on food in the 1850s, in francs a year.

    Returns two float64 arrays of shape (235,), a fresh copy at each call.
    Raises ModuleNotFoundError when statsmodels is not installed.

    >>> income, food = engel()
    >>> food.shape, round(float(food.mean()))
    ((235,), 624)

    Source: Koenker and Bassett (1982), Econometrica 50, 43-61; public domain.
    """
    income, food = table("statsmodels", "datasets/engel/engel.csv", delimiter=",", header=True).T.copy()
    return Engel(income, food)


def randhie() -> RandHealth:
    """How often 20,190 person-years of the RAND health insurance experiment (1974-1982) saw a doctor, and what is known of them.

    The columns of `features` are named by `RANDHIE_FEATURES`, in the file's own units. Visits are whole numbers
    with mean 2.86, median 1 and largest 77. A row is a person-year and has no id, so a random split may put the
    same person on both sides.

    Returns float64 features (20190, 9) and int64 visits (20190,), fresh copies at each call.
    Raises ModuleNotFoundError when statsmodels is not installed.

    >>> features, visits = randhie()
    >>> features.shape, int(visits.max()), round(float((visits >= 15).mean()), 4)
    ((20190, 9), 77, 0.0223)

    Source: Deb and Trivedi (2002), Journal of Health Economics 21, 601-625; public domain.
    """
    rows = table("statsmodels", "datasets/randhie/randhie.csv", delimiter=",", header=True)
    return RandHealth(rows[:, 1:].copy(), rows[:, 0].astype(np.int64))


def diabetes() -> Diabetes:
    """442 diabetes patients: ten measurements at the start, and a measure of how far the disease went in a year.

    The columns of `features` are named by `DIABETES_FEATURES` and standardised: mean 0, variance 1.

    Returns float64 features (442, 10) and progression (442,), fresh copies at each call.
    Raises ModuleNotFoundError when scikit-learn is not installed.

    >>> features, progression = diabetes()
    >>> features.shape, round(float(progression.mean()))
    ((442, 10), 152)

    Source: Efron, Hastie, Johnstone and Tibshirani (2004), Annals of Statistics 32, 407-499.
    """
    raw = table("sklearn", "datasets/data/diabetes_data_raw.csv.gz")
    progression = table("sklearn", "datasets/data/diabetes_target.csv.gz")[:, 0].copy()
    return Diabetes((raw - raw.mean(0)) / raw.std(0), progression)


SOURCES = (
    Source(
        name="engel",
        content="annual income and food expenditure of Belgian working-class households, 1850s, francs",
        shape="235 × 2",
        licence="public domain",
        citation=(
            "Koenker, R. and Bassett, G. (1982). Robust Tests for Heteroscedasticity Based on Regression"
            " Quantiles. Econometrica 50, 43-61; analysed by Engel (1857), distributed with statsmodels."
        ),
    ),
    Source(
        name="randhie",
        content="visits to a doctor in the RAND health insurance experiment, 1974-1982, by plan and health",
        shape="20190 × 10",
        licence="public domain",
        citation=(
            "Deb, P. and Trivedi, P. K. (2002). The structure of demand for health care: latent class versus"
            " two-part models. Journal of Health Economics 21, 601-625; distributed with statsmodels."
        ),
    ),
    Source(
        name="diabetes",
        content="ten measurements of diabetes patients and the progression of the disease a year later",
        shape="442 × 11",
        licence="BSD 3-Clause, as part of scikit-learn",
        citation=(
            "Efron, B., Hastie, T., Johnstone, I. and Tibshirani, R. (2004). Least Angle Regression. Annals of"
            " Statistics 32, 407-499; distributed with scikit-learn."
        ),
    ),
)
