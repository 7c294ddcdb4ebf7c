"""Optimizers: six ways down the hill, each a `torch.optim.Optimizer` whose update reads like its paper's box.

In an update p is the parameter, g its gradient, m the average of gradients, v that of their squares, t the number of
this step. What the six share, from parameter groups to errors, is written out once, under `SGD`.
"""

from lossfns.optimizers.adafactor import Adafactor
from lossfns.optimizers.adam import Adam, AdamW
from lossfns.optimizers.base import state_bytes
from lossfns.optimizers.lion import Lion
from lossfns.optimizers.sgd import SGD
from lossfns.optimizers.sophia import Sophia, gauss_newton_bartlett, hutchinson

__all__ = [
    "SGD",
    "Adafactor",
    "Adam",
    "AdamW",
    "Lion",
    "Sophia",
    "gauss_newton_bartlett",
    "hutchinson",
    "state_bytes",
]
