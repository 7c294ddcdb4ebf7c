import re
import time

import pytest
import torch

from lossfns.calibration import TemperatureScaler, expected_calibration_error
from lossfns.course import explorers


@pytest.fixture
def answers():
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(800, 5, generator=generator)
    return logits, torch.multinomial((logits / 2).softmax(1), 1, generator=generator)[:, 0]


@pytest.fixture
def widget(answers):
    return explorers.temperature(*answers)


def said(widget):
    pattern = r"T = (\S+): ECE (\S+), NLL (\S+) nats, accuracy (\S+?)\."
    return [float(part) for part in re.search(pattern, widget.children[-1].value).groups()]


def test_the_temperature_moves_ece_and_nll_and_leaves_accuracy(widget, answers):
    handle, image, _ = widget.children
    before, picture = said(widget), image.value
    handle.value = 2.0
    after = said(widget)
    assert after[1] < before[1] and after[2] < before[2] and after[3] == before[3]
    assert image.value != picture
    logits, target = answers
    error = expected_calibration_error((logits.double() / 2).softmax(1), target, bins=10)
    assert after[1] == pytest.approx(error.item(), abs=6e-4)


def test_the_lowest_nll_is_where_the_scaler_says(widget, answers):
    best = TemperatureScaler().fit(*answers).temperature
    at = {}
    for value in (0.8 * best, best, 1.25 * best):
        widget.children[0].value = value
        at[value] = said(widget)[2]
    assert min(at, key=at.get) == best


def test_a_move_is_answered_at_once(widget):
    taken = []
    for value in (0.3, 0.5, 0.8, 1.2, 2.0, 3.0, 4.5):
        start = time.perf_counter()
        widget.children[0].value = value
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1
