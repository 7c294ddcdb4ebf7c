"""Classification: the price of a probability, and of being on the wrong side.

Cross entropy charges −log of the probability that the right class got; binary cross entropy is the same for two
classes; focal loss discounts what is already right; hinge loss asks for a margin and no probability. All take logits
or scores, never probabilities: log softmax and log sigmoid are computed as one function, so that no logarithm ever
meets a rounded 0. What the losses share is written out once, under `cross_entropy`.
"""

from lossfns.classification.binary import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    hinge_loss,
    hinge_loss_grad,
    sigmoid_focal_loss,
    sigmoid_focal_loss_grad,
)
from lossfns.classification.softmax import class_weights, cross_entropy, cross_entropy_grad, focal_loss

__all__ = [
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "class_weights",
    "cross_entropy",
    "cross_entropy_grad",
    "focal_loss",
    "hinge_loss",
    "hinge_loss_grad",
    "sigmoid_focal_loss",
    "sigmoid_focal_loss_grad",
]
