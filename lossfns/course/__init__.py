"""What the notebooks use to teach: claims, agreement with the library, figures, explorers, a training loop.

Names load on first use, so that importing this package costs nothing.
"""

from importlib import import_module

_HOME = {
    "claim": "claims",
    "base_seed": "claims",
    "seeds": "claims",
    "agrees": "agreement",
    "Contest": "contests",
    "contest": "contests",
    "fit_linear": "contests",
    "descend": "training",
    "minibatches": "training",
    "fit_line": "training",
    "mlp": "networks",
    "train": "networks",
    "RowTransformer": "transformers",
    "knn_accuracy": "neighbours",
    "Factors": "tastes",
    "hold_back": "tastes",
    "triples": "tastes",
    "hit_rate": "tastes",
    "Alphabet": "language",
    "LanguageModel": "language",
    "pad": "language",
}
_MODULES = ("contests", "explorers", "figures", "guide", "ledger")
__all__ = [*_HOME, *_MODULES]


def __getattr__(name: str):
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
