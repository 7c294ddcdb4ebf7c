import numpy as np
import pytest
import torch
from torch.nn import functional as F

import lossfns
from lossfns.course import agrees

FOOD = np.array([2.0, 4.0, 9.0])


def test_agrees_names_the_function_as_a_reader_imports_it(capsys):
    assert agrees(5.0, lossfns.mse_loss, np.array([1.0, 2.0]), np.array([2.0, 5.0])) is None
    agrees(5.0, F.mse_loss, np.array([1.0, 2.0]), np.array([2.0, 5.0]))
    assert (
        capsys.readouterr().out == "agrees with lossfns.mse_loss\nagrees with torch.nn.functional.mse_loss\n"
    )


@pytest.mark.parametrize("guess", [3, 3.0, np.float64(3), np.int64(3)])
def test_agrees_expands_a_constant_guess(guess):
    agrees((1 + 1 + 36) / 3, lossfns.mse_loss, guess, FOOD)


def test_agrees_passes_options_through():
    agrees((0.1 * 1 + 0.9 * 1 + 0.9 * 6) / 3, lossfns.pinball_loss, 3, FOOD, q=0.9)
    agrees((1 * 1 + 2 * 1 + 0 * 6) / 3, lossfns.mae_loss, 3, FOOD, weight=np.array([1, 2, 0]))


def test_agrees_takes_whole_numbers_for_quantities():
    agrees(2.5, lossfns.mse_loss, [1, 2], [2, 4])
    agrees(1.0, lossfns.mse_loss, 3, 4)


def test_agrees_leaves_labels_and_masks_alone():
    logits, labels = np.zeros((2, 4)), np.array([0, 3])
    agrees(np.log(4), F.cross_entropy, logits, labels)

    def masked_sum(values, *, mask):
        return values[mask].sum()

    agrees(2.0, masked_sum, FOOD, mask=np.array([True, False, False]))


def test_agrees_compares_whole_arrays():
    agrees((3 - FOOD) ** 2, lossfns.mse_loss, 3, FOOD, reduction="none")


@pytest.mark.parametrize("wrong", [38 / 3 + 1e-7, 38, float("nan")])
def test_agrees_raises_with_both_values(wrong):
    with pytest.raises(AssertionError, match=rf"yours is {wrong}.*lossfns\.mse_loss gives 12\.66"):
        agrees(wrong, lossfns.mse_loss, 3, FOOD)


def test_agrees_refuses_a_value_of_another_shape():
    with pytest.raises(AssertionError, match=r"shape \(3,\), lossfns\.mse_loss gives \(\)"):
        agrees((3 - FOOD) ** 2, lossfns.mse_loss, 3, FOOD)


def test_agrees_does_not_change_its_arguments():
    pred = torch.zeros(3, dtype=torch.float64)
    agrees(101 / 3, lossfns.mse_loss, pred, FOOD)
    assert (pred == 0).all() and (FOOD == [2.0, 4.0, 9.0]).all()
