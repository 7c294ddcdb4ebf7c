"""Where the installed packages keep their data, and what the course says about each set."""

import gzip
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Source(NamedTuple):
    """Where a data set comes from: its loader, its content, its shape, its licence and whom to cite."""

    name: str
    content: str
    shape: str
    licence: str
    citation: str


def file_of(package: str, path: str) -> Path:
    """A data file inside an installed package, found without importing it. ModuleNotFoundError says what to install."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"this data set ships inside {package}, which is not installed: pip install lossfns[course]"
        )
    return Path(spec.origin).parent / path


def table(package: str, path: str, *, delimiter: str | None = None, header: bool = False) -> np.ndarray:
    """The numbers of a text file, gzipped or not, as float64 (rows, columns): a fresh array at each call."""
    file = file_of(package, path)
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
        return np.loadtxt(lines, delimiter=delimiter, skiprows=int(header), ndmin=2)
