"""What was chosen among what: travellers and their means of travel, scikit-learn's estimators and their parameters."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lossfns.data.installed import Source, file_of, table

Array = np.ndarray

MODES = ("plane", "train", "bus", "car")
MODECHOICE_FEATURES = (
    "waiting time, minutes",
    "vehicle cost, dollars",
    "vehicle time, minutes",
    "generalised cost, dollars",
    "household income, thousands of dollars",
    "party size",
)


class ModeChoice(NamedTuple):
    """Trips: features (210, 4, 6) of four ways to travel, and the one that was chosen (210,)."""

    features: Array
    chosen: Array


class Hyperparameters(NamedTuple):
    """takes[i, j]: whether estimator i has parameter j; and what the n estimators and the m parameters are called."""

    takes: Array
    estimators: tuple[str, ...]
    parameters: tuple[str, ...]


def modechoice() -> ModeChoice:
    """210 trips between Sydney, Canberra and Melbourne in 1987, and by which of four means each was made.

    The second axis of `features` is named by `MODES`, the third by `MODECHOICE_FEATURES`, in the file's own units; the
    last two are the traveller's, the same for all four means. The survey sought out the less popular means, so
    the shares of the four are not those of all travellers.

    Returns float64 features (210, 4, 6) and int64 chosen (210,), from 0 to 3, fresh copies at each call.
    Raises ModuleNotFoundError when statsmodels is not installed.

    >>> features, chosen = modechoice()
    >>> features.shape, np.bincount(chosen).tolist()
    ((210, 4, 6), [58, 63, 30, 59])

    Source: Greene and Hensher (1997); public domain.
    """
    rows = table("statsmodels", "datasets/modechoice/modechoice.csv", delimiter=";", header=True)
    return ModeChoice(rows[:, 3:].reshape(210, 4, 6).copy(), rows[:, 2].reshape(210, 4).argmax(1))


def hyperparameters() -> Hyperparameters:
    """Which of scikit-learn's estimators takes which parameter: "users" who chose some of the "items" on offer.

    Read from the installed source, which takes a second or two the first time. Parameters that at least three
    estimators share, and estimators with at least four of those: some 150 by 130, about 1,300 of them True. It
    changes from version to version, so say what holds and not what is counted.

    Returns a bool array (n, m), a fresh copy at each call, and two tuples of names, of n and m, in alphabetical order.
    Raises ModuleNotFoundError when scikit-learn is not installed.

    >>> takes, estimators, parameters = hyperparameters()
    >>> bool(takes[estimators.index("Ridge"), parameters.index("alpha")])
    True
    """
    found, estimators, parameters = _takes()
    return Hyperparameters(found.copy(), estimators, parameters)


@lru_cache(maxsize=1)
def _takes() -> tuple[Array, tuple[str, ...], tuple[str, ...]]:
    every = dict(sorted(_estimators(file_of("sklearn", ""))))
    users = Counter(name for names in every.values() for name in names)
    shared = {estimator: {name for name in names if users[name] >= 3} for estimator, names in every.items()}
    kept = {estimator: names for estimator, names in shared.items() if len(names) >= 4}
    parameters = tuple(sorted(set().union(*kept.values())))
    return (
        np.array([[name in names for name in parameters] for names in kept.values()]),
        tuple(kept),
        parameters,
    )


def _estimators(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and parameters of each public class that declares its parameters' constraints and has an __init__."""
    for file in sorted(folder.rglob("*.py")):
        text = "" if {"tests", "externals"} & set(file.parts) else file.read_text(encoding="utf-8")
        if "_parameter_constraints" in text:
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith(("_", "Base")):
                    yield from ((node.name, names) for names in _parameters(node))


def _parameters(node: ast.ClassDef) -> Iterator[list[str]]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            yield [argument.arg for argument in (*part.args.args[1:], *part.args.kwonlyargs)]


SOURCES = (
    Source(
        name="modechoice",
        content="trips between Sydney, Canberra and Melbourne, 1987: four ways to travel, and the one chosen",
        shape="210 × 25",
        licence="public domain",
        citation=(
            "Greene, W. H. and Hensher, D. (1997). Multinomial logit and discrete choice models, in Greene,"
            " LIMDEP version 7.0 user's manual; distributed with statsmodels."
        ),
    ),
    Source(
        name="hyperparameters",
        content="which estimator of scikit-learn takes which parameter, read from its source",
        shape="some 150 × 130, by version",
        licence="BSD 3-Clause (scikit-learn)",
        citation=(
            "Pedregosa, F. et al. (2011). Scikit-learn: Machine Learning in Python. Journal of Machine Learning"
            " Research 12, 2825-2830."
        ),
    ),
)
