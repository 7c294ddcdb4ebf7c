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
    "classification": (
        "cross_entropy",
        "cross_entropy_grad",
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits_grad",
        "hinge_loss",
        "hinge_loss_grad",
        "focal_loss",
        "sigmoid_focal_loss",
        "sigmoid_focal_loss_grad",
        "class_weights",
    ),
    "contrastive": (
        "triplet_margin_loss",
        "info_nce_loss",
        "info_nce_grad",
        "clip_loss",
        "nt_xent_loss",
        "cosine_embedding_loss",
    ),
    "sequence": (
        "sequence_cross_entropy",
        "next_token_loss",
        "perplexity",
        "bits_per_byte",
    ),
    "regularization": (
        "l1_penalty",
        "l2_penalty",
        "elastic_net_penalty",
        "soft_threshold",
        "elastic_net_prox",
    ),
    "optimizers": (
        "SGD",
        "Adam",
        "AdamW",
        "Adafactor",
        "Lion",
        "Sophia",
        "hutchinson",
        "gauss_newton_bartlett",
        "state_bytes",
    ),
    "schedules": (
        "constant",
        "linear_warmup",
        "warmup_cosine",
        "step_decay",
    ),
    "calibration": (
        "reliability_curve",
        "expected_calibration_error",
        "brier_score",
        "TemperatureScaler",
        "smooth_labels",
        "mixup",
        "cutmix",
    ),
    "ranking": (
        "bpr_loss",
        "ranknet_loss",
        "listnet_loss",
        "listmle_loss",
        "ndcg",
    ),
    "preferences": (
        "bradley_terry_loss",
        "dpo_loss",
        "grpo_advantages",
        "grpo_loss",
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
