"""Loss functions and optimization: a small, tested PyTorch library behind a course of notebooks.

Every public function is here, `lossfns.huber_loss`, and is loaded with its topic on first use, so that
`import lossfns` alone does not import torch.
"""

from importlib import import_module
from importlib.metadata import version

__version__ = version("lossfns")

# topic module -> its public names: the table of contents of the library
_TOPICS = {
    "regression": (
        "mse_loss",
        "mse_loss_grad",
        "mae_loss",
        "mae_loss_grad",
        "huber_loss",
        "huber_loss_grad",
        "pinball_loss",
        "pinball_loss_grad",
    ),
}
_TOPIC_OF = {name: topic for topic, names in _TOPICS.items() for name in names}

__all__ = list(_TOPIC_OF)


def __getattr__(name: str):
    if name not in _TOPIC_OF:
        raise AttributeError(f"module 'lossfns' has no attribute {name!r}")
    value = getattr(import_module(f"lossfns.{_TOPIC_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
